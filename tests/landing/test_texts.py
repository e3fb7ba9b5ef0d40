"""What a text in a cell means: a table written by somebody who saw the list of forms but no regular expression.

Each text is landed by the product, in one file for each type and date format, with no time zone declared and with one.
"""

import csv
import io
import tomllib
from collections import defaultdict
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, SETTINGS, write_study

CASES = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))["case"]
ZONE = "Asia/Kathmandu"  # five hours and three quarters from UTC, the whole year
# The column of a kind of file that has the type: kind, its other columns, column.
PLACES = {
    "number": ("scores", "subject_id,score_date,instrument,score"),  # without limits, which a cell may be beyond
    "integer": ("subjects", "subject_id,birth_year"),
    "boolean": ("diary", "subject_id,diary_date,headache"),
    "date": ("subjects", "subject_id,consent_date"),  # not required: no file is refused for its many wrong dates
    "timestamp": ("diary", "subject_id,diary_date,headache,entered_at"),
}
SPECIAL = ("empty", "refused", "needs_zone")


def cell(expected: str, type_: str) -> Any:
    """An expectation of the table as a value."""
    match type_:
        case "number":
            return float(Fraction(expected))
        case "integer":
            return int(expected)
        case "boolean":
            return expected == "true"
        case "date":
            return date.fromisoformat(expected)
        case _:
            return datetime.fromisoformat(expected)


FORMS = sorted({(case["type"], case.get("format") or "") for case in CASES})


def texts_of(type_: str, date_format: str) -> list[str]:
    return [case["text"] for case in CASES if (case["type"], case.get("format", "")) == (type_, date_format)]


def written(type_: str, date_format: str) -> str:
    """A file with each of the texts in a line of its own."""
    kind, header = PLACES[type_]
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header.split(","))
    day = datetime(2025, 6, 7).strftime(date_format or "%Y-%m-%d")
    before = [day, "HIT6" if kind == "scores" else "1"][: header.count(",") - 1]
    for number, text in enumerate(texts_of(type_, date_format)):
        writer.writerow([f"S{number}", *before, text])
    return out.getvalue()


Found = dict[tuple[str, str], dict[str, tuple[Any, bool]]]


@pytest.fixture(scope="module", params=[None, ZONE])
def zone(request: pytest.FixtureRequest) -> str | None:
    return request.param


@pytest.fixture(scope="module")
def landed(zone: str | None, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """By type and date format, and by text: the value, and whether the text was found to be no value of the type."""
    inbox, settings = dict(BASE), SETTINGS
    for number, (type_, date_format) in enumerate(FORMS):
        inbox[f"texts-{number}.csv"] = written(type_, date_format)
        settings += f"[[files.{PLACES[type_][0]}]]\npattern = 'texts-{number}.csv'\n"
        settings += f"date_format = '{date_format}'\n" if date_format else ""
        settings += f"time_zone = '{zone}'\n" if zone else ""
    settings += "[[files.diary]]\npattern = 'diary.csv'\n"
    folder = write_study(tmp_path_factory.mktemp("texts") / "study", inbox, settings)
    study = load_study(folder)
    with open_warehouse(folder / "out", study) as (con, kept):
        take_in(con, study, kept)
        return {form: _found(con, f"texts-{number}.csv", *form) for number, form in enumerate(FORMS)}


def _found(con: duckdb.DuckDBPyConnection, path: str, type_: str, date_format: str) -> dict[str, tuple[Any, bool]]:
    kind, header = PLACES[type_]
    texts, column = texts_of(type_, date_format), header.rpartition(",")[2]
    of_file = "JOIN landing.landed_files USING (file_id) WHERE path = $1"
    rows = con.execute(
        f"SELECT subject_id, {column}, list_contains(string_split(coalesce(unreadable, ''), ','), '{column}')"
        f" FROM landing.{kind} {of_file}",
        [path],
    ).fetchall()
    broken = con.execute(f"SELECT raw FROM landing.broken_lines {of_file}", [path]).fetchall()
    found = {texts[int(subject[1:])]: (value, is_wrong) for subject, value, is_wrong in rows}
    for (raw,) in broken:  # a cell that spans lines where none may
        if raw.startswith('"S'):
            found[texts[int(raw[2:].partition('"')[0])]] = (None, True)
    assert found.keys() == set(texts)
    return found


def wanted(case: dict[str, Any], expected: str, zone: str | None) -> tuple[Any, bool]:
    if expected == "needs_zone" and zone:
        if "instant" not in case:
            return None, True
        moment = datetime.fromisoformat(case["instant"]).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        return moment, False
    return (None, expected != "empty") if expected in SPECIAL else (cell(expected, case["type"]), False)


@pytest.mark.parametrize(("type_", "date_format"), FORMS)
def test_each_text_is_read_as_the_table_says(landed: Found, type_: str, date_format: str, zone: str | None) -> None:
    found = landed[type_, date_format]
    wrong = defaultdict(list)
    for case in CASES:
        if (case["type"], case.get("format", "")) != (type_, date_format):
            continue
        got = found[case["text"]]
        allowed = [wanted(case, case["if_read"] if case["expect"] == "either" else case["expect"], zone)]
        if case["expect"] == "either" or case.get("refusal_ok"):
            if case.get("if_read") == "needs_zone" and zone and "instant" not in case:
                continue  # the table does not say which instant
            allowed.append((None, True))
        if got not in allowed:
            wrong[case["expect"]].append((case["text"], got))
    assert not wrong, "\n".join(f"{expect}: {cases}" for expect, cases in wrong.items())


def test_the_table_is_large_enough() -> None:
    """Two hundred texts and more are put to each type."""
    for type_ in PLACES:
        assert len({case["text"] for case in CASES if case["type"] == type_}) >= 200
