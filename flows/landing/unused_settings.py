"""What study.toml says and no file took up, and files that look like data and that no entry reads: nothing is passed over
in silence. Names of settings and of columns only, and no value of a file."""

from collections.abc import Iterable
from contextlib import suppress

import duckdb

from flows.base.sql_text import one_row, quoted
from flows.base.suggestions import did_you_mean
from flows.landing.layout import Layout
from flows.landing.parsing import BLANKS
from flows.landing.plain_text import PlainText
from flows.landing.reading import data_records
from flows.landing.records import read_csv
from flows.study.file_format import FileFormat
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile

Connection = duckdb.DuckDBPyConnection
SettingUsed = tuple[str, str, bool, str]  # setting, name, whether the file has it, the nearest name there
DATA_SUFFIXES = ("csv", "tsv", "txt", "xlsx", "xls", "sav", "sas7bdat", "xpt")
PACKED = ("gz", "zip")
# The checks on landing.files know by these words why a file was not read.
UNREAD = "is read by no entry of study.toml, and its name is one of data"
MAY_LIE_THERE = "may lie there: [intake] ignore in study.toml names it"
NO_PATTERN = "matches no file pattern; see [files] in study.toml"


def create_settings_tables(con: Connection) -> None:
    """landing.settings_used: by file, whether a column or value that study.toml names is there. landing.unused_settings:
    one row per setting that nothing took up, with the name of the check that reports it."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS landing.settings_used"
        " (file_id VARCHAR, kind VARCHAR, pattern VARCHAR, setting VARCHAR, name VARCHAR, is_used BOOLEAN, hint VARCHAR)"
    )
    con.execute('CREATE OR REPLACE TABLE landing.unused_settings ("check" VARCHAR, file_id VARCHAR, detail VARCHAR)')


def why_unread(study: Study, path: str) -> str:
    """Why a file that no entry reads was not read."""
    if study.may_ignore(path):
        return MAY_LIE_THERE
    ending = path.lower().rsplit(".", 2)[1:]
    if not ending or (ending[-1] not in DATA_SUFFIXES and not (ending[-1] in PACKED and ending[0] in DATA_SUFFIXES)):
        return NO_PATTERN
    kinds = {pattern: kind for kind, pattern in study.patterns()}
    near = did_you_mean(path, kinds) or did_you_mean(path.rpartition("/")[2], kinds)
    return UNREAD + (near.replace("did you mean", "the nearest pattern is").rstrip("?") if near else "")


def find_settings_used(con: Connection, plain: PlainText, layout: Layout, group: FileFormat) -> list[SettingUsed]:
    """Whether the file has it, for each column and value that study.toml maps."""
    header = layout.header
    found = [
        ("columns", f"{ours} = '{name}'", name.strip().casefold() in header, did_you_mean(name, layout.extra_columns))
        for ours, theirs in [*group.columns.items(), *((ours, tuple(boxes)) for ours, boxes in group.codes.items())]
        for name in theirs
        if not layout.folds_boxes_of(name)
    ]
    for column, values in group.values.items():
        if column not in layout.described.positions or not values:
            continue
        wanted = [str(theirs).lower() for theirs in values]
        there = _values_there(con, plain, layout, column, wanted)
        found += [("values", f"{column}: {name}", is_there, "") for name, is_there in zip(values, there, strict=True)]
    return found


def _values_there(con: Connection, plain: PlainText, layout: Layout, column: str, wanted: list[str]) -> list[bool]:
    if layout.description is None and layout.header_line == 1:
        cell = f"lower(trim(c{layout.positions[column]}, {quoted(BLANKS)}))"
        each = ", ".join(f"coalesce(bool_or({cell} = {quoted(name)}), false)" for name in wanted)
        names = [f"c{number}" for number in range(layout.width)]
        # Lines that are no records are looked at one by one, as they are landed.
        with suppress(duckdb.Error):
            return list(
                one_row(con, f"SELECT {each} FROM {read_csv(plain.path, names, layout.delimiter, padded=True)}")
            )
    cells = {
        record.fields[record.layout.positions[column]].strip(BLANKS).lower()
        for record in data_records(plain, layout)
        if record.is_read and column in record.layout.positions
    }
    return [name in cells for name in wanted]


def note_settings_used(con: Connection, files: Iterable[tuple[KeptFile, FileFormat, Iterable[SettingUsed]]]) -> None:
    """Keep what was found about files."""
    rows = [(entry.file_id, entry.kind, group.pattern, *setting) for entry, group, found in files for setting in found]
    if rows:
        con.execute(
            "INSERT INTO landing.settings_used SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]),"
            " unnest($4::VARCHAR[]), unnest($5::VARCHAR[]), unnest($6::BOOLEAN[]), unnest($7::VARCHAR[])",
            [list(column) for column in zip(*rows, strict=True)],
        )


def list_unused_settings(con: Connection, study: Study, landed: Iterable[str]) -> set[str]:
    """Write landing.unused_settings, and give the paths of all files that came: ``landed``, and those of
    landing.refused_files."""
    refused = con.execute("SELECT DISTINCT path FROM landing.refused_files").fetchall()
    paths = {*landed, *(path for (path,) in refused)}
    con.execute("DELETE FROM landing.unused_settings")
    con.execute(
        """INSERT INTO landing.unused_settings
        SELECT 'columns', file_id, name || hint FROM landing.settings_used WHERE setting = 'columns' AND NOT is_used
        UNION ALL
        SELECT 'values', NULL, format('[files.{}]', kind) || coalesce(' ' || pattern, '') || ', ' || name
        FROM landing.settings_used WHERE setting = 'values'
        GROUP BY kind, pattern, name HAVING NOT bool_or(is_used)
        UNION ALL
        SELECT 'where', file_id, format('{} lines, the first is line {}', lines_unclaimed, first_unclaimed)
        FROM landing.landed_files WHERE lines_unclaimed > 0"""
    )
    taken = {(reading.kind, reading.group.pattern) for path in paths for reading in study.readings_of(path)}
    unread = [path for path in paths if not study.kind_of(path)]
    for kind, pattern in study.patterns(declared=True):
        if (kind, pattern) not in taken:
            fitting = any(FileFormat(pattern=pattern).matches(path) for path in paths)
            why = "; another entry above it reads all its files" if fitting else did_you_mean(pattern, unread or paths)
            _unused(con, "pattern", f"[files.{kind}] pattern '{pattern}'{why}")
    for pattern in study.ignore:
        if read := sorted(path for path in paths if study.ignores(pattern, path) and study.kind_of(path)):
            _unused(con, "ignore", f"'{pattern}' fits {read[0]}, which is read")
    return paths


def note_withdrawal(con: Connection, file: str, paths: Iterable[str]) -> None:
    """A [[withdrawn]] entry that names no file that is there."""
    _unused(con, "withdrawn", f"'{file}'{did_you_mean(file, paths)}")


def _unused(con: Connection, check: str, detail: str) -> None:
    con.execute("INSERT INTO landing.unused_settings VALUES (?, NULL, ?)", [check, detail])
