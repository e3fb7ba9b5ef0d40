"""Differences between what is published and what it should be: all counted, the first few of each table told."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import isclose
from typing import Any

Row = Mapping[str, Any]
TOLD = 10  # differences told of each table; the rest are counted


class Differences:
    """Differences by table, the first few of each told in words."""

    def __init__(self) -> None:
        self._told: dict[str, list[str]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, table: str, sentence: str) -> None:
        """One difference of a table (or of ``files``)."""
        self._counts[table] += 1
        if self._counts[table] <= TOLD:
            self._told.setdefault(table, []).append(f"{table}: {sentence}")

    def sentences(self) -> list[str]:
        """All that is told, table by table."""
        lines = []
        for table, told in self._told.items():
            more = self._counts[table] - len(told)
            lines += [*told, *([f"{table}: and {more:,} more."] if more else [])]
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
                    told, should = _told(published.get(column)), _told(value)
                    self.add(table, f"{named}: {column} is {told} and should be {should}.")


def _equal(wanted: Any, published: Any) -> bool:
    """Exact, but for a published rate, which is the double nearest to a fraction."""
    if isinstance(published, float) and isinstance(wanted, Fraction | int):
        return isclose(float(wanted), published, rel_tol=1e-9, abs_tol=1e-9)
    return wanted == published


def _told(value: Any) -> str:
    if value is None:
        return "empty"
    return str(value) if isinstance(value, str | int | date) else f"{float(value):.10g}"
