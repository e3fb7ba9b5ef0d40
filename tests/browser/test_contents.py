"""The contents of report.html follow, its sections fold, and what a reader came for is in the first screen."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watched
from tests.browser.test_report import THIN

PHONE, LAPTOP, DESKTOP = 390, 1280, 1440


@pytest.fixture(scope="module")
def report(report_snapshot: Path) -> Path:
    return report_snapshot / "report.html"


def folds(page: Page) -> list[bool]:
    """Whether each section that folds is open."""
    return page.locator("details.fold").evaluate_all("folds => folds.map(fold => fold.open)")


def tops(page: Page, *selectors: str) -> list[float]:
    return [page.locator(selector).first.evaluate("e => e.getBoundingClientRect().top") for selector in selectors]


@pytest.mark.parametrize("width", [LAPTOP, DESKTOP])
def test_contents_follow_and_lead(report: Path, watched: Watched, width: int):
    page = watched.open(report, width=width)
    page.emulate_media(reduced_motion="reduce")
    assert all(folds(page))
    expect(page.locator("nav a[aria-current]")).to_have_text("Responders")
    page.locator("nav a", has_text="Differences").click()
    expect(page.locator("nav a[aria-current]")).to_have_text("Differences")
    expect(page.locator("nav a[aria-current]")).to_be_in_viewport()
    box, heading = page.locator("nav").bounding_box(), page.locator("#differences-h").bounding_box()
    assert box
    assert heading
    assert heading["y"] < 300
    beside, below = box["x"] + box["width"] <= heading["x"], box["y"] + box["height"] <= heading["y"]
    assert (beside, below) == (width == DESKTOP, width == LAPTOP)  # a rail beside the text, or a bar above it


def test_sections_fold_one_by_one_and_all_at_once(report: Path, watched: Watched):
    page = watched.open(report)
    page.emulate_media(reduced_motion="reduce")
    height = page.evaluate("document.body.scrollHeight")
    page.get_by_role("button", name="Fold all sections").click()
    assert not any(folds(page))
    assert page.evaluate("document.body.scrollHeight") < height / 3
    expect(page.locator("#answer table").first).to_be_visible()  # the answer does not fold
    page.locator("nav a", has_text="Safety").click()
    assert sum(folds(page)) == 1
    expect(page.locator("#safety table")).to_be_visible()
    page.locator("#safety summary").first.focus()
    page.keyboard.press("Enter")
    assert sum(folds(page)) == 0
    page.keyboard.press("Enter")
    expect(page.locator("#safety table")).to_be_visible()
    page.get_by_role("button", name="Fold all sections").click()
    page.get_by_role("button", name="Unfold all sections").click()
    assert all(folds(page))


def test_on_a_phone_sections_and_contents_begin_folded(report: Path, watched: Watched):
    page = watched.open(report, width=PHONE, height=844)
    page.emulate_media(reduced_motion="reduce")
    assert not any(folds(page))
    assert page.evaluate("document.body.scrollHeight") < 5.5 * 844
    expect(page.locator("nav a").first).to_be_hidden()
    page.mouse.wheel(0, 1200)
    summary = page.locator("nav summary")
    expect(summary).to_be_in_viewport()
    summary.click()
    page.locator("nav a", has_text="Compliance").click()
    expect(page.locator("nav a").first).to_be_hidden()
    expect(page.locator("#compliance table").first).to_be_visible()
    assert sum(folds(page)) == 1
    (menu,) = tops(page, "#compliance-h")
    assert 0 < menu < 200
    summary.click()
    page.keyboard.press("Escape")
    expect(page.locator("nav a").first).to_be_hidden()


def test_what_is_open_stays_open_when_a_phone_prints_or_turns(report: Path, watched: Watched):
    page = watched.open(report, "#safety", width=PHONE, height=844)
    page.pdf(format="A4")
    page.set_viewport_size({"width": 844, "height": PHONE})
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert sum(folds(page)) == 1
    expect(page.locator("nav a").first).to_be_hidden()


def test_an_address_opens_its_section_on_a_phone(report: Path, watched: Watched):
    page = watched.open(report, "#methods", width=PHONE, height=844)
    assert sum(folds(page)) == 1
    expect(page.locator("#methods table").first).to_be_visible()


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_all_is_printed_whatever_is_folded(report: Path, watched: Watched, width: int):
    page = watched.open(report, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false; })")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    tables = page.locator("main table")
    assert tables.count() > 30
    heights = tables.evaluate_all(
        "tables => tables.map(table => table.checkVisibility({ contentVisibilityAuto: true }) && table.offsetHeight)"
    )
    assert all(height > 20 for height in heights)


def test_without_its_script_everything_is_open(report: Path, chromium: Browser):
    with chromium.new_context(java_script_enabled=False, viewport={"width": PHONE, "height": 844}) as context:
        page = context.new_page()
        page.goto(report.as_uri())
        expect(page.locator("nav a").first).to_be_visible()
        expect(page.locator("#methods table").first).to_be_visible()


def test_the_first_screen_holds_the_answer(demo, watched: Watched):
    for width, height in ((LAPTOP, 800), (DESKTOP, 900)):
        page = watched.open(demo.current / "report.html", width=width, height=height)
        for selector in ("h1", ".answer", "#answer svg", "#answer table td.lead"):
            expect(page.locator(selector).first).to_be_in_viewport(ratio=0.3)


def test_a_phone_shows_the_result_of_every_table_without_scrolling_sideways(demo, watched: Watched):
    page = watched.open(demo.current / "report.html", width=PHONE, height=844)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    beyond = page.locator("main .scroll:has(tbody .lead)").evaluate_all("""regions => regions.map((region) => {
        const edge = region.getBoundingClientRect().right, lead = region.querySelector("tbody .lead");
        return [region.querySelector("caption").textContent, lead.getBoundingClientRect().right - edge];
    })""")
    assert len(beyond) > 10
    assert [caption for caption, pixels in beyond if pixels > 0] == []
    # Table 1: the number, the percentage and the interval of every row.
    cells = page.locator("#answer .scroll").first.evaluate("""region => [...region.querySelectorAll("td.lead")].map((lead) =>
        region.getBoundingClientRect().right - lead.nextElementSibling.getBoundingClientRect().right)""")
    assert len(cells) == 9
    assert min(cells) >= 0


@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_the_mark_of_a_cycle_lies_on_no_text(report: Path, watched: Watched, width: int):
    page = watched.open(report, "#subject/SUBJ-001/article/1", width=width, height=844)
    expect(page.get_by_role("grid")).to_be_visible()
    marks = page.locator(".opens").evaluate_all("""rows => rows.map((row) => {
        const day = row.querySelector(".treated"), style = getComputedStyle(day, "::before"), box = day.getBoundingClientRect();
        const text = document.createRange(); text.selectNodeContents(row.querySelector("[role=rowheader]"));
        const label = text.getBoundingClientRect(), top = box.top + parseFloat(style.top), size = parseFloat(style.fontSize);
        const overlaps = label.left < box.left + Math.max(size, parseFloat(style.width)) && label.right > box.left
            && label.top < top + size && label.bottom > top;
        return [style.content, overlaps];
    })""")
    assert len(marks) == 3
    assert {overlaps for _, overlaps in marks} == {False}
    assert all("\u25bc" in content for content, _ in marks)


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESKTOP, "light"), (PHONE, "dark")])
def test_axe_finds_no_violation_in_contents_and_folds(report: Path, watched: Watched, width: int, scheme: str):
    page = watched.open(report, width=width, scheme=scheme)
    page.evaluate(THIN)
    if width == PHONE:
        page.locator("nav summary").click()
    page.locator("nav a", has_text="Differences").focus()
    options = None if scheme == "light" else {"runOnly": ["color-contrast"]}
    found = Axe().run(page, options=options).response
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found["violations"]] == []
