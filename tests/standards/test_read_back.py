"""The files of the datasets, read by libraries that did not write them, hold one and the same."""

import json
import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pandas as pd
import pytest

from flows.base.errors import ConfigurationError
from flows.publishing.exported_standards import export_standard
from flows.standards import adam_datasets
from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import DATASETS, load_spec
from flows.standards.dataset_contents import contents_of
from flows.standards.dataset_json import write_json
from flows.standards.transport_files import write_transport
from tests.conftest import Published
from tests.standards.conftest import Exported

SAS_EPOCH = date(1960, 1, 1)
NULLABLE = {
    "string": ["string", "null"],
    "integer": ["integer", "null"],
    "float": ["number", "null"],
    "date": ["string", "null"],
}
# Dataset-JSON 1.1 as its specification has it: names, which of them must be there, and what they may hold.
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": [
        "datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns",
    ],
    "additionalProperties": False,
    "properties": {
        "datasetJSONCreationDateTime": {"type": "string", "pattern": MOMENT},
        "datasetJSONVersion": {"type": "string", "pattern": r"^1\.1(\.(0|[1-9][0-9]*))?$"},
        "fileOID": {"type": "string"},
        "sourceSystem": {
            "type": "object",
            "required": ["name", "version"],
            "properties": {"name": {"type": "string"}, "version": {"type": "string"}},
            "additionalProperties": False,
        },
        "studyOID": {"type": "string"},
        "metaDataVersionOID": {"type": "string"},
        "metaDataRef": {"type": "string"},
        "itemGroupOID": {"type": "string"},
        "records": {"type": "integer", "minimum": 0},
        "name": {"type": "string"},
        "label": {"type": "string"},
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["itemOID", "name", "label", "dataType"],
                "additionalProperties": False,
                "properties": {
                    "itemOID": {"type": "string"},
                    "name": {"type": "string"},
                    "label": {"type": "string"},
                    "dataType": {"enum": [
                        "string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI",
                    ]},
                    "targetDataType": {"enum": ["integer", "decimal"]},
                    "length": {"type": "integer", "minimum": 1},
                    "displayFormat": {"type": "string"},
                    "keySequence": {"type": "integer", "minimum": 1},
                },
            },
        },
        "rows": {"type": "array", "items": {"type": "array"}},
    },
}  # fmt: skip


