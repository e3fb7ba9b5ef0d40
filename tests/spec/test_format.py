"""The format itself: days are laid out as written, and a changed expectation is always seen."""

from dataclasses import replace
from datetime import date

import pytest

from tests.spec.arithmetic import formulas, is_true, pretty
from tests.spec.chapters import CHAPTERS
from tests.spec.check import differences, equal
from tests.spec.conftest import TablesOf
from tests.spec.format import DAY_1, Chapter, Spec, pipe_table, resolve, variant
from tests.spec.layout import date_of, day_of, days_of, diary_rows, injection_days, strip_of, strips


@pytest.mark.parametrize(
    ("cell", "length", "strip"),
    [
        ("3 of 5", 7, "HHHFF--"),
        ("0 of 0", 2, "--"),
        ("", 3, "---"),
        ("HF?-", 5, "HF?--"),
        ("2H 1t 3F", 6, "HHtFFF"),
        ("2(HF)H", 5, "HFHFH"),
    ],
)
def test_cells_are_laid_out(cell: str, length: int, strip: str) -> None:
    assert strip_of(cell, length) == strip


@pytest.mark.parametrize("cell", ["5 of 4", "3 of 9", "9H", "2X", "3 out of 4"])
def test_impossible_cells_are_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="cannot lay out"):
        strip_of(cell, 8)


def test_there_is_no_day_0() -> None:
    assert days_of("Days -2..2") == [-2, -1, 1, 2]
    assert [date_of(day, date(2024, 3, 1)) for day in (-1, 1)] == [date(2024, 2, 29), date(2024, 3, 1)]
    assert [day_of(date_of(day, DAY_1), DAY_1) for day in (-28, -1, 1, 84)] == [-28, -1, 1, 84]
    with pytest.raises(ValueError, match="no such days"):
        days_of("Day 0")


SMALL = Spec(title="t", question="q", source="s", rules=("nice_ta260",), diary="Days -2..1: HF?")


def test_diary_rows() -> None:
    rows = diary_rows(SMALL)
    assert [(day_of(row["diary_date"], DAY_1), row["headache"], row["hours"]) for row in rows] == [
        (-2, True, 6.0),
        (-1, False, None),
        (1, None, None),
    ]


def test_overlapping_ranges_and_a_first_injection_not_on_day_1_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        strips(replace(SMALL, diary="Days 1..2: HH\nDay 2: H"))
    with pytest.raises(ValueError, match="first injection"):
        injection_days(replace(SMALL, injections="2, 85"))


def test_variants_merge_and_take_away() -> None:
    changed = resolve(variant("v", "nice_ta260", window={"days": 30}, stop_success=None, month_days=30))
    assert (changed["id"], changed["month_days"]) == ("v", 30)
    assert changed["window"] == {"position": "last", "days": 30}
    assert "stop_success" not in changed
    assert "stop_success" in resolve("nice_ta260")


def test_numbers_are_exact_or_cut() -> None:
    assert equal("30", 30.0)
    assert not equal("30", 29.9999)
    assert equal("29.62..", 100 * 8 / 27)
    assert not equal("29.63..", 100 * 8 / 27)
    assert not equal("30.00..", 30.0)
    assert equal("-", None)
    assert not equal("0", None)


def test_arithmetic_is_evaluated() -> None:
    text = "`2 * 3 = 6 <= 7` and `1 - 1/3 ~= 0.67`, `not a formula`, `14`"
    assert formulas(text) == ["2 * 3 = 6 <= 7", "1 - 1/3 ~= 0.67"]
    assert [is_true(formula) for formula in formulas(text)] == [True, True]
    assert not is_true("2 * 3 = 7")
    assert not is_true("1 - 1/3 ~= 0.66")
    assert pretty("`2 * 3 <= 7` *x*") == "`2 \u00d7 3 \u2264 7` *x*"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.file)
def test_every_single_expectation_can_fail(chapter: Chapter, sql_tables: TablesOf) -> None:
    """Change each expected cell of each spec in turn: a change that nobody notices is an expectation of nothing."""
    tables = ("expected", "cycles", "months", "eligibility")
    nothing = dict.fromkeys(tables, "")
    tried = [
        (spec, replace(spec, **{**nothing, table: mutant}), cell)
        for spec in chapter.specs
        for table in tables
        for mutant, cell in mutants(getattr(spec, table))
    ]
    assert len(tried) > 30
    assert [(spec.title, cell) for spec, mutant, cell in tried if not differences(mutant, sql_tables(spec))] == []


def mutants(text: str) -> list[tuple[str, str]]:
    """(the table with one cell changed, that cell), for every cell that is not empty."""
    rows = pipe_table(text) if text else []
    found = []
    for number, row in enumerate(rows):
        for column, cell in row.items():
            if cell:
                changed = [*rows[:number], {**row, column: another(cell)}, *rows[number + 1 :]]
                lines = [list(rows[0]), *(list(each.values()) for each in changed)]
                found.append(("\n".join(f"| {' | '.join(line)} |" for line in lines), f"{column}: {cell}"))
    return found


def another(cell: str) -> str:
    """The smallest change: the last digit one up, a word changed."""
    head, dots = (cell[:-2], "..") if cell.endswith("..") else (cell, "")
    return head[:-1] + str((int(head[-1]) + 1) % 10) + dots if head[-1].isdigit() else f"{cell}x"
