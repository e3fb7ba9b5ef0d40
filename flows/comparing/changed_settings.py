"""What is the same for all subjects and changed between two snapshots: cut-off, rules, checks, settings, software, clock."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flows.base.sql_text import one_row, one_value, rows_of
from flows.comparing.sides import Connection, Side, columns_of
from flows.study.study_folder import Study

IN_WORDS = {
    "rule_set",
    "position",
    "title",
    "citation",
    "decision",
    "interpretation",
}  # of a rule set: nothing is judged by them
CHECK_FILES = ("expectations/", "data/checks.toml")
RULE_FILES = ("data/rules/",)  # a rule set that was changed is seen in meta.rule_sets
# Files of the software that no status, verdict or eligibility hangs on: what shows, explains, compares or serves.
SHOWING_FILES = (
    "flows/cli/", "flows/serving/", "flows/nightly.py", "flows/report/", "flows/publishing/", "flows/explaining/",
    "flows/verifying/", "flows/comparing/", "flows/simulation/", "flows/runs/", "flows/landing/draft/",
    "sql/publication/", "sql/macros/", "data/dictionary/meta.toml",
)  # fmt: skip
SUMMARY_FILES = ("sql/summary/", "data/dictionary/summary.toml", "flows/statistics/")
COMPUTING = ("duckdb", "great-expectations")
LISTED = 5
ADDED, TAKEN_OUT = "the rule set was added", "the rule set was taken out"


class ChangedSettings(NamedTuple):
    """In words, each empty or None where nothing changed. ``rules`` goes by rule set."""

    cutoff: str | None
    rules: dict[str, list[str]]
    checks: list[str]
    settings: list[str]
    medication: list[str]  # the study's own list of drugs, which is also one of the settings
    software: list[str]
    summary_software: list[str]
    calendar: list[str]


def find_changed_settings(con: Connection, before: Side, after: Side) -> ChangedSettings:
    """Compare both sides, whose databases are attached."""
    files = _changed_files(before.own_files, after.own_files)
    shaping = [name for name in files if not name.startswith((*SHOWING_FILES, *CHECK_FILES, *RULE_FILES))]
    of_all = [name for name in shaping if not name.startswith(SUMMARY_FILES)]
    libraries = [
        f"{name} {before.versions.get(name)} -> {after.versions.get(name)}"
        for name in sorted(before.versions | after.versions)
        if before.versions.get(name) != after.versions.get(name) and name != "migraine-outcomes"
    ]
    shared = [text for text in libraries if text.startswith(COMPUTING)]
    settings = _changed_study(before.study, after.study)
    return ChangedSettings(
        cutoff=_moved_cutoff(con, before, after),
        rules=_changed_rules(con),
        checks=_changed_limits(con) + _listed([name for name in files if name.startswith(CHECK_FILES)]),
        settings=settings or _changed_run(con),
        medication=[text for text in settings if text == OWN_DRUGS],
        software=_listed(of_all) + shared,
        summary_software=_listed(shaping) + libraries,
        calendar=_dates_come(before, after),
    )


def _changed_files(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in before | after if before.get(name) != after.get(name))


def _listed(names: list[str]) -> list[str]:
    more = len(names) - LISTED
    return [*names[:LISTED], f"{more} more files"] if more > 0 else names


def cutoffs(con: Connection) -> tuple[Any, Any]:
    """The cut-off of each side."""
    return one_row(con, "SELECT (SELECT cutoff_date FROM before.meta.runs), (SELECT cutoff_date FROM after.meta.runs)")


def _moved_cutoff(con: Connection, before: Side, after: Side) -> str | None:
    earlier, later = cutoffs(con)
    if earlier == later:
        return None
    given = [side.cutoff_given for side in (before, after)]
    reason = "the newest diary date" if given == [None, None] else "study.toml or --cutoff"
    return f"{earlier or 'none'} -> {later or 'none'} ({reason})"


def _changed_rules(con: Connection) -> dict[str, list[str]]:
    columns = [name for name in columns_of(con, "meta.rule_sets") if name not in IN_WORDS]
    sides = [
        {row["rule_set"]: row for row in rows_of(con, f"SELECT * FROM {side}.meta.rule_sets")}
        for side in ("before", "after")
    ]
    changed = {}
    for rule_set in sorted(sides[0] | sides[1]):
        earlier, later = (side.get(rule_set) for side in sides)
        if earlier is None or later is None:
            changed[rule_set] = [ADDED if earlier is None else TAKEN_OUT]
        elif texts := _differing(earlier, later, columns):
            changed[rule_set] = texts
    return changed


def _changed_limits(con: Connection) -> list[str]:
    columns = columns_of(con, "meta.check_limits")
    earlier, later = (rows_of(con, f"SELECT * FROM {side}.meta.check_limits")[0] for side in ("before", "after"))
    return _differing(earlier, later, columns)


def _differing(before: dict[str, Any], after: dict[str, Any], names: Iterable[str]) -> list[str]:
    return [f"{name}: {before[name]} -> {after[name]}" for name in names if before[name] != after[name]]


OWN_DRUGS = "codelists/"


def _changed_study(before: Study | None, after: Study | None) -> list[str]:
    """Names of the settings of study.toml that differ: no values, for a blinded study must not tell its arms."""
    if before is None or after is None:
        return []
    found = [f"study.{name}" for name in ("blinded",) if getattr(before.facts, name) != getattr(after.facts, name)]
    for kind in sorted(before.files.keys() | after.files.keys()):
        if before.files.get(kind) != after.files.get(kind):
            found.append(f"files.{kind}")
    for name, shown in (
        ("arms", "arms"),
        ("analysis", "analysis"),
        ("estimands", "estimands"),
        ("id_folding", "subjects.id_folding"),
        ("ignore", "intake.ignore"),
    ):
        if getattr(before, name) != getattr(after, name):
            found.append(shown)
    if before.own_medication != after.own_medication:
        found.append(OWN_DRUGS)
    return found


def _changed_run(con: Connection) -> list[str]:
    """What the snapshots themselves tell of the settings, where a study.toml is not known any more."""
    names = {"is_blinded": "study.blinded", "population": "analysis", "id_folding": "subjects.id_folding"}
    query = "SELECT (SELECT {0} FROM before.meta.runs) IS DISTINCT FROM (SELECT {0} FROM after.meta.runs)"
    return [shown for name, shown in names.items() if one_value(con, query.format(name))]


def _dates_come(before: Side, after: Side) -> list[str]:
    if before.last_date_come == after.last_date_come:
        return []
    return [f"dates up to {after.last_date_come} that lay ahead when their file was landed"]
