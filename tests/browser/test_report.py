"""report.html in Chromium: quiet, within its file and its width, and drilled down by click and by keyboard."""

from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from flows.explaining.explain import explain
from tests.browser.conftest import Watched
from tests.flows.report_study import HOSTILE_SUBJECT

# Opens every number that has subjects behind it and tells where the list is not as long as the number says.
OPEN_ALL = """async () => {
  const wrong = [], title = document.getElementById("panel-title");
  const said = new Map();
  for (const link of document.querySelectorAll("a.who:not(.share)")) {
    const n = Number(link.textContent.replaceAll(",", "")), address = link.getAttribute("href");
    if (said.has(address) && said.get(address) !== n) wrong.push(address + ": " + n + " and " + said.get(address));
    said.set(address, n);
  }
  for (const [address, n] of said) {
    title.textContent = "";
    location.hash = address;
    for (let i = 0; i < 1000 && title.textContent === ""; i++) await new Promise((done) => setTimeout(done, 4));
    const rows = document.querySelectorAll("#panel-body tbody tr").length, wanted = n + (n === 1 ? " subject" : " subjects");
    if (title.textContent !== wanted || rows !== n) wrong.push(address + ": " + n + ", " + title.textContent + ", " + rows);
  }
  return wrong;
}"""

# Leaves of every long table what differs: one group of four rows. The checker takes its time over every cell.
THIN = """() => {
  for (const body of document.querySelectorAll("main tbody:nth-of-type(n+2)")) body.remove();
  for (const row of document.querySelectorAll("main tbody tr:nth-child(n+5)")) row.remove();
}"""


@pytest.fixture(scope="module")
def report(report_snapshot: Path) -> Path:
    return report_snapshot / "report.html"


