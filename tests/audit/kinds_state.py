"""Kinds of tampering with what lies beside the snapshots: inputs, index, warehouse, settings, the trail, signatures."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb

from flows.base.ssh_signatures import NAMESPACE
from tests.audit.tree import (
    Tree,
    change_tables,
    edit_manifest,
    entries_of,
    flip_byte,
    make_key,
    replace_in,
    rewrite,
    write_trail,
)
from tests.audit.untouched import Kind

KEPT = "the kept copy of '01/diary-a.csv'"
INDEX = "a line of it was altered or taken out"
WAREHOUSE = "warehouse.duckdb is not what line 4 of the audit trail says"


def _lines(tree: Tree) -> list[str]:
    return tree.index.read_text().splitlines(keepends=True)


def _change_index(change: Any) -> Kind:
    """Lines of the index, changed in place."""

    def do(tree: Tree) -> None:
        lines = _lines(tree)
        change(lines)
        tree.index.write_text("".join(lines))

    return Kind(do, INDEX)


def _exchange(lines: list[Any], one: int, other: int) -> None:
    lines[one], lines[other] = lines[other], lines[one]


def _another_input(tree: Tree) -> None:
    """A diary with other answers, kept under its own SHA-256, and the index says that it was this one that came."""
    place = tree.kept("01/diary-a.csv")
    content = place.read_bytes().replace(b",1,5,", b",0,,")
    other = hashlib.sha256(content).hexdigest()
    (place.parent / other).write_bytes(content)
    replace_in(tree.index, place.name, other)
    place.unlink()


def _exchange_inputs(tree: Tree) -> None:
    one, other = tree.kept("01/diary-a.csv"), tree.kept("01/diary-b.csv")
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _add_line(tree: Tree) -> None:
    last = json.loads(_lines(tree)[-1])
    added = last | {"sequence": last["sequence"] + 1, "path": "09/diary.csv"}
    with tree.index.open("a") as index:
        index.write(json.dumps(added) + "\n")


def _in_warehouse(statement: str) -> Kind:
    def do(tree: Tree) -> None:
        with duckdb.connect(tree.warehouse) as con:
            con.execute(statement)

    return Kind(do, WAREHOUSE)


def _cut(path: Path, share: float) -> None:
    os.truncate(path, int(path.stat().st_size * share))


INPUTS: dict[str, Kind] = {
    "a byte of a kept input": Kind(lambda tree: flip_byte(tree.kept("01/diary-a.csv")), f"{KEPT} is damaged"),
    "a kept input taken away": Kind(lambda tree: tree.kept("01/diary-a.csv").unlink(), f"{KEPT} cannot be read"),
    "a kept input cut short": Kind(lambda tree: _cut(tree.kept("01/diary-a.csv"), 0.9), f"{KEPT} is damaged"),
    "a kept input and its line in the index": Kind(_another_input, INDEX),
    "two kept inputs exchanged": Kind(_exchange_inputs, f"{KEPT} is damaged"),
    "a line taken out of the index": _change_index(lambda lines: lines.pop(3)),
    "the last line taken out of the index": _change_index(lambda lines: lines.pop()),
    "two lines of the index exchanged": _change_index(lambda lines: _exchange(lines, 2, 3)),
    "a byte of the index": Kind(lambda tree: replace_in(tree.index, '"01/diary-b.csv"', '"01/diary-c.csv"'), INDEX),
    "another landing date in the index": Kind(
        lambda tree: replace_in(tree.index, '"landed_at": "2', '"landed_at": "1'), INDEX
    ),
    "a line added to the index": Kind(_add_line, "index.jsonl holds lines that no run has added"),
    "the index emptied": Kind(lambda tree: tree.index.write_text(""), INDEX),
}

WAREHOUSES: dict[str, Kind] = {
    "a byte of the warehouse": Kind(lambda tree: flip_byte(tree.warehouse), WAREHOUSE),
    "an answer in the warehouse": _in_warehouse(
        "UPDATE landing.diary SET headache = NOT headache WHERE line_number = 9"
    ),
    "lines taken out of the warehouse": _in_warehouse("DELETE FROM landing.diary WHERE subject_id = 'K01'"),
    "a dose in the warehouse": _in_warehouse("UPDATE landing.injections SET units = 75 WHERE subject_id = 'K01'"),
    "the warehouse cut short": Kind(lambda tree: _cut(tree.warehouse, 0.7), WAREHOUSE),
    "a log put beside the warehouse": Kind(
        lambda tree: tree.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"x"), "which no run left"
    ),
}

SETTINGS: dict[str, Kind] = {
    "the settings of the publication": Kind(
        lambda tree: replace_in(tree.publication / "study/study.toml", "Another title", "A better title"),
        "study.toml is not what the snapshot was made with",
    ),
    "the settings of the publication taken away": Kind(
        lambda tree: (tree.publication / "study/study.toml").unlink(), "study.toml is gone (line 3"
    ),
    "a rule set added to the publication": Kind(
        lambda tree: (tree.publication / "study/rule.toml").write_text(""),
        "rule.toml is not what the snapshot was made",
    ),
    "the record of the publication": Kind(
        lambda tree: replace_in(tree.publication / "publication.json", '"published_at": "2', '"published_at": "1'),
        "publication.json is not what was recorded",
    ),
}


def _change_entry(number: int, own_hash: bool = True, is_rechained: bool = False, **facts: Any) -> Any:
    def do(tree: Tree) -> None:
        entries = entries_of(tree)
        entries[number - 1] |= facts
        write_trail(tree, entries, is_rechained, own_hash)

    return do


def _change_lines(change: Any) -> Any:
    def do(tree: Tree) -> None:
        lines = tree.trail.read_text().splitlines(keepends=True)
        change(lines)
        tree.trail.write_text("".join(lines))

    return do


def _rewrite_everything(tree: Tree) -> None:
    """The results, the manifest and the whole chain, each fitting the others."""
    change_tables(tree.snapshot, ("summary.exposure", "n_subjects = n_subjects + 1"))
    rewrite(tree)


def _rewrite_unsigned(tree: Tree) -> None:
    """The same, and nothing is left of a signature."""
    shutil.rmtree(tree.snapshot / "signatures", ignore_errors=True)
    entries = [{n: v for n, v in entry.items() if n != "signing_key"} for entry in entries_of(tree)]
    write_trail(tree, entries, is_rechained=True)
    _rewrite_everything(tree)


def _drop_second_half(tree: Tree) -> None:
    """Back to the state after the first run, as if there had been no other."""
    entries = entries_of(tree)[:2]
    write_trail(tree, entries, is_rechained=True)


GONE, ALTERED, LOST = (
    "is gone: nothing can be held against it",
    "was altered: it is not what",
    "a line was altered, added or lost",
)

TRAIL: dict[str, Kind] = {
    "a user in the trail": Kind(_change_entry(1, own_hash=False, user="nobody"), f"line 1 {ALTERED}"),
    "a date in the last line of the trail": Kind(
        _change_entry(4, own_hash=False, at="2020-01-01T00:00:00+00:00"), f"line 4 {ALTERED}"
    ),
    "a reason in the trail": Kind(_change_entry(3, own_hash=False, reason="none"), f"line 3 {ALTERED}"),
    "a user in the trail, its hash made to fit": Kind(
        _change_entry(1, user="nobody"), f"line 2 was not written after line 1 as it stands: {LOST}"
    ),
    "spaces in the trail": Kind(
        lambda tree: replace_in(tree.trail, '"number": 2,', '"number":  2,'), f"line 2 {ALTERED}"
    ),
    "a line taken out of the trail": Kind(_change_lines(lambda lines: lines.pop(1)), LOST),
    "the first line taken out of the trail": Kind(
        _change_lines(lambda lines: lines.pop(0)), "line 1 was not written after the beginning"
    ),
    "the last line taken out of the trail": Kind(_change_lines(lambda lines: lines.pop()), "its last entries are gone"),
    "the last publication taken out of the trail": Kind(_drop_second_half, "holds no publication of snapshot"),
    "two lines of the trail exchanged": Kind(_change_lines(lambda lines: _exchange(lines, 1, 2)), LOST),
    "a line twice in the trail": Kind(_change_lines(lambda lines: lines.insert(1, lines[1])), LOST),
    "half of the last line of the trail": Kind(lambda tree: _cut(tree.trail, 0.95), "line 4 is cut short"),
    "the trail emptied": Kind(lambda tree: tree.trail.write_text(""), "holds no publication of snapshot"),
    "the trail taken away": Kind(lambda tree: tree.trail.unlink(), GONE),
    "a reason, the whole chain anew": Kind(
        _change_entry(3, is_rechained=True, reason="none"), "is not in the audit trail beside"
    ),
    "results and the whole chain anew": Kind(_rewrite_everything, "was signed for another manifest.json"),
    "results and the whole chain anew, unsigned, with signers asked for": Kind(
        _rewrite_unsigned, "signature: the snapshot is not signed", asks="signers"
    ),
    "results and the whole chain anew, unsigned, with an entry noted": Kind(
        _rewrite_unsigned, "which was noted: it was written anew since, or cut", asks="head"
    ),
    "everything after the first run cut off, with an entry noted": Kind(
        _drop_second_half, "which was noted: it was written anew since, or cut", asks="head"
    ),
}


def _sign_with_another_key(tree: Tree) -> None:
    key = make_key(tree.out / "state" / "other-key")
    tree.signature.unlink()
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", key, tree.signed_entry]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def _sign_for_another_purpose(tree: Tree) -> None:
    tree.signature.unlink()
    words = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", tree.out.parent / "key", tree.signed_entry]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def _move_to_older(tree: Tree) -> None:
    """The signature of today beside the results of yesterday, in a folder that was sent alone."""
    older = tree.older
    shutil.copytree(tree.snapshot / "signatures", older / "signatures")
    shutil.rmtree(tree.state)
    (tree.out / "current").unlink()
    os.symlink(Path("snapshots") / older.name, tree.out / "current")


def _results_sent_alone(tree: Tree) -> None:
    """No trail beside: results and manifest fit each other, and the signature does not fit them."""
    shutil.rmtree(tree.state)
    edit_manifest(tree.snapshot, lambda manifest: manifest.update(published_at="2020-01-01T00:00:00Z"))


SIGNATURES: dict[str, Kind] = {
    "a byte of the signature": Kind(lambda tree: flip_byte(tree.signature), "json.sig is not one of this entry"),
    "the signature taken away": Kind(
        lambda tree: shutil.rmtree(tree.snapshot / "signatures"), "signatures/3.json is gone"
    ),
    "the signed entry taken away": Kind(lambda tree: tree.signed_entry.unlink(), "signatures/3.json.sig signs nothing"),
    "a byte of the signed entry": Kind(lambda tree: flip_byte(tree.signed_entry), "json.sig is not one of this entry"),
    "signed by another key": Kind(_sign_with_another_key, "was made with another key than the entry names"),
    "signed by another key, with signers asked for": Kind(
        _sign_with_another_key, "is of nobody in the list of signers", asks="signers"
    ),
    "signed for another purpose": Kind(_sign_for_another_purpose, "json.sig is not one of this entry"),
    "the signature of another snapshot": Kind(_move_to_older, "was signed for another manifest.json"),
    "a signed snapshot, sent alone, altered": Kind(_results_sent_alone, "was signed for another manifest.json"),
    "something else beside the signature": Kind(
        lambda tree: (tree.snapshot / "signatures/notes.txt").write_text("x"),
        "files: signatures/notes.txt does not belong",
    ),
}
