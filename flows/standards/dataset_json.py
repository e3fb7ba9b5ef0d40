"""CDISC Dataset-JSON 1.1: a dataset as one JSON object, or as NDJSON, its description first and then a record a line.

Numbers are written as they are, dates as ISO texts that a reader turns into numbers (targetDataType), what is not known
as null. DuckDB writes the records: its numbers read back as the same doubles.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import DatasetSpec, Variable
from flows.standards.identifiers import METADATA_OID, dataset_oid, moment_of, study_oid, variable_oid

VERSION = "1.1.0"
DATA_TYPES = {"text": "string", "integer": "integer", "float": "float", "date": "date"}
RECORDS_AT_ONCE = 10_000


def write_json(datasets: Datasets, spec: DatasetSpec, path: Path) -> None:
    """One JSON object; a record a line within it."""
    head = json.dumps(describe(datasets, spec), ensure_ascii=False)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{head[:-1]}, "rows": [')
        for number, record in enumerate(_records(datasets, spec)):
            file.write(f"{',' if number else ''}\n{record}")
        file.write("\n]}\n")


def write_ndjson(datasets: Datasets, spec: DatasetSpec, path: Path) -> None:
    """The description in the first line, then a record a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(describe(datasets, spec), ensure_ascii=False) + "\n")
        for record in _records(datasets, spec):
            file.write(f"{record}\n")


def describe(datasets: Datasets, spec: DatasetSpec) -> dict[str, Any]:
    """All of a Dataset-JSON file but its rows. The time is that of the data cut-off: no clock stands in it."""
    study = datasets.study
    return {
        "datasetJSONCreationDateTime": moment_of(study),
        "datasetJSONVersion": VERSION,
        "fileOID": f"{study.snapshot_id}.{spec.name}",
        "sourceSystem": {"name": "migraine-outcomes", "version": study.version},
        "studyOID": study_oid(study),
        "metaDataVersionOID": METADATA_OID,
        "metaDataRef": "define.xml",
        "itemGroupOID": dataset_oid(spec.name),
        "records": datasets.rows[spec.name],
        "name": spec.name,
        "label": spec.label,
        "columns": [_column(datasets, spec, variable) for variable in spec.variables],
    }


def _column(datasets: Datasets, spec: DatasetSpec, variable: Variable) -> dict[str, Any]:
    column: dict[str, Any] = {
        "itemOID": variable_oid(spec.name, variable.name),
        "name": variable.name,
        "label": variable.label,
        "dataType": DATA_TYPES[variable.type],
    }
    if variable.type == "date":
        column |= {"targetDataType": "integer", "displayFormat": "DATE9."}
    if variable.is_text:
        column["length"] = datasets.lengths[spec.name][variable.name]
    if variable.name in spec.keys:
        column["keySequence"] = spec.keys.index(variable.name) + 1
    return column


def _records(datasets: Datasets, spec: DatasetSpec) -> Iterator[str]:
    values = ", ".join(f"CAST({v.name} AS VARCHAR)" if v.type == "date" else v.name for v in spec.variables)
    cursor = datasets.con.execute(
        f"SELECT CAST(json_array({values}) AS VARCHAR) FROM {spec.name} ORDER BY {', '.join(spec.keys)}"
    )
    while chunk := cursor.fetchmany(RECORDS_AT_ONCE):
        yield from (record for (record,) in chunk)
