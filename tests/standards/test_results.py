"""The analysis results: every number of summary.*, once, with its group, method and estimand, in both files."""

import json
import re
from typing import Any

import duckdb
import jsonschema
import pytest

from flows.standards.adam_spec import load_spec
from flows.standards.analysis_results import COLUMN, load_results_spec, tables_of_results
from flows.study.dictionary import load_dictionary
from tests.standards.conftest import Exported

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}


def a(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


# The classes of the CDISC Analysis Results Standard 1.0 that are used here, with their attributes.
GROUPING = a(
    {"id": TEXT, "label": TEXT, "groupingDataset": TEXT, "groupingVariable": TEXT, "dataDriven": {"type": "boolean"}},
    "id", "dataDriven",
)  # fmt: skip
EVENT = a(
    {
        "id": TEXT,
        "name": TEXT,
        "version": {"type": "integer"},
        "mainListOfContents": a(
            {
                "name": TEXT,
                "contentsList": a(
                    {
                        "listItems": many(
                            a(
                                {"level": {"type": "integer"}, "order": {"type": "integer"}, "name": TEXT, "analysisId": TEXT},
                                "level", "order", "name",
                            )
                        )
                    }
                ),
            },
            "name", "contentsList",
        ),
        "terminologyExtensions": many(
            a(
                {
                    "id": TEXT,
                    "enumeration": {"enum": ["AnalysisReasonEnum", "AnalysisPurposeEnum"]},
                    "sponsorTerms": many(a({"id": TEXT, "submissionValue": TEXT}, "id", "submissionValue")),
                },
                "id", "sponsorTerms",
            )
        ),
        "analysisSets": many(
            a(
                {
                    "id": TEXT,
                    "label": TEXT,
                    "level": {"type": "integer"},
                    "order": {"type": "integer"},
                    "condition": a(
                        {"dataset": TEXT, "variable": TEXT, "comparator": {"enum": ["EQ", "NE"]}, "value": {"type": "array"}}
                    ),
                },
                "id", "level", "order",
            )
        ),
        "analysisGroupings": many(GROUPING),
        "dataGroupings": many(GROUPING),
        "methods": many(
            a(
                {
                    "id": TEXT,
                    "name": TEXT,
                    "description": TEXT,
                    "operations": many(
                        a({"id": TEXT, "name": TEXT, "label": TEXT, "description": TEXT, "order": {"type": "integer"}}, "id", "order", "name")
                    ),
                },
                "id", "operations", "name",
            )
        ),
        "analyses": many(
            a(
                {
                    "id": TEXT,
                    "name": TEXT,
                    "description": TEXT,
                    "reason": a({"sponsorTermId": TEXT}, "sponsorTermId"),
                    "purpose": a({"sponsorTermId": TEXT}, "sponsorTermId"),
                    "analysisSetId": TEXT,
                    "label": TEXT,
                    "dataset": {"enum": list(load_spec())},
                    "variable": {"enum": ["AVAL", "USUBJID"]},
                    "methodId": TEXT,
                    "orderedGroupings": many(
                        a(
                            {"order": {"type": "integer"}, "groupingId": TEXT, "resultsByGroup": {"type": "boolean"}},
                            "order", "groupingId", "resultsByGroup",
                        )
                    ),
                    "results": many(
                        a(
                            {
                                "operationId": TEXT,
                                "rawValue": TEXT,
                                "resultGroups": many(a({"groupingId": TEXT, "groupValue": {"type": "string"}}, "groupingId")),
                            },
                            "operationId",
                        )
                    ),
                },
                "id", "reason", "purpose", "methodId", "name",
            )
        ),
    },
    "id", "mainListOfContents", "name",
)  # fmt: skip


def numbers_of_summary(exported: Exported) -> dict[tuple[str, str, tuple[tuple[str, str], ...]], float]:
    """Every number of every table of summary.*, by table, column and key: looked up without the package's own lists."""
    found = {}
    with duckdb.connect(exported.database, read_only=True) as con:
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'summary'").fetchall()
        for (name,) in names:
            table = load_dictionary()[f"summary.{name}"]
            cursor = con.execute(f"FROM summary.{name}")
            columns = [column[0] for column in cursor.description or []]
            for values in cursor.fetchall():
                row = dict(zip(columns, values, strict=True))
                key = tuple((column, str(row.pop(column))) for column in table.key)
                for column, value in row.items():
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        found[name, column, key] = float(value)
    return found


@pytest.fixture(scope="module")
def event(exported: Exported) -> dict[str, Any]:
    return json.loads((exported.folder / "reporting-event.json").read_text(encoding="utf-8"))


def test_parquet_holds_every_number_of_the_summary(exported: Exported) -> None:
    there = numbers_of_summary(exported)
    path = exported.folder / "analysis-results.parquet"
    rows = duckdb.sql(
        f"SELECT source_table, statistic, groups, value, variable, method, estimand, analysis_id FROM '{path}'"
    ).fetchall()
    keys = {table.name: table.key for table in load_dictionary().values() if table.schema_name == "summary"}
    got = {}
    for source, statistic, groups, value, variable, method, estimand, analysis in rows:
        name = source.removeprefix("summary.")
        got[name, statistic, tuple((column, str(groups[column])) for column in keys[name])] = value
        assert variable
        assert method
        assert estimand in load_results_spec().estimands.values()
        assert analysis == f"AN.{name}"
    assert len(got) == len(rows) > 10_000
    assert got == there


def test_methods_and_estimands_are_those_of_the_statistic(exported: Exported) -> None:
    path = exported.folder / "analysis-results.parquet"
    rows = duckdb.sql(
        f"""SELECT DISTINCT statistic, method, split_part(estimand, ' ', -1) FROM '{path}'
        WHERE analysis_id = 'AN.responder_rates' AND statistic IN ('n_nri', 'ci_low_pct', 'exact_ci_low_pct', 'nri_ci_low_pct')"""
    ).fetchall()
    assert {(statistic, method) for statistic, method, _ in rows if "ci" in statistic} == {
        ("ci_low_pct", "Wilson score interval, 95%"),
        ("nri_ci_low_pct", "Wilson score interval, 95%"),
        ("exact_ci_low_pct", "Clopper-Pearson interval, 95%"),
    }
    composite = {statistic for statistic, _, end in rows if end == "imputation)"}
    assert composite == {"n_nri", "nri_ci_low_pct"}


def test_json_says_by_which_method_and_of_whom(exported: Exported, event: dict[str, Any]) -> None:
    """The description of an operation is method and estimand as the Parquet file has them."""
    path = exported.folder / "analysis-results.parquet"
    there = duckdb.sql(f"SELECT DISTINCT analysis_id, statistic, method, estimand FROM '{path}'").fetchall()
    described = {op["id"]: op.get("description", "") for method in event["methods"] for op in method["operations"]}
    for analysis_id, statistic, method, estimand in there:
        text = described[f"OP.{analysis_id.removeprefix('AN.')}.{statistic}"]
        assert method in text
        assert estimand in text


def test_json_is_as_the_standard_wants_and_holds_the_same(exported: Exported, event: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(EVENT).validate(event)
    keys = {f"AN.{table.name}": table.key for table in load_dictionary().values() if table.schema_name == "summary"}
    got = {}
    for analysis in event["analyses"]:
        for result in analysis["results"]:
            groups = {g["groupingId"].removeprefix("GR."): g["groupValue"] for g in result["resultGroups"]}
            _, name, statistic = result["operationId"].split(".")
            key = tuple((column, groups[column]) for column in keys[analysis["id"]])
            got[name, statistic, key] = float(result["rawValue"])
    assert got == numbers_of_summary(exported)


def test_what_the_event_refers_to_is_there(event: dict[str, Any]) -> None:
    ids = {kind: {entry["id"] for entry in event[kind]} for kind in ("methods", "analysisSets", "analyses")}
    groupings = {entry["id"] for kind in ("analysisGroupings", "dataGroupings") for entry in event[kind]}
    operations = {operation["id"] for method in event["methods"] for operation in method["operations"]}
    terms = {term["id"] for extension in event["terminologyExtensions"] for term in extension["sponsorTerms"]}
    listed = {item["analysisId"] for item in event["mainListOfContents"]["contentsList"]["listItems"]}
    assert listed == ids["analyses"]
    used = set()
    for analysis in event["analyses"]:
        assert analysis["variable"] in {variable.name for variable in load_spec()[analysis["dataset"]].variables}
        assert not re.search("[{}]", analysis["label"])
        assert analysis["methodId"] in ids["methods"]
        assert analysis["analysisSetId"] in ids["analysisSets"]
        assert {analysis["reason"]["sponsorTermId"], analysis["purpose"]["sponsorTermId"]} <= terms
        ordered = [grouping["groupingId"] for grouping in analysis["orderedGroupings"]]
        used |= set(ordered)
        for result in analysis["results"]:
            assert [group["groupingId"] for group in result["resultGroups"]] == ordered
            assert result["operationId"] in operations
    assert used == groupings


def test_every_table_with_numbers_is_described() -> None:
    """And nothing else; columns and estimands that the description names exist."""
    with_numbers = {
        name
        for name, table in load_dictionary().items()
        if table.schema_name == "summary"
        and any(c.type in ("integer", "number") and c.name not in table.key for c in table.columns)
    }
    described = {table.full_name for table, _ in tables_of_results().values()}
    assert described == with_numbers
    results = load_results_spec()
    used = set()
    for table, spec in tables_of_results().values():
        columns = {column.name for column in table.columns}
        texts = [spec.variable, *spec.methods.values()]
        assert {name for text in texts for name in COLUMN.findall(text)} | set(spec.groups) <= columns
        used |= {spec.estimand, *spec.estimands.values()}
    assert used == set(results.estimands)
