"""The audit trail, and what it holds against what lies beside it: snapshots, settings, kept inputs and the warehouse."""

from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.verifying.differences import Differences
from flows.warehouse.audit_trail import TRAIL_NAME, Entry, Trail, load_trail
from flows.warehouse.blinding_key import KEY_NAME, BlindingKey, load_key
from flows.warehouse.snapshots import MANIFEST
from flows.warehouse.state_seal import KEYED, MARK_NAME, fault_of_index, fault_of_warehouse

TRAIL = "audit trail"
NEEDS_AN_END = ("publication", "made_current", "warehouse_altered", "inputs_begun_anew")


def verify_audit(folder: Path, should_be_in_it: bool, noted: str | None, found: Differences) -> list[str]:
    """Hold a snapshot, and what lies in the state beside it, against the audit trail; gives what was looked at.

    ``should_be_in_it``: the snapshot was made by a version that keeps a trail. ``noted``: the SHA-256 of an entry.
    """
    state = folder.parent.parent / "state"
    try:
        if not (state / TRAIL_NAME).exists():
            return [_without_trail(state, should_be_in_it, noted, found)]
        trail = load_trail(state)
    except PermissionError:
        return [f"{TRAIL}: NOT looked at, for the state folder is its owner's only"]
    for fault in trail.faults:
        found.add(TRAIL, fault)
    try:
        return [_verify_head(trail, noted, found), *_verify_trail(trail, folder, state, should_be_in_it, found)]
    except (KeyError, TypeError, AttributeError, ValueError):
        found.add(TRAIL, "an entry of it does not hold what an entry holds; it was not written by this software.")
        return [f"{TRAIL}: {len(trail.entries):,} entries, not looked at to the end"]


def _without_trail(state: Path, should_be_in_it: bool, noted: str | None, found: Differences) -> str:
    if noted or (should_be_in_it and (state / "inputs").exists()):
        found.add(TRAIL, f"{state / TRAIL_NAME} is gone: nothing can be held against it. Put it back from a backup.")
    return f"{TRAIL}: NOT looked at, for there is none beside the snapshot"


def _verify_head(trail: Trail, noted: str | None, found: Differences) -> str:
    fact = f"{TRAIL}: {len(trail.entries):,} entries, each held against the one before; the last one is {trail.head}"
    if not noted:
        return fact
    after = next((trail.lines - e["number"] for e in trail.entries if e["sha256"] == noted.strip().lower()), None)
    if after is None:
        found.add(TRAIL, f"holds no entry {noted}, which was noted: it was written anew since, or cut.")
        return fact
    return f"{fact}; the noted entry is in it, with {after:,} after it"


def _verify_trail(trail: Trail, folder: Path, state: Path, should_be_in_it: bool, found: Differences) -> list[str]:
    keyed = any(entry.get("hashes") == KEYED for entry in trail.entries)
    try:
        secret = load_key(state)
    except ConfigurationError:  # what else it means, the kept inputs are held against
        secret = None
    key = BlindingKey(secret) if secret else None
    if keyed and not key:
        found.add(TRAIL, f"{state / KEY_NAME} is gone or damaged: kept inputs and settings cannot be held against it.")
    snapshots = sorted(path for path in folder.parent.glob("[!.]*") if (path / MANIFEST).is_file())
    for snapshot in {folder, *snapshots}:
        _verify_manifest(trail, snapshot, should_be_in_it and snapshot == folder, found)
    facts = [f"snapshots: the manifests of {len(snapshots):,} held against the audit trail"]
    published = trail.published_as(folder.name)
    if published and (key or not keyed):
        facts.append(_verify_settings(published, state / "publications" / folder.name, key, found))
    return [*facts, *_verify_left(trail, state, key, keyed, found)]


def _verify_manifest(trail: Trail, snapshot: Path, should_be_in_it: bool, found: Differences) -> None:
    published = trail.published_as(snapshot.name)
    if not published:
        if should_be_in_it:
            found.add(TRAIL, f"holds no publication of snapshot {snapshot.name}: it was not published by a run.")
    elif sha256_of(snapshot / MANIFEST) != published["manifest"]:
        found.add(
            TRAIL,
            f"snapshot {snapshot.name}: its manifest.json is not the one that was published (line {published['number']}).",
        )


def _verify_settings(published: Entry, kept: Path, key: BlindingKey | None, found: Differences) -> str:
    """The settings and the inputs of the publication, as they are kept for ``run --as-of``."""

    def is_as_recorded(path: Path, wanted: str | None) -> bool:
        plain = sha256_of(path)
        return wanted in (plain, key.hash_of(plain) if key else plain)

    line = f"(line {published['number']} of the audit trail)"
    record = kept / "publication.json"
    if not record.is_file() or not is_as_recorded(record, published["publication"]):
        found.add("publication", f"{record} is not what was recorded {line}.")
    study = kept / "study"
    present = {path.relative_to(study).as_posix(): path for path in study.rglob("*") if path.is_file()}
    for name in sorted(present.keys() | published["settings"].keys()):
        if name not in present:
            found.add("publication", f"{study / name} is gone {line}.")
        elif not is_as_recorded(present[name], published["settings"].get(name)):
            found.add("publication", f"{study / name} is not what the snapshot was made with {line}.")
    return f"settings: {len(published['settings']):,} files of the publication held against the audit trail"


def _verify_left(trail: Trail, state: Path, key: BlindingKey | None, keyed: bool, found: Differences) -> list[str]:
    """What the last run left for the next one."""
    has_ended = not (state / MARK_NAME).exists()
    last = trail.last_with("index")
    if last and (key or not keyed):
        if fault := fault_of_index(state / "inputs", last, key):
            found.add("kept inputs", f"{fault}. Put the state folder back from a backup.")
        elif has_ended and (state / "inputs" / "index.jsonl").stat().st_size > last["index"]["bytes"]:
            found.add("kept inputs", f"{state / 'inputs' / 'index.jsonl'} holds lines that no run has added.")
    if not has_ended:
        return ["warehouse: NOT looked at, for a run is under way, or the last one was killed: the next makes it anew"]
    if trail.entries and trail.entries[-1]["event"] in NEEDS_AN_END:
        found.add(TRAIL, "its last entries are gone: the end of the last run is not in it.")
        return []
    run_end = trail.last_of("run_end")
    current = state.parent / "current"
    if run_end and current.is_symlink() and current.readlink().name != run_end["current"]:
        found.add(
            "current",
            f"leads to snapshot {current.readlink().name}, and the last run left it at {run_end['current']}.",
        )
    warehouse = state / "warehouse.duckdb"
    if not run_end or not warehouse.exists():
        return []
    if (key or not keyed) and (fault := fault_of_warehouse(warehouse, run_end, key)):
        found.add("warehouse", f"{fault}. The next run makes it anew from the kept inputs.")
    return ["warehouse: held against what the last run left"]