def width_beyond(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_opens_quietly_and_fits(report: Path, watched: Watched, width: int, scheme: str):
    page = watched.open(report, width=width, scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_have_text("Reports <script>alert(1)</script>")
    assert width_beyond(page) <= 0
    for drawing in page.locator("main svg:visible").all():
        box = drawing.bounding_box()
        assert box
        assert box["width"] > 200
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()


def test_the_demo_fits_a_phone(demo, watched: Watched):
    page = watched.open(demo.current / "report.html", width=390, height=844)
    assert width_beyond(page) <= 0
    page.locator("a.who").first.click()
    page.locator("#panel-body tbody a").first.click()
    expect(page.get_by_role("grid")).to_be_visible()
    assert page.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('dialog'))") <= 0


def test_every_number_opens_as_many_subjects_as_it_says(report: Path, watched: Watched):
    page = watched.open(report)
    assert page.locator("a.who").count() > 150
    assert page.evaluate(OPEN_ALL) == []


def test_a_share_opens_the_subjects_it_counts(report: Path, report_snapshot: Path, watched: Watched):
    page = watched.open(report)
    addresses = "links => [...new Set(links.map(link => link.getAttribute('href')))]"
    counts = page.locator("a.who:not(.share)").evaluate_all(addresses)
    shares = page.locator("a.who.share").evaluate_all(addresses)
    cumulative = [address for address in shares if address.endswith("/by_then")]
    assert set(shares) - set(cumulative) <= set(counts)
    with duckdb.connect(report_snapshot / "outcomes.duckdb", read_only=True) as con:
        for address in cumulative:
            _, rule_set, cycle, arm, _ = map(unquote, address.split("/"))
            ((n,),) = con.execute(
                "SELECT sum(n_first) FROM summary.first_response WHERE rule_set = ? AND cycle <= ? AND arm = ?",
                [rule_set, int(cycle), arm],
            ).fetchall()
            page.evaluate("address => { location.hash = address; }", address)
            expect(page.locator("#panel-title")).to_have_text(f"{n} subject{'' if n == 1 else 's'}")
            expect(page.locator("#panel-body > div > p")).to_contain_text(f"Cycle {cycle},")
            assert page.locator("#panel-body tbody tr").count() == n


def test_drill_down_by_click(report: Path, report_snapshot: Path, watched: Watched):
    page = watched.open(report)
    page.locator('a.who[href="#subjects/nice_ta260/2/all/responder"]').first.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    panel.get_by_role("link").first.click()
    expect(page.locator("#panel-title")).to_contain_text("Subject ")  # the list's title goes first
    subject = page.locator("#panel-title").inner_text().removeprefix("Subject ")
    told = explain(report_snapshot, subject, 2, "nice_ta260")[0]
    assert told.status == "responder"
    for said in (told.reason, told.verdict_reason, *told.comparisons):
        expect(panel.get_by_text(said).first).to_be_visible()
    panel.locator("details summary").first.click()
    lines = [row.inner_text().split("\t") for row in panel.locator("details[open] tbody tr").all()]
    days = [*told.baseline.days, *told.window.days]
    assert [line[0] for line in lines] == [str(day.date) for day in days]
    assert [line[3] for line in lines] == [f"{day.path}, line {day.line_number}" if day.path else "–" for day in days]
    names = {"headache": "headache", "free": "no headache", "unknown": "not known", "missing": "no diary line"}
    assert [line[2] for line in lines] == [names[day.state] for day in days]
    day = next(day for day in told.window.days if day.path)
    cell = panel.get_by_role("gridcell", name=str(day.date))
    cell.hover()
    expect(panel.locator(".readout")).to_contain_text(f"{day.path}, line {day.line_number}")
    expect(panel.locator(".readout")).to_contain_text("in the window of cycle 2")
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#panel-title")).to_contain_text("subject")
    page.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    assert "#" not in page.url


def test_drill_down_by_keyboard(report: Path, watched: Watched):
    page = watched.open(report)
    opener = page.locator("a.who").first
    opener.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    for _ in range(4):  # the title, the close button, the table, its first link
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('td, th') !== null"):
            break
    page.keyboard.press("Enter")
    grid = page.get_by_role("grid")
    expect(grid).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "gridcell":
            break
    first = page.locator(".readout").inner_text()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    second = page.locator(".readout").inner_text()
    assert first[:4] == second[:4] or int(second[:4]) - int(first[:4]) == 1
    assert page.evaluate(
        "([a, b]) => (Date.parse(b.slice(0, 10)) - Date.parse(a.slice(0, 10))) / 864e5", [first, second]
    ) == 29  # fmt: skip
    page.keyboard.press("End")
    assert page.locator(".readout").inner_text() != second
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert opener.evaluate("link => link === document.activeElement")


def test_an_address_opens_its_subject_and_the_rule_set_can_be_changed(report: Path, watched: Watched):
    page = watched.open(report, "#subject/SUBJ-001/article/1")
    expect(page.locator("#panel-title")).to_have_text("Subject SUBJ-001")
    page.locator("#panel-rule").select_option("preempt")
    expect(page.locator("#panel-body").get_by_text("at least 4 hours of headache")).to_be_visible()
    assert page.url.endswith("#subject/SUBJ-001/preempt/1")


@pytest.mark.parametrize(
    "address", ["#answer", "#subject/nobody/article/1", "#subjects/none/9/all/given", "#subject/%E0%A4%A/x"]
)
def test_an_address_that_leads_nowhere_opens_nothing(report: Path, watched: Watched, address: str):
    page = watched.open(report, address)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_hostile_name_stays_a_name(report: Path, watched: Watched):
    page = watched.open(report, "#subjects/article/1/all/treated")
    page.get_by_role("dialog").get_by_role("link", name=HOSTILE_SUBJECT).click()
    expect(page.locator("#panel-title")).to_have_text(f"Subject {HOSTILE_SUBJECT}")
    expect(page.get_by_text("site S1<b>")).to_be_visible()
    assert page.locator("dialog i, dialog b").count() == 0


def test_days_that_are_not_known_look_it(report: Path, watched: Watched):
    page = watched.open(report, "#subject/SUBJ-007/preempt/1")  # some headaches of unknown length
    states = page.locator(".day").evaluate_all("days => days.map(day => day.className.split(' ')[1])")
    assert set(states) == {"headache", "free", "unknown", "missing"}
    assert page.locator(".day.unknown").first.inner_text() == "?"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["", "#subjects/article/1/all/evaluable", "#subject/SUBJ-007/preempt/1"])
def test_axe_finds_no_violation(report: Path, watched: Watched, scheme: str, address: str):
    page = watched.open(report, address, scheme=scheme)
    if address:
        expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate(THIN)
    only_colours = {"runOnly": ["color-contrast"]}  # all that differs in the dark
    found = Axe().run(page, options=None if scheme == "light" else only_colours).response
    assert len(found["passes"]) > (20 if scheme == "light" else 0)
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found["violations"]] == []
