"""landing.quarantined_text: the raw text of every quarantined line, as it stands in the kept file."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from flows.base.sql_text import one_value
from flows.landing.reading import find_layout, records, to_plain_text
from flows.study.study_folder import FileFormat, Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection


def quote_quarantined(con: Connection, study: Study, kept: KeptInputs) -> None:
    """Add the text of each line that is set aside and was not quoted by an earlier run.

    The typed columns do not hold it: a file is read again, once, for the lines of it that turn out to be wrong.
    """
    con.execute(
        "CREATE TABLE IF NOT EXISTS landing.quarantined_text (file_id VARCHAR, line_number INTEGER, raw VARCHAR)"
    )
    wanted: dict[str, set[int]] = {}
    for file_id, line_number in con.execute(
        "SELECT file_id, line_number FROM landing.set_aside WHERE outcome = 'quarantined'"
        " EXCEPT SELECT file_id, line_number FROM landing.quarantined_text"
    ).fetchall():
        wanted.setdefault(file_id, set()).add(line_number)
    for entry in kept.files:
        if entry.file_id in wanted:
            _, group = study.kind_of(entry.path) or (entry.kind, FileFormat())
            lines_read = one_value(
                con, "SELECT lines_read FROM landing.landed_files WHERE file_id = $1", [entry.file_id]
            )
            lines = dict(_lines(kept, entry, group, wanted[entry.file_id], lines_read))
            con.execute(
                "INSERT INTO landing.quarantined_text"
                " SELECT $1, unnest(CAST($2 AS INTEGER[])), unnest(CAST($3 AS VARCHAR[]))",
                [entry.file_id, list(lines), list(lines.values())],
            )


def _lines(
    kept: KeptInputs, entry: KeptFile, group: FileFormat, wanted: set[int], lines_read: int
) -> Iterator[tuple[int, str]]:
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=kept.folder) as folder:
        plain = to_plain_text(kept.location(entry), Path(folder), group.encoding)
        layout = find_layout(plain, entry.kind, group)
        with plain.path.open(encoding="utf-8", newline=None) as text:
            # As many records as lines, and each record has at least one line: each has exactly one.
            if lines_read + 1 == plain.physical_lines and layout.header_line == 1 and not plain.has_lone_cr:
                lines = ((number, line.rstrip("\n")) for number, line in enumerate(text, start=1) if number in wanted)
            else:
                lines = records(text, layout.fits)
            yield from ((number, line) for number, line in lines if number in wanted)
