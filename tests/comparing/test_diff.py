"""diff and meta.changes on a study published three times: a first time, after a correction, after new days."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from flows.base.errors import ConfigurationError, LockedError, OutcomesError
from flows.cli.main import app
from flows.publishing.publications import CHANGES, publication_folder
from flows.runs.run_summary import summarise_run
from flows.study.dictionary import load_dictionary
from flows.warehouse.database import only_run
from tests.cli.helpers import write_files, write_study
from tests.comparing.quick_runs import without_great_expectations
from tests.comparing.test_causes import BASE, CORRECTED, DAY_1, HEADER, TOML, days
from tests.flows.report_page import Page
from tests.flows.test_report_numbers import Database, mismatches
from tests.run import run_without_prefect, table_bytes

SECOND = {
    "injections2.csv": f"subject_id,injection_date\nA,{DAY_1 + timedelta(days=84)}\n",
    "diary3.csv": HEADER + days("B", 85, 86, 1),
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    folder = tmp_path_factory.mktemp("diff")
    study, out = write_study(folder / "study", BASE, TOML), folder / "out"
    with without_great_expectations():
        names = [run_without_prefect(study, out).name]
        for files in ({"diary2.csv": CORRECTED}, SECOND):
            write_files(study, files)
            names.append(run_without_prefect(study, out).name)
        yield out, names


def rows(out: Path, name: str, query: str) -> list[tuple]:
    with duckdb.connect(out / "snapshots" / name / "outcomes.duckdb", read_only=True) as con:
        return con.execute(query).fetchall()


def diff(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, words)], env={"COLUMNS": "200", "TERM": "dumb"})


def test_the_first_snapshot_has_nothing_before_it(published: tuple[Path, list[str]]) -> None:
    out, names = published
    for table in ("meta.changes", "meta.snapshot_before"):
        assert rows(out, names[0], f"FROM {table}") == []
    page = (out / "snapshots" / names[0] / "report.html").read_text()
    assert "Since the last snapshot" not in page
    assert "#since-last" not in page
    assert summarise_run(out / "snapshots" / names[0], is_new=True).changed is None


def test_each_snapshot_holds_what_it_changed(published: tuple[Path, list[str]]) -> None:
    out, names = published
    assert rows(out, names[1], "SELECT snapshot_id, CAST(cutoff_date AS VARCHAR), note FROM meta.snapshot_before") == [
        (names[0], "2024-06-09", None)
    ]
    query = """SELECT rule_set, subject_id, cycle, value_before, value_after, cause, split_part(places, ';', 1)
        FROM meta.changes WHERE scope = 'status'"""
    assert rows(out, names[1], query) == [
        ("nice_ta260", "A", 1, "responder", "non_responder", "correction", "diary.csv:35 -> diary2.csv:7")
    ]
    assert rows(out, names[2], query) == [("nice_ta260", "A", 2, None, "not_due", "new_lines", "injections2.csv:2")]
    cells = """SELECT column_name, value_before, value_after, cause, places FROM meta.changes
        WHERE table_name = 'summary.responder_rates' AND column_name IN ('n_responders', 'n_evaluable')"""
    assert rows(out, names[1], cells) == [("n_responders", "1", "0", "correction", "subjects: A")]
    assert rows(out, names[2], "SELECT count(*) FROM meta.changes WHERE cause LIKE '%unexplained%'") == [(0,)]


def test_every_cell_of_summary_that_differs_is_there_and_no_other(published: tuple[Path, list[str]]) -> None:
    out, names = published
    wanted = set()
    for table in load_dictionary().values():
        if table.schema_name == "summary":
            both = []
            for name in names[1:]:
                found = rows(out, name, f"SELECT {', '.join(c.name for c in table.columns)} FROM {table.full_name}")
                columns = [column.name for column in table.columns]
                named = [dict(zip(columns, row, strict=True)) for row in found]
                both.append({tuple(row[key] for key in table.key): row for row in named})
            for key in both[0].keys() | both[1].keys():
                earlier, later = both[0].get(key, {}), both[1].get(key, {})
                differing = {n for n in (*earlier, *later) if n not in table.key and earlier.get(n) != later.get(n)}
                wanted |= {(table.full_name, column) for column in differing}
    found = rows(out, names[2], "SELECT DISTINCT table_name, column_name FROM meta.changes WHERE scope = 'summary'")
    assert set(found) == wanted
    assert len(wanted) > 50


def test_the_report_and_the_end_of_a_run_say_it(published: tuple[Path, list[str]]) -> None:
    out, names = published
    page = Page((out / "snapshots" / names[1] / "report.html").read_text())
    (section,) = [text for tag, a, text in page.all("section") if a.get("id") == "since-last"]
    assert "non responder" in section
    assert "diary.csv:35 -> diary2.csv:7" in section
    numbers = [number for number in page.numbers if number.table == "meta.changes"]
    assert len(numbers) == 5
    assert mismatches(Database(out / "snapshots" / names[1] / "outcomes.duckdb"), numbers) == []
    changed = summarise_run(out / "snapshots" / names[1], is_new=True).changed
    assert re.fullmatch(r"1 status changed: 1 by a correction; \d+ summary cells too\.", changed or "")
    assert summarise_run(out / "snapshots" / names[1], is_new=False).changed is None


def test_diff_compares_the_current_snapshot_with_the_one_before(published: tuple[Path, list[str]]) -> None:
    out, names = published
    said = diff(out)
    assert said.exit_code == 0
    assert said.output.splitlines()[0].startswith(f"{names[1]} of ")
    assert "  A, cycle 2, nice_ta260: none -> not_due\n    new lines               injections2.csv:2\n" in said.output


def test_diff_of_named_snapshots_and_of_one_subject(published: tuple[Path, list[str]]) -> None:
    out, names = published
    found = json.loads(diff(out, names[0][:8], names[2], "--json", "--subject", "A").output)
    assert (found["before"]["snapshot_id"], found["after"]["snapshot_id"]) == (names[0], names[2])
    statuses = [
        (c["cycle"], c["value_after"], c["causes"][0]["cause"]) for c in found["changes"] if c["scope"] == "status"
    ]
    assert statuses == [(1, "non_responder", "correction"), (2, "not_due", "new_lines")]
    assert {change["subject_id"] for change in found["changes"]} == {"A"}
    of_b = json.loads(diff(out, names[0], names[2], "--json", "--subject", "B").output)
    assert (of_b["changes"], of_b["message"]) == ([], "No status, verdict, eligibility or summary cell changed.")


def test_a_snapshot_with_itself_has_no_difference(published: tuple[Path, list[str]]) -> None:
    out, names = published
    said = diff(out, names[1], names[1])
    assert said.exit_code == 0
    assert "No status, verdict, eligibility or summary cell changed." in said.output


def test_the_page_loads_nothing(published: tuple[Path, list[str]]) -> None:
    out, names = published
    text = diff(out, names[0], names[1], "--html").output
    page = Page(text)
    assert "default-src 'none'" in text
    assert not [tag for tag, attributes, _ in page.all() if tag in ("script", "link", "img") or "src" in attributes]
    assert "diary.csv:35 -&gt; diary2.csv:7" in text


def test_a_folder_that_was_taken_away_is_made_again(published: tuple[Path, list[str]], tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(published[0], out, symlinks=True)
    name = published[1][1]
    before = diff(out, name).stdout
    wanted = table_bytes(out / "snapshots" / name)
    shutil.rmtree(out / "snapshots" / name)
    assert diff(out, name).stdout == before
    assert table_bytes(out / "snapshots" / name) == wanted
    shutil.rmtree(out / "snapshots" / name)
    with only_run(out):
        assert isinstance(diff(out, name).exception, LockedError)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zz",), "'zz' is no snapshot id"),
        (("2001-01-01",), "'2001-01-01' is no snapshot id"),
        (("--json", "--html"), "give one of them"),
    ],
)
def test_what_cannot_be_compared(published: tuple[Path, list[str]], words: tuple[str, ...], said: str) -> None:
    out, _ = published
    error = diff(out, *words).exception
    assert isinstance(error, OutcomesError)
    assert error.exit_code == 2
    assert said in str(error)


def test_the_beginning_of_two_snapshots_is_too_little(published: tuple[Path, list[str]], tmp_path: Path) -> None:
    out, name = tmp_path / "out", published[1][0]
    shutil.copytree(published[0], out, symlinks=True)
    other = name[:6] + ("0" if name[6] != "0" else "1") + name[7:]
    record = (publication_folder(out) / name / "publication.json").read_text()
    (publication_folder(out) / other).mkdir()
    (publication_folder(out) / other / "publication.json").write_text(record.replace(name, other))
    assert f"'{name[:6]}' may be {min(name, other)}, {max(name, other)}; give more of it" in str(
        diff(out, name[:6]).exception
    )


def test_there_is_nothing_before_the_first_one_and_nothing_where_nothing_is(
    published: tuple[Path, list[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(published[0], out, symlinks=True)
    (out / "current").unlink()
    assert "nothing is published" in str(diff(out).exception)
    (out / "current").symlink_to(Path("snapshots") / published[1][0])
    assert "is the first one" in str(diff(out).exception)
    assert isinstance(diff(tmp_path / "nowhere").exception, ConfigurationError)


def test_a_snapshot_of_another_version_is_named_as_not_compared(
    published: tuple[Path, list[str]], tmp_path: Path
) -> None:
    for name in ("study", "out"):
        shutil.copytree(published[0].with_name(name), tmp_path / name, symlinks=True)
    study, out = tmp_path / "study", tmp_path / "out"
    first = (out / "current").resolve()
    with duckdb.connect(first / "outcomes.duckdb") as con:
        con.execute("DROP TABLE analysis.baseline_medication")
    write_files(study, {"diary4.csv": HEADER + days("B", 87, 88, 1)})
    second = run_without_prefect(study, out)
    note = "made by another version of the software, or damaged: not compared"
    assert rows(out, second.name, "SELECT snapshot_id, note FROM meta.snapshot_before") == [(first.name, note)]
    assert rows(out, second.name, "SELECT count(*) FROM meta.changes") == [(0,)]
    assert note in (second / "report.html").read_text()
    assert note in (summarise_run(second, is_new=True).changed or "")
    assert (publication_folder(out) / second.name / CHANGES).is_file()
    assert "cannot be compared" in str(diff(out).exception)


def test_a_study_that_is_blinded_in_between_tells_no_arm(tmp_path: Path) -> None:
    subjects = "subject_id,arm\nA,verum\nB,sham\n"
    toml = TOML + '[arms]\nsham = "Sham"\nverum = "Verum"\n'
    study, out = write_study(tmp_path / "study", {**BASE, "subjects.csv": subjects}, toml), tmp_path / "out"
    with without_great_expectations():
        run_without_prefect(study, out)
        (study / "study.toml").write_text(toml.replace("[study]\n", "[study]\nblinded = true\n"))
        write_files(study, {"diary2.csv": CORRECTED})
        blinded = run_without_prefect(study, out)
    found = rows(out, blinded.name, "FROM meta.changes")
    assert [row[0] for row in found] == ["status"]
    text = json.dumps(found, default=str) + diff(out, "--json").output
    assert "verum" not in text.lower()
    assert "sham" not in text.lower()
    assert '"correction"' in text
