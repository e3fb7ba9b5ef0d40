"""Shared by all tests: telemetry off, the demo run once, and a quiet end."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.flows.report_page import Page

os.environ.update({"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"})
# The tests start some sixty processes, and Great Expectations and Prefect are five seconds of compiling for each of
# them: where the environment forbids to keep what was compiled, most of the time of all tests goes there.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).parent.parent


class Published(NamedTuple):
    """A study and what was published of it."""

    study: Path
    out: Path
    current: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The demo study, published once by the plain steps (no Prefect)."""
    from tests.run import run_without_prefect

    folder = tmp_path_factory.mktemp("demo") / "demo"
    shutil.copytree(ROOT / "data/studies/demo", folder)
    out = folder / "published"
    run_without_prefect(folder, out)
    return Published(folder, out, out / "current")


@pytest.fixture(scope="session")
def report_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study with something in every section of the report and markup in its names, published once."""
    from tests.flows.report_study import publish_study

    return publish_study(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def report_html(report_snapshot: Path) -> str:
    """Its report.html."""
    return (report_snapshot / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def report_page(report_html: str) -> "Page":
    """Its report.html, parsed."""
    from tests.flows.report_page import Page

    return Page(report_html)


@pytest.fixture(scope="session")
def report_blinded(report_snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The report of the same study as a blinded one publishes it, and the database it was made from."""
    from tests.flows.report_study import altered, blind

    return altered(report_snapshot, tmp_path_factory.mktemp("blinded"), *blind(report_snapshot))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    # As in flows/cli.py: an orderly end would print pages about instances that Great Expectations holds.
    sys.stdout.flush()
    sys.stderr.flush()
    if _EXIT_STATUS in config.stash:
        os._exit(config.stash[_EXIT_STATUS])


_EXIT_STATUS = pytest.StashKey[int]()
