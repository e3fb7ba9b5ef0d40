"""Dictionary, suites, SQL and documentation say the same, and every check names what to do."""

import json
import re
import tomllib
from collections.abc import Generator

import duckdb
import pytest
import sqlglot

from flows.base.resources import resource
from flows.checking.checks import Check, load_suites
from flows.checking.checks_page import page_path, render_checks
from flows.checking.corrections import find_repeats
from flows.checking.dictionary_checks import dictionary_expectations
from flows.checking.twins import find_twins
from flows.landing.landing_tables import create_landing_tables
from flows.study.check_limits import CheckLimits
from flows.study.dictionary import FILE_KINDS, file_columns, input_tables, load_dictionary
from flows.study.study_folder import Study, load_study
from flows.warehouse.settings_tables import load_metadata
from flows.warehouse.sql_models import build_order, load_models, tables_read
from tests.cli.helpers import write_study

SUITES = load_suites()
ALL_CHECKS = [check for checks in SUITES.values() for check in checks]
BY_ID = {check.id: check for check in ALL_CHECKS}
HAND_WRITTEN = [
    entry
    for path in sorted(resource("expectations").glob("*.json"))
    for entry in json.loads(path.read_text())["expectations"]
    if entry["meta"].get("from") != "dictionary"
]


def toml(name: str) -> dict:
    return tomllib.loads(resource(name).read_text())


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(write_study(tmp_path_factory.mktemp("checks") / "study"))


@pytest.fixture(scope="module")
def tables(study: Study) -> Generator[duckdb.DuckDBPyConnection]:
    """Every table the checks may read, with the dictionary's columns and no row."""
    with duckdb.connect() as con:
        load_metadata(con, study, None)
        create_landing_tables(con)
        for kind in FILE_KINDS:
            find_repeats(con, kind)
        find_twins(con)
        for table in {name for check in ALL_CHECKS for name in tables_read(check.failing_rows())} | set(SUITES):
            is_made = table in ("landing.files", "meta.medication")
            if not is_made and table.startswith(("landing.", "meta.")):
                continue
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {table.split('.')[0]}")
            types = {
                "integer": "BIGINT",
                "number": "DOUBLE",
                "boolean": "BOOLEAN",
                "date": "DATE",
                "partial_date": "DATE",
                "timestamp": "TIMESTAMP",
            }
            described = load_dictionary()[table].columns if table in load_dictionary() else ()
            columns = ", ".join(f"{c.name} {types.get(c.type, 'VARCHAR')}" for c in described)
            con.execute(f"CREATE TABLE {table} ({columns or 'cutoff_date DATE'})")
        yield con


@pytest.mark.parametrize("suite", sorted(dictionary_expectations()))
def test_dictionary_made_expectations_are_current(suite: str) -> None:
    """Run ``make expectations`` after changing the dictionary."""
    written = json.loads((resource("expectations") / f"{suite}.json").read_text())["expectations"]
    assert [e for e in written if e["meta"].get("from") == "dictionary"] == dictionary_expectations()[suite]


def test_the_page_of_the_checks_is_current() -> None:
    """Run ``make expectations`` after changing a suite."""
    assert page_path().read_text(encoding="utf-8") == render_checks()


def test_check_ids_are_unique() -> None:
    assert len(BY_ID) == len(ALL_CHECKS)


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.id)
def test_check_tells_reason_fix_and_source(check: Check) -> None:
    assert check.severity in ("critical", "error", "warning", "info")
    assert check.reason
    assert check.fix
    assert check.source


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.id)
def test_every_column_of_a_check_exists(tables: duckdb.DuckDBPyConnection, check: Check) -> None:
    assert tables.execute(f"DESCRIBE {check.failing_rows()}").fetchall()


def test_a_column_no_table_has_is_noticed(tables: duckdb.DuckDBPyConnection) -> None:
    check = BY_ID["diary.hours.without_headache"]._replace(kwargs={"condition": "NOT headache AND duration > 0"})
    with pytest.raises(duckdb.BinderException, match="duration"):
        tables.execute(check.failing_rows())


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.id)
def test_what_a_check_needs_is_an_optional_column_or_a_kind_of_file(check: Check) -> None:
    optional = {f"{kind}.{column.name}" for kind in FILE_KINDS for column in file_columns(kind) if not column.required}
    assert set(check.needs) <= optional | set(FILE_KINDS)
    # A check of one kind of file cannot do without that kind.
    kinds = {kind for kind in FILE_KINDS if check.table in (f"landing.{kind}", input_tables()[kind].full_name)}
    # Twins are looked for among the identifiers of all kinds: no kind is needed, not even the suite's own.
    assert kinds <= set(check.needs) or (check.id, check.needs) == ("subjects.subject_id.twins", ())