def as_json(exported: Exported, dataset: str) -> dict[str, Any]:
    return json.loads((exported.folder / f"{dataset.lower()}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def datasets(demo: Published) -> Iterator[Datasets]:
    with adam_datasets.adam_datasets(demo.current / "outcomes.duckdb") as made:
        yield made


@pytest.mark.parametrize("dataset", DATASETS)
def test_dataset_json_is_as_its_schema_wants(exported: Exported, dataset: str) -> None:
    document = as_json(exported, dataset)
    jsonschema.validate(document, SCHEMA)
    assert document["records"] == len(document["rows"]) > 0
    rows = {
        "type": "array",
        "prefixItems": [{"type": NULLABLE[column["dataType"]]} for column in document["columns"]],
        "items": False,
        "minItems": len(document["columns"]),
    }
    jsonschema.validate(document["rows"], {"items": rows})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document | {"columns": [{"name": "A"}]}, SCHEMA)
    keys = [
        c["name"] for c in sorted(document["columns"], key=lambda c: c.get("keySequence", 99)) if "keySequence" in c
    ]
    assert tuple(keys) == load_spec()[dataset].keys


@pytest.mark.parametrize("dataset", DATASETS)
def test_ndjson_holds_the_same(exported: Exported, dataset: str) -> None:
    head, *rows = (exported.folder / f"{dataset.lower()}.ndjson").read_text(encoding="utf-8").splitlines()
    assert json.loads(head) | {"rows": [json.loads(row) for row in rows]} == as_json(exported, dataset)


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_transport_file_holds_the_same(exported: Exported, dataset: str) -> None:
    """Values, labels and types, read by pandas: it gives a zero as 5e-79."""
    document = as_json(exported, dataset)
    path = exported.folder / f"{dataset.lower()}.xpt"
    with pd.read_sas(path, format="xport", encoding="ascii", iterator=True) as reader:
        fields = reader.fields
        frame = reader.read()
    assert [field["name"].decode() for field in fields] == [column["name"] for column in document["columns"]]
    assert [field["label"].decode() for field in fields] == [column["label"] for column in document["columns"]]
    for place, (field, column) in enumerate(zip(fields, document["columns"], strict=True)):
        assert field["ntype"] == ("char" if column["dataType"] == "string" else "numeric")
        assert field["nform"].decode().strip() == ("DATE" if column["dataType"] == "date" else "")
        if column["dataType"] == "string":
            # A text that is nowhere is one blank there, and as long as it may be in define.xml.
            is_nowhere = all(row[place] is None for row in document["rows"])
            assert field["field_length"] == (1 if is_nowhere else column["length"]) <= column["length"] <= 200
    assert len(frame) == document["records"]
    for place, column in enumerate(document["columns"]):
        there = [row[place] for row in document["rows"]]
        got = [stored_as(value, column["dataType"]) for value in frame[column["name"]]]
        assert got == [None if value == "" else value for value in there], column["name"]


def stored_as(value: Any, kind: str) -> Any:
    """What a transport file holds, as Dataset-JSON writes it."""
    if kind == "string":
        return value if isinstance(value, str) and value else None
    if math.isnan(value):
        return None
    number = 0.0 if abs(value) < 1e-70 else value
    return str(SAS_EPOCH + timedelta(days=int(number))) if kind == "date" else number


@pytest.mark.parametrize("dataset", DATASETS)
def test_parquet_holds_the_same_with_labels(exported: Exported, dataset: str) -> None:
    document, path = as_json(exported, dataset), str(exported.folder / f"{dataset.lower()}.parquet")
    names = [column["name"] for column in document["columns"]]
    rows = duckdb.sql(f"SELECT * FROM '{path}'")
    assert rows.columns == names
    read = [[str(value) if isinstance(value, date) else value for value in row] for row in rows.fetchall()]
    assert read == document["rows"]
    labels = {
        key.decode(): value.decode()
        for key, value in duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
    }
    assert labels["label"] == document["label"]
    assert {c["name"]: c["label"] for c in document["columns"]} == {n: labels[f"label.{n}"] for n in names}


def test_dates_count_from_1960(exported: Exported) -> None:
    frame = pd.read_sas(exported.folder / "adsl.xpt", format="xport", encoding="ascii")
    (day_1,) = frame[frame["SUBJID"] == "0101"]["TRTSDT"]
    assert day_1 == (date(2024, 1, 22) - date(1960, 1, 1)).days == 23397


def test_a_second_time_gives_the_same_bytes(exported: Exported, demo: Published, tmp_path: Path) -> None:
    """Of a day that is not today: no clock stands in a file."""
    names = {path.name: path.read_bytes() for path in exported.folder.iterdir()}
    written = export_standard(demo.out, "adam", ("dataset-json", "xpt"), tmp_path)
    assert {path.name: path.read_bytes() == names[path.name] for path in written} == {
        path.name: True for path in written
    }
    head = names["adsl.xpt"][:640]
    assert re.findall(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d", head) == [b"30JUN25:00:00:00"] * 4


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("repeat('x', 201)", "the text has more than 200 bytes"),
        ("'neck pain – both sides'", "letters beyond ASCII"),
        ("'two' || chr(10) || 'lines'", "letters beyond ASCII, or a line break"),
    ],
)
def test_what_a_transport_file_cannot_hold_is_refused_with_its_place(
    datasets: Datasets, value: str, why: str, tmp_path: Path
) -> None:
    spec = next(spec for spec in datasets.specs if spec.name == "ADAE")
    datasets.con.execute("BEGIN")
    try:
        datasets.con.execute(f"UPDATE ADAE SET AETERM = {value} WHERE USUBJID = 'TOX-1-0103' AND ASEQ = 2")
        with pytest.raises(ConfigurationError) as refused:
            write_transport(datasets, spec, tmp_path / "adae.xpt")
        assert not (tmp_path / "adae.xpt").exists()
        message = str(refused.value)
        assert message.startswith("ADAE.AETERM, record 3: ")  # one event of 0102 stands before the two of 0103
        assert why in message
        assert "neck pain" not in message
        assert "xx" not in message
        write_json(datasets, spec, tmp_path / "adae.json")  # Dataset-JSON holds it
        (wanted,) = datasets.con.execute("SELECT AETERM FROM ADAE WHERE USUBJID = 'TOX-1-0103' AND ASEQ = 2").fetchall()
        document = json.loads((tmp_path / "adae.json").read_text(encoding="utf-8"))
        names = [column["name"] for column in document["columns"]]
        assert document["rows"][2][names.index("AETERM")] == wanted[0]
    finally:
        datasets.con.execute("ROLLBACK")


def test_numbers_beyond_the_format_are_refused(datasets: Datasets, tmp_path: Path) -> None:
    spec = next(spec for spec in datasets.specs if spec.name == "ADQS")
    for value in ("1e76", "1e-80", "'Infinity'::DOUBLE"):
        datasets.con.execute("BEGIN")
        datasets.con.execute(f"UPDATE ADQS SET AVAL = {value} WHERE ASEQ = 1")
        with pytest.raises(ConfigurationError, match=r"ADQS\.AVAL, record 1 and \d+ more: the number is too large"):
            write_transport(datasets, spec, tmp_path / "adqs.xpt")
        datasets.con.execute("ROLLBACK")


def test_a_dataset_without_records_is_written(datasets: Datasets, tmp_path: Path) -> None:
    spec = next(spec for spec in datasets.specs if spec.name == "ADAE")
    datasets.con.execute("BEGIN")
    datasets.con.execute("DELETE FROM ADAE")
    empty = datasets._replace(
        rows=datasets.rows | {"ADAE": 0},
        contents=datasets.contents | {"ADAE": contents_of(datasets.con, spec)},
    )
    write_json(empty, spec, tmp_path / "adae.json")
    write_transport(empty, spec, tmp_path / "adae.xpt")
    datasets.con.execute("ROLLBACK")
    document = json.loads((tmp_path / "adae.json").read_text())
    assert (document["records"], document["rows"]) == (0, [])
    with pd.read_sas(tmp_path / "adae.xpt", format="xport", encoding="ascii", iterator=True) as reader:
        assert reader.nobs == 0
        assert [field["name"].decode() for field in reader.fields] == [variable.name for variable in spec.variables]
