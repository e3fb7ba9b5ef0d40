"""The hashes of a blinded study's files: whoever knows all of a file but the arms cannot try which arms fit them."""

import hashlib
import json
import re
import shutil
import stat
from bisect import bisect_left
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.explaining.explain import explain
from flows.runs.as_of import publish_as_of
from flows.verifying.verify import verify
from flows.warehouse.blinding_key import KEY_NAME, BlindingKey, load_key, make_key
from tests.cli.helpers import SETTINGS, write_study
from tests.cli.published_bytes import contents
from tests.run import computed, run_without_prefect

SUBJECTS = [f"S{number:02}" for number in range(1, 17)]
START = date(2024, 3, 1)
BLINDED = SETTINGS.replace("[study]", "[study]\nblinded = true") + '[arms]\nqzx = "Quarzinol"\nwvk = "Wolkamid"\n'
# The truth, as unknown to the attacker as any other of the 65,536 fillings.
TRUTH = tuple(number in (1, 2, 5, 7, 8, 12, 13, 14) for number in range(16))
SHORTEST_HASH = 10  # hexadecimal digits; shorter ones are equal by chance


class Writer(NamedTuple):
    """A file with one line a subject, which tells the subject's arm."""

    header: str
    line: Callable[[str, bool], str]

    def __call__(self, arms: tuple[bool, ...]) -> str:
        return self.header + "".join(map(self.line, SUBJECTS, arms))


# The arm in the subjects file.
subjects = Writer("subject_id,arm,site,sex\n", lambda s, arm: f"{s},{'qzx' if arm else 'wvk'},north,F\n")
# The dose in the injections file.
injections = Writer("subject_id,injection_date,units,sites\n", lambda s, arm: f"{s},{START},{155 if arm else 75},31\n")
# The number of a kit in a column that nobody reads.
scores = Writer(
    "subject_id,score_date,instrument,score,kit\n", lambda s, arm: f"{s},{START},HIT6,60,{1 if arm else 2}\n"
)
WRITERS = {"subjects.csv": subjects, "injections.csv": injections, "scores.csv": scores}


class Attacked(NamedTuple):
    """A blinded snapshot and the file whose arms the attacker tries."""

    study: Path
    snapshot: Path
    name: str


