"""verify: a sound snapshot verifies, and whatever is altered in one is told by table, key and column."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.explaining.explain import explain
from flows.verifying.verify import verify
from flows.warehouse.snapshots import parquet_of
from tests.cli.helpers import SETTINGS, commands, write_study
from tests.conftest import Published
from tests.run import run_without_prefect


@pytest.fixture
def snapshot(demo: Published, tmp_path: Path) -> Path:
    """A copy of the demo's snapshot with the study it was made from, to be altered."""
    folder = tmp_path / "snapshots" / demo.current.resolve().name
    shutil.copytree(demo.current.resolve(), folder)
    kept = Path("state") / "publications" / folder.name / "study"
    shutil.copytree(demo.out / kept, tmp_path / kept)
    return folder


def alter(snapshot: Path, statement: str, table: str | None = None) -> None:
    """Change outcomes.duckdb and cover it up: Parquet, CSV and hashes are made to fit."""
    from flows.base.files import sha256_of

    database = snapshot / "outcomes.duckdb"
    changed = [database]
    with duckdb.connect(database) as con:
        con.execute(statement)
        if table:
            for path in (parquet_of(snapshot, table).replace("*", "00001"), snapshot / "tables" / f"{table}.csv"):
                changed.append(Path(path))
                con.execute(f"COPY {table} TO '{path}'")
    manifest = json.loads((snapshot / "manifest.json").read_text())
    for path in changed:
        manifest["outputs"][path.relative_to(snapshot).as_posix()] = sha256_of(path)
    (snapshot / "manifest.json").write_text(json.dumps(manifest))


def test_a_sound_snapshot_verifies(demo: Published) -> None:
    verified = verify(demo.out)
    assert verified.differences == []
    assert verified.snapshot == demo.current.resolve()
    said = " ".join(verified.facts)
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        (statuses,) = con.execute("SELECT count(*) FROM analysis.responder").fetchall()[0]
        (subjects,) = con.execute("SELECT count(DISTINCT subject_id) FROM analysis.responder").fetchall()[0]
    assert statuses > 300
    assert f"{statuses:,} recomputed from the diaries of {subjects:,} subjects" in said
    assert "sample" not in said


def test_a_large_study_is_recomputed_for_a_sample(demo: Published, snapshot: Path) -> None:
    (told,) = [fact for fact in verify(demo.out, 4_000).facts if fact.startswith("statuses")]
    assert "a sample of 65" in told
    assert verify(demo.out, 4_000).differences == []
    alter(snapshot, "UPDATE analysis.responder SET headache_days = 1", "analysis.responder")
    found = verify(snapshot, 4_000).differences
    assert found == verify(snapshot, 4_000).differences
    assert any("analysis.responder" in line and "headache_days is 1 and should be" in line for line in found)


def test_a_byte_of_a_parquet_file(snapshot: Path) -> None:
    path = snapshot / "tables/analysis.responder/00001.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    told = verify(snapshot).differences
    assert told[0].startswith("files: tables/analysis.responder/00001.parquet is not what was published")
    assert all("analysis.responder" in line for line in told)


def test_a_removed_and_an_added_file(snapshot: Path) -> None:
    (snapshot / "tables/summary.verdicts.csv").unlink()
    (snapshot / "tables/notes.txt").write_text("looked at")
    told = verify(snapshot).differences
    assert "files: tables/summary.verdicts.csv is missing." in told
    assert "files: tables/notes.txt does not belong to the snapshot: manifest.json does not list it." in told
    assert "summary.verdicts: its CSV file cannot be read." in told


def test_a_status_changed_in_the_database_only(snapshot: Path) -> None:
    alter(snapshot, "UPDATE summary.verdicts SET n_verdict = n_verdict + 1 WHERE cycle = 1")
    assert verify(snapshot).differences == [
        "summary.verdicts: does not hold the same rows in outcomes.duckdb and in its Parquet.",
        "summary.verdicts: does not hold the same values in outcomes.duckdb and in its CSV file.",
    ]


ALTERED = {
    "status": "'responder'",
    "verdict": "'stop_success'",
    "reduction_pct": "99.0",
    "headache_days": "headache_days - 1",
    "baseline_recorded_days": "27",
    "window_end_date": "window_end_date - 1",
    "arm": "'placebo'",
}


