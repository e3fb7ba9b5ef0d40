"""Findings by age: new, persisting, or resolved since the snapshot before.

Two findings of two nights are one where the check and the thing it is about are the same. The thing is the key of the line
(subject and date, of a score the questionnaire too, of an event its term) and not the place where it stands: a file that is
sent again, or a line that moved, makes no finding new. Where the line shows no whole key it is the path and the line number,
of a whole file its path, of neither the subject and the sentence up to its first semicolon: what follows are numbers. What is
said twice of one thing counts once.

A finding is open while its line is the last word: where a later file has a line of the same key that counts, it is resolved.
"""

import hashlib
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import duckdb

from flows.checking.checks import Check, load_suites
from flows.checking.dose_findings import UNCOUNTED_KIND, is_about_dose
from flows.checking.drift import PREFIX, Drift
from flows.study.dictionary import FILE_KINDS, LANDED_TYPES, input_tables

Connection = duckdb.DuckDBPyConnection
Finding = tuple[str, str, str]  # check, severity, the hash of the thing it is about
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


class OpenFinding(NamedTuple):
    """A finding that stands, with its place."""

    identity: Finding
    path: str | None
    line_number: int | None
    reason: str


def list_open_findings(con: Connection) -> list[OpenFinding]:
    """The open findings of the landed lines and files, each with its first place, in the order of checks and places.

    Of a blinded study those on injections and doses are left out: their number tells whose session was added.
    """
    rows = con.execute(
        f"""WITH place AS (
            SELECT file_id, min(path) AS path, min(sequence) AS sequence FROM landing.landed_files GROUP BY file_id
        ),
        keyed AS ({" UNION ALL ".join(_keyed(kind) for kind in FILE_KINDS)}),
        current AS ({" UNION ALL ".join(_current(kind) for kind in FILE_KINDS)}),
        last_word AS (SELECT thing, max(place.sequence) AS sequence FROM current JOIN place USING (file_id) GROUP BY thing)
        SELECT finding.check_id, finding.severity,
            CASE
                WHEN keyed.thing IS NOT NULL THEN keyed.thing
                WHEN finding.line_number IS NOT NULL THEN concat_ws(chr(31), file.path, finding.line_number)
                WHEN finding.file_id IS NOT NULL THEN file.path
                ELSE concat_ws(chr(31), coalesce(finding.subject_id, ''), split_part(finding.reason, ';', 1))
            END AS thing,
            file.path, finding.line_number, finding.reason
        FROM landing.findings AS finding
        LEFT JOIN place ON place.file_id = finding.file_id
        LEFT JOIN (SELECT file_id, min(path) AS path FROM landing.files GROUP BY file_id) AS file
            ON file.file_id = finding.file_id
        LEFT JOIN keyed ON keyed.check_id = finding.check_id AND keyed.file_id = finding.file_id
            AND keyed.line_number = finding.line_number
        LEFT JOIN last_word ON last_word.thing = keyed.thing
        WHERE (last_word.sequence IS NULL OR last_word.sequence <= place.sequence)
            AND NOT ((SELECT is_blinded FROM meta.study) AND list_contains($withheld, finding.check_id))
        ORDER BY ALL""",
        {"withheld": [check.id for checks in load_suites().values() for check in checks if _tells_sessions(check)]},
    ).fetchall()
    found: dict[Finding, OpenFinding] = {}
    for check_id, severity, thing, path, line, reason in rows:
        identity = check_id, severity, _hash(thing or "")
        found.setdefault(identity, OpenFinding(identity, path, line, reason))
    return list(found.values())


def _tells_sessions(check: Check) -> bool:
    return (
        is_about_dose(check) or check.id.startswith(f"{UNCOUNTED_KIND}.") or check.table.endswith(f".{UNCOUNTED_KIND}")
    )


def _key_of(kind: str, alias: str, are_landed: bool) -> str:
    """The key of a line as one text; null where a part is unknown."""
    table = input_tables()[kind]
    types = {column.name: column.type for column in table.columns}
    parts = []
    for name in table.key:
        is_partial = LANDED_TYPES[types[name]] != "DATE" and types[name] == "partial_date"
        column = f"{name}_text" if is_partial and not are_landed else name
        parts.append(f"CAST({alias}.{column} AS VARCHAR)")
    return f"'{kind}' || chr(31) || " + " || chr(31) || ".join(parts)


def _keyed(kind: str) -> str:
    """Each finding on a line of a kind with the key of that line."""
    return f"""SELECT DISTINCT finding.check_id, finding.file_id, finding.line_number, {_key_of(kind, "line", True)} AS thing
        FROM landing.findings AS finding
        JOIN landing.{kind} AS line ON line.file_id = finding.file_id AND line.line_number = finding.line_number
        WHERE finding.kind = '{kind}'"""


def _current(kind: str) -> str:
    """The key and file of each line that counts, of the kinds that have findings."""
    return f"""SELECT {_key_of(kind, "line", False)} AS thing, line.file_id FROM {input_tables()[kind].full_name} AS line
        SEMI JOIN keyed ON keyed.thing = {_key_of(kind, "line", False)}"""


def _hash(thing: str) -> str:
    """State holds no more of a subject than it needs to know the same finding again."""
    return hashlib.sha256(thing.encode()).hexdigest()[:HASH_DIGITS]


def drift_finding(drift: Drift) -> Finding:
    """A flagged site as a finding: it persists while the site stays flagged."""
    return drift.check.id, "warning", _hash(drift.site or "")


def compare_findings(before: AbstractSet[Finding], now: AbstractSet[Finding]) -> list[FindingAges]:
    """The ages by check, the checks in the order of their names."""
    counted: dict[tuple[str, str], list[int]] = {}
    for finding in sorted(before | now):
        ages = counted.setdefault(finding[:2], [0, 0, 0])
        ages[0 if finding not in before else 1 if finding in now else 2] += 1
    return [FindingAges(*check, *ages) for check, ages in counted.items()]


def ages_in_words(ages: list[FindingAges]) -> str:
    """3 new findings (1 of severity error), 12 persisting, 2 resolved."""
    new, persisting, resolved = (
        sum(column) for column in zip(*([row[2:] for row in ages] or [(0, 0, 0)]), strict=True)
    )
    grave = sum(row.findings_new for row in ages if row.severity in ("critical", "error"))
    errors = f" ({grave} of severity error)" if grave else ""
    return f"{new} new finding{'' if new == 1 else 's'}{errors}, {persisting} persisting, {resolved} resolved"
