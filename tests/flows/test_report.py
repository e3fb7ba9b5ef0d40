"""report.html against the database it was made from: every number, no network, everything escaped, nobody named."""

import re
import shutil
import statistics
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest

from flows import steps
from flows.publish import publish
from flows.report import render_report
from flows.study import load_study
from flows.warehouse import open_warehouse

LABEL = '<b>&"x'
CODE = "a=b,c:d <i>"
START = date(2025, 1, 31)
STUDY = f"""
[study]
id = "R&D-1"
title = "Reports <script>alert(1)</script>"
primary_rule_set = "nice_ta260"
rule_sets = ["article", "nice_ta260", "preempt"]
data_cutoff = {START + timedelta(230)}
[arms]
placebo = '{LABEL}'
"{CODE}" = "OnabotulinumtoxinA"
empty = "Nobody in it"
"""
VOID_TAGS = {"meta", "br", "img", "link", "input", "hr", "source", "base"}


class Page(HTMLParser):
    """The elements of a page, their texts, and the digits in table cells that no address vouches for."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.numbers_without_address: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {[element[0] for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in VOID_TAGS:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)
        inside = [(tag, attributes) for tag, attributes, _ in self._open]
        is_number_cell = any(tag == "td" and "text" not in a.get("class", "").split() for tag, a in inside)
        if is_number_cell and re.search(r"\d", data) and not any("data-cell" in a for _, a in inside):
            self.numbers_without_address.append(data)

    def all(self, *tags: str) -> list[tuple[str, dict[str, str], str]]:
        return [(tag, a, "".join(text).strip()) for tag, a, text in self.elements if not tags or tag in tags]

    @property
    def cells(self) -> list[tuple[str, str]]:
        return [(attributes["data-cell"], text) for _, attributes, text in self.all() if "data-cell" in attributes]


def write_study(folder: Path) -> Path:
    """Twelve subjects in two arms of three, with one line or file of every sort of dirt; cycle 3 is due for nobody."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    subjects = ["subject_id,arm,prior_preventives_failed,overuse_excluded"]
    diary = ["subject_id,diary_date,headache,hours,severity"]
    injections = ["subject_id,injection_date,units,sites"]
    for i in range(12):
        arm = ["placebo", f'"{CODE}"'][i % 2] if i < 11 else ""
        subjects.append(f"SUBJ-{i:03},{arm},{['1', '3', ''][i % 3]},{'' if i == 5 else 1}")
        first = START + timedelta(i)
        last_day = [230, 200, 100, 230][i % 4]
        for day in range(-28, last_day - i + 1):
            if (day + i) % 9 != 0 or i > 3:
                share = 19 if day < 0 else (17 - i % 3 if i % 2 == 0 else 16 - 3 * (day // 84))
                headache = int((day * 11 + i * 5) % 28 < share)
                diary.append(f"SUBJ-{i:03},{first + timedelta(day)},{headache},{6 * headache},{2 * headache}")
        for cycle in range(2 if i % 4 == 2 else 3):
            injections.append(f"SUBJ-{i:03},{first + timedelta(84 * cycle)},155,31")
    diary.append(diary[1])  # an exact duplicate
    diary += ["SUBJ-001,2025-02-30,1,3,2", f"SUBJ-001,{START - timedelta(60)},1,77,2", "SUBJ-001,2025-03-01"]
    diary.append(f"SUBJ-002,{START - timedelta(50)},0,5,0")  # hours without headache: a warning
    for name, lines in {"subjects": subjects, "diary": diary, "injections": injections}.items():
        (inbox / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (inbox / "diary_<i>broken.csv").write_text("foo,bar\n1,2\n", encoding="utf-8")
    (inbox / "notes.txt").write_text("not data", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    study = load_study(write_study(folder / "study"))
    with open_warehouse(folder / "out", study) as (con, kept):
        steps.load_metadata(con, study, None)
        steps.land(con, study, kept)
        results = steps.validate(con, study, kept).results
        steps.derive(con)
        results = results + steps.summarise(con)
        return publish(con, folder / "out", "snapshot-of-the-test", study, results)


@pytest.fixture(scope="module")
def html(snapshot: Path) -> str:
    return (snapshot / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def con(snapshot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as connection:
        yield connection


def altered(snapshot: Path, folder: Path, *statements: str) -> tuple[str, Path]:
    """The report of a changed copy of the database, and the copy."""
    copy = folder / "outcomes.duckdb"
    shutil.copy(snapshot / "outcomes.duckdb", copy)
    with duckdb.connect(copy) as connection:
        for statement in statements:
            connection.execute(statement)
    render_report(copy, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8"), copy


def value_at(con: duckdb.DuckDBPyConnection, address: str) -> Any:
    """The value an address names, read from the database and computed without the report's own queries."""
    table, where, column = address.split(":")
    keys = {name: unquote(value) for name, value in (key.split("=") for key in where.split(",") if key)}
    if table == "analysis.months" and column in ("n", "mean_days", "sd_days"):
        return month_value(con, keys, column)
    conditions, parameters = ["true"], []
    for (name, value), raw in zip(keys.items(), where.split(","), strict=False):
        if raw.endswith("=*"):
            conditions.append(f"{name} IS NOT NULL")
        elif value == "":
            conditions.append(f"{name} IS NULL")
        else:
            conditions.append(f"CAST({name} AS VARCHAR) = ?")
            parameters.append(value)
    chosen = " AND ".join(conditions)
    what = {"count()": "count(*)", "percent()": f"100.0 * count(*) FILTER ({chosen}) / nullif(count(*), 0)"}.get(
        column, column
    )
    query = f"SELECT {what} FROM {table}"
    if column == "percent()":
        return con.execute(query, parameters).fetchall()[0][0]
    ((value,),) = con.execute(f"{query} WHERE {chosen}", parameters).fetchall()
    return value


def month_value(con: duckdb.DuckDBPyConnection, keys: dict[str, str], column: str) -> Any:
    """n, mean and SD of headache days per 28 days, from the months themselves."""
    arm_of = dict(con.execute("SELECT subject_id, arm FROM analysis.subjects").fetchall())
    days = [
        headache_days * 28 / recorded_days
        for subject, headache_days, recorded_days in con.execute(
            "SELECT subject_id, headache_days, recorded_days FROM analysis.months"
            " WHERE cycle = ? AND month = ? AND is_due AND is_evaluable",
            [int(keys["cycle"]), int(keys["month"])],
        ).fetchall()
        if keys["arm"] in ("all", arm_of[subject])
    ]
    if column == "n":
        return len(days)
    if column == "mean_days":
        return statistics.fmean(days) if days else None
    return statistics.stdev(days) if len(days) > 1 else None


def mismatches(con: duckdb.DuckDBPyConnection, cells: list[tuple[str, str]]) -> list[str]:
    """Every cell whose text is not the database's value as it is to be shown."""
    wrong = []
    for address, text in cells:
        value = value_at(con, address)
        if value is None:
            expected = {"–", "not evaluable yet"}
        elif isinstance(value, float):
            nearest = Decimal(str(round(value, 9))).quantize(Decimal("0.1"), ROUND_HALF_UP)
            expected = {str(nearest)}
        else:
            expected = {f"{value:,}"}
        if text not in expected:
            wrong.append(f"{address}: shown {text!r}, in the database {value}")
    return wrong


def test_every_number_is_the_databases_number(page: Page, con: duckdb.DuckDBPyConnection):
    assert mismatches(con, page.cells) == []


def test_every_number_in_a_table_has_an_address(page: Page):
    assert page.numbers_without_address == []


def test_a_wrong_number_would_be_found(page: Page, con: duckdb.DuckDBPyConnection):
    for i, (address, text) in enumerate(page.cells):
        changed = "7.7" if text.startswith(("–", "not")) else re.sub(r"\d$", lambda d: str((int(d[0]) + 1) % 10), text)
        if i % 7 == 0:
            assert mismatches(con, [(address, changed)]), address


@pytest.mark.parametrize(
    "needed",
    [
        ("summary.responder_rates", "rule_set=nice_ta260", "responder_pct"),
        ("summary.responder_rates", "rule_set=article", "ci_low_pct"),
        ("summary.responder_rates", "rule_set=preempt", "responder_nri_pct"),
        ("analysis.responder", "status=not_due", "count()"),
        ("analysis.responder", "status=not_evaluable", "count()"),
        ("summary.first_response", "rule_set=nice_ta260", "cumulative_pct"),
        ("summary.verdicts", "verdict=stop_success", "n_verdict"),
        ("analysis.eligibility", "is_overuse=", "count()"),
        ("analysis.eligibility", "is_eligible=true", "percent()"),
        ("analysis.months", "cycle=0", "mean_days"),
        ("landing.files", "path=diary.csv", "lines_duplicate"),
        ("landing.quarantine", "severity=error", "count()"),
        ("meta.findings", "severity=warning", "count()"),
    ],
)
def test_what_must_be_told_is_told(page: Page, needed: tuple[str, str, str]):
    table, key, column = needed
    assert any(
        address.startswith(f"{table}:") and key in address.split(":")[1].split(",") and address.endswith(f":{column}")
        for address, _ in page.cells
    )


def test_yes_means_that_the_criterion_is_met(page: Page):
    columns = {
        column: [a for a, _ in page.cells if a.startswith(f"analysis.eligibility:{column}=") and a.endswith("count()")]
        for column in ("is_chronic_article", "has_failed_preventives", "is_overuse", "is_eligible")
    }
    for column, addresses in columns.items():
        met, unmet = ("false", "true") if column == "is_overuse" else ("true", "false")  # ruled out is what is asked
        assert addresses == [f"analysis.eligibility:{column}={answer}:count()" for answer in (met, unmet, "")]


def test_every_group_of_every_rule_set_is_shown(page: Page, con: duckdb.DuckDBPyConnection):
    groups = con.execute("SELECT rule_set, cycle, arm FROM summary.responder_rates").fetchall()
    assert len(groups) == 3 * 3 * 4
    shown = [unquote(address) for address, _ in page.cells]
    for rule_set, cycle, arm in groups:
        assert f"summary.responder_rates:rule_set={rule_set},cycle={cycle},arm={arm}:n_nri" in shown


def test_nobody_disappears(con: duckdb.DuckDBPyConnection, page: Page):
    """Given the cycle = not due + not evaluable + non-responder + responder, as the page shows them."""
    shown = {unquote(address): int(text.replace(",", "")) for address, text in page.cells if text.isdigit()}
    for rule_set, cycle in con.execute("SELECT DISTINCT rule_set, cycle FROM analysis.responder").fetchall():
        group = f"analysis.responder:rule_set={rule_set},cycle={cycle}"
        responders = shown[f"summary.responder_rates:rule_set={rule_set},cycle={cycle},arm=all:n_responders"]
        others = [shown[f"{group},status={s}:count()"] for s in ("not_due", "not_evaluable", "non_responder")]
        assert responders + sum(others) == shown[f"{group}:count()"] > 0


def test_null_is_told_in_words(page: Page):
    assert "not evaluable yet" in [text for _, text in page.cells]
    words = " ".join(text for tag, _, text in page.all("td", "th", "dd", "p", "text", "caption"))
    assert not re.search(r"\b(None|NaN|nan|null|NULL)\b", words)


def test_nothing_is_loaded_from_anywhere(page: Page, html: str, snapshot: Path):
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "base", "form")
    links = {attributes["href"] for _, attributes, _ in page.all() if "href" in attributes}
    targets = {link for link in links if not link.startswith("#")}
    assert targets == {"manifest.json", "tables/", "outcomes.duckdb", "validation/index.html"}
    assert all((snapshot / target).exists() for target in targets)
    assert links - targets <= {f"#{attributes['id']}" for _, attributes, _ in page.all() if "id" in attributes}
    loading = {"src", "srcset", "poster", "data", "action", "xlink:href", "background", "formaction"}
    assert not [a for _, a, _ in page.all() if loading & set(a) or any(name.startswith("on") for name in a)]
    assert not re.search(r"url\(|@import|https?:", html)
    policies = [a["content"] for _, a, _ in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_text_from_data_is_escaped(page: Page, html: str):
    assert "<script" not in html
    assert LABEL not in html
    assert "<i>" not in html
    assert ("h1", "Reports <script>alert(1)</script>") in [(tag, text) for tag, _, text in page.all("h1")]
    assert "diary_<i>broken.csv" in [text for _, _, text in page.all("th")]
    in_figures = [text for _, _, text in page.all("text")]
    assert in_figures.count(LABEL) == 4  # two figures in two widths
    assert any(text == LABEL for _, attributes, text in page.all("span") if "arm" in attributes.get("class", ""))


def test_no_subject_and_no_line_is_named(html: str, con: duckdb.DuckDBPyConnection):
    subjects = con.execute("SELECT subject_id FROM analysis.subjects").fetchall()
    assert subjects
    assert not [subject for (subject,) in subjects if subject in html]
    lines = con.execute("SELECT raw FROM landing.quarantine").fetchall()
    assert len(lines) == 3
    assert not [raw for (raw,) in lines if raw in html]


def test_refused_files_are_told_with_their_reason(page: Page, con: duckdb.DuckDBPyConnection):
    ((reason,),) = con.execute("SELECT refused_reason FROM landing.files WHERE status = 'refused'").fetchall()
    assert reason in [text for _, _, text in page.all("td")]


def test_headings_are_in_order(page: Page):
    headings = [(int(tag[1]), text) for tag, _, text in page.all("h1", "h2", "h3", "h4")]
    levels = [level for level, _ in headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert [text for level, text in headings if level == 2] == [
        "Responders by cycle",
        "The same cycles under every rule set",
        "First response and verdicts",
        "Eligibility",
        "Headache days",
        "Data quality",
        "Methods and provenance",
    ]


def test_the_page_can_be_read_without_eyes(page: Page):
    ids = [attributes["id"] for _, attributes, _ in page.all() if "id" in attributes]
    assert len(ids) == len(set(ids))
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    assert len(page.all("table")) == len(page.all("caption")) > 8
    assert all(attributes.get("scope") for _, attributes, _ in page.all("th"))
    named = [a["aria-labelledby"] for _, a, _ in page.all() if "aria-labelledby" in a]
    described = [a["aria-describedby"] for _, a, _ in page.all("svg")]
    assert set(named) | set(described) <= set(ids)
    for _, attributes, _ in page.all("svg"):
        assert attributes["role"] == "img"
        assert attributes["aria-label"]
    (words,) = [text for _, a, text in page.all("p") if a.get("id") == "responders-words"]
    assert f"Cycle 1: {LABEL} " in words
    assert "95% interval" in words
    assert "Nobody in it not evaluable yet" in words


def test_figures_follow_the_page_in_light_and_dark(page: Page):
    drawn = [attributes for _, attributes, _ in page.all("path", "line", "text")]
    colours = {a[name] for a in drawn for name in ("fill", "stroke") if name in a}
    assert colours
    assert not [a for a in drawn if {"class", "font-family", "role"} & set(a)]  # the page's own font; one image
    assert all(colour == "currentColor" or colour == "none" or colour.startswith("var(--") for colour in colours)


def test_equal_databases_give_equal_bytes_and_are_left_alone(snapshot: Path, html: str, tmp_path: Path):
    again, copy = altered(snapshot, tmp_path)
    assert again == html
    with duckdb.connect(copy) as connection:  # closed by the report, so that it can be written to
        connection.execute("CREATE TABLE proof AS SELECT 1")


BLIND = (
    "DELETE FROM meta.arms",
    "UPDATE meta.runs SET is_blinded = true",
    "UPDATE analysis.subjects SET arm = NULL",
    "UPDATE analysis.responder SET arm = NULL",
    *(f"DELETE FROM summary.{t} WHERE arm <> 'all'" for t in ("responder_rates", "first_response", "verdicts")),
)


def test_a_blinded_study_shows_no_arm(snapshot: Path, tmp_path: Path):
    html, copy = altered(snapshot, tmp_path, *BLIND)
    page = Page(html)
    assert "Onabotulinum" not in html
    assert "placebo" not in html
    assert "Arm" not in [text for _, _, text in page.all("th")]
    assert "no known arm" not in html
    assert "(blinded)" in html
    assert len(page.all("svg")) == 4
    assert "All subjects" not in [text for _, _, text in page.all("text")]  # no legend of one
    assert page.numbers_without_address == []
    with duckdb.connect(copy, read_only=True) as con:
        assert mismatches(con, page.cells) == []


def test_a_study_before_its_first_injection(snapshot: Path, tmp_path: Path):
    emptied = ("responder", "cycles", "months", "rule_windows")
    html, copy = altered(
        snapshot,
        tmp_path,
        *(f"DELETE FROM analysis.{table}" for table in emptied),
        *(f"DELETE FROM summary.{table}" for table in ("responder_rates", "first_response", "verdicts")),
        "UPDATE analysis.subjects SET first_injection_date = NULL",
        "DELETE FROM analysis.eligibility",
    )
    page = Page(html)
    assert not page.all("svg")
    assert "there is nothing to judge yet" in html
    with duckdb.connect(copy, read_only=True) as con:
        assert mismatches(con, page.cells) == []
