"""The clinical checks, broken in one place at a time: the fixtures have to notice."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import duckdb

from flows.checking.checks import load_suites

CHANGES = (
    (r"<=", "<"),
    (r">=", ">"),
    (r"(?<![<>])<(?![=>])", "<="),
    (r"(?<![<>])>(?!=)", ">="),
    (r"<>", "="),
    (r"\bBETWEEN (\S+) AND (\S+)", r"BETWEEN \1 + 1 AND \2"),
    (r"\bBETWEEN (\S+) AND (\S+)", r"BETWEEN \1 AND \2 - 1"),
    (r" \+ 1\b", " + 2"),
    (r" - 1\b", " - 2"),
    (r"\bNOT ", ""),
    (r"\bDISTINCT ", ""),
    (r"\bmin\(", "max("),
    (r"\blead\(", "lag("),
)
# Changes that cannot be seen, for what they change decides nothing: check, the changed text; in how many places, why.
EQUIVALENT = {
    ("diary.entered_at.batch", ">="): (
        1,
        "passes over subjects early; at midnight sharp it passes over one day too few",
    ),
    ("diary.entered_at.batch", " - 1"): (1, "passes over subjects early"),
    ("diary.site.compliance_drop", "<="): (1, "a span of one day adds one expected day"),
    ("diary.site.compliance_drop", " + 1"): (1, "a month before the first one expects no days and judges nothing"),
    ("diary.site.compliance_drop", " - 1"): (1, "one day at the end of the last cycle"),
    ("file.earlier_version_counts", "<>"): (1, "no case has a file twice; tests/landing/test_described_files.py has"),
    ("injections.interval.long", "DISTINCT "): (1, "rows of one session are 0 days apart, which is not long"),
    ("injections.subject_id.no_diary", "DISTINCT "): (1, "spares work only: an anti-join"),
}


class Mutant(NamedTuple):
    """A check whose query was changed at one place."""

    check_id: str
    position: int
    removed: str
    query: str


def mutants() -> Iterator[Mutant]:
    """Every clinical check with every change that fits it."""
    for checks in load_suites().values():
        for check in checks:
            if check.source == "dictionary" or check.severity == "critical":
                continue
            query = check.failing_rows()
            # Texts and comments stay as they are.
            plain = re.sub(r"'[^']*'|--[^\n]*", lambda match: "_" * len(match[0]), query)
            for pattern, change in CHANGES:
                for match in re.finditer(pattern, plain):
                    changed = re.sub(pattern, change, query[match.start() : match.end()])
                    broken = query[: match.start()] + changed + query[match.end() :]
                    if broken != query:
                        yield Mutant(check.id, match.start(), match[0], broken)


def changes_nothing(con: duckdb.DuckDBPyConnection, mutant: Mutant) -> bool:
    """Whether the broken query finds the very rows that the check finds."""
    check = next(one for checks in load_suites().values() for one in checks if one.id == mutant.check_id)
    found = sorted(map(str, con.execute(check.failing_rows()).fetchall()))
    try:
        return sorted(map(str, con.execute(mutant.query).fetchall())) == found
    except duckdb.Error:
        return False
