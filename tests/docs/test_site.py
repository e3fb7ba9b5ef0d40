"""The site: every page has its place in the navigation, and the chart is drawn whole. ``make docs`` builds it strictly,
in some twenty seconds; CI runs that."""

import re

from docs.site.chart import draw_chart
from docs.site.schema_pages import schema_pages
from flows.study.dictionary import load_dictionary
from tests.conftest import ROOT

NAV = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]


def test_every_page_is_in_the_navigation_and_every_entry_a_page() -> None:
    entries = set(re.findall(r": (\S+)$", NAV, flags=re.MULTILINE))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    inside = {page for page in pages if f"{page.split('/')[0]}/*" in entries}
    made_here = {"index.md", "contributing.md", "changes.md", "examples/index.md", "schema/*"}
    assert pages - entries - inside == set()
    assert {entry for entry in entries - made_here if not entry.endswith("/*")} <= pages


def test_every_column_has_its_place_and_every_link_between_tables_leads_to_one() -> None:
    pages = schema_pages()
    for table in load_dictionary().values():
        page = pages[f"schema/{table.full_name}.md"]
        assert re.findall(r"^### (\w+) ", page, flags=re.MULTILINE) == [c.name for c in table.columns]
    rate = pages["schema/summary.responder_rates.md"].partition("### n_responders ")[2].partition("\n### ")[0]
    assert re.search(r"`landing\.diary`\]\(steps\.md#landing\.diary\): .*`headache`", rate)
    assert "(summary.tipping_points.md#difference_pct)" in rate


def test_a_chart_has_its_boxes_below_what_leads_to_them() -> None:
    svg = draw_chart('flowchart TD\n    a["one<br>two"] --> b[("three & more")]\n    c["four"] --> b\n')
    assert svg.count("<rect") == 3
    assert svg.count('<rect class="table"') == 1
    assert svg.count("marker-end") == 2
    assert "three &amp; more" in svg
    tops = [float(top) for top in re.findall(r'<rect[^>]* y="([\d.]+)"', svg)]
    assert tops[0] == tops[2] < tops[1]
