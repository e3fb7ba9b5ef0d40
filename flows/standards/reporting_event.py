"""The analysis results as JSON after the CDISC Analysis Results Standard 1.0, and as Parquet.

One analysis a table of summary.*, its statistics the operations of its method, its key the groupings of the results.
Whether an analysis was planned is not known here: reason and purpose are terms of our own, declared as such.
"""

import json
from pathlib import Path
from typing import Any

import duckdb

from flows.base.sql_text import quoted
from flows.standards.adam_datasets import Study, load_study_facts
from flows.standards.analysis_results import (
    COLUMN,
    AnalysisSpec,
    create_results,
    groups_of,
    load_results_spec,
    statistics_of,
    tables_of_results,
)
from flows.study.dictionary import Table

Connection = duckdb.DuckDBPyConnection
JSON_FILE, PARQUET_FILE = "reporting-event.json", "analysis-results.parquet"
TERM = "TABLE OF THE SOFTWARE"
ARM = "arm"
COUNTED = {"ADSL": "USUBJID", "ADAE": "USUBJID"}  # subjects are counted, where a dataset has no AVAL
SETS = {"AS.known": ("Everybody known", None), "AS.treated": ("Treated subjects", "SAFFL")}


def write_results(database: Path, folder: Path) -> list[Path]:
    """Both files of the analysis results of a published database; gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(database, read_only=True) as con:
        study = load_study_facts(con)
        create_results(con, study.is_blinded)
        _write_parquet(con, study, folder / PARQUET_FILE)
        event = json.dumps(describe_event(study, _descriptions(con)), ensure_ascii=False, indent=1)
        _write_event(con, event, folder / JSON_FILE)
    return [folder / PARQUET_FILE, folder / JSON_FILE]


def _write_parquet(con: Connection, study: Study, path: Path) -> None:
    con.execute(
        f"""COPY (
            SELECT * EXCLUDE (row_number, position, raw_value), {quoted(study.snapshot_id)} AS snapshot_id
            FROM analysis_results ORDER BY analysis_id, row_number, position
        ) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)"""
    )


def _descriptions(con: Connection) -> dict[tuple[str, str], str]:
    """Method and estimand of each statistic that has a value, by analysis and statistic."""
    rows = con.execute(
        """SELECT analysis_id, statistic, string_agg(DISTINCT method, '; ' ORDER BY method), min(estimand)
        FROM analysis_results GROUP BY ALL"""
    ).fetchall()
    return {(analysis_id, statistic): f"{method}. {estimand}." for analysis_id, statistic, method, estimand in rows}


def describe_event(study: Study, descriptions: dict[tuple[str, str], str]) -> dict[str, Any]:
    """The reporting event without results: each analysis has the place of its results marked by its own id.

    ``descriptions`` are method and estimand by analysis and statistic.
    """
    tables = tables_of_results()
    groupings = dict.fromkeys(
        name for table, spec in tables.values() for name in groups_of(table, spec, study.is_blinded)
    )
    return {
        "id": f"RE.{study.snapshot_id}",
        "name": f"Study {study.study_id}: tables of snapshot {study.snapshot_id}",
        "version": 1,
        "mainListOfContents": {
            "name": "Analyses",
            "contentsList": {
                "listItems": [
                    {"level": 1, "order": order, "name": spec.name, "analysisId": analysis_id}
                    for order, (analysis_id, (_, spec)) in enumerate(tables.items(), start=1)
                ]
            },
        },
        "terminologyExtensions": [
            {
                "id": f"TE.{name}",
                "enumeration": enumeration,
                "sponsorTerms": [{"id": f"TERM.{name}", "submissionValue": TERM}],
            }
            for name, enumeration in (("reason", "AnalysisReasonEnum"), ("purpose", "AnalysisPurposeEnum"))
        ],
        "analysisSets": [_analysis_set(*entry) for entry in enumerate(SETS.items(), start=1)],
        "analysisGroupings": [
            {
                "id": "GR.arm",
                "label": "Treatment arm",
                "groupingDataset": "ADSL",
                "groupingVariable": "ARMCD",
                "dataDriven": True,
            }
        ]
        if ARM in groupings
        else [],
        "dataGroupings": [
            {"id": f"GR.{name}", "label": name.replace("_", " "), "dataDriven": True}
            for name in groupings
            if name != ARM
        ],
        "methods": [_method(analysis_id, *entry, descriptions) for analysis_id, entry in tables.items()],
        "analyses": [_analysis(study, analysis_id, *entry) for analysis_id, entry in tables.items()],
    }


def _analysis_set(order: int, entry: tuple[str, tuple[str, str | None]]) -> dict[str, Any]:
    set_id, (label, flag) = entry
    condition = {
        "dataset": "ADSL",
        "variable": flag or "USUBJID",
        "comparator": "EQ" if flag else "NE",
        "value": ["Y" if flag else ""],
    }
    return {"id": set_id, "label": label, "level": 1, "order": order, "condition": condition}


def _method(
    analysis_id: str, table: Table, spec: AnalysisSpec, descriptions: dict[tuple[str, str], str]
) -> dict[str, Any]:
    operations = []
    for order, column in enumerate(statistics_of(table), start=1):
        operation = {
            "id": _operation(table, column.name),
            "name": column.name,
            "label": column.description,
            "order": order,
        }
        if description := descriptions.get((analysis_id, column.name)):
            operation["description"] = description
        operations.append(operation)
    return {
        "id": f"MT.{table.name}",
        "name": spec.name,
        "description": f"The statistics of {table.full_name}: {table.grain}",
        "operations": operations,
    }


def _operation(table: Table, statistic: str) -> str:
    return f"OP.{table.name}.{statistic}"


def _analysis(study: Study, analysis_id: str, table: Table, spec: AnalysisSpec) -> dict[str, Any]:
    return {
        "id": analysis_id,
        "name": spec.name,
        "label": COLUMN.sub(r"\1", spec.variable),
        "description": load_results_spec().estimands[spec.estimand],
        "reason": {"sponsorTermId": "TERM.reason"},
        "purpose": {"sponsorTermId": "TERM.purpose"},
        "analysisSetId": "AS.known" if spec.estimand == "known" else "AS.treated",
        "dataset": spec.dataset,
        "variable": COUNTED.get(spec.dataset, "AVAL"),
        "methodId": f"MT.{table.name}",
        "orderedGroupings": [
            {"order": order, "groupingId": f"GR.{name}", "resultsByGroup": True}
            for order, name in enumerate(groups_of(table, spec, study.is_blinded), start=1)
        ],
        "results": [f"results of {analysis_id}"],
    }


def _write_event(con: Connection, event: str, path: Path) -> None:
    """The event with the results, one a line, in the places marked for them."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        rest = event
        for analysis_id in tables_of_results():
            before, mark, rest = rest.partition(json.dumps(f"results of {analysis_id}"))
            assert mark, analysis_id
            file.write(before)
            lines = con.execute(
                """SELECT CAST(json_object(
                    'operationId', 'OP.' || substr(source_table, 9) || '.' || statistic,
                    'resultGroups', list_transform(
                        map_entries(groups),
                        lambda entry: json_object('groupingId', 'GR.' || entry.key, 'groupValue', coalesce(entry.value, ''))
                    ),
                    'rawValue', raw_value) AS VARCHAR)
                FROM analysis_results WHERE analysis_id = $1 ORDER BY row_number, position""",
                [analysis_id],
            ).fetchall()
            file.write(",\n".join(line for (line,) in lines))
        file.write(f"{rest}\n")
