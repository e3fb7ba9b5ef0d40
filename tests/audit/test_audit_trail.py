"""What the audit trail holds: by hand what each night has to add, and nothing of an arm where the study is blinded."""

import getpass
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.publishing.audit_entries import Attestation, attestation, record_standing
from flows.publishing.publish import published_snapshot, switch_current
from flows.runs.as_of import publish_as_of
from flows.study.study_folder import load_study
from flows.verifying.verify import verify
from flows.warehouse.audit_trail import append_entry, load_trail, next_entry
from flows.warehouse.database import open_warehouse
from tests.audit.tree import Tree, change_tables, entries_of, flip_byte, publish_twice
from tests.cli.helpers import SETTINGS, land_only, write_study
from tests.cli.test_blinded_twins import BLINDED, SUBJECTS, files
from tests.run import run_without_prefect


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return publish_twice(tmp_path_factory.mktemp("trail"), None)


@pytest.fixture
def tree(published: Tree, tmp_path: Path) -> Tree:
    """A copy with its study: DuckDB keeps the first warehouse open in this process."""
    shutil.copytree(published.out, tmp_path / "out", symlinks=True)
    shutil.copytree(published.out.parent / "study", tmp_path / "study")
    return Tree(tmp_path / "out")


def test_each_night_adds_what_it_did(published: Tree) -> None:
    first, ended, second, _ = entries_of(published)
    assert [entry["event"] for entry in entries_of(published)] == ["publication", "run_end"] * 2
    assert first["snapshot_id"] == published.older.name
    assert second["snapshot_id"] == ended_at(published) == published.snapshot.name
    assert ended["current"] == published.older.name
    assert {entry["user"] for entry in entries_of(published)} == {getpass.getuser()}
    assert second["reason"] == "second delivery, one file withdrawn"
    assert second["settings_changed"] == ["study.toml"]
    assert [(file["path"], file["reason"]) for file in second["withdrawn"]] == [("02/scores.csv", "of another study")]
    # 04/diary-correction.csv turns the answers of K02 to K05 on days 90 to 111. Every third day, 8 days (90, 93, .. 111)
    # times two subjects in each of the two files that had them.
    assert second["corrections"] == [
        {"path": "02/diary-a.csv", "lines_superseded": 8 * 2},
        {"path": "03/diary-b.csv", "lines_superseded": 8 * 2},
    ]
    assert first["corrections"] == first["withdrawn"] == []


def ended_at(tree: Tree) -> str:
    return entries_of(tree)[-1]["current"]


def test_no_subject_is_named(published: Tree) -> None:
    text = published.trail.read_text()
    assert not [number for number in range(8) if f"K{number:02}" in text]


def test_a_withdrawal_taken_back_is_recorded_and_a_made_again_snapshot_too(tree: Tree) -> None:
    study = tree.out.parent / "study"
    settings = (study / "study.toml").read_text()
    (study / "study.toml").write_text(settings.partition("\n[[withdrawn]]")[0])
    older = tree.older
    run_without_prefect(study, tree.out)
    entry = entries_of(tree)[-2]
    assert [file["path"] for file in entry["no_longer_withdrawn"]] == ["02/scores.csv"]
    assert entry["withdrawn"] == entry["corrections"] == []  # nothing else is new
    shutil.rmtree(older)
    publish_as_of(tree.out, older.name, Attestation("asked for by the auditor"))
    last = entries_of(tree)[-1]
    assert (last["event"], last["snapshot_id"]) == ("made_again", older.name)
    assert last["reason"] == "asked for by the auditor"
    assert verify(tree.out).differences == []


def test_an_altered_warehouse_is_made_anew_before_anything_is_published(
    tree: Tree, caplog: pytest.LogCaptureFixture
) -> None:
    """Answers turned behind the back of the run: what is published is what the sites sent."""
    with duckdb.connect(tree.warehouse) as con:
        con.execute("UPDATE landing.diary SET headache = NOT headache")
    study = tree.out.parent / "study"
    (study / "study.toml").write_text((study / "study.toml").read_text().replace("Another title", "A third title"))
    before = statuses(tree.snapshot)
    after = statuses(run_without_prefect(study, tree.out))
    assert before == after
    assert any("is not what the last run left" in message for message in caplog.messages)
    assert [entry["event"] for entry in entries_of(tree)][4:] == ["warehouse_altered", "publication", "run_end"]
    assert verify(tree.out).differences == []


def statuses(snapshot: Path) -> list[Any]:
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        return con.execute("SELECT * EXCLUDE (arm) FROM analysis.responder ORDER BY ALL").fetchall()


def test_a_killed_run_is_no_tampering(tree: Tree, caplog: pytest.LogCaptureFixture) -> None:
    """A run that was killed leaves its mark and a warehouse that no entry fits."""
    caplog.set_level("INFO", logger="migraine_outcomes")
    study = tree.out.parent / "study"
    with duckdb.connect(tree.warehouse) as con:
        con.execute("CREATE TABLE half_done (n INTEGER)")
    (tree.state / "warehouse.open").touch()
    assert verify(tree.out).differences == []
    land_only(study, tree.out)
    assert "The last run did not end: its working tables are made anew from the kept inputs." in caplog.messages
    assert not any("not what the last run left" in message for message in caplog.messages)
    assert not (tree.state / "warehouse.open").exists()
    assert [entry["event"] for entry in entries_of(tree)][4:] == ["run_end"]


def test_a_line_taken_out_of_the_index_stops_the_run(tree: Tree) -> None:
    lines = tree.index.read_text().splitlines(keepends=True)
    tree.index.write_text("".join(lines[:3] + lines[4:]))
    with pytest.raises(ConfigurationError, match="a line of it was altered or taken out"):
        land_only(tree.out.parent / "study", tree.out)
    shutil.rmtree(tree.index.parent)  # as the message says
    land_only(tree.out.parent / "study", tree.out)
    assert [entry["event"] for entry in entries_of(tree)][4:] == ["inputs_begun_anew", "run_end"]


