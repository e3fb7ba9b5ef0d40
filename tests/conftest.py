"""Shared by all tests: telemetry off, the demo run once, and a quiet end."""

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

os.environ.update({"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"})

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
