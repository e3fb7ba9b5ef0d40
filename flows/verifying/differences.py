"""Differences between what is published and what it should be: all counted, the first few of each table in words."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import isclose
from typing import Any

Row = Mapping[str, Any]
LISTED = 10  # differences listed of each table; the rest are counted


class Differences:
    """Differences by table, the first few of each in words."""

    def __init__(self) -> None:
        self._listed: dict[str, list[str]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, table: str, sentence: str) -> None:
        """One difference of a table (or of ``files``)."""
        self._counts[table] += 1
        if self._counts[table] <= LISTED:
            self._listed.setdefault(table, []).append(f"{table}: {sentence}")

    def sentences(self) -> list[str]:
        """The listed differences, table by table."""
        lines = []
        for table, lines_of_table in self._listed.items():
            more = self._counts[table] - len(lines_of_table)
            lines += [*lines_of_table, *([f"{table}: and {more:,} more."] if more else [])]
        return lines

    def compare(self, table: str, key: Row, wanted: Row | None, published: Row | None) -> None:
        """One row, column by column: as it should be and as it is published; None where there is no such row."""
        named = ", ".join(f"{column} {value}" for column, value in key.items())
        if published is None:
            self.add(table, f"{named}: the row is missing.")
        elif wanted is None:
            self.add(table, f"{named}: there should be no such row.")
        else:
            for column, value in wanted.items():
                if not _equal(value, published.get(column)):
                    found, should = _in_words(published.get(column)), _in_words(value)
                    self.add(table, f"{named}: {column} is {found} and should be {should}.")


def _equal(wanted: Any, published: Any) -> bool:
    """Exact, but for a published rate, which is the double nearest to a fraction."""
    if isinstance(published, float) and isinstance(wanted, Fraction | int):
        return isclose(float(wanted), published, rel_tol=1e-9, abs_tol=1e-9)
    return wanted == published


def _in_words(value: Any) -> str:
    if value is None:
        return "empty"
    return str(value) if isinstance(value, str | int | date) else f"{float(value):.10g}"
