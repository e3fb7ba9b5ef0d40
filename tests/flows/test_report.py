"""report.html as a page: no network, everything escaped, readable without eyes, the same bytes for the same data."""

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import duckdb

from tests.cli.helpers import BASE, SETTINGS, write_study
from tests.flows.report_page import Page, subjects_of
from tests.flows.report_study import HOSTILE_SUBJECT, LABEL, altered, blind
from tests.run import run_without_prefect


def without_scripts(html: str) -> str:
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_nothing_is_loaded_from_anywhere(report_page: Page, report_html: str, report_snapshot: Path):
    assert not report_page.all("link", "img", "iframe", "object", "embed", "base", "form")
    links = {attributes["href"] for _, attributes, _ in report_page.all() if "href" in attributes}
    targets = {link for link in links if not link.startswith("#")}
    assert targets == {"manifest.json", "tables/", "outcomes.duckdb", "validation/index.html"}
    assert all((report_snapshot / target).exists() for target in targets)
    ids = {f"#{attributes['id']}" for _, attributes, _ in report_page.all() if "id" in attributes}
    assert {link for link in links - targets if not link.startswith("#subjects/")} <= ids
    loading = {"src", "srcset", "poster", "data", "action", "xlink:href", "background", "formaction"}
    assert not [a for _, a, _ in report_page.all() if loading & set(a) or any(name.startswith("on") for name in a)]
    assert not re.search(r"url\(|@import|https?:|fetch\(|XMLHttpRequest|innerHTML", report_html)


