"""Two blinded studies that differ in nothing but arms, doses, muscles and the order of lines publish the same.

Everything that a site can write about the treatment is exchanged between the subjects: arm, units, points, muscles, rows
per session, lines of injections set aside and the order of the lines in the files of subjects and injections. Hashes and
names made of them, and the clock, are left out; tests/cli/test_blinded_hashes.py looks at them.
"""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.study.arm_names import WITHHELD_NAME
from tests.cli.helpers import SETTINGS, write_study
from tests.run import run_without_prefect

ARMS = {
    "low": [("frontalis", 10, 2), ("temporalis", 65, 13)],
    "high": [
        ("frontalis", 20, 4),
        ("temporalis", 40, 8),
        ("occipitalis", 30, 6),
        ("trapezius", 65, 13),
        ("masseter", 5, 1),
    ],
}
SUBJECTS = [f"S{number:02}" for number in range(1, 9)]
START = date(2024, 3, 1)
BLINDED = SETTINGS.replace("[study]", "[study]\nblinded = true") + (
    '[arms]\nlow = "Low dose"\nhigh = "High dose"\n[subjects]\nid_folding = ["case"]\n[publishing]\nstandards = ["adam", "ars"]\n'
)


def files(arm_of: dict[str, str]) -> dict[str, str]:
    """The same diaries and visits whatever the arms; lines sorted by arm where a file is about treatment."""
    by_arm = sorted(SUBJECTS, key=lambda subject: (arm_of[subject], subject))
    diary = [
        f"{s},{START + timedelta(day)},{(day + i) % 3 % 2}" for i, s in enumerate(SUBJECTS) for day in range(-28, 70)
    ]
    subjects = [f"{s},{arm_of[s]},{'north' if s < 'S05' else 'south'},{START - timedelta(30)}" for s in by_arm]
    injections = []
    for session in (START, START + timedelta(60)):
        for s in by_arm:
            for muscle, units, sites in ARMS[arm_of[s]]:
                is_odd = muscle == "occipitalis"
                injections.append(f"{s.lower()},{session},{muscle},{'many' if is_odd else units},{sites},{arm_of[s]}")
    # A session without a date is quarantined, line by line, with the lines it has.
    injections += [f"{s},,{muscle},{units},{sites},x" for s in ["S04"] for muscle, units, sites in ARMS[arm_of[s]]]
    return {
        "adverse_events.csv": "subject_id,start_date,term,related\nS01,2024-03-09,Eyelid ptosis,1\nS02,2024-03-09,Rash,0\n",
        "diary.csv": "subject_id,diary_date,headache\n" + "\n".join(diary) + "\n",
        "subjects.csv": "subject_id,arm,site,consent_date\n" + "\n".join(subjects) + "\n",
        "injections.csv": "subject_id,injection_date,muscle,units,sites,kit\n" + "\n".join(injections) + "\n",
    }


def published(folder: Path, arm_of: dict[str, str]) -> tuple[Path, dict[str, str]]:
    """The snapshot, and its texts: every table and file, without what only names a file or a moment."""
    study = write_study(folder, files(arm_of), BLINDED)
    snapshot = run_without_prefect(study, study / "published")
    texts = {}
    named = {snapshot.name: "(snapshot)"}
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        for path, sha256, file_id in con.execute("SELECT path, sha256, file_id FROM landing.files").fetchall():
            named |= {sha256: f"(hash of {path})", file_id: f"(id of {path})"}
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        for (table,) in tables:
            left_out = {"landing.files": "EXCLUDE (landed_at)", "tabulation.diary_history": "EXCLUDE (landed_at)"}
            texts[table] = str(con.execute(f"SELECT * {left_out.get(table, '')} FROM {table}").fetchall())
    for path in sorted(snapshot.rglob("*")):
        has_clock = path.name in ("landing.files.csv", "tabulation.diary_history.csv")
        if path.is_file() and path.suffix not in (".duckdb", ".parquet", ".docx", ".xpt") and not has_clock:
            texts[path.relative_to(snapshot).as_posix()] = path.read_text(encoding="utf-8")
    manifest = json.loads(texts["manifest.json"])
    texts["manifest.json"] = json.dumps(
        {n: v for n, v in manifest.items() if n not in ("published_at", "outputs", "pieces")}
    )
    known = re.compile("|".join(map(re.escape, sorted(named, key=len, reverse=True))))
    return snapshot, {name: known.sub(lambda found: named[found[0]], text) for name, text in texts.items()}


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, dict[str, str]]]:
    arms = [
        {subject: "high" if number % 2 else "low" for number, subject in enumerate(SUBJECTS)},
        {subject: "high" if number in (0, 1, 4, 5) else "low" for number, subject in enumerate(SUBJECTS)},
    ]
    return [published(tmp_path_factory.mktemp("twin") / "study", arm_of) for arm_of in arms]


def test_nothing_published_differs(twins: list[tuple[Path, dict[str, str]]]) -> None:
    (_, one), (_, other) = twins
    assert one.keys() == other.keys()
    assert len(one) > 60
    assert [name for name in one if one[name] != other[name]] == []
    # No text of a file names an arm here, and none of our own is taken for one.
    assert [name for name in one if WITHHELD_NAME in one[name]] == []


def test_a_session_is_published_by_its_date_only(twins: list[tuple[Path, dict[str, str]]]) -> None:
    snapshot, _ = twins[0]
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        rows = con.execute(
            "SELECT count(*), count(DISTINCT (subject_id, injection_date)), count(muscle), count(units), count(sites),"
            " count(line_number), count(file_id) FROM tabulation.injections"
        ).fetchone()
        counts = con.execute(
            "SELECT lines_read, lines_quarantined FROM landing.files WHERE kind = 'injections'"
        ).fetchall()
        cells = con.execute("SELECT count(*) FROM landing.quarantined_cells").fetchone()
        quarantined = con.execute(
            "SELECT subject_id, line_number, check_id FROM landing.quarantine WHERE kind = 'injections'"
        ).fetchall()
        folded = con.execute("SELECT DISTINCT n_lines FROM landing.folded_ids WHERE written = 's01'").fetchall()
        tested = con.execute(
            "SELECT count(*), count(rows_tested), count(rows_failing) FROM meta.checks WHERE check_id LIKE 'injections.%'"
        ).fetchone()
    assert rows == (16, 16, 0, 0, 0, 0, 16)
    assert counts == [(None, None)]
    assert cells == (0,)  # those that cannot be read are doses
    assert len(quarantined) == 1  # not one a line
    assert quarantined[0][1:] == (None, "injections.injection_date.missing")
    assert folded == [(0,)]
    assert tested is not None
    assert (tested[0] > 10, *tested[1:]) == (True, 0, 0)


def test_the_dose_has_findings_without_place_and_number(twins: list[tuple[Path, dict[str, str]]]) -> None:
    snapshot, _ = twins[0]
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        found = con.execute(
            "SELECT check_id, count(*), count(path), count(subject_id) FROM meta.findings"
            " WHERE regexp_matches(check_id, 'units|sites|muscle') GROUP BY check_id"
        ).fetchall()
    assert {check_id for check_id, *_ in found} >= {"injections.units.unreadable", "injections.muscle.unknown"}
    assert {tuple(counts) for _, *counts in found} == {(1, 0, 0)}


def test_the_report_counts_what_cannot_be_hidden(twins: list[tuple[Path, dict[str, str]]]) -> None:
    _, texts = twins[0]
    assert "eyelid ptosis (1 event of 1 subject), related to treatment (1 event of 1 subject)." in texts["report.html"]
