"""Who was studied: the run, arms, rule sets, disposition, baseline and eligibility."""

from flows.base.sql_text import rows_of
from flows.report.cells import ALL, ANYTHING, Cell, Connection, Row, cell, grouped, load_cells
from flows.report.wording import INSTRUMENTS, sentence


def load_run(con: Connection) -> Row:
    """The one row of meta.runs with the number of subjects, treated subjects and cycles as cells.

    ``treatment`` is what opens a cycle, in words: an injection, unless no dose, point or muscle is known.
    """
    (run,) = rows_of(
        con,
        """SELECT runs.*, subjects.*, (SELECT count(*) FROM analysis.cycles) AS cycles,
            (SELECT max(cycle) FROM analysis.cycles) AS most_cycles,
            runs.is_blinded OR EXISTS (FROM analysis.cycles WHERE units IS NOT NULL OR sites IS NOT NULL)
                AS are_injections
        FROM meta.runs AS runs CROSS JOIN (
            SELECT count(*) AS subjects, count(first_injection_date) AS treated,
                count(first_injection_date) FILTER (arm IS NULL) AS treated_without_arm
            FROM analysis.subjects) AS subjects""",
    )
    treated = {"first_injection_date": ANYTHING}
    return run | {
        "treatment": "injection" if run["are_injections"] else "start of treatment",
        "treatments": "injections" if run["are_injections"] else "starts of treatment",
        "subjects": cell(run["subjects"], "analysis.subjects"),
        "treated": cell(run["treated"], "analysis.subjects", treated),
        "treated_without_arm": cell(run["treated_without_arm"], "analysis.subjects", treated | {"arm": None}),
        "cycles": cell(run["cycles"], "analysis.cycles"),
        "lines_read": cell(run["lines_read"], "meta.runs", None, "lines_read"),
        "lines_quarantined": cell(run["lines_quarantined"], "meta.runs", None, "lines_quarantined"),
        "files_landed": cell(run["files_landed"], "meta.runs", None, "files_landed"),
    }


def load_arms(con: Connection) -> dict[str, str]:
    """Code to label in the study's order, then ``all``; a blinded study or one of a single arm has ``all`` only."""
    arms = dict(con.execute("SELECT arm, label FROM meta.arms ORDER BY position").fetchall())
    if len(arms) < 2:
        return {ALL: "All subjects"}
    told_apart = len(set(arms.values())) == len(arms)
    return {arm: label if told_apart else f"{label} ({arm})" for arm, label in arms.items()} | {ALL: "All subjects"}


def load_rule_sets(con: Connection) -> list[Row]:
    """One row per rule set, the primary one first, with ``is_primary``; ``interpretation`` is a list."""
    rules = rows_of(
        con,
        """SELECT rule.*, rule.rule_set = runs.primary_rule_set AS is_primary
        FROM meta.rule_sets AS rule CROSS JOIN meta.runs AS runs
        ORDER BY is_primary DESC, rule.position""",
    )
    return [rule | {"interpretation": (rule["interpretation"] or "").splitlines()} for rule in rules]


CRITERIA = (  # the column, the answer that meets the criterion
    ("is_chronic_article", True),
    ("has_failed_preventives", True),
    ("is_overuse", False),
    ("is_eligible", True),
    ("is_chronic_ichd3", True),
)


def load_eligibility(con: Connection) -> dict[str, dict[str, tuple[Cell, Cell]]]:
    """Per criterion: (subjects, percent of all subjects) by answer yes, no and unknown."""
    table = "analysis.eligibility"
    criteria = {}
    for column, met in CRITERIA:
        (row,) = rows_of(
            con,
            f"""SELECT count(*) FILTER ({column}) AS is_true, count(*) FILTER (NOT {column}) AS is_false,
                count(*) FILTER ({column} IS NULL) AS is_null, nullif(count(*), 0) AS n FROM {table}""",
        )
        counts = {True: row["is_true"], False: row["is_false"], None: row["is_null"]}
        criteria[column] = {
            answer: (
                cell(counts[value], table, {column: value}),
                cell(row["n"] and 100.0 * counts[value] / row["n"], table, {column: value}, "percent()"),
            )
            for answer, value in (("yes", met), ("no", not met), ("unknown", None))
        }
    return criteria


def load_disposition(con: Connection) -> dict[str, dict[str, list[Row]]]:
    """Rows of summary.disposition by arm and step."""
    rows = load_cells(con, "summary.disposition", ("arm", "position", "detail"))
    return {arm: grouped(steps, "step") for arm, steps in grouped(rows, "arm").items()}


CHARACTERISTICS = {
    "chronic_article": "Chronic by the article",
    "chronic_ichd3": "Chronic by ICHD-3",
    "overuse": "Medication overuse",
    "failed_preventives": "Different preventive drugs failed",
    "preventives_failed_before": "Preventive drugs failed before",
    "eligible": "Eligible by the article",
    "recorded_days": "Recorded baseline days",
}


def load_baseline(con: Connection) -> list[Row]:
    """One row per characteristic and level, with the rows of summary.baseline by arm in ``arms``; known ones only."""
    rows = load_cells(con, "summary.baseline", ("position", "characteristic", "level", "arm"))
    answers = {
        row["characteristic"] for row in rows if row["level"] == "yes"
    }  # of these only yes and unknown are shown
    rows.sort(
        key=lambda row: (row["position"], row["characteristic"], row["level"] == "unknown", row["level"] != "yes")
    )
    return [
        {name: group[0][name] for name in ("characteristic", "level", "unit")}
        | {
            "title": _title(group[0]["characteristic"]),
            "is_answer": group[0]["characteristic"] in answers,
            "is_amount": group[-1]["n"].value is None,
            "arms": {row["arm"]: row for row in group},
        }
        for group in grouped(rows, "position", "characteristic", "level").values()
        if group[-1]["n_known"].value and not (group[0]["characteristic"] in answers and group[0]["level"] == "no")
    ]


def _title(characteristic: str) -> str:
    if characteristic in INSTRUMENTS:
        return INSTRUMENTS[characteristic]
    return CHARACTERISTICS.get(characteristic) or sentence(characteristic)
