"""Every number of report.html against the database it was made from."""

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest

from flows.study.dictionary import load_dictionary
from tests.flows.report_page import Number, Page

RATIOS = ("odds_ratio", "hazard_ratio", "grouped_hazard_ratio")
HUNDREDTHS = {"kappa", *(f"{ratio}{end}" for ratio in RATIOS for end in ("", "_ci_low", "_ci_high"))}
NOTHING = {"–", "not evaluable yet", "not reached"}
NOT_SHOWN = {
    "summary.quality_of_life_bands": "for those who query the database",
    "summary.methods": "words only",
    "summary.reduction_distribution": "drawn as a curve: test_summary_thresholds.py",
    "summary.reduction_days_distribution": "drawn as a curve: test_summary_thresholds.py",
}


class Database:
    """Values by address: published tables by their key, counts and sums by a query of their own."""

    def __init__(self, path: Path):
        self._con = duckdb.connect(path, read_only=True)
        self._tables: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], dict[str, Any]]] = {}

    def value(self, number: Number) -> Any:
        keys = dict(part.split("=") for part in number.row.split(",") if part)
        if number.column.endswith(")"):
            return self._counted(number.table, keys, number.column)
        rows = self._rows(number.table, tuple(keys))
        return rows[tuple(unquote(value) for value in keys.values())][number.column]

    def _rows(self, table: str, names: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, Any]]:
        if (table, names) not in self._tables:
            result = self._con.execute(
                f"SELECT [{', '.join(f'coalesce(CAST({n} AS VARCHAR), chr(0))' for n in names)}]::VARCHAR[], * FROM {table}"
            )
            columns = [column[0] for column in result.description or []][1:]
            rows = result.fetchall()
            self._tables[table, names] = {tuple(row[0]): dict(zip(columns, row[1:], strict=True)) for row in rows}
            assert len(self._tables[table, names]) == len(rows), f"{names} is no key of {table}"
        return self._tables[table, names]

    def _counted(self, table: str, keys: dict[str, str], column: str) -> Any:
        conditions, parameters = ["true"], []
        for name, value in keys.items():
            if value == "*":
                conditions.append(f"{name} IS NOT NULL")
            elif value == "":
                conditions.append(f"{name} IS NULL")
            else:
                conditions.append(f"CAST({name} AS VARCHAR) = ?")
                parameters.append(unquote(value))
        where = " AND ".join(conditions)
        if column == "percent()":
            query = f"SELECT 100.0 * count(*) FILTER ({where}) / nullif(count(*), 0) FROM {table}"
        else:
            query = f"SELECT {'count(*)' if column == 'count()' else column} FROM {table} WHERE {where}"
        return self._con.execute(query, parameters).fetchall()[0][0]


def shown_as(number: Number, value: Any) -> set[str]:
    """The texts that say this value."""
    if value is None:
        return NOTHING
    if number.column.endswith("p_value"):
        return {"<0.001" if value < 0.001 else f"{value:.3f}"}
    if isinstance(value, float):
        places = "0.01" if number.column in HUNDREDTHS else "0.1"
        rounded = Decimal(str(value)).quantize(Decimal(places), ROUND_HALF_UP)
        return {str(rounded + 0).replace("-", "−")}
    return {f"{value:,}"}


def mismatches(database: Database, numbers: list[Number]) -> list[str]:
    """Every number whose text is not the database's value as it is to be shown."""
    values = [(number, database.value(number)) for number in numbers]
    return [f"{number}: {value}" for number, value in values if number.text not in shown_as(number, value)]


@pytest.fixture(scope="module")
def database(report_snapshot: Path) -> Database:
    return Database(report_snapshot / "outcomes.duckdb")


def test_every_number_is_the_databases_number(report_page: Page, database: Database):
    assert len(report_page.numbers) > 2000
    assert mismatches(database, report_page.numbers) == []


def test_every_number_of_the_demo_is_the_databases_number(demo):
    page = Page((demo.current / "report.html").read_text(encoding="utf-8"))
    assert len(page.numbers) > 4000
    assert mismatches(Database(demo.current / "outcomes.duckdb"), page.numbers) == []
    assert page.numbers_without_address == []


def test_every_number_in_a_table_has_an_address(report_page: Page):
    assert report_page.numbers_without_address == []


def test_a_wrong_number_would_be_found(report_page: Page, database: Database):
    for number in report_page.numbers[::7]:
        digit = lambda found: str((int(found[0]) + 1) % 10)  # noqa: E731
        wrong = "7.7" if number.text in NOTHING else re.sub(r"\d$", digit, number.text)
        assert mismatches(database, [number._replace(text=wrong)]), number


