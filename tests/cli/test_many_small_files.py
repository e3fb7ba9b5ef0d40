"""Many small files are landed by one statement and in one transaction: each as if it were landed alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.landing import sources, together
from flows.landing.loading import Source
from flows.warehouse.kept_inputs import KeptFile, KeptInputs
from tests.cli.helpers import BASE, SETTINGS, land_only, write_study

HEAD = "subject_id,diary_date,headache,hours,severity,entered_at\n"
FOLDED = SETTINGS + '[subjects]\nid_folding = ["case", "zeros", "blanks"]\n'


def diary(number: int, written: Callable[[int], str] = lambda day: f"2024-03-{day:02}", hours: str = "4") -> str:
    lines = [f"s-{number:03},{written(day)},{day % 2},{hours if day % 2 else ''},2,\n" for day in range(1, 29)]
    return HEAD + "".join(lines)


SOUND: dict[str, str | bytes] = {f"diary-{number:02}.csv": diary(number) for number in range(12)} | {
    f"diary-quoted-{number}.csv": diary(number).replace("s-", '"S, ').replace(",2024", '",2024') for number in range(4)
}
ODD: dict[str, str | bytes] = {
    "diary-blanks.csv": diary(20).replace("s-020", " s 20 ").encode("utf-16"),
    "diary-breaks.csv": diary(21).replace("\n", "\r\n"),
    "diary-broken.csv": diary(22) + "S22\n",
    "diary-copy.csv": diary(1),
    "diary-day-first.csv": diary(23, lambda day: f"{day:02}.03.2024"),
    "diary-empty.csv": HEAD,
    "diary-header-again.csv": diary(24) + HEAD + diary(25).removeprefix(HEAD),
    "diary-minutes.csv": diary(26, hours="240"),
    "diary-nothing.csv": b"",
    "diary-several.csv": diary(27).replace(",2,\n", ",2,2024-03-05T10:00\n") + diary(27).removeprefix(HEAD),
    "diary-several-on-the-day.csv": HEAD
    + "".join(f"S28,2024-03-{d:02},{h},,,2024-03-{d:02}T1{h}:00\n" for d in range(1, 20) for h in (0, 1)),
    "diary-stray.csv": diary(29).replace("s-029,2024-03-07", 's-"029,2024-03-07'),
    "diary-two-orders.csv": diary(30, lambda day: f"{day % 12 + 1:02}/03/2024"),
    "diary-wrong-dates.csv": diary(31, lambda day: "2024-03-05" if day < 3 else f"2024-44-{day:02}"),
}


def tables(study: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every landed table, but the time of landing."""
    with duckdb.connect(str(study / "out/state/warehouse.duckdb")) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'landing'").fetchall()
        return {
            name: con.execute(
                f"SELECT COLUMNS(lambda name: name <> 'landed_at') FROM landing.{name} ORDER BY ALL"
            ).fetchall()
            for (name,) in names
        }


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """By settings, the tables where each file is landed alone."""
    found = {}
    for settings in (SETTINGS, FOLDED):
        study = write_study(tmp_path_factory.mktemp("alone") / "study", {**BASE, **SOUND, **ODD}, settings)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(together, "SMALL_FILE_BYTES", 0)
            land_only(study)
        found[settings] = tables(study)
    return found


@pytest.mark.parametrize("settings", [SETTINGS, FOLDED], ids=["ids as written", "ids folded"])
def test_the_same_is_landed(settings: str, tmp_path: Path, alone: dict[str, dict[str, list[tuple[Any, ...]]]]) -> None:
    study = write_study(tmp_path / "study", {**BASE, **SOUND, **ODD}, settings)
    landed = land_only(study)
    found = tables(study)
    assert found == alone[settings]
    assert len(found["diary"]) > 28 * 20
    statuses = {status for status, _ in landed.values()}
    assert statuses == {"landed", "refused", "ignored"}
    # And when the warehouse is lost, from the kept files.
    (study / "out/state/warehouse.duckdb").unlink()
    land_only(study)
    assert tables(study) == found


def test_sound_files_are_not_landed_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = []
    land_file = sources.land_file

    def counted(con: duckdb.DuckDBPyConnection, source: Source) -> int:
        one_by_one.append(source.entry.path)
        return land_file(con, source)

    monkeypatch.setattr(sources, "land_file", counted)
    land_only(write_study(tmp_path / "study", {**BASE, **SOUND, **ODD}))
    assert not set(SOUND) & set(one_by_one)
    assert {"diary-broken.csv", "diary-minutes.csv", "injections.csv"} <= set(one_by_one)


@pytest.mark.parametrize("moment", ["before the commit", "before the listing", "after half a listing"])
def test_an_interruption_loses_nothing(
    moment: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    alone: dict[str, dict[str, list[tuple[Any, ...]]]],
) -> None:
    study = write_study(tmp_path / "study", {**BASE, **SOUND, **ODD})

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "before the commit":
            patch.setattr(together, "list_landed", stop)
        elif moment == "before the listing":
            patch.setattr(KeptInputs, "keep", stop)
        else:
            keep = KeptInputs.keep

            def keep_half(self: KeptInputs, *entries: KeptFile) -> None:
                keep(self, *entries[: len(entries) // 2])
                stop()

            patch.setattr(KeptInputs, "keep", keep_half)
        with pytest.raises(KeyboardInterrupt):
            land_only(study)
    land_only(study)
    assert tables(study) == alone[SETTINGS]
