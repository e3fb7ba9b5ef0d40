"""Who signed a snapshot: the signed entries of the audit trail that travel with it."""

import json
from datetime import UTC, datetime
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.base.ssh_signatures import find_signer
from flows.verifying.differences import Differences
from flows.warehouse.audit_trail import TRAIL_NAME, Entry, line_of, load_trail
from flows.warehouse.snapshots import MANIFEST, SIGNATURES, signed_entries

PLACE = "signature"


def verify_signatures(folder: Path, signers: Path | None, found: Differences) -> list[str]:
    """Every signature of a snapshot against the entry, the entry against the manifest; gives who signed, in words.

    Raises ConfigurationError where ``signers`` are asked for and cannot be looked up.
    """
    recorded = _recorded(folder)
    signed = signed_entries(folder)
    if wanted := [e for e in recorded if "signing_key" in e]:
        name = f"{wanted[-1]['number']}.json"
        if name not in {path.name for path in signed}:
            found.add(
                PLACE, f"{SIGNATURES}/{name} is gone: the snapshot was signed by the audit trail's line {name[:-5]}."
            )
    facts = [_verify_one(path, folder, signers, recorded, found) for path in signed]
    for path in sorted((folder / SIGNATURES).glob("*.sig")):
        if path.with_suffix("") not in signed:
            found.add(PLACE, f"{SIGNATURES}/{path.name} signs nothing: the entry it belongs to is gone.")
    if signers and not signed:
        found.add(PLACE, "the snapshot is not signed.")
    return facts or [f"{PLACE}: none"]


def _recorded(folder: Path) -> list[Entry]:
    """The entries of the trail about this snapshot, since it was published last; none where there is no trail."""
    try:
        trail = load_trail(folder.parent.parent / "state")
    except OSError:
        return []
    about = [entry for entry in trail.entries if entry.get("snapshot_id") == folder.name]
    published = trail.published_as(folder.name)
    return about[about.index(published) :] if published else []


def _entry_in(content: bytes) -> Entry:
    try:
        entry = json.loads(content)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _time_of(entry: Entry) -> datetime | None:
    """When an entry says that it was signed, in UTC."""
    try:
        return datetime.fromisoformat(entry["at"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None


def _verify_one(path: Path, folder: Path, signers: Path | None, recorded: list[Entry], found: Differences) -> str:
    name = f"{SIGNATURES}/{path.name}"
    content = path.read_bytes()
    entry = _entry_in(content)
    try:
        signer = find_signer(content, path.with_name(f"{path.name}.sig"), signers, _time_of(entry))
    except ConfigurationError:
        if signers:
            raise
        return f"{PLACE}: {name} NOT looked at, for ssh-keygen is not on this machine"
    if not signer:
        whose = "of nobody in the list of signers, or not one of this entry" if signers else "not one of this entry"
        found.add(PLACE, f"{name}.sig is {whose}.")
        return f"{PLACE}: {name} does not hold"
    if entry.get("snapshot_id") != folder.name or entry.get("manifest") != sha256_of(folder / MANIFEST):
        found.add(PLACE, f"{name} was signed for another manifest.json than the one beside it.")
    if entry.get("signing_key") != signer.key:
        found.add(PLACE, f"{name}.sig was made with another key than the entry names.")
    if recorded and content not in {line_of(entry) for entry in recorded}:
        found.add(PLACE, f"{name} is not in the audit trail beside the snapshot ({TRAIL_NAME}).")
    by = f"{signer.name}, key {signer.key}" if signers else f"key {signer.key}; whose it is was not asked (--signers)"
    return f"{PLACE}: by {by}, on {entry.get('at')}"
