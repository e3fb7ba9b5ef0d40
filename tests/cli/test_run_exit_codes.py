"""Exit codes and what is said on the way (design 5); real processes, started from one that has imported everything."""

import fcntl
from pathlib import Path

import pytest

from flows.base.errors import DataError
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, DIARY, SETTINGS, Said, commands, land_only, write_study
from tests.run import run_without_prefect

SECRETS = ("P-4711", "geheim", "1987", "99.5", "Triptanol")
DIRTY = {
    **BASE,
    "diary-values.csv": "subject_id,diary_date,headache,hours,acute_medication\nP-4711,1987-06-05,geheim,99.5,Triptanol\n"
    "P-4711,5.6.1987,1,,\nP-4711,1987-06-07,1,3,Triptanol,geheim\nP-4711,1987-06-08,1,3,Triptanol\n",
    "diary-no-header.csv": "P-4711,1987-06-05,1,geheim\nP-4711,1987-06-06,0,geheim\n",
    "diary-conflict.csv": DIARY + "P-4711,1987-07-05,1\nP-4711,1987-07-05,0\n",
    "diary-empty.csv": "",
    "notes.txt": "P-4711 geheim",
    "scores.csv": "subject_id,score_date,instrument,score\nP-4711,1987-06-05,HIT6,99.5\nP-4711,geheim,geheim,geheim\n",
    "subjects.csv": "subject_id,arm,birth_year\nP-4711,geheim,1787\nBASE,p,1987\n",
}
Answers = dict[str, Said]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("root")


@pytest.fixture(scope="module")
def answers(root: Path, prefect_server: str) -> Answers:
    """All calls, one after the other; the first run starts a Prefect server of its own, the others are told of one."""
    sound = write_study(root / "sound")
    dirty = write_study(root / "dirty", DIRTY, SETTINGS + "[arms]\np = 'Placebo'\n")
    locked = write_study(root / "locked")
    (locked / "published/state").mkdir(parents=True)
    server = f"PREFECT_API_URL={prefect_server}"
    calls: dict[str, list[str | Path]] = {
        "check sound": ["check", sound],
        "check dirty": ["check", dirty],
        "run": ["run", dirty],
        "run again": [server, "run", dirty],
        "run locked": [server, "run", locked],
        "init": ["init", root / "new"],
        "init again": ["init", root / "new"],
        "init beside a file": ["init", sound / "inbox/diary.csv"],
    }
    with (locked / "published/state/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = commands(list(calls.values()))
    return dict(zip(calls, said, strict=True))


def test_check_is_0_when_nothing_is_wrong(answers: Answers, root: Path) -> None:
    said = answers["check sound"]
    assert (said.code, said.out) == (0, "")
    assert said.err.splitlines()[-1] == "0 errors in 1 findings."  # the injection lies after the last diary day
    assert not (root / "sound/published").exists()


def test_check_is_1_with_an_error(answers: Answers, root: Path) -> None:
    said = answers["check dirty"]
    assert said.code == 1
    for told in ("diary-values.csv:2", "diary-values.csv:4", "diary-no-header.csv", "diary-empty.csv", "scores.csv:3"):
        assert told in said.err
    for check_id in ("diary.headache.unreadable", "diary.subject_day.conflict", "file.refused", "subjects.arm.unknown"):
        assert check_id in said.err


@pytest.mark.parametrize("call", ["check dirty", "run"])
def test_every_refused_file_is_told_with_its_own_reason(call: str, answers: Answers) -> None:
    lines = [line for line in answers[call].err.splitlines() if "refused whole" in line]
    assert len(lines) == 2
    for path, reason in (("diary-empty.csv", "is empty"), ("diary-no-header.csv", "'subject_id' is missing")):
        assert len([line for line in lines if path in line and reason in line]) == 1


def test_run_is_0_and_ends_with_the_report(answers: Answers, root: Path) -> None:
    """Errors of single lines and files do not stop a run; stdout holds the path of the report and nothing else."""
    said = answers["run"]
    assert said.code == 0, said.err
    assert said.out.splitlines() == [str(root / "dirty/published/current/report.html")]
    assert Path(said.out.strip()).is_file()


def test_second_run_lands_nothing_and_says_so(answers: Answers, root: Path) -> None:
    said = answers["run again"]
    assert said.code == 0, said.err
    assert "0 new with 0 lines" in said.err
    assert "Nothing new since the last run" in said.err
    assert said.out == answers["run"].out
    assert len(list((root / "dirty/published/snapshots").iterdir())) == 1


@pytest.mark.parametrize("call", ["check dirty", "run", "run again"])
def test_no_value_of_a_diary_is_said(call: str, answers: Answers) -> None:
    said = answers[call]
    assert not [secret for secret in SECRETS if secret in said.out + said.err]


def test_run_is_3_while_another_holds_the_lock(answers: Answers, root: Path) -> None:
    said = answers["run locked"]
    assert (said.code, said.out) == (3, "")
    told = f"{root}/locked/published: another run is under way; try again when it has ended."
    assert told in said.err.splitlines()  # on a busy machine Prefect adds a line of its own


def test_lines_that_do_not_add_up_are_exit_1_and_publish_nothing(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    out = tmp_path / "out"
    land_only(study, out)
    with open_warehouse(out, load_study(study)) as (con, _):  # from outside it would be found altered, and made anew
        con.execute("INSERT INTO landing.diary SELECT * REPLACE (99 AS line_number) FROM landing.diary")
    with pytest.raises(DataError, match=r"^Nothing was published.* lines read are not the sum of current") as error:
        run_without_prefect(study, out)
    assert error.value.exit_code == 1
    assert not (out / "current").exists()


def test_init_fills_an_empty_folder_only(answers: Answers, root: Path) -> None:
    assert answers["init"].code == 0
    assert {path.name for path in (root / "new").iterdir()} == {"study.toml", "inbox", "README.md", ".github"}
    for call in ("init again", "init beside a file"):
        said = answers[call]
        assert (said.code, said.out) == (2, "")
        assert said.err.endswith("nothing was written.\n")
    assert (root / "sound/inbox/diary.csv").read_text() == BASE["diary.csv"]
