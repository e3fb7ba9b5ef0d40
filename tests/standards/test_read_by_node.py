"""The exported files as JavaScript libraries read them; needs node and npm's registry: ``make installed`` runs it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from flows.standards.adam_spec import DATASETS
from tests.standards.conftest import Exported

pytestmark = pytest.mark.installed
LIBRARIES = ("xport-js@0.3", "js-stream-dataset-json")


def test_two_javascript_libraries_read_the_same(exported: Exported, tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("node and npm are not there: the files were not read by xport-js and js-stream-dataset-json")
    subprocess.run([npm, "install", "--silent", "--prefix", tmp_path, *LIBRARIES], check=True, timeout=300)
    script = Path(__file__).with_name("read_by_node.mjs")
    words = [node, script, exported.folder, tmp_path / "node_modules"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    found = [line.split() for line in ended.stdout.splitlines()]
    assert {name for name, _, _ in found} == {name.lower() for name in DATASETS}
    assert [name for name, _, differences in found if differences != "0"] == []
    assert sum(int(cells) for _, cells, _ in found) > 200_000