def test_an_altered_status_is_told_by_its_key_and_column(snapshot: Path) -> None:
    """Hashes, Parquet and CSV fit: only the recomputation can tell. One column each of seven subjects."""
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        subjects = con.execute(
            "SELECT subject_id FROM analysis.responder WHERE rule_set = 'article' AND cycle = 2 AND arm = 'ona'"
            " AND verdict <> 'stop_success' AND headache_days > 0 AND baseline_recorded_days <> 27"
            " ORDER BY status <> 'non_responder', subject_id"
        ).fetchall()
    key = "rule_set article, subject_id {}, cycle 2: "
    altered = {column: subject for column, (subject,) in zip(ALTERED, subjects, strict=False)}
    assert len(altered) == len(ALTERED)
    where = "WHERE rule_set = 'article' AND cycle = 2 AND subject_id = "
    for column, subject in altered.items():
        alter(
            snapshot,
            f"UPDATE analysis.responder SET {column} = {ALTERED[column]} {where} '{subject}'",
            "analysis.responder",
        )
    told = verify(snapshot).differences
    rows = {column: f"analysis.responder: {key.format(subject)}" for column, subject in altered.items()}
    assert [c for c, row in rows.items() if not any(line.startswith(f"{row}{c} is ") for line in told)] == []
    assert all(line.startswith((*rows.values(), "summary.")) for line in told)


def test_a_missing_and_an_invented_status(snapshot: Path) -> None:
    where = "rule_set = 'article' AND subject_id = '0107' AND cycle"
    alter(snapshot, f"UPDATE analysis.responder SET cycle = 9 WHERE {where} = 1", "analysis.responder")
    told = verify(snapshot).differences
    row = "analysis.responder: rule_set article, subject_id 0107, cycle"
    assert f"{row} 1: the row is missing." in told
    assert f"{row} 9: nobody was given this cycle by the cut-off." in told


RATES = [
    ("summary.responder_rates", "responder_pct", 1),
    ("summary.responder_rates", "n_nri", 2),
    ("summary.responder_rates", "n_subjects", 3),
    ("summary.first_response", "n_first", 1),
    ("summary.first_response", "cumulative_pct", 2),
]


def test_a_wrong_rate(snapshot: Path) -> None:
    for table, column, cycle in RATES:
        where = f"WHERE rule_set = 'article' AND cycle = {cycle} AND arm = 'ona'"
        alter(snapshot, f"UPDATE {table} SET {column} = {column} + 1 {where}", table)
    told = verify(snapshot).differences
    assert len(told) == len(RATES)
    for table, column, cycle in RATES:
        row = f"{table}: rule_set article, arm ona, cycle {cycle}: {column} is "
        assert len([line for line in told if line.startswith(row)]) == 1, row


def test_a_lost_rate(snapshot: Path) -> None:
    alter(snapshot, "DELETE FROM summary.first_response WHERE arm = 'ona' AND cycle = 1", "summary.first_response")
    told = verify(snapshot).differences
    assert "summary.first_response: rule_set article, arm ona, cycle 1: the row is missing." in told
    assert any(line.startswith("summary.first_response: has ") and "manifest.json" in line for line in told)


def test_a_medication_read_as_another(snapshot: Path) -> None:
    alter(
        snapshot,
        "UPDATE meta.medication SET overuse_classes = 'opioid' WHERE overuse_classes = 'triptan'",
        "meta.medication",
    )
    told = verify(snapshot).differences
    assert any("overuse_classes is opioid and should be triptan" in line for line in told)
    alter(snapshot, "UPDATE meta.medication SET n_lines = n_lines + 1", "meta.medication")
    assert any("days there and" in line for line in verify(snapshot).differences)


def test_medication_without_the_study_beside_the_snapshot(snapshot: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "state")
    verified = verify(snapshot)
    assert verified.differences == []
    assert verified.facts[-1].startswith("medication: not read anew")


