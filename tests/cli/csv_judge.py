"""Landed files read once more by Python's csv module: no line is lost, no cell says what its text does not say.

Written from docs/files.md, without any code of flows/landing. A line is judged by itself: whatever the product took for
one record must be one record to the csv module as well, and each cell of it the same text, or the value that the text
has, or empty and named as not readable.
"""

import csv
import gzip
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

COLUMNS = {
    "diary": "subject_id diary_date headache hours severity migraine acute_medication entered_at",
    "attacks": "subject_id attack_start attack_end severity migraine acute_medication entered_at",
    "injections": "subject_id injection_date muscle units sites",
    "subjects": "subject_id arm site sex birth_year consent_date prior_preventives_failed overuse_excluded"
    " discontinued_date discontinued_reason",
    "scores": "subject_id score_date instrument score",
    "adverse_events": "subject_id start_date end_date term soc serious related severity",
}
TEXTS = ("subject_id", "arm", "site", "muscle", "discontinued_reason", "term", "soc")
CODES = ("instrument", "sex")  # written in capitals
BOOLEANS = ("headache", "migraine", "overuse_excluded", "serious", "related")
DATES = ("diary_date", "injection_date", "consent_date", "discontinued_date", "score_date")
MOMENTS = ("entered_at", "attack_start", "attack_end")
MEANS = {"1": True, "0": False}
BLANKS = " \t\u00a0"


class Verdict(NamedTuple):
    """How much was looked at, and what is wrong."""

    files: int
    lines: int
    cells: int
    faults: list[str]


class Landed(NamedTuple):
    """What the product made of one file."""

    path: str
    kind: str
    lines_read: int
    encoding: str
    delimiter: str
    date_format: str
    rows: dict[int, dict[str, Any]]  # line number -> landed columns
    broken: dict[int, str]  # line number -> raw text


def judge(out: Path, inbox: Path) -> Verdict:
    """Read every landed file of a study again. ``out`` is where the product landed it."""
    files = lines = cells = 0
    faults: list[str] = []
    for landed in _landed(out):
        files += 1
        told, n_lines, n_cells = _judged(landed, (inbox / landed.path).read_bytes())
        faults += [f"{landed.path}: {what}" for what in told]
        lines, cells = lines + n_lines, cells + n_cells
    return Verdict(files, lines, cells, faults)


def _landed(out: Path) -> Iterator[Landed]:
    with tempfile.TemporaryDirectory() as folder:  # a copy: this process may hold the file open in another way
        for name in ("warehouse.duckdb", "warehouse.duckdb.wal"):
            if (out / "state" / name).exists():
                shutil.copy(out / "state" / name, folder)
        with duckdb.connect(f"{folder}/warehouse.duckdb") as con:
            files = con.execute(
                "SELECT file_id, path, kind, lines_read, encoding, delimiter, date_format FROM landing.landed_files"
            ).fetchall()
            rows: dict[str, dict[int, dict[str, Any]]] = {}
            for kind in COLUMNS:
                found = con.execute(f"SELECT * FROM landing.{kind}")
                names = [column[0] for column in found.description or []]
                for row in found.fetchall():
                    line = dict(zip(names, row, strict=True))
                    of_file = rows.setdefault(line["file_id"], {})
                    if line["line_number"] in of_file:
                        raise AssertionError(f"{line['file_id']}: line {line['line_number']} is landed twice")
                    of_file[line["line_number"]] = line
            broken: dict[str, dict[int, str]] = {}
            for file_id, number, raw in con.execute(
                "SELECT file_id, line_number, raw FROM landing.broken_lines"
            ).fetchall():
                broken.setdefault(file_id, {})[number] = raw
            for file_id, *facts in files:
                yield Landed(*facts, rows.get(file_id, {}), broken.get(file_id, {}))


def _text(content: bytes, encoding: str) -> str:
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    elif content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(next(n for n in archive.namelist() if not n.endswith("/") and "__MACOSX" not in n))
    return content.decode(encoding).removeprefix("\ufeff")


def _judged(landed: Landed, content: bytes) -> tuple[list[str], int, int]:
    """(faults, lines, cells) of one file."""
    faults: list[str] = []
    text = _text(content, landed.encoding).replace("\r\n", "\n").replace("\r", "\n")
    lines = dict(enumerate(text.split("\n"), start=1))
    filled = [number for number, line in lines.items() if line.strip(" ")]
    header = [name.strip() for name in _one_record([lines[filled[0]]], landed.delimiter) or []]
    starts = sorted(landed.rows.keys() | landed.broken.keys())
    if len(starts) != landed.lines_read or landed.rows.keys() & landed.broken.keys():
        faults.append(f"{landed.lines_read} lines read, {len(landed.rows)} landed and {len(landed.broken)} broken")
    if filled[1:2] != starts[:1]:
        faults.append(f"the first line below the header is {filled[1:2]}, the first one landed {starts[:1]}")
    cells = 0
    known = COLUMNS[landed.kind].split()
    places = {name.casefold(): place for place, name in enumerate(header) if name.casefold() in known}
    is_below_a_header = False
    for start, following in pairwise([*starts, len(lines) + 1]):
        own = [lines[number] for number in range(start, following)]
        while len(own) > 1 and not own[-1].strip(" "):
            own.pop()
        if start in landed.broken:
            is_below_a_header |= "subject_id" in landed.broken[start].casefold()
            told = _broken_fault(own, landed.broken[start], header, landed.delimiter, is_below_a_header)
            faults += [f"line {start}: {told}"] if told else []
            continue
        fields = _one_record(own, landed.delimiter)
        if fields is None:
            faults.append(f"line {start}: landed, but lines {start} to {start + len(own) - 1} are not one record")
        elif is_below_a_header:
            continue
        elif len(fields) != len(header):
            faults.append(f"line {start}: landed with {len(fields)} fields of {len(header)}")
        else:
            row = landed.rows[start]
            named = {
                name
                for column in ("unreadable", "out_of_range", "other_unit")
                for name in (row[column] or "").split(",")
            }
            for name, place in places.items():
                cells += 1
                told = _cell_fault(name, fields[place].strip(BLANKS), row[name], name in named, landed.date_format)
                faults += [f"line {start}, {name}: {told}"] if told else []
            absent = [name for name in known if name not in places and row.get(name) is not None]
            faults += [f"line {start}: {name} has a value, and the file no such column" for name in absent]
    return faults, len(starts), cells


