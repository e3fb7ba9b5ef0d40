"""What stops the fast way of landing a file: what the file holds sends it the exact way, any other trouble ends the run."""

from pathlib import Path

import duckdb
import pytest

from flows.landing import loading
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, DIARY, write_study

NOT_UNIFORM = {
    "a field too few": "B,2024-01-01\n",
    "a field too many": "B,2024-01-01,1,2\n",
    "many fields too many": "B,2024-01-01,1,2,3,4\n",
    "a line break inside quotes": '"B\nC",2024-01-01,1\n',
    "a quotation mark never closed": '"B,2024-01-01,1\n',
    "text after a quotation mark": '"B"x,2024-01-01,1\n',
}


def land(study_folder: Path, out: Path) -> list[tuple[int]]:
    study = load_study(study_folder)
    with open_warehouse(out, study) as (con, kept):
        take_in(con, study, kept)
        return con.execute("SELECT lines_read FROM landing.landed_files WHERE path = 'diary2.csv'").fetchall()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("line", NOT_UNIFORM.values(), ids=NOT_UNIFORM)
def test_a_file_that_is_not_uniform_is_landed_the_exact_way(
    line: str, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exactly: list[str] = []
    by_record = loading._land_record_by_record

    def watched(con, plain, layout, entry, group, scratch) -> int:
        exactly.append(entry.path)
        return by_record(con, plain, layout, entry, group, scratch)

    monkeypatch.setattr(loading, "_land_record_by_record", watched)
    if large:
        monkeypatch.setattr(loading, "LARGE_FILE_BYTES", 0)
    study = write_study(tmp_path / "study", {**BASE, "diary2.csv": DIARY + "A,2024-01-01,1\n" + line})
    assert land(study, tmp_path / "out") == [(2,)]
    assert exactly == ["diary2.csv"]


@pytest.mark.parametrize(
    "trouble",
    [
        duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"),
        duckdb.IOException("IO Error: could not read from file"),
        duckdb.InternalException("INTERNAL Error: assertion"),
        duckdb.Error("Corrupt database file: computed checksum does not match"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_trouble_that_is_not_of_the_file_is_not_taken_for_a_broken_file(
    trouble: duckdb.Error, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(loading, "one_value", fail)
    with pytest.raises(type(trouble), match=str(trouble)):
        land(write_study(tmp_path / "study"), tmp_path / "out")