def test_lines_that_are_gone(snapshot: Path) -> None:
    alter(snapshot, "DELETE FROM landing.quarantine", "landing.quarantine")
    alter(snapshot, "UPDATE landing.files SET lines_duplicate = 7 WHERE kind = 'scores'", "landing.files")
    told = verify(snapshot).differences
    assert any("but landing.quarantine holds" in line for line in told)
    assert any("scores.csv" in line and "lines read, but" in line and "7 duplicate" in line for line in told)


def test_a_long_list_is_cut_and_counted(snapshot: Path) -> None:
    alter(snapshot, "UPDATE analysis.responder SET arm = 'other'", "analysis.responder")
    told = [line for line in verify(snapshot).differences if line.startswith("analysis.responder")]
    assert len(told) == 11
    assert told[-1] == "analysis.responder: and 350 more."


def test_a_blinded_study_verifies(tmp_path: Path) -> None:
    """Arms and doses are not in the snapshot; every rule set; attacks, corrections, repeated and refused files."""
    diary = "subject_id,diary_date,headache,hours,acute_medication\n" + "".join(
        f"B{number},2024-{month:02}-{day:02},{int((day * 7 + month * number) % 5 < 3)},{day % 9},"
        f"{'sumatriptan' if day % 4 == 0 else ''}\n"
        for number in range(4)
        for month in range(1, 8)
        for day in range(1, 29)
        if (day + number) % 11
    )
    files = {
        "diary.csv": diary,
        "injections.csv": "subject_id,injection_date,units\n"
        + "".join(f"B{n},2024-01-29,{100 + n}\nB{n},2024-04-{15 + n},155\n" for n in range(4)),
        "attacks.csv": "subject_id,attack_start,attack_end\nB0,2024-03-29T22:00:00,2024-03-31T02:00:00\n",
        "later/diary.csv": "subject_id,diary_date,headache\nB1,2024-04-01,1\nB1,2024-04-02,\nB1,2024-04-99,1\n",
        "later/diary-copy.csv": diary,
        "later/diary-wrong.csv": "subject,day\nB1,1\n",
        "subjects.csv": "subject_id,arm\n" + "".join(f"B{n},{('verum', 'sham')[n % 2]}\n" for n in range(4)),
    }
    names = "rule_sets = ['article', 'nice_ta260', 'ehf_2018', 'dmkg_2018', 'preempt', 'mbs_18377']"
    settings = SETTINGS.replace('rule_sets = ["nice_ta260"]', f"{names}\nblinded = true")
    study = write_study(tmp_path / "study", files, settings + "[arms]\nsham = 'Sham'\nverum = 'Verum'\n")
    run_without_prefect(study, study / "published")
    verified = verify(study)
    assert verified.differences == []
    assert "48 recomputed from the diaries of 4 subjects" in " ".join(verified.facts)


def test_the_command_line(demo: Published, snapshot: Path, tmp_path: Path) -> None:
    (snapshot / "queries.csv").write_text("")
    (tmp_path / "other").mkdir()
    shutil.copytree(snapshot, tmp_path / "torn")
    (tmp_path / "torn/manifest.json").write_text("{")
    (tmp_path / "torn/outcomes.duckdb").write_bytes(b"no database")
    calls = [demo.out, snapshot, tmp_path / "other", tmp_path / "torn"]
    sound, altered, nothing, torn = commands([["verify", place] for place in calls])
    assert (sound.code, sound.err) == (0, "")
    assert sound.out.endswith(": verified.\n")
    assert (altered.code, altered.err) == (1, "")
    assert "files: queries.csv is not what was published" in altered.out
    assert altered.out.endswith(": does not verify.\n")
    assert (nothing.code, nothing.out) == (2, "")
    assert "nothing is published there" in nothing.err
    assert torn.code == 1
    assert "manifest.json is missing or cannot be read" in torn.out


