"""The quick reading of a text gives what the full reading gives, or leaves the text to it."""

import random
from itertools import product

import duckdb
import pytest

from flows.landing.layout import Layout
from flows.landing.parsing import _quick, _typed
from flows.study.dictionary import Column
from flows.study.file_format import FileFormat

# One of each kind of text that a cast reads and a diary does not mean, beside the usual ones and their neighbours.
WRITTEN: dict[str, tuple[str, ...]] = {
    "date": (
        *("2025-01-31", "1900-01-01", "1899-12-31", "9999-12-31", "10000-01-01", "0044-03-15 (BC)", "2024-02-29"),
        *(
            "2025-02-29",
            "2025-1-31",
            "2025-01-3 ",
            " 2025-01-3",
            "2025/01/31",
            "infinity",
            "-infinity",
            "epoch",
            "today",
        ),
        *("31.01.2025", "31/01/2025", "01/31/2025", "1.2.2025", "01.02.25", "2025-01-31 00:00", "2025-01-31T00:00:00Z"),
        *(
            "2025-01-31 23:30:00+02",
            "20250131",
            "+2025-01-31",
            "02025-01-31",
            "12345-01-31",
            "31.01.12345",
            "٢٠٢٥-01-31",
        ),
    ),
    "timestamp": (
        *(
            "2025-01-31 08:00:00",
            "2025-01-31 08:00",
            "2025-01-31T08:00:00",
            "2025-01-31 8:00:00",
            "2025-01-31 08:00:60",
        ),
        *(
            "2025-01-31 24:00:00",
            "2025-01-31 23:59:59",
            "2025-01-31 08: 3:00",
            "2025-01-31 08:00 PM",
            "1900-01-01 00:00",
        ),
        *("1899-12-31 23:59:59", "10000-01-01 00:00", "10000-01-01 00:00:00", "20000-01-01 00:0", "infinity"),
        *("2025-01-31 08:00:00.5", "2025-01-31 08:00:0", "2025-01-31 08:0", "2025-01-31", "2025-01-31 08:00Z"),
        *("2025-01-31 08:00+02", "31.01.2025 08:00", "31.01.2025 08:00:00", "2025-02-30 08:00:00", "-2025-01-31 08:00"),
    ),
    "number": (
        *(
            "4",
            "4.75",
            "0",
            "00",
            "007",
            "4.",
            ".5",
            "-1",
            "+1",
            "1_2",
            "1e3",
            "0x10",
            "nan",
            "inf",
            "-inf",
            "1,5",
            "1 5",
        ),
        *("123456789012345", "1234567890123456", "0.123456789012345", "0.1234567890123456", "9" * 400, "4.7.5", "٤"),
        *("4h", "4h 15m", "02:30", "PT4H15M", "90 min", "2.30", "12345678901234567890.5"),
    ),
    "integer": (
        *(
            "0",
            "3",
            "10",
            "-3",
            "+3",
            "03",
            "3.0",
            "3.5",
            "-0",
            "1_0",
            "1e1",
            "2147483647",
            "2147483648",
            "-2147483648",
        ),
        *("0x1", "3 ", "٣", "true", "99999999999999999999"),
    ),
    "boolean": ("0", "1", "yes", "NO", "t", "F", "ja", "nein", "2", "true", "10", "01", "-1", "٠"),
    "codes": (
        *("sumatriptan", "ibuprofen;sumatriptan", "sumatriptan;ibuprofen", "ibuprofen;ibuprofen", "Ibuprofen", "asa"),
        *(
            "nothing",
            "nessuno",
            "nessuna1",
            "ninguno_",
            "none;none",
            "ibuprofen;",
            ";ibuprofen",
            "ibuprofen; sumatriptan",
        ),
        *("ibuprofen,sumatriptan", "a;b;c", "aspirin + c", "panadol+", "ibuprofen and asa", "-", "não", "ibuprofène"),
        *("paracetamol_codeine", "none1234;no", "aspirin;aspirin c", "ibuprofen|asa"),
    ),
}
FORMATS: dict[str, tuple[FileFormat, ...]] = {
    "date": tuple(
        FileFormat(date_format=written, time_zone=zone)
        for written, zone in product(
            (None, "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%y", "%Y%m%d", "%d-%b-%Y", "excel", "sas"),
            (None, "Europe/Berlin"),
        )
    ),
    "number": (
        FileFormat(),
        FileFormat(decimal=","),
        FileFormat(units={"cell": "minutes"}),
        FileFormat(units={"cell": "h:mm"}),
    ),
    "integer": (FileFormat(), FileFormat(decimal=",")),
    "boolean": (FileFormat(),),
    "codes": (FileFormat(),),
}
FORMATS["timestamp"] = FORMATS["date"]
CASES = [(kind, group) for kind, groups in FORMATS.items() for group in groups]
# In these formats of the file a column of the type has usual texts.
QUICK_FORMATS = {
    "date": (None, "%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y"),
    "timestamp": (None, "%Y-%m-%d"),
    **dict.fromkeys(("number", "integer", "boolean", "codes"), (None,)),
}
USUAL = {
    "date": {"2025-01-31", "1900-01-01", "9999-12-31"},
    "timestamp": {"2025-01-31 08:00:00", "2025-01-31 08:00", "1900-01-01 00:00"},
    "number": {"4", "4.75", "0", "123456789012345"},
    "integer": {"0", "3", "10", "-3", "2147483647"},
    "boolean": {"0", "1"},
    "codes": {"sumatriptan", "ibuprofen;sumatriptan", "paracetamol_codeine"},
}


def layout_of(delimiter: str = ",") -> Layout:
    return Layout("utf-8", delimiter, 1, 1, {"cell": 0}, (), "", False, "diary", {}, ("cell",))


def texts_of(kind: str) -> list[str]:
    """The texts above, and each with one character taken out, doubled or exchanged."""
    chance = random.Random(kind)
    texts = dict.fromkeys(WRITTEN[kind])
    for text in WRITTEN[kind]:
        if len(text) > 100:
            continue
        for place in range(len(text)):
            texts |= dict.fromkeys((text[:place] + text[place + 1 :], text[:place] + text[place] + text[place:]))
            texts[text[:place] + chance.choice("0123456789 .,:;-_/TZae+") + text[place + 1 :]] = None
    return [text for text in texts if text]


@pytest.mark.parametrize(("kind", "group"), CASES, ids=lambda value: value if isinstance(value, str) else None)
def test_quick_is_what_the_full_reading_gives(kind: str, group: FileFormat) -> None:
    column = Column.model_validate(
        {"name": "cell", "type": kind, "description": "", "unit": "h" if kind == "number" else None}
    )
    layout = layout_of()
    quick, full = _quick(column, layout, group), _typed(column, layout, group)
    if quick is None:
        assert group.units or group.date_format not in QUICK_FORMATS[kind]
        return
    with duckdb.connect() as con:
        found = con.execute(
            f"SELECT cell_text, coalesce({quick.is_sure}, false), cell_read, {full} FROM"
            f" (SELECT cell_text, {quick.value} AS cell_read FROM (SELECT unnest($1) AS cell_text))",
            [texts_of(kind)],
        ).fetchall()
    differing = [(text, read, value) for text, is_sure, read, value in found if is_sure and repr(read) != repr(value)]
    assert differing == []
    sure = {text for text, is_sure, _, _ in found if is_sure}
    if group == FileFormat():
        assert sure >= USUAL[kind]
    assert sure < {text for text, *_ in found}
    # A null of a sure text would be a value lost.
    assert all(value is not None for _, is_sure, _, value in found if is_sure)
