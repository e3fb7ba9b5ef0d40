"""A process that does not end as Python ends it does so in one place, which gives the reason."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BY_FORCE = re.compile(r"os\._exit\(|_run_exitfuncs|os\.devnull, os\.O_WRONLY")
# Forked processes of the tests, which must not run the exit handlers of the process they are a copy of.
FORKED = {"tests/warm_server.py", "tests/crash/night.py"}
# Prefect's server while it stops: a process of its own, which the package only starts.
SERVER = {"flows/serving/temporary_server.py"}


def test_only_one_module_ends_processes() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("flows", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__) and BY_FORCE.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"flows/base/ending.py", *FORKED, *SERVER}
