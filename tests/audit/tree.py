"""A small study published twice and signed, and how somebody who covers tracks would change what lies in OUT."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from flows.base.files import sha256_of
from flows.publishing.audit_entries import Attestation
from flows.warehouse.audit_trail import TRAIL_NAME
from tests.cli.helpers import write_files, write_study
from tests.crash.deliveries import SETTINGS, deliveries
from tests.run import run_without_prefect

REASON = "second delivery, one file withdrawn"
WITHDRAWN = '\n[[withdrawn]]\nfile = "02/scores.csv"\nreason = "of another study"\n'


class Tree(NamedTuple):
    """What was published to, with the names in it."""

    out: Path

    @property
    def state(self) -> Path:
        return self.out / "state"

    @property
    def trail(self) -> Path:
        return self.state / TRAIL_NAME

    @property
    def index(self) -> Path:
        return self.state / "inputs" / "index.jsonl"

    @property
    def warehouse(self) -> Path:
        return self.state / "warehouse.duckdb"

    @property
    def snapshot(self) -> Path:
        return (self.out / "current").resolve()

    @property
    def older(self) -> Path:
        (older,) = [path for path in (self.out / "snapshots").iterdir() if path != self.snapshot]
        return older

    @property
    def publication(self) -> Path:
        return self.state / "publications" / self.snapshot.name

    @property
    def signature(self) -> Path:
        (signature,) = self.snapshot.glob("signatures/*.sig")
        return signature

    @property
    def signed_entry(self) -> Path:
        (entry,) = self.snapshot.glob("signatures/*.json")
        return entry

    def kept(self, name: str) -> Path:
        """The kept copy of an inbox file."""
        lines = map(json.loads, self.index.read_text().splitlines()[1:])
        return self.index.parent / next(line["sha256"] for line in lines if line["path"] == name)


def make_key(place: Path, passphrase: str = "") -> Path:
    """A new SSH key; its public half lies beside it."""
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", place]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    return place


def allow(signers: Path, name: str, key: Path) -> Path:
    """A file of allowed signers that holds this one."""
    signers.write_text(f"{name} {key.with_name(key.name + '.pub').read_text()}")
    return signers


def publish_twice(folder: Path, key: Path | None) -> Tree:
    """A first delivery; then three more with corrections, a file withdrawn, another title, a reason, and a signature."""
    first, *later = deliveries()[:4]
    study = write_study(folder / "study", first, SETTINGS)
    run_without_prefect(study, folder / "out")
    for delivery in later:
        write_files(study, delivery)
    (study / "study.toml").write_text(SETTINGS.replace('"Test"', '"Another title"') + WITHDRAWN)
    run_without_prefect(study, folder / "out", attested=Attestation(REASON, key))
    return Tree(folder / "out")


def flip_byte(path: Path, at: float = 0.5) -> None:
    """One byte of a file is another one, at this share of its length."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    path.write_bytes(content)


def replace_in(path: Path, old: str, new: str) -> None:
    """A text in a file, which has to be there, by another."""
    content = path.read_bytes()
    assert old.encode() in content, (path, old)
    path.write_bytes(content.replace(old.encode(), new.encode()))


def edit_manifest(snapshot: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """manifest.json with a change, otherwise as it was written."""
    manifest = json.loads((snapshot / "manifest.json").read_text())
    change(manifest)
    (snapshot / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def cover_up(snapshot: Path) -> None:
    """Make manifest.json fit the files that lie there."""

    def fit(manifest: dict[str, Any]) -> None:
        files = [path for path in snapshot.rglob("*") if path.is_file() and path.parent.name != "signatures"]
        manifest["outputs"] = {
            path.relative_to(snapshot).as_posix(): sha256_of(path) for path in files if path.name != "manifest.json"
        }

    edit_manifest(snapshot, fit)


def change_tables(snapshot: Path, *changes: tuple[str, str]) -> None:
    """(table, what is set) in the database, its Parquet and its CSV file alike; then cover up."""
    with duckdb.connect(snapshot / "outcomes.duckdb") as con:
        for table, change in changes:
            con.execute(f"UPDATE {table} SET {change}")
            for path in snapshot.glob(f"tables/{table}.*"):
                con.execute(f"COPY {table} TO '{path}' (FORMAT {path.suffix[1:]})")
    cover_up(snapshot)


def entries_of(tree: Tree) -> list[dict[str, Any]]:
    """The audit trail, read without the product's reader."""
    return [json.loads(line) for line in tree.trail.read_text().splitlines()]


def write_trail(tree: Tree, entries: list[dict[str, Any]], is_rechained: bool, own_hash: bool = True) -> None:
    """The trail with changed entries: with their own hash made to fit, and the whole chain anew where asked."""
    previous = "0" * 64
    lines = []
    for number, entry in enumerate(entries, start=1):
        rest = {name: value for name, value in entry.items() if name != "sha256"}
        if is_rechained:
            rest |= {"number": number, "previous": previous}
        own = hashlib.sha256(json.dumps(rest).encode()).hexdigest() if own_hash else entry["sha256"]
        previous = own
        lines.append(json.dumps(rest | {"sha256": own}))
    tree.trail.write_text("".join(f"{line}\n" for line in lines))


def rewrite(tree: Tree) -> None:
    """The whole chain anew, so that it fits the manifest, the index and the warehouse that lie there."""
    entries = entries_of(tree)
    published = [entry for entry in entries if entry.get("snapshot_id") == tree.snapshot.name][-1]
    published["manifest"] = sha256_of(tree.snapshot / "manifest.json")
    content = tree.index.read_bytes()
    entries[-1]["index"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    entries[-1]["warehouse"] = sha256_of(tree.warehouse)
    write_trail(tree, entries, is_rechained=True)