@pytest.mark.parametrize("damage", ["cut short", "no database"])
def test_a_database_that_cannot_be_read(damage: str, snapshot: Path) -> None:
    database = snapshot / "outcomes.duckdb"
    content = database.read_bytes()
    database.write_bytes(content[: len(content) // 2] if damage == "cut short" else b"no database")
    told = verify(snapshot).differences
    assert told[0].startswith("files: outcomes.duckdb is not what was published")
    assert told[-1].startswith("outcomes.duckdb: cannot be read to its end")


def test_a_value_changed_in_a_csv_file(snapshot: Path) -> None:
    """As many lines as before, and the hash made to fit: only the values can tell."""
    from flows.base.files import sha256_of

    manifest = json.loads((snapshot / "manifest.json").read_text())
    changes = {
        "summary.responder_rates": (b",ona,", b",0na,"),
        "tabulation.diary_days": (b",true,", b",false,"),
        "landing.files": (b".csv,", b".csv ,"),
        "meta.findings": (b",,", b',"",'),  # nothing is not an empty text
    }
    for table, (old, new) in changes.items():
        path = snapshot / f"tables/{table}.csv"
        with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:  # as [publishing] csv = "all" does
            con.execute(f"COPY {table} TO '{path}' (FORMAT csv, HEADER)")
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new, 1))
        manifest["outputs"][f"tables/{table}.csv"] = sha256_of(path)
    (snapshot / "manifest.json").write_text(json.dumps(manifest))
    assert verify(snapshot).differences == [
        f"{table}: does not hold the same values in outcomes.duckdb and in its CSV file." for table in sorted(changes)
    ]


@pytest.mark.parametrize("number", ["1O", ""])
def test_a_number_in_a_csv_file_that_is_none(number: str, snapshot: Path) -> None:
    path = snapshot / "tables/summary.verdicts.csv"
    header, first, rest = path.read_text().split("\n", 2)
    cells = first.split(",")
    cells[header.split(",").index("n_verdict")] = number
    path.write_text("\n".join([header, ",".join(cells), rest]))
    told = [line for line in verify(snapshot).differences if line.startswith("summary.verdicts")]
    assert told in (
        ["summary.verdicts: its CSV file cannot be read."],
        ["summary.verdicts: does not hold the same values in outcomes.duckdb and in its CSV file."],
    )


@pytest.mark.parametrize("blinded", [False, True])
def test_arms_that_the_study_does_not_declare(blinded: bool, tmp_path: Path) -> None:
    """The results are for all subjects together, which is said, and the snapshot is sound."""
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 7) for day in range(1, 29)]
    files = {
        "diary.csv": "subject_id,diary_date,headache\n"
        + "".join(f"U{n},{day},{int(day[-1] in '13579')}\n" for n in range(4) for day in days),
        "injections.csv": "subject_id,injection_date\n" + "".join(f"U{n},2024-02-01\n" for n in range(4)),
        "subjects.csv": "subject_id,arm\n" + "".join(f"U{n},{('verum', 'sham')[n % 2]}\n" for n in range(4)),
    }
    settings = SETTINGS.replace("[study]", "[study]\nblinded = true") if blinded else SETTINGS
    study = write_study(tmp_path / "study", files, settings)
    snapshot = run_without_prefect(study, study / "published")
    assert verify(study).differences == []
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        arms = con.execute("SELECT DISTINCT arm FROM summary.responder_rates").fetchall()
        said = con.execute("SELECT reason FROM meta.findings WHERE check_id = 'subjects.arm.undeclared'").fetchall()
    assert arms == [("all",)]
    reason = "subjects have an arm and study.toml declares no [arms], so no result is told by arm"
    assert sorted(said) == ([] if blinded else [(f"{reason}: sham",), (f"{reason}: verum",)])


def test_a_snapshot_of_another_version_is_named_as_one(snapshot: Path) -> None:
    """What a column of meta.rule_sets meant is not guessed from its former name."""
    folder, rename = snapshot, "ALTER TABLE meta.rule_sets RENAME window_missing_days TO missing_days"
    alter(snapshot, rename)
    for look in (verify, lambda place: explain(place, "0107", None, None)):
        with pytest.raises(
            ConfigurationError, match=r"another version .* has no window_missing_days.*publishes it anew"
        ):
            look(folder)


def test_a_column_that_was_renamed_afterwards_is_an_alteration(snapshot: Path) -> None:
    with duckdb.connect(snapshot / "outcomes.duckdb") as con:
        con.execute("ALTER TABLE meta.rule_sets RENAME window_missing_days TO missing_days")
    differences = verify(snapshot).differences
    assert any(line.startswith("files: outcomes.duckdb is not what was published") for line in differences)
    assert "meta.rule_sets: has no window_missing_days; no status was recomputed." in differences
