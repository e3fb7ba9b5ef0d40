"""However a study is written, its tables are the same: each way beside the plain one, places aside."""

import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from tests.landing.canonical import DIARY_DAYS, SUBJECTS, canonical
from tests.landing.computed_tables import (
    Differences,
    computed_tables,
    differences,
    expected_tables,
    landed_rows,
    plain_rows,
    plain_tables,
)
from tests.landing.twenty_ways import DIARY, plain_way, ways

WAYS = ways()
# Those that are read in parts, from a sheet or with other places: of the others equal lines give equal tables. With
# ALL_WAYS=1 every way is computed to the end, which takes a minute and a half.
TO_THE_END = (
    *("a title above the header", "one file per patient", "a column a day", "a flat REDCap export"),
    *("a workbook of several sheets", "gzip, one file a site"),
)


@cache
def differences_of(number: int) -> Differences:
    """What a way of writing the study makes other than the plain files."""
    way = WAYS[number]
    with tempfile.TemporaryDirectory() as folder:
        return differences(landed_rows(way.write(Path(folder) / "study")), plain_rows(way.diary))


@pytest.mark.parametrize("number", range(1, len(WAYS)), ids=lambda number: WAYS[number].name)
def test_the_lines_are_those_of_the_plain_files(number: int) -> None:
    if WAYS[number].needs:
        pytest.importorskip(WAYS[number].needs)
    assert differences_of(number) == {}


@pytest.mark.parametrize("name", [way.name for way in WAYS[1:]] if os.environ.get("ALL_WAYS") else TO_THE_END)
def test_the_tables_are_those_of_the_plain_files(name: str, tmp_path: Path) -> None:
    (way,) = (way for way in WAYS if way.name == name)
    assert differences(computed_tables(way.write(tmp_path / "study")), expected_tables(way)) == {}


def test_there_are_twenty_ways_and_the_study_is_not_empty() -> None:
    assert len({way.name for way in WAYS}) == len(WAYS) > 20
    tables = plain_tables(DIARY)
    assert len(tables["tabulation.diary_days"]) == len(canonical().diary) > len(SUBJECTS) * DIARY_DAYS * 0.85
    assert len(tables["tabulation.subjects"]) == len(SUBJECTS)
    statuses = " ".join(tables["analysis.responder"])
    assert all(f"'{status}'" in statuses for status in ("responder", "non_responder", "not_evaluable"))


def test_one_other_cell_is_a_difference(tmp_path: Path) -> None:
    folder = plain_way().write(tmp_path / "study")
    diary = folder / "inbox/diary.csv"
    header, first, rest = diary.read_text(encoding="utf-8").split("\n", 2)
    cells = first.split(",")
    cells[DIARY.index("migraine")] = "1"
    diary.write_text("\n".join([header, ",".join(cells), rest]), encoding="utf-8")
    found = differences(computed_tables(folder), expected_tables(plain_way()))
    assert "tabulation.diary_days" in found


@pytest.mark.parametrize(
    "entry",
    [
        *("pattern", "file_name", "where", "answered", "columns", "date_format", "values", "scales", "codes"),
        *('units = { hours = "minutes" }', "layout", "wide"),
    ],
)
def test_without_a_key_of_its_entry_a_way_differs(entry: str, tmp_path: Path) -> None:
    """What an entry says is needed: a key that is not heeded, or a file that is read without it, shows here."""
    way = next(way for way in WAYS if entry in way.entries)
    lines = way.entries.splitlines(keepends=True)
    kept, skipping = [], False
    for line in lines:
        skipping = line.startswith(f"[files.diary.{entry}") or (skipping and not line.startswith("["))
        if not (skipping or line.startswith(entry)):
            kept.append(line)
    assert differences_of(WAYS.index(way)) == {}
    assert len(kept) < len(lines)
    folder = way._replace(entries="".join(kept)).write(tmp_path / "study")
    try:
        found = landed_rows(folder)
    except ConfigurationError:  # layout without wide
        assert entry in ("layout", "wide")
        return
    assert differences(found, plain_rows(way.diary)) != {}


def test_a_way_is_the_same_bytes_every_time() -> None:
    way = WAYS[1]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first, second = way.write(Path(one)), way.write(Path(other))
        for path in first.rglob("*.csv"):
            assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()
