"""landing.subject_twins: pairs of identifiers that are probably one person's, over the files of every kind."""

from collections import defaultdict
from itertools import combinations, pairwise

import duckdb

from flows.landing.identities import are_twins, twin_keys
from flows.study.dictionary import FILE_KINDS

Connection = duckdb.DuckDBPyConnection
MOST_OF_ONE_FORM = 50  # ids that all fold to one text; of more, only those next to each other are paired


def find_twins(con: Connection) -> None:
    """Build landing.subject_twins.

    Grain: one row per pair. subject_id is the one with fewer diary lines (of attacks, where there is no diary; of
    equals the later in order), and file_id and line_number the first place where it stands.
    """
    con.execute(
        """CREATE OR REPLACE TABLE landing.subject_twins (
            subject_id VARCHAR, twin_id VARCHAR, n_diary_lines BIGINT, n_twin_diary_lines BIGINT,
            file_id VARCHAR, line_number INTEGER)"""
    )
    lines: dict[str, int] = {}
    for kind in FILE_KINDS:
        counted = "count(*)" if kind in ("diary", "attacks") else "0"
        for subject, number in con.execute(
            f"SELECT subject_id, {counted} FROM landing.{kind} WHERE subject_id IS NOT NULL GROUP BY ALL"
        ).fetchall():
            lines[subject] = lines.get(subject, 0) + number
    pairs = _pairs(sorted(lines))
    if not pairs:
        return
    ordered = [sorted(pair, key=lambda subject: (-lines[subject], subject)) for pair in pairs]
    places = _first_places(con, sorted({rare for _, rare in ordered}))
    con.executemany(
        "INSERT INTO landing.subject_twins VALUES (?, ?, ?, ?, ?, ?)",
        [(rare, usual, lines[rare], lines[usual], *places[rare]) for usual, rare in ordered],
    )


def _pairs(subjects: list[str]) -> list[tuple[str, str]]:
    of_key: defaultdict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        for key in twin_keys(subject):
            of_key[key].append(subject)
    pairs: set[tuple[str, str]] = set()
    for group in of_key.values():
        if len(group) > 1:
            near = combinations(group, 2) if len(group) <= MOST_OF_ONE_FORM else pairwise(group)
            pairs |= {(one, other) for one, other in near if are_twins(one, other)}
    return sorted(pairs)


def _first_places(con: Connection, subjects: list[str]) -> dict[str, tuple[str, int]]:
    """(file_id, line_number) of the first line of each, by landing and line."""
    found: dict[str, tuple[int, int, str]] = {}
    for kind in FILE_KINDS:
        for subject, place in con.execute(
            f"""SELECT line.subject_id, min({{'sequence': file.sequence, 'line': line.line_number, 'file': line.file_id}})
            FROM landing.{kind} AS line JOIN landing.landed_files AS file USING (file_id)
            WHERE list_contains($1, line.subject_id) GROUP BY ALL""",
            [subjects],
        ).fetchall():
            where = (place["sequence"], place["line"], place["file"])
            found[subject] = min(where, found.get(subject, where))
    return {subject: (file, line) for subject, (_, line, file) in found.items()}
