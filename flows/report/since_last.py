"""What changed since the snapshot before: how many statuses by which causes, and which."""

from flows.base.sql_text import rows_of
from flows.comparing.causes import CAUSES, causes_in_words
from flows.comparing.sentences import counts_by_cause
from flows.report.cells import Cell, Connection, Row, cell

SHOWN = 200  # statuses that are listed; all are in meta.changes
TABLE = "meta.changes"


def load_since_last(con: Connection) -> Row | None:
    """The snapshot before, the numbers of changes, and the changed statuses; None in the first snapshot."""
    before = rows_of(con, "SELECT * FROM meta.snapshot_before")
    if not before:
        return None
    by_cause = counts_by_cause(
        {
            tuple(row["cause"].split(";")): row["n"]
            for row in rows_of(con, f"SELECT cause, count(*) AS n FROM {TABLE} WHERE scope = 'status' GROUP BY cause")
        }
    )
    statuses = rows_of(
        con,
        f"""SELECT change.* FROM {TABLE} AS change JOIN meta.runs AS run ON true
        WHERE scope = 'status'
        ORDER BY rule_set <> run.primary_rule_set, rule_set, subject_id, cycle LIMIT {SHOWN}""",
    )
    return before[0] | {
        "numbers": {scope: _count(con, {"scope": scope}) for scope in ("status", "verdict", "eligibility", "summary")},
        "by_cause": [
            {"words": causes_in_words(codes), "n": cell(n, TABLE, {"scope": "status", "cause": ";".join(codes)})}
            for codes, n in by_cause
        ],
        "statuses": [row | {"words": causes_in_words(row["cause"].split(";"))} for row in statuses],
        "is_unexplained": any("unexplained" in codes for codes, _ in by_cause),
        "unexplained": CAUSES["unexplained"],
    }


def _count(con: Connection, keys: Row) -> Cell:
    (row,) = rows_of(con, f"SELECT count(*) AS n FROM {TABLE} WHERE scope = $1", [keys["scope"]])
    return cell(row["n"], TABLE, keys)
