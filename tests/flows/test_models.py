"""The SQL models hold to the house rules: order from references, headers, and the dictionary."""

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.base.sql_text import without_texts
from flows.checking.checks import load_suites
from flows.study.dictionary import FILE_KINDS, file_columns, load_dictionary
from flows.warehouse import sql_models as models
from tests.conftest import Published

HEADER = ("Grain", "Key", "Units", "Missing", "Source")


def test_every_model_comes_after_what_it_reads() -> None:
    order = models.build_order()
    assert set(order) == set(models.load_models())
    for position, name in enumerate(order):
        read = models.tables_read(models.load_models()[name]) & set(order)
        assert read <= set(order[:position]), f"{name} is built before {read - set(order[:position])}"


def test_tables_read_are_those_that_a_parser_finds() -> None:
    queries = dict(models.load_models())
    queries |= {check.id: check.failing_rows() for checks in load_suites().values() for check in checks}
    queries |= {path.stem: path.read_text() for path in resource("sql/publication").glob("*.sql")}
    for name, query in queries.items():
        found = sqlglot.parse_one(query, read="duckdb").find_all(exp.Table)
        assert models.tables_read(query) == {f"{table.db}.{table.name}" for table in found if table.db}, name


def test_a_check_needs_the_optional_columns_that_a_parser_finds() -> None:
    optional = {column.name for kind in FILE_KINDS for column in file_columns(kind) if not column.required}
    for check in (check for checks in load_suites().values() for check in checks):
        rows = check.failing_rows()
        named = {column.name for column in sqlglot.parse_one(rows, read="duckdb").find_all(exp.Column)} & optional
        assert set(re.findall(r"\w+", without_texts(rows))) & optional == named, check.id


def test_a_circle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    circle = {"summary.x": "SELECT * FROM summary.y", "summary.y": "SELECT * FROM summary.x"}
    monkeypatch.setattr(models, "load_models", lambda: circle)
    with pytest.raises(ConfigurationError, match=r"circle: summary\.. -> summary\.. -> summary\."):
        models.build_order()


@pytest.mark.parametrize("name", sorted(models.load_models()))
def test_header_tells_grain_key_units_missing_source(name: str) -> None:
    lines = models.load_models()[name].splitlines()
    assert lines[0].startswith(f"-- {name}: ")
    for word in HEADER:
        assert any(line.startswith(f"-- {word + ':':<8} ") for line in lines[:12]), f"{name} has no {word} line"


@pytest.mark.parametrize("name", sorted(set(models.load_models()) & set(load_dictionary())))
def test_header_key_is_the_dictionary_key(name: str) -> None:
    """Where rows with one key may stand side by side in a file, the line is the key."""
    match = re.search(r"^-- Key: +(.+)$", models.load_models()[name], flags=re.MULTILINE)
    assert match
    table = load_dictionary()[name]
    key = ("file_id", "line_number") if table.same_file_rows == "keep" else table.key
    assert tuple(part.strip() for part in match[1].split(",")) == key


def test_published_columns_are_the_documented_ones(demo: Published) -> None:
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        found = con.execute(
            "SELECT schema_name || '.' || table_name, column_name, comment IS NOT NULL FROM duckdb_columns()"
            " SEMI JOIN duckdb_tables() USING (schema_name, table_name)"
            " WHERE schema_name IN ('landing', 'tabulation', 'analysis', 'summary', 'meta')"
        ).fetchall()
    documented = {(table.full_name, column.name) for table in load_dictionary().values() for column in table.columns}
    assert {(table, column) for table, column, _ in found} == documented
    assert all(has_comment for _, _, has_comment in found)


def test_a_renamed_table_can_be_queried_by_its_former_name(demo: Published) -> None:
    renamed = {
        f"{table.schema_name}.{table.former_name}": name
        for name, table in load_dictionary().items()
        if table.former_name
    }
    assert renamed == {"summary.trajectories": "summary.response_courses"}
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        for former, name in renamed.items():
            rows = con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            assert rows
            assert con.execute(f"SELECT * FROM {former} ORDER BY ALL").fetchall() == rows
        comments = con.execute("SELECT comment FROM duckdb_views() WHERE NOT internal").fetchall()
    assert comments == [("former name of summary.response_courses, which the next version does not know",)]


def test_keys_are_unique(demo: Published) -> None:
    """Every published table has one row per key, or one row per line of a file where rows may stand side by side."""
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        for table in load_dictionary().values():
            key = ("file_id", "line_number") if table.same_file_rows == "keep" else table.key
            (rows,) = con.execute(
                f"SELECT count(*) FROM (SELECT {', '.join(key)} FROM {table.full_name} GROUP BY ALL"
                " HAVING count(*) > 1)"
            ).fetchall()
            assert rows == (0,), f"{table.full_name} has repeated keys"


def test_no_threshold_is_written_into_the_rule_models() -> None:
    """Numbers in the rule models are 0, 1, 2 and 100 (per cent); every other one must come from meta.*."""
    allowed = {"0", "1", "2", "100", "100.0"}
    for path in sorted(Path(models.resource("sql/analysis")).glob("*.sql")):
        code = re.sub(r"--[^\n]*|'[^']*'|DECIMAL\([^)]*\)|hours_4", "", path.read_text())
        numbers = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", code))
        assert numbers <= allowed, f"{path.name}: {sorted(numbers - allowed)}"
