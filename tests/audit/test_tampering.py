"""Whoever alters something in OUT is found out by ``verify``, by name; whoever altered nothing is not accused.

All kinds by the whole ``verify``, and fifty trees: AUDIT_TREES=50 pytest tests/audit/test_tampering.py. The usual run leaves
out the recount of the tables, which tests/cli/test_verify.py looks at, and takes two trees.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.verifying.verify import verify
from tests.audit.kinds_snapshot import SNAPSHOT
from tests.audit.kinds_state import INPUTS, SETTINGS, SIGNATURES, TRAIL, WAREHOUSES
from tests.audit.tree import Tree, allow, entries_of, make_key, publish_twice
from tests.audit.untouched import Kind, publish_at_random

TREES = int(os.environ.get("AUDIT_TREES", "2"))
KINDS = SNAPSHOT | INPUTS | WAREHOUSES | SETTINGS | TRAIL | SIGNATURES
NEEDS_KEYGEN = pytest.mark.skipif(
    not shutil.which("ssh-keygen"), reason="SIGNATURES ARE NOT TESTED: ssh-keygen is not here; install openssh-client"
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Signed where the machine can; nothing in it is altered."""
    folder = tmp_path_factory.mktemp("published")
    key = make_key(folder / "key") if shutil.which("ssh-keygen") else None
    if key:
        allow(folder / "signers", "anna@example.org", key)
    return publish_twice(folder, key)


@pytest.fixture
def tree(published: Tree, tmp_path: Path) -> Iterator[Tree]:
    """A copy, to be altered; copies of it all would fill the disk, so it is taken away again."""
    shutil.copytree(published.out, tmp_path / "out", symlinks=True)
    for name in ("key", "signers"):
        if (published.out.parent / name).exists():
            shutil.copy(published.out.parent / name, tmp_path / name)
    yield Tree(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")


def told(tree: Tree, kind: Kind, head: str) -> list[str]:
    """What verify says, asked as the kind wants it asked."""
    signers = tree.out.parent / "signers" if kind.asks == "signers" else None
    return verify(tree.out, signers=signers, head=head if kind.asks == "head" else None).differences


def test_there_are_fifty_kinds() -> None:
    parts = (SNAPSHOT, INPUTS, WAREHOUSES, SETTINGS, TRAIL, SIGNATURES)
    assert len(KINDS) == sum(map(len, parts)) >= 50


def needs_keygen(name: str) -> bool:
    return name in SIGNATURES or "signed" in KINDS[name].said or "beside" in KINDS[name].said


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=NEEDS_KEYGEN if needs_keygen(name) else ()) for name in KINDS]
)
def test_tampering_is_named(tree: Tree, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if TREES < 50:
        for looks_at_tables in ("_verify_tables", "_verify_conservation", "verify_statuses", "verify_rates"):
            monkeypatch.setattr(f"flows.verifying.verify.{looks_at_tables}", lambda *_: "tables: left out")
    head = entries_of(tree)[-1]["sha256"]
    KINDS[name].do(tree)
    lines = told(tree, KINDS[name], head)
    assert any(KINDS[name].said in line for line in lines), lines


@pytest.mark.parametrize("seed", range(TREES))
def test_nobody_is_accused_of_a_tree_that_nobody_touched(published: Tree, seed: int, tmp_path: Path) -> None:
    key = published.out.parent / "key"
    tree = publish_at_random(tmp_path, seed, key if key.exists() else None)
    verification = verify(tree.out, head=entries_of(tree)[0]["sha256"])
    assert verification.differences == []
    assert not [fact for fact in verification.facts if fact.startswith(("audit trail: NOT", "warehouse: NOT"))]
    shutil.rmtree(tree.out)
