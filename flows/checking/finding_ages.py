"""Findings by age: new, persisting, or resolved since the snapshot before.

Two findings of two nights are one where the check and the thing it is about are the same. The thing is the key of the line
(subject and date, of a score the questionnaire too, of an event its term) and not the place where it stands: a file that is
sent again, or a line that moved, makes no finding new. Where the line shows no whole key it is the path and the line number,
of a whole file its path, of neither the subject and the sentence up to its first semicolon: what follows are numbers. What is
said twice of one thing counts once.

A finding is open while its line is the last word: where a later file has a line of the same key that counts, it is resolved.
"""

from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.files import to_disk
from flows.base.sql_text import quoted
from flows.checking.check_outcomes import SEVERITIES, NewFinding
from flows.checking.checks import Check, load_suites
from flows.checking.dose_findings import UNCOUNTED_KIND, is_about_dose
from flows.checking.drift import PREFIX, Drift
from flows.study.dictionary import FILE_KINDS, input_tables

Connection = duckdb.DuckDBPyConnection
# What a check of the inbox alone cannot find: it knows no earlier run and no file that went away.
BEYOND_CHECK = ("file.absent", PREFIX)
HASH_DIGITS = 16


class FindingAges(NamedTuple):
    """Open findings of one check: not there before, there before too, and there before only."""

    check_id: str
    severity: str
    findings_new: int
    findings_persisting: int
    findings_resolved: int


def derive_open_findings(con: Connection) -> None:
    """open_findings (temporary): the findings that stand, of the landed lines and files, each with its first place.

    ``thing`` is the hash of what it is about: state holds no more of a subject than it needs to know the finding again.
    Of a blinded study those on injections and doses are left out: their number tells whose session was added.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE open_findings AS
        WITH place AS (
            SELECT file_id, min(path) AS path, min(sequence) AS sequence FROM landing.landed_files GROUP BY file_id
        ),
        {", ".join(f"flagged_{kind} AS ({_flagged(kind)})" for kind in FILE_KINDS)},
        keyed AS ({" UNION ALL ".join(_keyed(kind) for kind in FILE_KINDS)}),
        current AS ({" UNION ALL ".join(_current(kind) for kind in FILE_KINDS)}),
        last_word AS (SELECT thing, max(place.sequence) AS sequence FROM current JOIN place USING (file_id) GROUP BY thing),
        standing AS (
            SELECT finding.check_id, finding.severity,
                CASE
                    WHEN keyed.thing IS NOT NULL THEN keyed.thing
                    WHEN finding.line_number IS NOT NULL THEN concat_ws(chr(31), file.path, finding.line_number)
                    WHEN finding.file_id IS NOT NULL THEN file.path
                    ELSE concat_ws(chr(31), coalesce(finding.subject_id, ''), split_part(finding.reason, ';', 1))
                END AS thing,
                {{'path': file.path, 'line_number': finding.line_number, 'reason': finding.reason}} AS place
            FROM landing.findings AS finding
            LEFT JOIN place ON place.file_id = finding.file_id
            LEFT JOIN (SELECT file_id, min(path) AS path FROM landing.files GROUP BY file_id) AS file
                ON file.file_id = finding.file_id
            LEFT JOIN keyed ON keyed.kind = finding.kind AND keyed.file_id = finding.file_id
                AND keyed.line_number = finding.line_number
            LEFT JOIN last_word ON last_word.thing = keyed.thing
            WHERE (last_word.sequence IS NULL OR last_word.sequence <= place.sequence)
                AND NOT ((SELECT is_blinded FROM meta.study) AND list_contains($withheld, finding.check_id))
        )
        SELECT check_id, severity, {_hashed("coalesce(thing, '')")} AS thing, min(place) AS place
        FROM standing GROUP BY ALL""",
        {"withheld": [check.id for checks in load_suites().values() for check in checks if _tells_sessions(check)]},
    )


def _tells_sessions(check: Check) -> bool:
    return (
        is_about_dose(check) or check.id.startswith(f"{UNCOUNTED_KIND}.") or check.table.endswith(f".{UNCOUNTED_KIND}")
    )


def _key_of(kind: str, alias: str, are_landed: bool) -> list[str]:
    """The columns of a line that are its key, in landing.* or in the table of the lines that count."""
    table = input_tables()[kind]
    types = {column.name: column.type for column in table.columns}
    return [
        f"{alias}.{name}_text" if types[name] == "partial_date" and not are_landed else f"{alias}.{name}"
        for name in table.key
    ]


def _flagged(kind: str) -> str:
    """The lines of a kind that have findings."""
    return f"""SELECT line.file_id, line.line_number, {", ".join(_key_of(kind, "line", True))} FROM landing.{kind} AS line
        SEMI JOIN landing.findings AS finding ON finding.kind = '{kind}' AND finding.file_id = line.file_id
            AND finding.line_number = line.line_number"""


