"""The cookbook's queries, the examples and the notebook run against the published demo and find something."""

import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, Published

COOKBOOK = (ROOT / "docs/cookbook.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs/examples"
# Each query with the line of prose before it.
QUESTIONS = re.findall(r"([^\n]+)\n\n```sql\n(.+?)```", COOKBOOK, flags=re.DOTALL)


def test_every_query_of_the_cookbook_is_found() -> None:
    assert len(QUESTIONS) == COOKBOOK.count("```sql") > 15


@pytest.mark.parametrize(("question", "query"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_cookbook(demo: Published, question: str, query: str) -> None:
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        rows = con.execute(query).fetchall()
    assert rows, f"'{question}' finds nothing in the demo"


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
