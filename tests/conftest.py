"""Shared by all tests: telemetry off, the demo run once, and a quiet end."""

import fcntl
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from flows.base.ending import end_process
from flows.base.garbage import collect_seldom

if TYPE_CHECKING:
    from tests.flows.report_page import Page

collect_seldom()
# What tests write need not outlive a power cut. What does is the matter of tests/crash, whose runs are processes of their own.
os.fsync = lambda _: None
os.environ.update({"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"})
# The tests start some sixty processes, and Great Expectations and Prefect are five seconds of compiling for each of
# them: where the environment forbids to keep what was compiled, most of the time of all tests goes there.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).parent.parent


# Files that take longest, the longest first: begun last, one of them would keep one core busy and leave the others idle.
LONGEST = (
    "cluster/test_lost_workers.py",
    "bench/test_throughput.py",
    "serving/test_worker.py",
    "serving/test_serve.py",
    "cluster/test_cluster.py",
    "crash/test_kills.py",
    "generative/test_increments_equal_rebuild.py",
    "browser/test_report.py",
    "cli/test_run_exit_codes.py",
    "cli/test_history.py",
    "generative/test_sql_equals_reference.py",
    "serving/test_temporary_server.py",
    "cli/test_blinded_publication.py",
)


class Published(NamedTuple):
    """A study and what was published of it."""

    study: Path
    out: Path
    current: Path


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first process of the tests fills and all of them read."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.with_suffix(".made").exists():
            make(folder)
            folder.with_suffix(".made").touch()
    return folder


def publish_demo(folder: Path) -> None:
    """In a process of its own: Great Expectations would keep the warehouse open, and closed to all others."""
    from tests.warm import run

    shutil.copytree(ROOT / "data/studies/demo", folder)
    ended = run(["tests.run", folder])
    assert ended.code == 0, ended.err


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The demo study, published once by the plain steps (no Prefect)."""
    folder = made_once(tmp_path_factory, "demo", publish_demo)
    return Published(folder, folder / "published", folder / "published/current")


# Tests that look at neither figures, tables for publication, nor what the database says of its columns, but for those that
# could find an arm or a hostile name there, or look at them.
IN_SHORT = ("tests.audit.", "tests.cli.", "tests.comparing.", "tests.history.")
IN_FULL = {
    "tests.cli.test_blinded_hashes",
    "tests.cli.test_blinded_publication",
    "tests.cli.test_blinded_twins",
    "tests.cli.test_hostile_names",
    "tests.cli.test_hostile_text",
    "tests.cli.test_hostile_values",
    "tests.cli.test_output_safety",
    "tests.cli.test_partial_event_dates",
    "tests.history.test_published_history",
}


@pytest.fixture(scope="module", autouse=True)
def published_in_short(request: pytest.FixtureRequest) -> Iterator[None]:
    """A snapshot without figures, tables for publication and comments where no test looks at them."""
    name = request.module.__name__
    with pytest.MonkeyPatch.context() as patch:
        if name.startswith(IN_SHORT) and name not in IN_FULL:
            patch.setattr("flows.report.page._figures", lambda _: defaultdict(lambda: None))
            patch.setattr("flows.publishing.publish.write_publication", lambda _database, _folder: [])
            patch.setattr("flows.publishing.snapshot_database.write_comments", lambda _con, _tables, _database: None)
        yield


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[str]:
    """PREFECT_API_URL of a server for the runs of the command line that would each start their own. It ends with the file
    of tests: idle it still takes a tenth of a processor."""
    from flows.serving.temporary_server import FOR_ONE_RUN, Server

    server = Server(FOR_ONE_RUN)
    server.wait()
    yield server.api_url
    server.stop()


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {ROOT / "tests" / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if _EXIT_STATUS in config.stash:
        end_process(config.stash[_EXIT_STATUS], with_exit_handlers=False)


_EXIT_STATUS = pytest.StashKey[int]()