def test_every_summary_table_is_shown(report_page: Page):
    tables = {name for name in load_dictionary() if name.startswith("summary.")}
    assert tables - {number.table for number in report_page.numbers} == set(NOT_SHOWN)


@pytest.mark.parametrize(
    "needed",
    [
        ("summary.responder_rates", "rule_set=nice_ta260", "responder_pct"),
        ("summary.responder_rates", "rule_set=article", "ci_low_pct"),
        ("summary.responder_rates", "rule_set=preempt", "responder_nri_pct"),
        ("summary.arm_differences", "analysis=observed", "difference_pct"),
        ("summary.change_from_baseline", "measure=headache_days", "change_mean"),
        ("summary.response_thresholds", "threshold=reduction_30", "reached_pct"),
        ("summary.rule_agreement", "value=hours_4", "responder_pct"),
        ("summary.adverse_events", "level=of_interest", "n_with_event"),
        ("analysis.responder", "status=not_due", "count()"),
        ("analysis.responder", "status=not_evaluable", "count()"),
        ("summary.first_response", "rule_set=nice_ta260", "cumulative_pct"),
        ("summary.verdicts", "verdict=stop_success", "n_verdict"),
        ("analysis.eligibility", "is_overuse=", "count()"),
        ("analysis.eligibility", "is_eligible=true", "percent()"),
        ("landing.files", "path=diary.csv", "lines_duplicate"),
        ("landing.quarantine", "severity=error", "count()"),
        ("meta.findings", "severity=warning", "count()"),
    ],
)
def test_what_must_be_told_is_told(report_page: Page, needed: tuple[str, str, str]):
    table, key, column = needed
    assert any(n.table == table and key in n.row.split(",") and n.column == column for n in report_page.numbers)


def test_yes_means_that_the_criterion_is_met(report_page: Page):
    for column in ("is_chronic_article", "has_failed_preventives", "is_overuse", "is_eligible"):
        met, unmet = ("false", "true") if column == "is_overuse" else ("true", "false")  # ruled out is what is asked
        rows = [
            number.row
            for number in report_page.numbers
            if number.table == "analysis.eligibility"
            and number.row.startswith(f"{column}=")
            and number.column == "count()"
        ]
        assert rows == [f"{column}={answer}" for answer in (met, unmet, "")]


def test_every_group_of_every_rule_set_is_shown(report_page: Page, report_snapshot: Path):
    with duckdb.connect(report_snapshot / "outcomes.duckdb", read_only=True) as con:
        groups = con.execute("SELECT rule_set, cycle, arm FROM summary.responder_rates").fetchall()
    assert len(groups) == 3 * 3 * 4
    shown = {
        unquote(n.row) for n in report_page.numbers if n.table == "summary.responder_rates" and n.column == "n_nri"
    }
    assert shown == {f"rule_set={rule_set},cycle={cycle},arm={arm}" for rule_set, cycle, arm in groups}


def test_nobody_disappears(report_page: Page):
    """Given the cycle = not due + not evaluable + non-responder + responder, as the page shows them."""
    shown = {n[:3]: int(n.text.replace(",", "")) for n in report_page.numbers if n.text.replace(",", "").isdigit()}
    for rule_set in ("article", "nice_ta260", "preempt"):
        for cycle in (1, 2, 3):
            group = f"rule_set={rule_set},cycle={cycle}"
            responders = shown["summary.responder_rates", f"{group},arm=all", "n_responders"]
            others = [
                shown["analysis.responder", f"{group},status={status}", "count()"]
                for status in ("not_due", "not_evaluable", "non_responder")
            ]
            assert responders + sum(others) == shown["analysis.responder", group, "count()"] > 0


def test_null_is_told_in_words(report_page: Page):
    assert "not evaluable yet" in [number.text for number in report_page.numbers]
    words = " ".join(text for _, _, text in report_page.all("td", "th", "dd", "p", "text", "caption", "li"))
    assert not re.search(r"\b(None(?! yet\b| of the arm)|NaN|nan|null|NULL)\b", words.replace("None: every file", ""))


def test_numbers_of_a_blinded_study(report_blinded: tuple[str, Path]):
    html, copy = report_blinded
    page = Page(html)
    assert page.numbers_without_address == []
    assert mismatches(Database(copy), page.numbers) == []
