"""What draft makes of the study in all its shapes, none of which study.toml describes, and of files it cannot tell."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from flows.landing.draft.drafting import Draft, draft_study, write_drafts
from flows.study.study_folder import load_study
from tests.cli.helpers import SETTINGS, write_study
from tests.landing.canonical import SUBJECTS, canonical
from tests.landing.computed_tables import differences, landed_rows, plain_rows
from tests.landing.twenty_ways import Way, ways

NOT_PLAIN = ways()[1:]
IDS = [way.name for way in NOT_PLAIN]
FEWEST_WHOLE = 17  # of twenty
INJECTIONS = "subject_id,injection_date\nP-07,2024-01-05\n"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> "Drafted":
    return Drafted(tmp_path_factory.mktemp("drafts"))


class Drafted:
    """Each way drafted once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, tuple[Path, list[Draft]]] = {}

    def of(self, way: Way) -> tuple[Path, list[Draft]]:
        """The study folder without entries, and its drafts."""
        if way.needs:
            pytest.importorskip(way.needs)
        if way.name not in self._known:
            study = way.write(self.folder / str(len(self._known)), with_entries=False)
            self._known[way.name] = study, draft_study(load_study(study))
        return self._known[way.name]


@pytest.mark.parametrize("way", NOT_PLAIN, ids=IDS)
def test_the_entry_lands_every_line_as_the_plain_files_do(way: Way, drafted: Drafted, tmp_path: Path) -> None:
    study, drafts = drafted.of(way)
    assert [draft.trial is not None and draft.trial.is_whole for draft in drafts] == [True] * len(drafts)
    folder = shutil.copytree(study, tmp_path / "study")
    assert write_drafts(load_study(folder), drafts) == len(drafts) > 0
    different = differences(landed_rows(folder), plain_rows(way.diary))
    if way.names_missing:
        assert set(different) == {"diary"}
        assert any(way.names_missing in doubt for draft in drafts if draft.entry for doubt in draft.entry.cannot_tell)
    else:
        assert different == {}
        assert not any(draft.cannot_tell or (draft.entry and draft.entry.cannot_tell) for draft in drafts)


def test_of_twenty_ways_most_are_told_whole(drafted: Drafted) -> None:
    told = [way for way in NOT_PLAIN if not way.names_missing]
    assert len(told) >= FEWEST_WHOLE / 20 * len(NOT_PLAIN)
    assert len(NOT_PLAIN) >= 20


@pytest.mark.parametrize("way", NOT_PLAIN, ids=IDS)
def test_no_value_of_a_patient_is_printed(way: Way, drafted: Drafted) -> None:
    _, drafts = drafted.of(way)
    text = "\n".join(draft.text() for draft in drafts)
    words = set(re.findall(r"[\w:./-]+", text))
    assert not words & set(SUBJECTS)
    for row in canonical().diary:
        day = row["diary_date"]
        assert day.isoformat() not in text
        assert f"{day:%d.%m.%Y}" not in text
    assert not re.search(r"\b(4\d{4}|23\d{3}|20\d{9})\b", text)  # days and seconds by their numbers


@pytest.mark.parametrize("way", NOT_PLAIN, ids=IDS)
def test_what_is_printed_is_toml(way: Way, drafted: Drafted) -> None:
    _, drafts = drafted.of(way)
    for draft in drafts:
        assert draft.entry is not None
        assert tomllib.loads(draft.text()) == {"files": {draft.entry.kind: [draft.entry.settings()]}}


def _drafts(folder: Path, files: dict[str, str], settings: str = SETTINGS) -> list[Draft]:
    return draft_study(load_study(write_study(folder / "study", files, settings)))


def _text(drafts: list[Draft]) -> str:
    return "\n".join(draft.text() for draft in drafts)


def test_an_order_of_day_and_month_that_nothing_tells_is_named(tmp_path: Path) -> None:
    rows = "".join(f"P-07,0{day}/0{month}/24,1\n" for month in (1, 2) for day in (3, 5, 8))
    text = _text(_drafts(tmp_path, {"log.csv": "subject_id,diary_date,headache\n" + rows}))
    assert "Cannot tell: day or month first" in text
    assert "\ndate_format =" not in text


def test_two_columns_that_could_be_one_are_named(tmp_path: Path) -> None:
    rows = "".join(f"P-07,2024-01-{day},1,{day % 2},2\n" for day in range(10, 30))
    text = _text(_drafts(tmp_path, {"log.csv": "Patient,Date,Headache,Pain,Intensity\n" + rows}))
    assert "Cannot tell: columns 'Pain' and 'Intensity' could both be severity" in text
    assert "columns.severity" not in text


def test_boxes_without_a_dictionary_are_named(tmp_path: Path) -> None:
    way = next(way for way in NOT_PLAIN if "REDCap" in way.name)
    folder = way.write(tmp_path / "study", with_entries=False)
    (folder / "project-dictionary.csv").unlink()
    text = _text(draft_study(load_study(folder)))
    assert "Cannot tell: what the box 'acute_med___1' stands for" in text
    assert "codes.acute_medication" not in text