def test_only_the_pages_own_script_may_run(report_page: Page):
    (policy,) = [
        a["content"] for _, a, _ in report_page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"
    ]
    (script,) = [text for _, a, text in report_page.all("script") if not a]
    digest = base64.b64encode(hashlib.sha256(script_text(script).encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert {a.get("type") for _, a, _ in report_page.all("script")} == {
        None,
        "application/json",
        "application/octet-stream",
    }


def script_text(stripped: str) -> str:
    """The script as it stands in the page: the parser of these tests strips the ends."""
    return f"{stripped}\n"


def test_text_from_data_is_escaped(report_page: Page, report_html: str):
    assert LABEL not in report_html
    assert "<i>" not in report_html
    assert HOSTILE_SUBJECT not in report_html
    assert ("h1", "Reports <script>alert(1)</script>") in [(tag, text) for tag, _, text in report_page.all("h1")]
    assert "diary_<i>broken.csv" in [text for _, _, text in report_page.all("th")]
    in_figures = [text for _, _, text in report_page.all("text")]
    assert in_figures.count(LABEL) >= 8  # several figures in two widths
    assert any(text == LABEL for _, attributes, text in report_page.all("span") if "arm" in attributes.get("class", ""))
    assert HOSTILE_SUBJECT in subjects_of(report_page).index["subjects"]


def test_no_line_is_quoted_and_no_subject_named_outside_the_drill_down(report_html: str, report_snapshot: Path):
    with duckdb.connect(report_snapshot / "outcomes.duckdb", read_only=True) as con:
        subjects = con.execute("SELECT subject_id FROM analysis.subjects").fetchall()
        lines = con.execute("SELECT raw FROM landing.quarantine").fetchall()
        cells = con.execute("SELECT raw FROM landing.quarantined_cells").fetchall()
    assert len(lines) == 2
    assert len(cells) == 1
    assert not [raw for (raw,) in lines if raw in report_html]
    assert not [subject for (subject,) in subjects if subject in without_scripts(report_html)]


def test_refused_files_are_told_with_their_reason(report_page: Page, report_snapshot: Path):
    with duckdb.connect(report_snapshot / "outcomes.duckdb", read_only=True) as con:
        ((reason,),) = con.execute("SELECT refused_reason FROM landing.files WHERE status = 'refused'").fetchall()
    assert reason in [text for _, _, text in report_page.all("td")]


def test_headings_are_in_order(report_page: Page):
    headings = [
        (int(tag[1]), text) for tag, a, text in report_page.all("h1", "h2", "h3", "h4") if a.get("id") != "panel-title"
    ]
    levels = [level for level, _ in headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert [text for level, text in headings if level == 2] == [
        "Responders by cycle",
        "Disposition and baseline",
        "Eligibility",
        "Responders under every rule set",
        "Differences between arms",
        "First response and what became of it",
        "Change from baseline",
        "How the reduction is spread",
        "Treatment given",
        "Quality of life",
        "Adverse events",
        "Diary compliance",
        "Who should go on, who should stop",
        "Data quality",
        "Methods and provenance",
    ]


def test_the_page_can_be_read_without_eyes(report_page: Page):
    ids = [attributes["id"] for _, attributes, _ in report_page.all() if "id" in attributes]
    assert len(ids) == len(set(ids))
    for landmark in ("header", "nav", "main", "footer"):
        assert len(report_page.all(landmark)) == 1
    assert len(report_page.all("table")) == len(report_page.all("caption")) > 30
    assert all(attributes.get("scope") for _, attributes, _ in report_page.all("th"))
    named = [a["aria-labelledby"] for _, a, _ in report_page.all() if "aria-labelledby" in a]
    described = [a["aria-describedby"] for _, a, _ in report_page.all("svg") if "aria-describedby" in a]
    assert set(named) | set(described) <= set(ids)
    assert len(described) == 18  # nine figures in two widths
    for _, attributes, _ in report_page.all("svg"):
        assert attributes["role"] == "img"
        assert attributes["aria-label"]
    (words,) = [text for _, a, text in report_page.all("p") if a.get("id") == "responders-words"]
    assert f"Cycle 1: {LABEL} " in words
    assert "95% interval" in words
    assert "Nobody in it not evaluable yet" in words


def test_figures_follow_the_page_in_light_and_dark(report_page: Page):
    drawn = [attributes for _, attributes, _ in report_page.all("path", "line", "text", "circle")]
    colours = {a[name] for a in drawn for name in ("fill", "stroke") if name in a}
    assert colours
    assert not [a for a in drawn if {"font-family", "role", "style"} & set(a)]  # the page's own font; one image
    assert all(colour == "currentColor" or colour == "none" or colour.startswith("var(--") for colour in colours)
    (style,) = [text for _, _, text in report_page.all("style")]
    assert {name for colour in colours for name in re.findall(r"var\((--[\w-]+)\)", colour)} <= set(
        re.findall(r"--[\w-]+(?=:)", style)
    )


def test_figures_are_files_too(report_snapshot: Path):
    files = {path.stem: path.read_text(encoding="utf-8") for path in (report_snapshot / "figures").iterdir()}
    views = {f"injection-points-{view}" for view in ("front", "side", "behind")}
    drawn = {
        "responders",
        "months",
        "distribution",
        "distribution-days",
        "waterfall",
        "flow",
        "first-response",
        "forest",
    }
    assert set(files) == drawn | {"estimand-forest"} | views
    for text in files.values():
        root = ET.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"var\(|data-|url\(|<script|<i>|<b>", text)
        assert root[0].tag.endswith("title")
    assert LABEL in "".join(ET.fromstring(files["responders"]).itertext())


def test_equal_databases_give_equal_bytes_and_are_left_alone(report_snapshot: Path, report_html: str, tmp_path: Path):
    again, copy = altered(report_snapshot, tmp_path)
    assert again == report_html
    with duckdb.connect(copy) as connection:  # closed by the report, so that it can be written to
        connection.execute("CREATE TABLE proof AS SELECT 1")


def tables_of(html: str) -> list[str]:
    return re.findall(r"<table>.*?</table>", html, flags=re.DOTALL)


def test_a_table_whose_arms_do_not_add_up_says_why(report_html: str, report_blinded: tuple[str, Path]):
    tables = tables_of(report_html)
    with_both = [table for table in tables if re.search(r"<t[hd][^>]*>\s*All subjects\s*<", table)]
    assert len(with_both) > 15
    reason = "All subjects: with 1 treated subject of no known arm."
    for table in tables:
        assert (reason in re.sub(r"<[^>]+>", "", table)) == (table in with_both), table[:300]
    assert "of no known arm are" in report_html or "of no known arm is" in report_html  # the boxes of the disposition
    assert "no known arm" not in report_blinded[0]


def test_two_intervals_in_one_table_do_not_look_alike(report_html: str):
    heads = [re.findall(r"<th[^>]*>([^<]*CI[^<]*)</th>", table) for table in tables_of(report_html)]
    assert sum(len(head) > 1 for head in heads) > 5
    for head in heads:
        assert len(set(head)) == len(head), head
    primary = [head for head in heads if "95% CI, Newcombe (primary)" in head]
    assert len(primary) == 2
    assert all("95% CI, score (comparison)" in head for head in primary)


def test_a_tipping_point_that_is_not_reached_says_so(report_snapshot: Path, tmp_path: Path):
    html, _ = altered(
        report_snapshot,
        tmp_path,
        "UPDATE summary.tipping_points SET n_reference_to_tip = NULL, n_reference_missing = 2 WHERE cycle = 1",
        "UPDATE summary.tipping_points SET n_reference_to_tip = 3, n_reference_missing = 5 WHERE cycle = 2",
    )
    texts = [text for _, _, text in Page(html).all("td")]
    assert "not reached with all 2" in texts
    assert "3 of 5" in texts
    assert "not even all" not in html


def test_a_blinded_study_shows_no_arm(report_blinded: tuple[str, Path]):
    html, _ = report_blinded
    page = Page(html)
    held = str(subjects_of(page))
    for text in (html, held):
        assert "Onabotulinum" not in text
        assert "placebo" not in text
        assert LABEL not in text
    assert subjects_of(page).index["arms"] == []
    assert set(subjects_of(page).index["arm"]) == {-1}
    assert "Arm" not in [text for _, _, text in page.all("th")]
    assert "no known arm" not in html
    assert "(blinded)" in html
    assert "arms are not told apart, so none are compared" in html
    assert "All subjects" not in [text for _, _, text in page.all("text")]  # no legend of one


def test_a_study_before_its_first_injection(report_snapshot: Path, tmp_path: Path):
    with duckdb.connect(report_snapshot / "outcomes.duckdb", read_only=True) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'summary'").fetchall()
    emptied = ("responder", "response_course", "cycles", "months", "rule_windows")
    html, _ = altered(
        report_snapshot,
        tmp_path,
        *(f"DELETE FROM analysis.{table}" for table in emptied),
        *(f"DELETE FROM summary.{table}" for (table,) in tables if table != "methods"),
        "UPDATE analysis.subjects SET first_injection_date = NULL",
        "DELETE FROM analysis.eligibility",
    )
    page = Page(html)
    assert not page.all("svg")
    assert [attributes for _, attributes, _ in page.all("script")] == [{}]  # the contents; no subject to open
    assert "there is nothing to judge yet" in html
    assert len([1 for _, a, _ in page.all("p") if "empty" in a.get("class", "").split()]) >= 12


def test_a_study_with_one_rule_set_one_cycle_and_no_more_than_diaries(report_snapshot: Path, tmp_path: Path):
    """What was not recorded is said in a sentence; nothing is left as an empty chart or table."""
    lean = ("exposure_muscles", "deviations", "quality_of_life", "quality_of_life_improved", "adverse_events", "shifts")
    html, _ = altered(
        report_snapshot,
        tmp_path,
        *blind(report_snapshot),
        "UPDATE meta.runs SET is_blinded = false",
        "UPDATE analysis.cycles SET units = NULL, sites = NULL",
        *(f"DELETE FROM summary.{table}" for table in lean),
        "DELETE FROM summary.exposure WHERE measure IN ('units', 'sites', 'total_units')",
        "DELETE FROM summary.rule_set_pairs",
        "DELETE FROM landing.files WHERE kind = 'adverse_events'",
    )
    for sentence in (
        "Headache outcomes from the start of treatment",
        "a cycle is the time from a start of treatment",
        "The study has one arm: there is nothing to compare with",
        "No session was recorded muscle by muscle",
        "No questionnaire was recorded",
        "The study holds no file of adverse events",
        "The study has one rule set.",
    ):
        assert sentence in html
    assert "injection cycle" not in without_scripts(html)
    page = Page(html)
    assert not [1 for _, a, _ in page.all("svg") if a.get("class") == "map"]


def test_an_estimand_of_a_study_with_one_arm(tmp_path: Path) -> None:
    """It is printed with the subjects who had its events, without an estimate and without the name of an arm."""
    settings = (
        SETTINGS
        + '[arms]\nona = "Ona"\n[analysis.imputation]\ncycles = 1\nimputations = 5\nseed = 1\n[[analysis.estimands]]\nid = "headache_days_hypothetical"\ncycle = 1\nmonth = 1\n'
    )
    study = write_study(tmp_path / "study", BASE | {"subjects.csv": "subject_id,arm\nBASE,ona\n"}, settings)
    html = (run_without_prefect(study, study / "published") / "report.html").read_text(encoding="utf-8")
    assert "Change in headache days if nobody had stopped" in html
    assert "The study has one arm: there is nothing to compare with, so nothing is estimated." in html
    assert '<span class="of">Not recorded.</span>' in html