def test_a_manifest_that_was_altered_is_not_taken_for_the_snapshot(tree: Tree) -> None:
    study = tree.out.parent / "study"
    assert published_snapshot(tree.out, tree.snapshot.name) == tree.snapshot
    change_tables(tree.snapshot, ("analysis.responder", "status = 'responder'"))
    assert published_snapshot(tree.out, tree.snapshot.name) is None
    run_without_prefect(study, tree.out)
    assert verify(tree.out).differences == []


def test_an_earlier_snapshot_made_current_again_is_recorded(tree: Tree) -> None:
    older = tree.older
    with open_warehouse(tree.out, load_study(tree.out.parent / "study")):
        record_standing(tree.out, older, True, Attestation("the second delivery was sent too early"))
        switch_current(tree.out, older.name)
    made_current, ended = entries_of(tree)[4:]
    assert (made_current["event"], made_current["snapshot_id"]) == ("made_current", older.name)
    assert made_current["reason"] == "the second delivery was sent too early"
    assert ended["current"] == older.name
    assert verify(tree.out).differences == []


def test_the_trail_goes_on_after_a_line_that_was_cut_or_altered(tmp_path: Path) -> None:
    for _ in range(3):
        append_entry(tmp_path, next_entry(tmp_path, "run_end"))
    assert load_trail(tmp_path).faults == []
    trail = tmp_path / "audit.jsonl"
    with trail.open("a") as lines:
        lines.write('{"number": 4, "at": "20')
    assert load_trail(tmp_path).faults == [
        "line 4 is cut short: the run that wrote it was stopped, or its end was taken away."
    ]
    append_entry(tmp_path, next_entry(tmp_path, "run_end"))
    after = load_trail(tmp_path)
    assert after.faults == []
    assert after.entries[-1]["dropped_bytes"] == 23
    flip_byte(trail, 0.3)
    append_entry(tmp_path, next_entry(tmp_path, "run_end"))
    altered = load_trail(tmp_path)
    assert altered.lines == 5
    assert [fault.split(":")[0] for fault in altered.faults] == [
        "line 2 was altered",
        "line 3 was not written after line 2 as it stands",
    ]


def test_blinded_trails_of_studies_that_differ_in_arms_are_the_same(tmp_path: Path) -> None:
    """Arms, doses, muscles and numbers of lines are exchanged; hashes and clocks are left out."""
    seen = []
    for name, low in (("one", SUBJECTS[:4]), ("other", SUBJECTS[2:6])):
        arms = {subject: "low" if subject in low else "high" for subject in SUBJECTS}
        study = write_study(tmp_path / name / "study", files(arms), BLINDED)
        run_without_prefect(study, tmp_path / name / "out")
        (study / "inbox/injections-2.csv").write_text(files(arms)["injections.csv"].replace(",65,", ",66,"))
        run_without_prefect(study, tmp_path / name / "out")
        seen.append([without_hashes(entry) for entry in entries_of(Tree(tmp_path / name / "out"))])
    assert len(seen[0]) == 4
    assert seen[0] == seen[1]


def without_hashes(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_hashes(held) for name, held in value.items() if name != "at"}
    if isinstance(value, list):
        return [without_hashes(held) for held in value]
    is_hash = isinstance(value, str) and len(value) in (12, 16, 64) and not set(value) - set("0123456789abcdef")
    return "hash" if is_hash else value


def test_hashes_in_a_blinded_trail_are_keyed(tmp_path: Path) -> None:
    """The plain hash of the index, of the settings or of the warehouse is nowhere: a plain one lets arms be tried."""
    study = write_study(tmp_path / "study", settings=SETTINGS.replace("[study]", "[study]\nblinded = true"))
    run_without_prefect(study, tmp_path / "out")
    tree = Tree(tmp_path / "out")
    text = tree.trail.read_text()
    plain = [tree.index, tree.warehouse, tree.publication / "publication.json", tree.publication / "study/study.toml"]
    assert not [path for path in plain if sha256_of(path) in text]
    assert verify(tree.out).differences == []
    (tree.state / "blinding.key").unlink()
    assert any("blinding.key is gone or damaged" in line for line in verify(tree.out).differences)


def test_a_reason_that_names_an_arm_stops_a_blinded_publication(tmp_path: Path) -> None:
    settings = SETTINGS.replace("[study]", "[study]\nblinded = true") + '[arms]\nqzx = "Quarzinol"\n'
    study = write_study(tmp_path / "study", settings=settings)
    said = Attestation("the quarzinol site asked for it")
    with pytest.raises(ConfigurationError, match="--reason: names an arm"):
        run_without_prefect(study, tmp_path / "out", attested=said)
    assert "uarzinol" not in (tmp_path / "out/state/audit.jsonl").read_text()
    assert not (tmp_path / "out/current").exists()


def test_an_empty_reason_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="--reason: is empty"):
        attestation(" ", None)


def test_a_snapshot_from_before_the_trail_is_no_difference(published: Tree, tmp_path: Path) -> None:
    """Its manifest lists no file that keeps a trail."""
    folder = tmp_path / "snapshots" / published.snapshot.name
    shutil.copytree(published.snapshot, folder)
    shutil.copytree(published.state / "inputs", tmp_path / "state" / "inputs")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert any("audit.jsonl is gone" in line for line in verify(folder).differences)
    del manifest["own_files"]["flows/warehouse/audit_trail.py"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert verify(folder).differences == []
