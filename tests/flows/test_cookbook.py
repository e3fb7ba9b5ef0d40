"""The cookbook's queries, the examples and the notebook run against the published demo and find something."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import ROOT, Published

COOKBOOK = (ROOT / "docs/cookbook.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs/examples"
# Each query with the line of prose before it.
QUESTIONS = re.findall(r"([^\n]+)\n\n```sql\n(.+?)```", COOKBOOK, flags=re.DOTALL)


# The ten questions asked first, by a word of each: the columns of the answer.
TEN = {
    "Who responded": "subject_id arm cycles_responded cycles_not_responded cycles_not_judged",
    "How long": "subject_id arm first_response_cycle days_to_response last_judged_cycle",
    "by each rule set": "cycle rule_set n_responders n_evaluable responder_pct ci_low_pct ci_high_pct",
    "by site and arm": "site arm n_subjects recorded_days expected_days recorded_pct",
    "months of one subject": "cycle month start_date end_date recorded_days headache_days moderate_severe_days"
    " headache_hours acute_medication_days is_due is_evaluable",
    "Which days are missing": "subject_id cycle first_date last_date missing_days is_to_the_end",
    "adverse events": "soc term arm n_with_event n_subjects with_event_pct n_events",
    "HIT-6 change": "cycle arm n_change change_mean change_ci_low change_ci_high difference difference_ci_low"
    " difference_ci_high p_value",
    "What was set aside": "what path check_id reason n",
    "since an earlier snapshot": "rule_set subject_id cycle status_before status_now verdict_before verdict_now reason",
}


@pytest.fixture(scope="module")
def con(demo: Published, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo, and as ``previous`` a snapshot before it: 0110 not judged in cycle 2, and 0101 without a cycle 3."""
    earlier = tmp_path_factory.mktemp("earlier") / "outcomes.duckdb"
    shutil.copy(demo.current / "outcomes.duckdb", earlier)
    with duckdb.connect(earlier) as changed:
        changed.execute("""UPDATE analysis.responder SET status = 'not_evaluable', verdict = 'undetermined'
            WHERE rule_set = 'article' AND subject_id = '0110' AND cycle = 2""")
        changed.execute("DELETE FROM analysis.responder WHERE subject_id = '0101' AND cycle = 3")
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as connection:
        connection.execute(f"ATTACH '{earlier}' AS previous (READ_ONLY)")
        yield connection


def test_every_query_of_the_cookbook_is_found() -> None:
    assert len(QUESTIONS) == COOKBOOK.count("```sql") > 25