@pytest.fixture(scope="module")
def attacked_study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A blinded study in which each of the files tells the arms, and its snapshot."""
    diary = "".join(f"{s},{START + timedelta(day)},{day % 2}\n" for s in SUBJECTS for day in range(-5, 5))
    files = {"diary.csv": "subject_id,diary_date,headache\n" + diary}
    files |= {name: writer(TRUTH) for name, writer in WRITERS.items()}
    study = write_study(tmp_path_factory.mktemp("attacked") / "study", files, BLINDED)
    return study, run_without_prefect(study, study / "published")


@pytest.fixture(scope="module", params=sorted(WRITERS))
def attacked(request: pytest.FixtureRequest, attacked_study: tuple[Path, Path]) -> Attacked:
    return Attacked(*attacked_study, request.param)


@cache
def fillings(name: str) -> list[tuple[str, tuple[bool, ...]]]:
    """Every filling of the column, by the SHA-256 that the file would have, in the order of the hashes.

    What two fillings begin with in common is hashed once: each subject goes on from both.
    """
    writer = WRITERS[name]
    begun = [(hashlib.sha256(writer.header.encode()), ())]
    for subject in SUBJECTS:
        longer: list[tuple[Any, tuple[bool, ...]]] = []
        for hashed, arms in begun:
            for arm in (False, True):
                further = hashed.copy()
                further.update(writer.line(subject, arm).encode())
                longer.append((further, (*arms, arm)))
        begun = longer
    return sorted((hashed.hexdigest(), arms) for hashed, arms in begun)


def found_by(name: str, published: set[str]) -> list[tuple[bool, ...]]:
    """The fillings whose SHA-256, or its beginning, is published."""
    tried = fillings(name)
    assert len({sha256 for sha256, _ in tried}) == 2 ** len(SUBJECTS)
    found = set()
    for word in published:
        place = bisect_left(tried, (word, ()))  # hashes that begin with the word stand together, from there on
        while place < len(tried) and tried[place][0].startswith(word):
            found.add(tried[place][1])
            place += 1
    return sorted(found)


def hashes_in(snapshot: Path) -> set[str]:
    """Whatever may be a hash in a name, a file or a table of a snapshot."""
    words = re.compile(rb"[0-9a-f]{%d,64}" % SHORTEST_HASH)
    return {word.decode() for _, held in contents(snapshot) for word in words.findall(held.lower())}


def test_the_attack_finds_the_arms_behind_a_plain_hash(attacked: Attacked) -> None:
    """The whole SHA-256, or the twelve digits of a file_id, are enough: that is why they are not published."""
    plain = sha256_of(attacked.study / "inbox" / attacked.name)
    assert found_by(attacked.name, {plain}) == [TRUTH]
    assert found_by(attacked.name, {plain[:12]}) == [TRUTH]


def test_the_attack_finds_nothing_in_all_that_is_published(attacked: Attacked) -> None:
    published = hashes_in(attacked.snapshot)
    with duckdb.connect(attacked.snapshot / "outcomes.duckdb", read_only=True) as con:
        shown = con.execute("SELECT sha256, file_id FROM landing.files").fetchall()
    assert {word for row in shown for word in row} | {attacked.snapshot.name} <= published  # the search sees them
    assert found_by(attacked.name, published) == []


def test_what_is_published_is_the_keyed_hash(attacked: Attacked) -> None:
    secret = load_key(attacked.study / "published/state")
    assert secret is not None
    plain = sha256_of(attacked.study / "inbox" / attacked.name)
    shown = BlindingKey(secret).hash_of(plain)
    with duckdb.connect(attacked.snapshot / "outcomes.duckdb", read_only=True) as con:
        row = con.execute("SELECT sha256, file_id FROM landing.files WHERE path = ?", [attacked.name]).fetchone()
    assert row == (shown, shown[:12])
    manifest = json.loads((attacked.snapshot / "manifest.json").read_text())
    assert {entry["path"]: entry["sha256"] for entry in manifest["inputs"]}[attacked.name] == shown
    assert manifest["input_hash"].startswith("HMAC-SHA256")


@pytest.fixture(scope="module")
def blinded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blinded study, published once, with one file that repeats another and one that fits no pattern."""
    files = {
        "diary.csv": "subject_id,diary_date,headache,acute_medication\nS01,2024-02-20,1,ibuprofen\n"
        "S02,2024-02-20,1,saline drip\nS02,2024-02-21,1,Botox\nS01,2024-06-30,0,\n",
        "injections.csv": injections(TRUTH),
        "subjects.csv": subjects(TRUTH),
        "other/subjects.csv": subjects(TRUTH),
        "notes.txt": subjects(TRUTH[::-1]),
    }
    study = write_study(tmp_path_factory.mktemp("blinded") / "study", files, BLINDED)
    run_without_prefect(study, study / "published")
    return study


def test_the_key_is_its_owners_and_is_made_once(blinded: Path) -> None:
    place = blinded / "published/state" / KEY_NAME
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    key = place.read_text()
    assert re.fullmatch("[0-9a-f]{64}\n", key)
    first = (blinded / "published/current").resolve().name
    with computed(blinded, blinded / "published") as run:
        assert run.snapshot_id == first
    assert place.read_text() == key
    assert [path.name for path in (blinded / "published/state").glob("*.tmp")] == []


def test_verify_holds_the_keyed_hashes_against_the_kept_files(blinded: Path) -> None:
    verification = verify(blinded / "published")
    assert verification.differences == []
    assert "inputs: 3 keyed hashes held against the kept files" in verification.facts
    (statuses,) = [fact for fact in verification.facts if fact.startswith("statuses")]
    assert "of 15 subjects (1 NOT recomputed" in statuses  # whose acute medication names an arm
    (lines,) = [fact for fact in verification.facts if fact.startswith("lines")]
    assert "1 files of injections NOT counted" in lines


