"""serve and run without a Prefect server that answers: they end, not with 0, and name its address."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.serving import temporary_server
from tests.cli.helpers import write_study
from tests.serving.conftest import ROOT, SECONDS, until
from tests.warm import run


@pytest.fixture
def environment(tmp_path: Path, prefect_home: Path) -> dict[str, str]:
    """No server is set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    home = shutil.copytree(prefect_home, tmp_path / "home")
    return kept | {"PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT)}


def servers_of(process: "subprocess.Popen[bytes]") -> list[int]:
    """Temporary servers that a process has started."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in children if b"temporary_server" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_serve_ends_with_its_temporary_server(tmp_path: Path, environment: dict[str, str]) -> None:
    study, log = write_study(tmp_path / "study"), tmp_path / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", "serve", str(study)],
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=said,
        )
    try:
        until(lambda: "Stop with Ctrl-C" in log.read_text(), log)
        (server,) = servers_of(process)
        os.kill(server, signal.SIGKILL)
        assert process.wait(SECONDS) == 2, log.read_text()
    finally:
        process.kill()
        process.wait()
    address = re.search(r"Prefect server: (\S+)\. Stop", log.read_text())
    assert address
    assert f"The temporary Prefect server at {address[1]} ended" in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.fixture
def dead() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api"


@pytest.mark.parametrize("verb", ["serve", "run"])
def test_a_server_that_is_set_and_does_not_answer(
    verb: str, dead: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    """A .env in the folder is enough to set it."""
    study = write_study(tmp_path / "study")
    (tmp_path / ".env").write_text(f"PREFECT_API_URL={dead}\n")
    ended = run(["flows.cli", verb, study], cwd=tmp_path, env=environment)
    assert ended.code == 2
    assert f"PREFECT_API_URL: no Prefect server answers at {dead}" in ended.err
    assert "defect" not in ended.err
    assert not (study / "published").exists()


@pytest.mark.parametrize("address", ["nowhere", "http://", "http://127.0.0.1:no/api"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(f"no Prefect server answers at {address} ")):
        temporary_server.check_answers(address)
