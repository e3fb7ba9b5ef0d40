"""A signed snapshot, sent to another machine: the folder and the public key are enough to see who signed what."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.base.ssh_signatures import find_signer
from flows.cli import publishing_verbs
from flows.publishing.audit_entries import SIGNING_KEY, Attestation, attestation, record_standing
from flows.verifying.verify import verify
from tests.audit.test_tampering import NEEDS_KEYGEN
from tests.audit.tree import Tree, allow, entries_of, make_key
from tests.cli.helpers import ROOT, write_study
from tests.run import run_without_prefect
from tests.warm import run

pytestmark = NEEDS_KEYGEN


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    folder = tmp_path_factory.mktemp("signed")
    key = make_key(folder / "key")
    allow(folder / "signers", "anna@example.org", key)
    make_key(folder / "other")
    allow(folder / "others", "ben@example.org", folder / "other")
    run_without_prefect(write_study(folder / "study"), folder / "out", attested=Attestation("signed at once", key))
    return Tree(folder / "out")


def test_it_verifies_on_another_machine(signed: Tree, tmp_path: Path) -> None:
    """A fresh home without keys and agent, the folder of the snapshot, and a file with the public key."""
    home = tmp_path / "home"
    home.mkdir()
    snapshot = Path(shutil.copytree(signed.snapshot, tmp_path / "received"))
    snapshot = snapshot.rename(tmp_path / signed.snapshot.name)
    signers = Path(shutil.copy(signed.out.parent / "signers", tmp_path / "signers"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT)}
    words = ["flows.cli", "verify", snapshot, "--signers", signers]
    ended = run(words, env=environment, cwd=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert "signature: by anna@example.org, key SHA256:" in ended.out
    assert "audit trail: NOT looked at, for there is none beside the snapshot" in ended.out


def test_it_is_not_the_signature_of_somebody_else(signed: Tree) -> None:
    assert verify(signed.out, signers=signed.out.parent / "signers").differences == []
    (line,) = verify(signed.out, signers=signed.out.parent / "others").differences
    assert "is of nobody in the list of signers" in line


def test_without_signers_it_says_whose_key_it_may_be(signed: Tree) -> None:
    (fact,) = [fact for fact in verify(signed.out).facts if fact.startswith("signature")]
    assert "whose it is was not asked (--signers)" in fact


def test_a_second_person_signs_what_was_published(signed: Tree, tmp_path: Path) -> None:
    shutil.copytree(signed.out, tmp_path / "out", symlinks=True)
    tree = Tree(tmp_path / "out")
    record_standing(tree.out, tree.snapshot, False, Attestation("looked at", signed.out.parent / "other"))
    both = tmp_path / "both"
    both.write_text((signed.out.parent / "signers").read_text() + (signed.out.parent / "others").read_text())
    verification = verify(tree.out, signers=both)
    assert verification.differences == []
    said = " ".join(fact for fact in verification.facts if fact.startswith("signature"))
    assert "anna@example.org" in said
    assert "ben@example.org" in said
    assert entries_of(tree)[-1]["event"] == "signature"
    assert entries_of(tree)[-1]["reason"] == "looked at"


def test_a_key_that_expired_since_did_sign(signed: Tree, tmp_path: Path) -> None:
    """Valid until tomorrow by the clock of the entry, or until long before it."""
    name, key = (signed.out.parent / "signers").read_text().split(maxsplit=1)
    for valid, expected in (('valid-before="20990101"', []), ('valid-before="20200101"', ["is of nobody in the list"])):
        (tmp_path / "signers").write_text(f"{name} {valid} {key}")
        lines = verify(signed.out, signers=tmp_path / "signers").differences
        assert len(lines) == len(expected)
        assert all(words in line for words, line in zip(expected, lines, strict=True))
    at = datetime.fromisoformat(entries_of(signed)[0]["at"])
    found = find_signer(signed.signed_entry.read_bytes(), signed.signature, tmp_path / "signers", at.replace(year=2019))
    assert found is not None
    assert found.name == "anna@example.org"


def test_a_scheduled_run_signs_a_snapshot_once(signed: Tree) -> None:
    before = signed.trail.read_text()
    record_standing(signed.out, signed.snapshot, False, Attestation(None, signed.out.parent / "key"))
    assert signed.trail.read_text() == before


def test_nothing_is_recorded_where_nothing_is_new_and_nobody_signs(signed: Tree) -> None:
    before = signed.trail.read_text()
    record_standing(signed.out, signed.snapshot, False, Attestation("every night"))
    assert signed.trail.read_text() == before


def test_a_key_that_cannot_sign_is_found_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = make_key(tmp_path / "locked", passphrase="correct horse")
    with pytest.raises(ConfigurationError, match="has a passphrase, and a run asks nobody"):
        attestation(None, locked)
    with pytest.raises(ConfigurationError, match="there is no such key"):
        attestation(None, tmp_path / "gone")
    (tmp_path / "text").write_text("no key")
    (tmp_path / "text").chmod(0o600)
    with pytest.raises(ConfigurationError, match="it is no private SSH key"):
        attestation(None, tmp_path / "text")
    open_to_all = make_key(tmp_path / "open")
    open_to_all.chmod(0o644)
    with pytest.raises(ConfigurationError, match="can be read by other users"):
        attestation(None, open_to_all)
    monkeypatch.setenv(SIGNING_KEY, str(locked))
    with pytest.raises(ConfigurationError, match="has a passphrase"):
        attestation(None, None)


def test_the_command_line_reads_the_same_setting() -> None:
    assert publishing_verbs.SIGNING_KEY == SIGNING_KEY


def test_where_ssh_keygen_is_missing(signed: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="signatures need it"):
        attestation(None, signed.out.parent / "key")
    with pytest.raises(ConfigurationError, match="openssh-client"):
        verify(signed.out, signers=signed.out.parent / "signers")
    verification = verify(signed.out)
    assert verification.differences == []
    assert any("NOT looked at, for ssh-keygen is not on this machine" in fact for fact in verification.facts)
