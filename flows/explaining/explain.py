"""explain: how a status came about, from the injection dates down to file and line of every counted day.

Reads the published snapshot only. A day's state comes from the same SQL model the run used.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.sql_text import one_row, rows_of
from flows.base.toml_files import Frozen
from flows.warehouse.snapshots import check_columns, find_database
from flows.warehouse.sql_models import load_models

Row = dict[str, Any]


class Day(Frozen):
    """One calendar day of a baseline or window."""

    date: date
    state: str  # headache, free, unknown, set_aside (its only line is in quarantine) or missing
    path: str | None = None
    line_number: int | None = None
    columns_set_aside: tuple[str, ...] = ()  # cells of the line that hold no usable value


class Period(Frozen):
    """A baseline or window with its days."""

    start_date: date | None
    end_date: date | None
    recorded_days: int
    headache_days: int
    strip: str
    days: tuple[Day, ...]


class Explanation(Frozen):
    """One status: one rule set, subject and cycle."""

    study_id: str
    snapshot_id: str
    rule_set: str
    citation: str
    decision: str
    subject_id: str
    arm: str | None
    cycle: int
    injections: tuple[date, ...]
    cutoff_date: date
    headache_day: str
    baseline: Period
    window: Period
    comparisons: tuple[str, ...]
    status: str
    reason: str
    verdict: str
    verdict_reason: str


def explain(place: Path, subject_id: str, cycle: int | None, rule_set: str | None) -> list[Explanation]:
    """Every wanted status of a subject, by rule set and cycle; without a rule set the primary one.

    Raises ConfigurationError where nothing is published, or the subject, cycle or rule set does not exist.
    """
    with duckdb.connect(find_database(place), read_only=True) as con:
        check_columns(con, place)
        run = rows_of(con, "SELECT * FROM meta.runs")[0]
        names = [row["rule_set"] for row in rows_of(con, "SELECT rule_set FROM meta.rule_sets ORDER BY position")]
        wanted = rule_set or run["primary_rule_set"]
        if wanted not in names:
            raise ConfigurationError(f"There is no rule set '{wanted}' in this snapshot; it has {', '.join(names)}.")
        rule = rows_of(con, "SELECT * FROM meta.rule_sets WHERE rule_set = ?", [wanted])[0]
        if run.get("id_folding"):
            written = con.execute(
                "SELECT subject_id FROM landing.folded_ids WHERE written = ?", [subject_id]
            ).fetchone()
            subject_id = written[0] if written else subject_id
        statuses = rows_of(
            con,
            "SELECT * FROM analysis.responder WHERE rule_set = ? AND subject_id = ? ORDER BY cycle",
            [wanted, subject_id],
        )
        if not statuses:
            known = one_row(con, "SELECT count(*) FROM analysis.subjects WHERE subject_id = ?", [subject_id])[0]
            trouble = (
                "was never treated by the cut-off, so no cycle has a status" if known else "is not in this snapshot"
            )
            raise ConfigurationError(f"Subject '{subject_id}' {trouble}.")
        if cycle is not None and cycle not in [status["cycle"] for status in statuses]:
            raise ConfigurationError(f"Subject '{subject_id}' was given cycles 1 to {len(statuses)}, not {cycle}.")
        injections = rows_of(
            con, "SELECT start_date FROM analysis.cycles WHERE subject_id = ? ORDER BY cycle", [subject_id]
        )
        days = _load_days(con, subject_id, rule["headache_day"])
        return [
            _explanation(status, rule, run, tuple(row["start_date"] for row in injections), days)
            for status in statuses
            if cycle in (None, status["cycle"])
        ]


def diary_lines() -> str:
    """A query of every diary day up to the cut-off: its state by each definition, and the file and line it stands in.

    The same SQL model as in a run, over a published snapshot.
    """
    return f"""SELECT state.*, file.path, diary.line_number
        FROM ({load_models()["analysis.diary_states"]}) AS state
        JOIN tabulation.diary_days AS diary USING (subject_id, diary_date)
        JOIN landing.files AS file ON file.file_id = diary.file_id AND file.status = 'landed'"""


def columns_aside() -> str:
    """A query of the diary lines with cells that were set aside: their columns, sorted."""
    return """SELECT path, line_number, list_sort(list(column_name)) AS columns
        FROM landing.quarantined_cells WHERE kind IN ('diary', 'attacks') GROUP BY path, line_number"""


def quarantined_days() -> str:
    """A query of the days whose only lines are in quarantine, each with the first of them."""
    return """SELECT subject_id, diary_date, min((path, line_number)) AS place
        FROM landing.quarantine AS line
        ANTI JOIN tabulation.diary_days AS day USING (subject_id, diary_date)
        WHERE subject_id IS NOT NULL AND diary_date IS NOT NULL GROUP BY subject_id, diary_date"""


def _load_days(con: duckdb.DuckDBPyConnection, subject_id: str, definition: str) -> dict[date, Row]:
    rows = rows_of(
        con,
        f"""SELECT diary_date, is_headache_{definition} AS is_headache, path, line_number, columns
        FROM ({diary_lines()}) LEFT JOIN ({columns_aside()}) USING (path, line_number) WHERE subject_id = ?""",
        [subject_id],
    )
    aside = rows_of(
        con,
        f"""SELECT diary_date, place[1] AS path, place[2] AS line_number, true AS is_set_aside
        FROM ({quarantined_days()}) WHERE subject_id = ?""",
        [subject_id],
    )
    return {row["diary_date"]: row for row in (*aside, *rows)}


def _explanation(status: Row, rule: Row, run: Row, injections: tuple[date, ...], days: dict[date, Row]) -> Explanation:
    return Explanation(
        study_id=run["study_id"],
        snapshot_id=run["snapshot_id"],
        citation=rule["citation"],
        decision=rule["decision"],
        injections=injections,
        cutoff_date=run["cutoff_date"],
        headache_day=rule["headache_day"],
        baseline=_period(status, days, "baseline_"),
        window=_period(status, days, ""),
        comparisons=tuple(comparisons(status, rule)),
        **{
            name: status[name]
            for name in ("rule_set", "subject_id", "arm", "cycle", "status", "reason", "verdict", "verdict_reason")
        },
    )


def _period(status: Row, days: dict[date, Row], prefix: str) -> Period:
    start, end = status[f"{prefix or 'window_'}start_date"], status[f"{prefix or 'window_'}end_date"]
    listed = [] if start is None else [_day(date.fromordinal(n), days) for n in _ordinals(start, end)]
    names = {"headache": "H", "free": "·", "unknown": "?", "set_aside": "x", "missing": " "}
    return Period(
        start_date=start,
        end_date=end,
        recorded_days=status[f"{prefix}recorded_days"],
        headache_days=status[f"{prefix}headache_days"],
        strip="".join(names[day.state] for day in listed),
        days=tuple(listed),
    )


def _ordinals(start: date, end: date) -> range:
    return range(start.toordinal(), end.toordinal() + 1)


def _day(day: date, days: dict[date, Row]) -> Day:
    row = days.get(day)
    if row is None:
        return Day(date=day, state="missing")
    if row.get("is_set_aside"):
        return Day(date=day, state="set_aside", path=row["path"], line_number=row["line_number"])
    return Day(
        date=day,
        state={True: "headache", False: "free", None: "unknown"}[row["is_headache"]],
        path=row["path"],
        line_number=row["line_number"],
        columns_set_aside=tuple(row["columns"] or ()),
    )


def comparisons(status: Row, rule: Row) -> list[str]:
    """The inequalities of the rule set with this cycle's numbers, each with whether it holds.

    Both sides are multiplied out to integers; before them stand the condition and its unit, as in ``reason``.
    """
    if status["status"] not in ("responder", "non_responder"):
        return []
    h, d = status["judged_headache_days"], status["judged_days"]
    bh, bd, month = status["baseline_headache_days"], status["baseline_recorded_days"], rule["month_days"]
    lines = []
    if comparator := rule["response_reduction_pct_comparator"]:
        threshold = rule["response_reduction_pct_threshold"]
        wanted = 100 - threshold
        lines.append(
            _inequality(
                f"reduction {comparator} {threshold}%",
                (f"100 x {h} x {bd}", 100 * h * bd),
                {">=": "<=", ">": "<"}[comparator],
                (f"{wanted} x {bh} x {d}", wanted * bh * d),
            )
        )
    for measure, label, days in (
        ("headache_free_days", "headache-free days", d - h),
        ("headache_days", "headache days", h),
    ):
        if comparator := rule[f"response_{measure}_comparator"]:
            limit = rule[f"response_{measure}_threshold"]
            lines.append(
                _inequality(
                    f"{label} {comparator} {limit} of {month}",
                    (f"{days} x {month}", days * month),
                    comparator,
                    (f"{limit} x {d}", limit * d),
                )
            )
    if rule["stop_no_response_condition"] == "relief" and status["reduction_pct"] is not None:
        lines.append(
            _inequality(
                "relief, any fall below baseline",
                (f"{h} x {bd}", h * bd),
                "<",
                (f"{bh} x {d}", bh * d),
            )
        )
    return lines


def _inequality(label: str, left: tuple[str, int], sign: str, right: tuple[str, int]) -> str:
    holds = {
        "<=": left[1] <= right[1],
        "<": left[1] < right[1],
        ">=": left[1] >= right[1],
        ">": left[1] > right[1],
    }[sign]
    outcome = "holds" if holds else "does not hold"
    return f"{label}: {left[0]} = {left[1]} {sign} {right[1]} = {right[0]} {outcome}"