def _one_record(lines: list[str], delimiter: str) -> list[str] | None:
    """The fields of lines that are one record together; None where they are none or several."""
    try:
        text = io.StringIO("\n".join(lines), newline="")
        read = csv.reader(text, delimiter=delimiter, strict=True, skipinitialspace=True)
        records = [fields for fields in read if fields]
    except csv.Error:
        plain = "\n".join(lines)
        while f'" {delimiter}' in plain or plain.endswith('" '):  # spaces after a closing quotation mark are nothing
            plain = plain.replace(f'" {delimiter}', f'"{delimiter}').removesuffix(" ")
        return None if plain == "\n".join(lines) else _one_record(plain.split("\n"), delimiter)
    return records[0] if len(records) == 1 else None


def _broken_fault(own: list[str], raw: str, header: list[str], delimiter: str, is_below_a_header: bool) -> str | None:
    if len(own) == 1 and raw != own[0]:
        return "set aside with another text than it has"
    if not raw or raw not in "\n".join(own):
        return "set aside without its text"
    if not is_below_a_header and '"' not in raw and len(own) == 1 and len(raw.split(delimiter)) == len(header):
        return "set aside, though it has the header's fields"
    if len(own) > 1 and any(line.strip(" ") for line in own[raw.count("\n") + 1 :]):
        return "lines after it are in no record"
    return None


def _cell_fault(name: str, text: str, value: Any, is_named: bool, date_format: str) -> str | None:
    """What is wrong with a landed cell, or None."""
    if not text:
        return None if value is None else f"{value!r} of an empty cell"
    if value is None:
        if name in TEXTS:
            return "a text is lost"
        if is_named and _is_plain(name, text, date_format):
            return "a plain value is not read"
        if is_named or name == "acute_medication":  # a word for nothing taken
            return None
        return f"{text!r} is neither a value nor named as unreadable"
    meant = _meaning(name, text, date_format)
    return None if value in meant else f"{value!r} of {text!r}"


def _is_plain(name: str, text: str, date_format: str) -> bool:
    """A value that nobody can read in two ways, within all limits."""
    if name in BOOLEANS:
        return text in MEANS
    if name in DATES:
        return (
            date_format == "%Y-%m-%d" and len(text) == 10 and _date(text, date_format) is not None and text[:2] == "20"
        )
    return False


def _meaning(name: str, text: str, date_format: str) -> list[Any]:
    """Every value that a text may stand for in this column."""
    if name in TEXTS:
        return [text]
    if name in CODES:
        return [text, text.upper()]
    if name == "acute_medication":
        return [text.lower().strip(";,| "), ";".join(sorted({part.strip() for part in _parted(text.lower())} - {""}))]
    if name in BOOLEANS:
        words = {"1 yes y true t ja j": True, "0 no n false f nein": False}
        return [value for spelled, value in words.items() if text.lower() in spelled.split()]
    if name in DATES:
        moment = _moment(text, date_format)
        return [day for day in (_date(text, date_format), moment.date() if moment else None) if day]
    if name in MOMENTS:
        return [moment for moment in (_moment(text, date_format), _moment(text, "%Y-%m-%d")) if moment]
    if name in ("start_date", "end_date"):
        day = _date(text, date_format)
        return [day.isoformat()] if day else [text, *_partly(text), "UNK", "ongoing"]
    return [number for written in (text, text.replace(",", ".")) for number in _number(written)]


def _partly(text: str) -> list[str]:
    """Year, and year with month, that a date known in part may tell."""
    numbers = "".join(c if c.isdigit() else " " for c in text).split()
    years = [number for number in numbers if len(number) == 4]
    return years + [f"{year}-{month.zfill(2)}" for year in years for month in numbers if len(month) < 3]


def _parted(text: str) -> list[str]:
    for sign in ",|+":
        text = text.replace(sign, ";")
    return text.split(";")


def _date(text: str, date_format: str) -> date | None:
    try:
        return datetime.strptime(text, date_format).date() if text.isascii() else None
    except ValueError:
        return None


def _moment(text: str, date_format: str) -> datetime | None:
    for time in ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S"):
        try:
            return datetime.strptime(text, date_format + time)
        except ValueError:
            continue
    return None


def _number(text: str) -> list[float]:
    try:
        return [float(text)] if text.isascii() and "_" not in text else []
    except ValueError:
        return []
