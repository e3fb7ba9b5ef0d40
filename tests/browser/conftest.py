"""The system's Chromium, driven by Playwright. Nothing is downloaded: Playwright's own browsers are not used."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The browser of this machine; CHROMIUM names another."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; without one they are skipped, except in CI, which installs it."""
    found = find_chromium()
    if found is None and os.environ.get("CI"):
        pytest.fail("CI has no Chromium: .ci/run installs Debian's package.")
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium); set CHROMIUM to name one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """Opens pages and notes what must not happen: errors, warnings on the console, requests beside the file itself."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.troubles: list[str] = []
        self._pages: list[Page] = []

    def open(self, path: Path, address: str = "", width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
        page = self.browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        self._pages.append(page)
        page.on("console", lambda message: self.troubles.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("request", lambda request: self._note(request.url, path))
        page.goto(f"{path.as_uri()}{address}")
        return page

    def _note(self, url: str, path: Path) -> None:
        if url.split("#")[0] != path.as_uri():
            self.troubles.append(f"request: {url}")

    def close(self) -> None:
        for page in self._pages:
            page.close()


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    """A watched browser: whatever went wrong in a test fails it at its end."""
    watcher = Watched(chromium)
    yield watcher
    watcher.close()
    assert watcher.troubles == []
