"""Each cause alone, on a study of a few lines: what changes between two nights, and what the comparison says of it."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from flows.comparing.causes import Change, places_in_words
from flows.comparing.compare import compare
from flows.comparing.sides import Side
from tests.cli.helpers import SETTINGS, write_files, write_study
from tests.comparing.quick_runs import Night, run_night, without_great_expectations

Change_ = Callable[[Path], object]
Between = Callable[[Change_, Change_], list[Change]]
DAY_1 = date(2024, 3, 1)  # first injection of everybody
CUTOFF = DAY_1 + timedelta(days=100)
TOML = SETTINGS.replace("rule_sets", f"data_cutoff = {CUTOFF}\nrule_sets")
HEADER = "subject_id,diary_date,headache,hours\n"


def days(subject: str, first: int, last: int, with_headache: int) -> str:
    """Diary Days ``first`` to ``last``, the first ``with_headache`` of them with headache of five hours."""
    lines = []
    for place, number in enumerate(range(first, last + 1)):
        when = DAY_1 + timedelta(days=number - 1 if number > 0 else number)
        headache = place < with_headache
        lines.append(f"{subject},{when},{int(headache)},{5 if headache else ''}\n")
    return "".join(lines)


# A had 20 headache days of 28 and has 5: a responder by NICE TA260. B has 19, is none, and changes in no test.
BASE = {
    "diary.csv": HEADER
    + days("A", -28, -1, 20)
    + days("A", 57, 84, 5)
    + days("B", -28, -1, 20)
    + days("B", 57, 84, 19),
    "injections.csv": f"subject_id,injection_date\nA,{DAY_1}\nB,{DAY_1}\n",
    "subjects.csv": "subject_id,prior_preventives_failed,overuse_excluded,consent_date\nA,2,1,2024-01-01\nB,2,1,2024-01-01\n",
}
CORRECTED = HEADER + days("A", 57, 84, 19)


@pytest.fixture(autouse=True, scope="module")
def _quick():
    with without_great_expectations():
        yield


class First(NamedTuple):
    """The study as it is, after its first night."""

    folder: Path  # holds study/ and out/
    night: Night


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory, _quick: None) -> First:
    """Run once: each test goes on with a copy."""
    folder = tmp_path_factory.mktemp("first")
    study = write_study(folder / "study", BASE, TOML)
    return First(folder, run_night(study, folder / "out", folder / "0.duckdb"))


def next_night(first: First, folder: Path, change: Change_) -> Night:
    """The night after the first one, when the study has changed."""
    for name in ("study", "out"):
        shutil.copytree(first.folder / name, folder / name, symlinks=True)
    change(folder / "study")
    return run_night(folder / "study", folder / "out", folder / "1.duckdb")


@pytest.fixture
def changes_between(first_night: First, tmp_path: Path) -> Between:
    """What differs between the study after one change and after another."""

    def between(first: Change_, then: Change_) -> list[Change]:
        if first is nothing:
            return compared(first_night.night.side, next_night(first_night, tmp_path, then).side)
        study = write_study(tmp_path / "study", BASE, TOML)
        nights: list[Night] = []
        for number, change in enumerate((first, then)):
            change(study)
            nights.append(run_night(study, tmp_path / "out", tmp_path / f"{number}.duckdb"))
        return compared(*(night.side for night in nights))

    return between


def compared(before: Side, after: Side) -> list[Change]:
    with duckdb.connect() as con:
        return list(compare(con, before, after).changes)


def nothing(_study: Path) -> None:
    pass


def send(**files: str) -> Callable[[Path], None]:
    return lambda study: write_files(study, {name.replace("__", "."): text for name, text in files.items()})


def settings(text: str) -> Callable[[Path], None]:
    return lambda study: (study / "study.toml").write_text(text) and None


def own_rule(study: Path) -> None:
    (study / "rules").mkdir()
    shipped = (Path(__file__).parents[2] / "data/rules/nice_ta260.toml").read_text()
    (study / "rules/nice_ta260.toml").write_text(shipped.replace("threshold = 30", "threshold = 80"))


def statuses(changes: list[Change]) -> list[tuple[str | None, int | None, str | None, str | None, tuple[str, ...]]]:
    return [(c.subject_id, c.cycle, c.value_before, c.value_after, c.codes) for c in changes if c.scope == "status"]


WITHDRAWN = TOML + "[[withdrawn]]\nfile = 'diary2.csv'\nreason = 'wrong study'\n"
LATER = TOML.replace(str(CUTOFF), str(DAY_1 + timedelta(days=82)))


@pytest.mark.parametrize(
    ("first", "then", "was", "now", "cause", "places"),
    [
        (nothing, send(diary2__csv=CORRECTED), "responder", "non_responder", "correction", 14),
        (send(diary2__csv=CORRECTED), settings(WITHDRAWN), "non_responder", "responder", "withdrawal", 1),
        (lambda s: [send(diary2__csv=CORRECTED)(s), settings(WITHDRAWN)(s)], settings(TOML), "responder", "non_responder", "restored", 1),
        (settings(LATER), settings(TOML), "not_due", "responder", "cutoff", 0),
        (nothing, own_rule, "responder", "non_responder", "rule", 0),
    ],
    ids=["correction", "withdrawal", "restored", "cutoff", "rule"],
)  # fmt: skip
def test_one_cause(
    changes_between: Between, first: Callable, then: Callable, was: str, now: str, cause: str, places: int
) -> None:
    changes = changes_between(first, then)
    of_a = [change for change in changes if change.scope == "status" and change.subject_id == "A"]
    assert [(c.value_before, c.value_after, c.codes) for c in of_a] == [(was, now, (cause,))]
    assert len(places_in_words(of_a[0].causes[0])) == places


def test_a_correction_names_the_place_of_the_old_and_of_the_new_line(changes_between: Between) -> None:
    changes = changes_between(nothing, send(diary2__csv=CORRECTED))
    (status,) = [change for change in changes if change.scope == "status"]
    # Days 57 to 61 had headache before too: the correction begins with Day 62, line 35 of the first file (28 baseline
    # days and five others are before it, and the header) and line 7 of the second.
    assert places_in_words(status.causes[0])[0] == "diary.csv:35 -> diary2.csv:7"


def test_new_days_of_another_subject_are_no_cause(changes_between: Between) -> None:
    more = HEADER + days("A", 57, 84, 19) + days("B", 1, 28, 3)
    changes = changes_between(nothing, send(diary2__csv=more))
    assert statuses(changes) == [("A", 1, "responder", "non_responder", ("correction",))]


def test_days_that_no_window_holds_are_no_cause(changes_between: Between) -> None:
    more = HEADER + days("A", 1, 40, 3) + days("A", 57, 84, 19)
    (status,) = [c for c in changes_between(nothing, send(diary2__csv=more)) if c.scope == "status"]
    assert {place.line_number for place in status.causes[0].places} == {40 + n for n in range(7, 21)}


def test_the_newest_day_of_another_subject_moves_the_cut_off(changes_between: Between) -> None:
    without = TOML.replace(f"data_cutoff = {CUTOFF}\n", "")
    early = {"diary.csv": BASE["diary.csv"].replace(days("B", 57, 84, 19), "").replace(days("A", 80, 84, 0), "")}

    def first(study: Path) -> None:
        settings(without)(study)
        write_files(study, early)

    changes = changes_between(first, send(diary2__csv=HEADER + days("B", 90, 90, 1)))
    assert ("A", 1, "not_due", "responder", ("cutoff",)) in statuses(changes)
    cutoff = next(c for c in changes if c.subject_id == "A" and c.scope == "status").causes[0]
    assert places_in_words(cutoff) == ["diary2.csv:2"]
    assert cutoff.text == "2024-05-18 -> 2024-05-29 (the newest diary date)"


def test_a_new_injection_opens_a_cycle(changes_between: Between) -> None:
    second = f"subject_id,injection_date\nA,{DAY_1 + timedelta(days=84)}\n"
    changes = changes_between(nothing, send(injections2__csv=second))
    assert statuses(changes) == [("A", 2, None, "not_due", ("new_lines",))]


def test_a_later_consent_sets_days_aside(changes_between: Between) -> None:
    later = "subject_id,prior_preventives_failed,overuse_excluded,consent_date\nA,2,1,2024-02-20\n"
    changes = changes_between(nothing, send(subjects2__csv=later))
    assert statuses(changes) == [("A", 1, "responder", "not_evaluable", ("correction",))]
    (status,) = [change for change in changes if change.scope == "status"]
    assert places_in_words(status.causes[0]) == ["subjects.csv:2 -> subjects2.csv:2"]


def test_identifiers_that_are_folded_are_a_setting(changes_between: Between) -> None:
    small = send(diary2__csv=CORRECTED.replace("A,", "a,"))
    changes = changes_between(small, settings(TOML + '[subjects]\nid_folding = ["case"]\n'))
    assert statuses(changes) == [("A", 1, "responder", "non_responder", ("setting",))]
    (status,) = [change for change in changes if change.scope == "status"]
    assert status.causes[0].text == "subjects.id_folding"


def test_what_the_software_changed(first_night: First, tmp_path: Path) -> None:
    """A file of the software that decides differs, and one that only shows."""
    first = first_night.night.side
    second = next_night(first_night, tmp_path, send(diary2__csv=CORRECTED)).side
    shown = second._replace(own_files={"flows/report/page.py": "1", "sql/summary/verdicts.sql": "1"})
    assert statuses(compared(first, shown))[0][4] == ("correction",)
    decided = second._replace(own_files={"sql/analysis/response.sql": "1"})
    assert statuses(compared(first, decided))[0][4] == ("correction", "software")


def test_a_change_without_any_cause_is_told_as_a_defect(first_night: First, tmp_path: Path) -> None:
    first = first_night.night.side
    second = next_night(first_night, tmp_path, nothing).side
    assert compared(first, second) == []
    with duckdb.connect(second.database) as con:
        con.execute("UPDATE analysis.responder SET status = 'responder' WHERE subject_id = 'B'")
    assert statuses(compared(first, second)) == [("B", 1, "non_responder", "responder", ("unexplained",))]


def test_eligibility_and_the_line_of_the_subject(changes_between: Between) -> None:
    later = "subject_id,prior_preventives_failed,overuse_excluded,consent_date\nA,1,1,2024-01-01\n"
    changes = changes_between(nothing, send(subjects2__csv=later))
    assert [(c.scope, c.subject_id, c.column_name, c.value_before, c.value_after, c.codes) for c in changes] == [
        ("eligibility", "A", "has_failed_preventives", "true", "false", ("correction",)),
        ("eligibility", "A", "is_eligible", "true", "false", ("correction",)),
    ]


def test_an_injection_that_came_where_the_cut_off_takes_the_cycle_away(changes_between: Between) -> None:
    """With the cut-off where it was the cycle would be there, and cut short by the new injection."""
    earlier = TOML.replace(str(CUTOFF), str(DAY_1 - timedelta(days=1)))
    second = f"subject_id,injection_date\nA,{DAY_1 + timedelta(days=40)}\n"

    def later(study: Path) -> None:
        settings(earlier)(study)
        write_files(study, {"injections2.csv": second})

    changes = [change for change in statuses(changes_between(nothing, later)) if change[0] == "A"]
    assert changes == [("A", 1, "responder", None, ("new_lines", "cutoff"))]