def test_only_landed_lines_can_be_set_aside() -> None:
    """An error sets a line aside; once the tables are built it is too late for that."""
    for check in ALL_CHECKS:
        assert check.severity != "error" or check.table.startswith("landing."), check.id


def test_findings_are_filed_under_their_kind_of_file() -> None:
    for kind in FILE_KINDS:
        assert {check.id.split(".")[0] for check in SUITES[f"landing.{kind}"]} == {kind}


def test_suites_are_named_after_tables() -> None:
    known = {f"landing.{kind}" for kind in FILE_KINDS} | {"landing.broken_lines"} | set(build_order())
    assert set(SUITES) <= known


def test_gx_severity_follows_ours() -> None:
    for entry in HAND_WRITTEN:
        ours = entry["meta"]["severity"]
        assert entry["severity"] == ("critical" if ours == "error" else ours), entry["meta"]["check_id"]


def test_no_threshold_is_written_into_a_check() -> None:
    """Beside 0, 1 and 100 (per cent) a number must be a limit the dictionary states for the column it stands with."""
    for entry in HAND_WRITTEN:
        query = entry["kwargs"].get("unexpected_rows_query") or entry["kwargs"].get("condition") or ""
        query = re.sub(r"--[^\n]*|'[^']*'", "", "\n".join(query) if isinstance(query, list) else query)
        for column in file_columns("diary"):
            if column.maximum is not None:
                query = re.sub(rf"\b{column.name} [<>] {column.maximum:g}\b", "", query)
        assert set(re.findall(r"(?<![\w.])\d+", query)) <= {"0", "1", "100"}, entry["meta"]["check_id"]


def test_every_limit_is_used_and_described() -> None:
    landing = resource("flows/landing")  # what decides how a whole file is read is asked before the checks
    text = " ".join(
        [*(check.failing_rows() for check in ALL_CHECKS), *(path.read_text() for path in sorted(landing.glob("*.py")))]
    )
    drift = resource("flows/checking/drift.py").read_text()  # the history is no table while the checks run
    for name in CheckLimits.model_fields:
        assert f"check_limits.{name}" in text or f"limits.{name}" in drift, name
    described = [column.name for column in load_dictionary()["meta.check_limits"].columns]
    assert described == list(CheckLimits.model_fields)


def test_instruments_of_dictionary_and_codelist_are_the_same() -> None:
    allowed = next(column.allowed for column in file_columns("scores") if column.name == "instrument")
    assert set(toml("data/codelists/instruments.toml")) == set(allowed)
    assert BY_ID["scores.instrument.unknown"].kwargs["value_set"] == list(allowed)


def test_points_of_the_muscles_add_up_to_the_paradigm() -> None:
    muscles, protocol = toml("data/codelists/muscles.toml").values(), toml("data/protocol.toml")
    assert sum(muscle["fixed_sites"] for muscle in muscles) == protocol["min_sites"]
    assert sum(muscle["fixed_sites"] + muscle["extra_sites"] for muscle in muscles) == protocol["max_sites"]


def test_statuses_of_dictionary_suite_and_sql_are_the_same() -> None:
    allowed = set(BY_ID["responder.status.known"].kwargs["value_set"])
    tree = sqlglot.parse_one(load_models()["analysis.response"], read="duckdb")
    (status,) = [alias.this for alias in tree.find_all(sqlglot.exp.Alias) if alias.alias == "status"]
    written = {branch.args["true"].this for branch in status.args["ifs"]} | {status.args["default"].this}
    assert written == allowed
    described = next(c for c in load_dictionary()["analysis.responder"].columns if c.name == "status")
    assert all(status in f"{described.allowed} {described.description}" for status in allowed)


def test_limits_the_dictionary_states_are_checked() -> None:
    """Each type, range, list and need of the dictionary has its check, under the name that follows from it."""
    for kind in FILE_KINDS:
        for column in file_columns(kind):
            place = f"{kind}.{column.name}"
            assert (f"{place}.out_of_range" in BY_ID) == (column.maximum is not None or column.minimum is not None)
            assert (f"{place}.unreadable" in BY_ID) == (column.type not in ("text", "codes"))
            if column.required and not column.may_be_empty:
                assert BY_ID[f"{place}.missing"].severity == "error"
            if column.allowed:
                assert BY_ID[f"{place}.unknown"].kwargs["value_set"] == list(column.allowed)