def _thing(kind: str, alias: str, are_landed: bool) -> str:
    """The key of a line as one text; null where a part is unknown."""
    parts = (f"CAST({column} AS VARCHAR)" for column in _key_of(kind, alias, are_landed))
    return f"'{kind}' || chr(31) || " + " || chr(31) || ".join(parts)


def _keyed(kind: str) -> str:
    """Each line with findings, and its key."""
    thing = _thing(kind, "line", True)
    return f"SELECT '{kind}' AS kind, file_id, line_number, {thing} AS thing FROM flagged_{kind} AS line"


def _current(kind: str) -> str:
    """The key and file of each line that counts, of the keys that have findings."""
    flagged, own = _key_of(kind, "flagged", True), _key_of(kind, "line", False)
    return f"""SELECT {_thing(kind, "line", False)} AS thing, line.file_id FROM {input_tables()[kind].full_name} AS line
        SEMI JOIN flagged_{kind} AS flagged ON {" AND ".join(f"{a} = {b}" for a, b in zip(flagged, own, strict=True))}"""


def _hashed(thing: str) -> str:
    return f"left(sha256({thing}), {HASH_DIGITS})"


def add_drift(con: Connection, found: list[Drift]) -> None:
    """Flagged sites among the open findings: one persists while the site stays flagged."""
    for drift in found:
        con.execute(
            f"INSERT INTO open_findings SELECT $1, 'warning', {_hashed('$2')}, NULL", [drift.check.id, drift.site or ""]
        )


def keep_findings(con: Connection, path: Path) -> None:
    """The open findings in a file, for the publications and checks to come."""
    building = path.with_name(f".{path.name}")
    con.execute(
        f"COPY (SELECT check_id, severity, thing FROM open_findings ORDER BY ALL) TO {quoted(str(building))} (FORMAT parquet)"
    )
    to_disk(building)
    building.replace(path)
    to_disk(path.parent)


def compare_findings(con: Connection, earlier: Path, but: tuple[str, ...] = ()) -> list[FindingAges]:
    """The ages by check, the checks in the order of their names: the open findings against those kept in a file. Checks whose
    names begin with one of ``but`` are left out."""
    counted = con.execute(
        f"""SELECT check_id, severity, count(*) FILTER (before.thing IS NULL),
            count(*) FILTER (before.thing IS NOT NULL AND now.thing IS NOT NULL), count(*) FILTER (now.thing IS NULL)
        FROM {_kept(earlier)} AS before FULL JOIN open_findings AS now USING (check_id, severity, thing)
        WHERE {_BUT}
        GROUP BY check_id, severity ORDER BY check_id, severity""",
        {"but": list(but)},
    ).fetchall()
    return [FindingAges(*row) for row in counted]


def list_new_findings(con: Connection, earlier: Path, but: tuple[str, ...], most: int) -> list[NewFinding]:
    """The open findings that are not among those kept in a file, the gravest first; ``but`` as of ``compare_findings``."""
    rows = con.execute(
        f"""SELECT check_id, severity, place.path, place.line_number, place.reason
        FROM open_findings AS now ANTI JOIN {_kept(earlier)} AS before USING (check_id, severity, thing)
        WHERE {_BUT}
        ORDER BY list_position($severities, severity), check_id, place
        LIMIT $most""",
        {"but": list(but), "severities": list(SEVERITIES), "most": most},
    ).fetchall()
    return [
        NewFinding(check_id=check, severity=severity, path=f"inbox/{path}" if path else None, line=line, reason=reason)
        for check, severity, path, line, reason in rows
    ]


_BUT = "NOT list_contains(list_transform($but, lambda start: starts_with(check_id, start)), true)"


def _kept(path: Path) -> str:
    """The findings of a file; earlier versions kept a list of lists as JSON."""
    if path.suffix == ".json":
        listed = f"(SELECT unnest(from_json(content, '[[\"VARCHAR\"]]')) AS it FROM read_text({quoted(str(path))}))"
        return f"(SELECT it[1] AS check_id, it[2] AS severity, it[3] AS thing FROM {listed})"
    return f"read_parquet({quoted(str(path))})"


def ages_in_words(ages: list[FindingAges]) -> str:
    """3 new findings (1 of severity error), 12 persisting, 2 resolved."""
    new, persisting, resolved = (
        sum(column) for column in zip(*([row[2:] for row in ages] or [(0, 0, 0)]), strict=True)
    )
    grave = sum(row.findings_new for row in ages if row.severity in ("critical", "error"))
    errors = f" ({grave} of severity error)" if grave else ""
    return f"{new} new finding{'' if new == 1 else 's'}{errors}, {persisting} persisting, {resolved} resolved"