def test_withheld_medication_is_one_text_and_explained_once(blinded: Path) -> None:
    withheld = "(withheld: names an arm of a blinded study)"
    with duckdb.connect(blinded / "published/current/outcomes.duckdb", read_only=True) as con:
        texts = con.execute("SELECT text, is_known, n_lines FROM meta.medication ORDER BY text").fetchall()
        days = con.execute(
            "SELECT DISTINCT acute_medication FROM tabulation.diary_days WHERE acute_medication IS NOT NULL ORDER BY ALL"
        ).fetchall()
    assert texts == [(withheld, False, 2), ("ibuprofen", True, 1)]
    assert days == [(withheld,), ("ibuprofen",)]
    (cycle,) = explain(blinded, "S02", None, None)
    assert [day.state for day in cycle.baseline.days].count("headache") == 2


def test_verify_says_what_it_cannot_look_at_without_the_key(blinded: Path, tmp_path: Path) -> None:
    """Whoever was sent the snapshot alone has no key, and must not have one."""
    alone = tmp_path / "snapshot"
    shutil.copytree(blinded / "published/current/", alone)
    verification = verify(alone)
    assert verification.differences == []
    (inputs,) = [fact for fact in verification.facts if fact.startswith("inputs")]
    assert "3 files NOT held against what was landed" in inputs
    assert KEY_NAME in inputs


def test_verify_finds_hashes_of_another_key(blinded: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(blinded / "published", out, symlinks=True)
    (out / "state" / KEY_NAME).write_text("00" * 32 + "\n")
    differences = verify(out).differences
    assert len([line for line in differences if "is that of no kept file" in line]) == 3


def test_a_snapshot_made_again_has_its_name_and_bytes(blinded: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(blinded / "published", out, symlinks=True)
    name = (out / "current").resolve().name
    before = tmp_path / "before"
    shutil.move(out / "snapshots" / name, before)
    again = publish_as_of(out, name)
    assert again.name == name
    for path in before.rglob("*"):
        if path.is_file() and path.name not in ("outcomes.duckdb", "manifest.json"):
            assert path.read_bytes() == (again / path.relative_to(before)).read_bytes(), path
    shutil.rmtree(out / "snapshots" / name)
    (out / "state" / KEY_NAME).unlink()
    with pytest.raises(ConfigurationError, match="the key it was made with is gone"):
        publish_as_of(out, name)


def test_a_file_is_withdrawn_by_the_id_it_is_shown_by(blinded: Path, tmp_path: Path) -> None:
    """Also after the study was opened, when the files are shown by their plain hashes again."""
    study = tmp_path / "study"
    shutil.copytree(blinded, study, symlinks=True)
    with duckdb.connect(study / "published/current/outcomes.duckdb", read_only=True) as con:
        ((subjects_id,),) = con.execute(
            "SELECT file_id FROM landing.files WHERE path = 'other/subjects.csv'"
        ).fetchall()
    withdrawal = f'\n[[withdrawn]]\nfile = "{subjects_id}"\nreason = "sent too early"\n'
    for settings in (BLINDED + withdrawal, BLINDED.replace("blinded = true", "blinded = false") + withdrawal):
        (study / "study.toml").write_text(settings, encoding="utf-8")
        with computed(study, study / "published") as run:
            of_path = "FROM landing.files WHERE path = $1"
            status = run.con.execute(f"SELECT status {of_path}", ["other/subjects.csv"]).fetchall()
            shown = run.con.execute(f"SELECT sha256 {of_path}", ["diary.csv"]).fetchall()
        assert status == [("withdrawn",)]
    assert shown == [(sha256_of(study / "inbox/diary.csv"),)]


def test_a_lost_key_is_made_anew_and_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = make_key(tmp_path)
    assert caplog.messages == []
    (tmp_path / "publications" / "0123456789abcdef").mkdir(parents=True)
    assert make_key(tmp_path) == first
    (tmp_path / KEY_NAME).unlink()
    assert make_key(tmp_path) != first
    assert "another key is made" in caplog.text


def test_a_damaged_key_stops_the_run(blinded: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(blinded, study, symlinks=True)
    (study / "published/state" / KEY_NAME).write_text("not a key\n")
    with pytest.raises(ConfigurationError, match="the key of the blinded study cannot be read"):
        run_without_prefect(study, study / "published")