@pytest.mark.parametrize(("question", "query"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_cookbook(con: duckdb.DuckDBPyConnection, question: str, query: str) -> None:
    assert con.execute(query).fetchall(), f"'{question}' finds nothing in the demo"


def answer(con: duckdb.DuckDBPyConnection, word: str) -> list[dict[str, Any]]:
    """The rows that the one question with this word gives."""
    ((_, query),) = [
        (question, query) for question, query in QUESTIONS if re.match(r"\d+\. ", question) and word in question
    ]
    found = con.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_the_first_ten_questions_are_in_order() -> None:
    numbered = [question for question, _ in QUESTIONS if re.match(r"\d+\. ", question)]
    assert [question.split(".")[0] for question in numbered] == [str(n) for n in range(1, 11)]
    assert all(word in question for word, question in zip(TEN, numbered, strict=True))


@pytest.mark.parametrize(("word", "columns"), TEN.items())
def test_an_answer_has_the_columns_that_were_asked_for(con: duckdb.DuckDBPyConnection, word: str, columns: str) -> None:
    rows = answer(con, word)
    assert list(rows[0]) == columns.split()
    for name in rows[0]:
        assert any(row[name] is not None for row in rows), f"{name} is empty in every row"


def test_answers_agree_with_the_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Each answer that counts something by itself, against a table that counted it by another way."""
    primary = "rule_set = (SELECT primary_rule_set FROM meta.runs)"
    (counted,) = con.execute(f"SELECT count(*) FROM analysis.responder WHERE {primary}").fetchall()[0]
    lists = ("cycles_responded", "cycles_not_responded", "cycles_not_judged")
    assert (
        sum(len(row[name].split(", ")) for row in answer(con, "Who responded") for name in lists if row[name])
        == counted
    )
    first = con.execute(f"SELECT cycle, n_first FROM summary.first_response WHERE {primary} AND arm = 'all'").fetchall()
    taken = answer(con, "How long")
    for cycle, n_first in first:
        assert sum(row["first_response_cycle"] == cycle for row in taken) == n_first
    assert all((row["days_to_response"] is None) == (row["first_response_cycle"] is None) for row in taken)
    # An injection may come early: the first response is then seen before Day 84.
    assert {row["days_to_response"] for row in taken if row["first_response_cycle"] == 1} <= set(range(57, 85))
    (days,) = con.execute("SELECT sum(recorded_days) FROM summary.compliance WHERE arm = 'all'").fetchall()[0]
    assert sum(row["recorded_days"] for row in answer(con, "by site and arm")) == days
    gaps = answer(con, "Which days are missing")
    (missing,) = con.execute(
        """WITH days AS (
            SELECT subject_id, start_date, least(end_date, cutoff_date) AS end_date FROM analysis.cycles, meta.runs
        )
        SELECT (SELECT sum(end_date - start_date + 1) FROM days) - count(*) FROM tabulation.diary_days AS day
        JOIN days ON days.subject_id = day.subject_id AND day.diary_date BETWEEN days.start_date AND days.end_date
        WHERE day.headache IS NOT NULL"""
    ).fetchall()[0]
    assert sum(row["missing_days"] for row in gaps) == missing
    assert all((row["last_date"] - row["first_date"]).days + 1 == row["missing_days"] for row in gaps)
    set_aside = answer(con, "What was set aside")
    (lines,) = con.execute("SELECT lines_quarantined FROM meta.runs").fetchall()[0]
    assert sum(row["n"] for row in set_aside if row["what"] == "line") == lines
    assert {row["what"] for row in set_aside} == {"line", "cell"}  # every file of the demo was read


def test_what_changed_is_what_was_changed(con: duckdb.DuckDBPyConnection) -> None:
    rows = answer(con, "since an earlier snapshot")
    (rule_sets,) = con.execute("SELECT count(*) FROM meta.rule_sets").fetchall()[0]
    assert len(rows) == rule_sets + 1
    (judged,) = [row for row in rows if row["subject_id"] == "0110"]
    assert (judged["cycle"], judged["status_before"], judged["status_now"]) == (2, "not_evaluable", "responder")
    assert (judged["verdict_before"], judged["verdict_now"]) == ("undetermined", "stop_no_response")
    come = [row for row in rows if row["subject_id"] == "0101"]
    assert {(row["cycle"], row["status_before"]) for row in come} == {(3, None)}
    assert all(row["status_now"] for row in come)


def test_comments_in_the_database_are_the_dictionary(demo: Published) -> None:
    """Every table and column says in the database what meta.dictionary says of it."""
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        listed = con.execute("SELECT table_name, column_name, description, unit, grain FROM meta.dictionary").fetchall()
        columns = con.execute(
            "SELECT schema_name || '.' || table_name, column_name, comment FROM duckdb_columns()"
            " SEMI JOIN duckdb_tables() USING (schema_name, table_name) WHERE NOT internal"
        ).fetchall()
        tables = con.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()").fetchall()
    said = {(table, column): text + (f" [{unit}]" if unit else "") for table, column, text, unit, _ in listed}
    assert {(table, column): comment for table, column, comment in columns} == said
    assert dict(tables) == {table: grain for table, *_, grain in listed}


def test_python_example(demo: Published) -> None:
    database = demo.current / "outcomes.duckdb"
    ran = subprocess.run(
        [sys.executable, EXAMPLES / "responders.py", database], capture_output=True, text=True, check=True
    )
    assert "cycle 1, ona: 21/28, 75.0% (95% interval 56.6 to 87.3)" in ran.stdout


def test_r_example_asks_queries_that_run(demo: Published) -> None:
    """R itself is not among the tools of the tests; its queries are, and they give the published test's counts."""
    script = (EXAMPLES / "responders.R").read_text(encoding="utf-8")
    queries = re.findall(r'dbGetQuery\(con, "(.+?)"\)', script, flags=re.DOTALL)
    assert len(queries) == 2
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        rates, strata = (con.execute(query).fetchall() for query in queries)
    assert len(rates) == 3 * 3
    assert sum(row[2] for row in strata if row[0] == "ona") == 21


def test_notebook_runs_from_top_to_bottom(demo: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells run in order in one namespace, as a kernel would; each last expression is evaluated, too."""
    notebook = json.loads((EXAMPLES / "explore.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    monkeypatch.setenv("SNAPSHOT", str(Path(demo.current / "outcomes.duckdb")))
    names: dict[str, object] = {}
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 5
    for number, cell in enumerate(cells):
        exec(compile(cell, f"explore.ipynb, code cell {number}", "exec"), names)
    assert not any(cell.get("outputs") for cell in notebook["cells"]), "the notebook is kept without outputs"
