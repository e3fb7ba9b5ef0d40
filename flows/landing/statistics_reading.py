"""Reads an SPSS or SAS file with pyreadstat and writes it as CSV text: run in a process of its own by statistics_files,
for a damaged file can end the process that reads it."""

import csv
import json
import math
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from flows.base.errors import FileRefused
from flows.landing.cell_values import MS_PER_DAY, clock, duration_text, float_text, moment_text, one_line
from flows.landing.limited_text import LimitedText

MOST_ROWS_AT_ONCE, MOST_VALUES_AT_ONCE, MOST_BYTES_AT_ONCE = 100_000, 2_000_000, 1 << 28
MOST_VARIABLES = 32_767  # of a SAS data set
MOST_MEMORY_BYTES = 4 << 30
# IBM's floating point has zeros with an exponent, which some readers take for the smallest number there is.
SMALLEST = 1e-70
LAST_MS = MS_PER_DAY * 3_000_000  # beyond every calendar
SPSS_BEGINS, SAS_BEGINS = date(1582, 10, 14), date(1960, 1, 1)
SPSS_DATES = {"DATE", "ADATE", "EDATE", "SDATE", "JDATE", "QYR", "MOYR", "WKYR", "DATETIME", "YMDHMS"}
SPSS_TIMES = {"TIME", "DTIME", "MTIME"}
SAS_DATES = (
    {"DATE", "JULIAN", "MONYY", "WEEKDATE", "WEEKDATX", "WORDDATE", "WORDDATX", "EURDFDD", "NLDATE", "PDJULG"}
    | {f"{order}{mark}" for order in ("DDMMYY", "MMDDYY", "YYMMDD", "YYMM", "MMYY") for mark in ("", *"BCDNPS")}
    | {"IS8601DA", "E8601DA", "B8601DA", "YYMON"}
)
SAS_DATE_TIMES = {"DATETIME", "DATEAMPM", "MDYAMPM", "DTDATE", "NLDATM", "IS8601DT", "E8601DT", "B8601DT"} | {
    "IS8601DN",
    "E8601DN",
    "B8601DN",
}
SAS_TIMES = {"TIME", "TIMEAMPM", "TOD", "HHMM", "MMSS", "NLTIME", "IS8601TM", "E8601TM", "B8601TM"}


class Variable(NamedTuple):
    """A column of the file: what its numbers mean, in milliseconds from ``begins`` for one step of them."""

    name: str
    begins: date | None = None
    step_ms: int = 0  # 0: numbers

    def text(self, value: Any) -> str:
        """A value as text; none where it is missing."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return ""
        if not isinstance(value, int | float):
            return one_line(str(value))
        value = float(value)
        milliseconds = value * self.step_ms
        if self.step_ms and abs(milliseconds) < LAST_MS:
            try:
                return self._moment(round(milliseconds))
            except OverflowError:  # a year that the calendar does not have: the number stays
                pass
        return "0" if abs(value) < SMALLEST else float_text(value) if math.isfinite(value) else repr(value)

    def _moment(self, milliseconds: int) -> str:
        if self.begins:
            return moment_text(self.begins, milliseconds)
        return clock(milliseconds) if 0 <= milliseconds < MS_PER_DAY else duration_text(milliseconds / MS_PER_DAY)


def write_csv(source: Path, kind: str, target: Path, limit: int) -> int:
    """The number of variables. Whatever the reader of a damaged file raises passes through."""
    pieces = _pieces(source, kind)
    variables, columns = next(pieces)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(LimitedText(out, limit), lineterminator="\n")
        writer.writerow([variable.name for variable in variables])
        while columns[0]:
            texts = [map(variable.text, values) for variable, values in zip(variables, columns, strict=True)]
            writer.writerows(zip(*texts, strict=True))
            _, columns = next(pieces)
    return len(variables)


def _pieces(source: Path, kind: str) -> Iterator[tuple[list[Variable], list[list[Any]]]]:
    """The variables, and the values of each, some rows at a time; after the last rows a piece without any."""
    import pyreadstat

    read = {"sav": pyreadstat.read_sav, "sas7bdat": pyreadstat.read_sas7bdat, "xport": pyreadstat.read_xport}[kind]
    _, metadata = read(source, metadataonly=True, output_format="dict")
    variables = [_variable(name, metadata.original_variable_types.get(name), kind) for name in metadata.column_names]
    if not 0 < len(variables) <= MOST_VARIABLES:
        raise ValueError("no variables, or too many")
    width = max(1, sum(metadata.variable_storage_width.values()))
    rows = max(1, min(MOST_ROWS_AT_ONCE, MOST_VALUES_AT_ONCE // len(variables), MOST_BYTES_AT_ONCE // width))
    done = 0
    while True:
        held, _ = read(source, output_format="dict", disable_datetime_conversion=True, row_offset=done, row_limit=rows)
        columns = [held[variable.name] for variable in variables]
        done += len(columns[0])
        yield variables, columns


def _variable(name: str, written: str | None, kind: str) -> Variable:
    """What the numbers of a variable mean by its format, as in DATE9 or DATETIME22.3."""
    code = (written or "").upper().rstrip("0123456789.")
    code = code.removesuffix("W") if code in ("NLDATEW", "NLDATMW") else code
    if kind == "sav":
        begins = SPSS_BEGINS if code in SPSS_DATES else None
        return Variable(name, begins, 1000 if begins or code in SPSS_TIMES else 0)
    if code in SAS_DATES:
        return Variable(name, SAS_BEGINS, 86_400_000)
    if code in SAS_DATE_TIMES:
        return Variable(name, SAS_BEGINS, 1000)
    return Variable(name, None, 1000 if code in SAS_TIMES else 0)


def main(source: str, kind: str, target: str, limit: str) -> None:
    """Prints how many variables there are, or why the file is refused, as JSON."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    except (ImportError, OSError, ValueError):  # not every system has limits
        pass
    warnings.simplefilter("ignore")
    try:
        metadata: dict[str, Any] = {"variables": write_csv(Path(source), kind, Path(target), int(limit))}
    except FileRefused as refused:
        metadata = {"refused": str(refused)}
    print(json.dumps(metadata))


if __name__ == "__main__":
    main(*sys.argv[1:])