def test_a_file_without_a_known_header_shows_none_of_its_cells(tmp_path: Path) -> None:
    text = _text(_drafts(tmp_path, {"odd.csv": "P-07,2024-01-12,1\nP-07,2024-01-13,0\n"}))
    assert "Cannot tell" in text
    assert "P-07" not in text
    assert "2024-01" not in text
    assert "[[" not in text


def test_a_single_file_with_an_identifier_in_its_name_is_shown_without(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day},1\n" for day in range(10, 30))
    drafts = _drafts(tmp_path, {"notes P-07.csv": "diary_date,headache\n" + rows, "injections.csv": INJECTIONS})
    text = _text(drafts)
    assert 'file_name = "notes {subject_id}.csv"' in text
    assert "P-07" not in text
    assert drafts[0].trial is not None
    assert drafts[0].trial.is_whole


def test_entries_stand_before_those_that_refuse_the_file_and_comments_stay(tmp_path: Path) -> None:
    settings = (
        SETTINGS
        + '\n# of all sites\n[files.diary]   # one table\ncolumns = { headache = "HA" }\n\n[intake]\nignore = ["*.pdf"]\n'
    )
    rows = "".join(f"P-07,2024-01-{day},{day % 2}\n" for day in range(10, 30))
    folder = write_study(tmp_path / "study", {"diary.csv": "Patient,Date,Headache\n" + rows}, settings)
    drafts = draft_study(load_study(folder))
    assert write_drafts(load_study(folder), drafts) == 1
    text = (folder / "study.toml").read_text(encoding="utf-8")
    for line in settings.splitlines():
        assert line in text or line.startswith("[files.diary]")
    assert (
        text.index('pattern = "diary.csv"') < text.index("# of all sites") < text.index("[[files.diary]]   # one table")
    )
    assert draft_study(load_study(folder)) == []
    assert len(landed_rows(folder)["diary"]) == 20


def test_settings_that_are_written_in_another_way_are_left_alone(tmp_path: Path) -> None:
    settings = 'files.diary.pattern = "d.csv"\n' + SETTINGS
    rows = "".join(f"P-07,2024-01-{day},{day % 2}\n" for day in range(10, 30))
    folder = write_study(tmp_path / "study", {"log.csv": "Patient,Date,Headache\n" + rows}, settings)
    said = CliRunner().invoke(app, ["draft", str(folder), "--write"])
    assert "write them in by hand" in str(said.exception)
    assert (folder / "study.toml").read_text(encoding="utf-8") == settings


def test_the_verb_prints_and_writes_only_when_told(tmp_path: Path) -> None:
    rows = "".join(f"P-07,2024-01-{day},{day % 2}\n" for day in range(10, 30))
    folder = write_study(
        tmp_path / "study", {"log.csv": "Patient,Date,Headache\n" + rows, "injections.csv": INJECTIONS}
    )
    said = CliRunner().invoke(app, ["draft", str(folder)])
    assert said.exit_code == 0
    assert "# Tried: lands 20 of 20 lines." in said.stdout
    assert (folder / "study.toml").read_text(encoding="utf-8") == SETTINGS
    assert "1 entry written" in CliRunner().invoke(app, ["draft", str(folder), "--write"]).stdout
    assert "Every file in inbox/ is read." in CliRunner().invoke(app, ["draft", str(folder)]).stdout


def test_an_answer_in_codes_is_named_and_is_nothing_else(tmp_path: Path) -> None:
    rows = "".join(f"P-07,2024-01-{day},{1 + day % 2},2\n" for day in range(10, 30))
    text = _text(_drafts(tmp_path, {"log.csv": "Patient,Date,Headache,Pain\n" + rows}))
    assert "column 'Headache' reads like headache by its name, but its cells are not yes or no" in text
    assert "[[" not in text


def test_days_whose_cells_are_no_answers_are_named(tmp_path: Path) -> None:
    header = "Patient,Start," + ",".join(f"D{day}" for day in range(1, 9))
    text = _text(_drafts(tmp_path, {"grid.csv": f"{header}\nP-07,2024-02-01{',7' * 8}\n"}))
    assert "Cannot tell: what the columns of the days hold" in text
    assert "\nwide =" not in text


def test_a_slip_does_not_tell_the_order_of_all_dates(tmp_path: Path) -> None:
    rows = "".join(f"P-07,0{day}/0{month}/24,1\n" for month in (1, 2, 3) for day in range(1, 9)) + "P-07,13/02/24,1\n"
    text = _text(_drafts(tmp_path, {"log.csv": "subject_id,diary_date,headache\n" + rows}))
    assert "Cannot tell: the order in its dates: only 1 of them" in text
    assert "\ndate_format =" not in text


def test_what_is_no_table_is_told_and_nothing_of_it_is_shown(tmp_path: Path) -> None:
    files = {"empty.csv": "", "notes.txt": "Mrs Doe called.\nShe will come on Monday.\n"}
    text = _text(_drafts(tmp_path, files))
    assert text.count("[intake] ignore") == 2
    assert "Doe" not in text
