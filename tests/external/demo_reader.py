"""Reads the demo study's files line by line. Shares nothing with the pipeline or with the generator."""

import csv
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path

KINDS = ("diary", "subjects", "injections", "scores", "adverse_events")


@dataclass(frozen=True)
class Line:
    """One data line: canonical column -> text, dates and numbers in canonical notation; empty: a broken line."""

    path: str
    number: int
    values: dict[str, str]

    @property
    def place(self) -> tuple[str, int]:
        return self.path, self.number


def read_study(folder: Path) -> tuple[dict, dict[str, list[Line]]]:
    """study.toml, and the lines by kind of file, in the order of path and line."""
    study = tomllib.loads((folder / "study.toml").read_text("utf-8"))
    lines: dict[str, list[Line]] = {kind: [] for kind in KINDS}
    for file in sorted((folder / "inbox").rglob("*.csv"), key=lambda file: file.relative_to(folder).as_posix()):
        kind = next(kind for kind in KINDS if file.name.startswith(kind))
        path = file.relative_to(folder / "inbox").as_posix()
        declared = [one for one in study.get("files", {}).get(kind, []) if fnmatch(path, one["pattern"])]
        lines[kind] += _read_file(file, path, declared[0] if declared else {})
    return study, lines


def read_truth(folder: Path, name: str) -> list[dict[str, str]]:
    with open(folder / "truth" / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read_file(file: Path, path: str, declared: dict) -> list[Line]:
    texts = _decode(file.read_bytes()).splitlines()
    delimiter = max(",;\t", key=texts[0].count)
    theirs = {name: canonical for canonical, name in declared.get("columns", {}).items()}
    header = [theirs.get(name, name) for name in texts[0].split(delimiter)]
    lines = []
    for number, text in enumerate(texts[1:], 2):
        fields = next(csv.reader([text], delimiter=delimiter))
        values = _canonical(dict(zip(header, fields, strict=True)), declared) if len(fields) == len(header) else {}
        lines.append(Line(path, number, values))
    return lines


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _canonical(values: dict[str, str], declared: dict) -> dict[str, str]:
    for column, codes in declared.get("values", {}).items():
        values[column] = str(codes.get(values[column], values[column]))
    if declared.get("decimal"):
        values["hours"] = values["hours"].replace(declared["decimal"], ".")
    if declared.get("date_format"):
        with suppress(ValueError):  # left as it stands, it is no date for anybody
            values["diary_date"] = datetime.strptime(values["diary_date"], declared["date_format"]).date().isoformat()
    return values


def as_date(text: str) -> date | None:
    """None for anything but a date written year-month-day."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
