"""What the audit trail holds of a publication: counts, names and hashes, and no value of a subject.

Everything is read from what is about to be published, so that of a blinded study nothing gets in that its snapshot leaves
out; hashes of files are keyed there (flows/warehouse/blinding_key.py).
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of, to_disk, tree_to_disk
from flows.base.logs import log
from flows.base.ssh_signatures import find_key_hash, sign_bytes
from flows.publishing.ingredients import changed_since
from flows.publishing.publications import RECORD, Publication, publication_folder
from flows.warehouse.audit_trail import Entry, Trail, append_entry, line_of, load_trail, next_entry
from flows.warehouse.blinding_key import BlindingKey
from flows.warehouse.snapshots import SIGNATURES
from flows.warehouse.state_seal import KEYED, index_facts, shown_hash


class Attestation(NamedTuple):
    """What the person says who starts a run: why, and with which key the publication is signed."""

    reason: str | None = None
    signing_key: Path | None = None


NOTHING_SAID = Attestation()
SIGNING_KEY = "MIGRAINE_OUTCOMES_SIGNING_KEY"


def attestation(reason: str | None, signing_key: Path | None) -> Attestation:
    """The same with the key of the environment where none is named; the key is tried before anything slow starts.

    Raises ConfigurationError where the reason is empty or nothing can be signed with the key.
    """
    if reason is not None and not reason.strip():
        raise ConfigurationError("--reason: is empty; say why the run is made, or leave it out.")
    named = os.environ.get(SIGNING_KEY)
    key = signing_key or (Path(named) if named else None)
    if key:
        sign_bytes(b"try\n", key)
        find_key_hash(key)
    return Attestation(reason and reason.strip(), key)


def record_publication_entry(
    out: Path, building: Path, record: Publication, key: BlindingKey | None, attested: Attestation, is_made_again: bool
) -> None:
    """Tell the trail of a snapshot that is complete in ``building``, before anybody is pointed at it; sign it where asked."""
    state = out / "state"
    facts: dict[str, object] = {
        "snapshot_id": record.snapshot_id,
        "manifest": sha256_of(building / "manifest.json"),
        "hashes": KEYED if key and key.is_in_use else "SHA-256",
        "publication": shown_hash(sha256_of(publication_folder(out) / record.snapshot_id / RECORD), key),
        "settings": _settings(publication_folder(out) / record.snapshot_id / "study", key),
    }
    if not is_made_again:
        facts |= _changes(load_trail(state), out, building, record, key, facts)
        facts["index"] = index_facts(state / "inputs", key)
    entry, signature = _attested(state, "made_again" if is_made_again else "publication", attested, facts)
    _write_signature(state, building, entry, signature)
    tree_to_disk(building)
    append_entry(state, entry)


def record_standing(out: Path, folder: Path, is_back: bool, attested: Attestation) -> None:
    """Tell the trail of a run that published nothing new, where it made an earlier snapshot the current one or signed it."""
    if not is_back and not attested.signing_key:
        if attested.reason:
            log("Nothing new was published: the reason is not recorded.", event="reason_not_recorded")
        return
    if attested.signing_key and not is_back and not attested.reason and _has_signed(out, folder, attested.signing_key):
        return  # the key of a scheduled run signs a snapshot once, not every night that it stands
    facts: dict[str, object] = {"snapshot_id": folder.name, "manifest": sha256_of(folder / "manifest.json")}
    entry, signature = _attested(out / "state", "made_current" if is_back else "signature", attested, facts)
    append_entry(out / "state", entry)
    _write_signature(out / "state", folder, entry, signature)


def _has_signed(out: Path, folder: Path, key: Path) -> bool:
    """Whether this key signed the snapshot as it stands."""
    manifest, key_hash = sha256_of(folder / "manifest.json"), find_key_hash(key)
    signed = [entry for entry in load_trail(out / "state").entries if entry.get("signing_key") == key_hash]
    return any(entry.get("manifest") == manifest for entry in signed)


def is_as_recorded(out: Path, folder: Path) -> bool:
    """Whether the manifest of a snapshot is the one that the audit trail holds."""
    entry = load_trail(out / "state").published_as(folder.name)
    try:
        return bool(entry) and entry["manifest"] == sha256_of(folder / "manifest.json")
    except OSError:
        return False


def _attested(state: Path, event: str, attested: Attestation, facts: dict[str, object]) -> tuple[Entry, bytes | None]:
    """The next entry, which is not written yet, and the signature over it where one is asked for."""
    reason = {"reason": attested.reason} if attested.reason else {}
    if not attested.signing_key:
        return next_entry(state, event, **facts, **reason), None
    entry = next_entry(state, event, **facts, **reason, signing_key=find_key_hash(attested.signing_key))
    return entry, sign_bytes(line_of(entry), attested.signing_key)


def _write_signature(state: Path, folder: Path, entry: Entry, signature: bytes | None) -> None:
    """The entry and its signature beside the files it vouches for: with them it travels. An unsigned one has none."""
    if signature is None:
        return
    place = folder / SIGNATURES
    place.mkdir(exist_ok=True)
    for name, content in ((f"{entry['number']}.json", line_of(entry)), (f"{entry['number']}.json.sig", signature)):
        building = state / "signature.tmp"  # cleared away by the next run where this one is stopped
        building.write_bytes(content)
        to_disk(building)
        building.replace(place / name)
    to_disk(place)
    to_disk(folder)


def _settings(study: Path, key: BlindingKey | None) -> dict[str, str]:
    """The hash of study.toml and of every other settings file, as the publication keeps them."""
    files = sorted(path for path in study.rglob("*") if path.is_file())
    return {path.relative_to(study).as_posix(): shown_hash(sha256_of(path), key) for path in files}


def _changes(
    trail: Trail, out: Path, building: Path, record: Publication, key: BlindingKey | None, facts: dict[str, Any]
) -> dict[str, object]:
    """What is new since the publication before: settings by file, withdrawals, corrections counted by file."""
    before = trail.last_of("publication")
    withdrawn, corrected = _files(building / "outcomes.duckdb")
    known = _as_recorded(trail)
    changes: dict[str, object] = {}
    if before:
        changes["changed"] = changed_since(_made_from(out, before["snapshot_id"]), record.made_from)
        changes["settings_changed"] = _settings_changed(before.get("settings", {}), facts["settings"])
    changes["withdrawn"] = [file for file in withdrawn if file not in known["withdrawn"]]
    changes["no_longer_withdrawn"] = [file for file in known["withdrawn"] if file not in withdrawn]
    changes["corrections"] = [
        {"path": path, "lines_superseded": corrected.get(path, 0)}
        for path in sorted(corrected.keys() | known["corrected"].keys())
        if corrected.get(path, 0) != known["corrected"].get(path, 0)
    ]
    return changes


def _settings_changed(before: dict[str, str], now: dict[str, str]) -> list[str]:
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _made_from(out: Path, snapshot_id: str) -> dict[str, str]:
    try:
        return Publication.model_validate_json((publication_folder(out) / snapshot_id / RECORD).read_bytes()).made_from
    except (OSError, ValueError):
        return {}


def _files(database: Path) -> tuple[list[dict[str, str]], dict[str, int]]:
    """The withdrawn files with their reasons, and by file the number of lines that a later line replaced."""
    with duckdb.connect(database, read_only=True) as con:
        withdrawn = con.execute(
            "SELECT path, file_id, refused_reason FROM landing.files WHERE status = 'withdrawn' ORDER BY ALL"
        ).fetchall()
        corrected = con.execute(
            "SELECT path, CAST(sum(lines_superseded) AS BIGINT) FROM landing.files WHERE lines_superseded > 0 GROUP BY path"
        ).fetchall()
    return [{"path": path, "file_id": file, "reason": reason} for path, file, reason in withdrawn], dict(corrected)


def _as_recorded(trail: Trail) -> dict[str, Any]:
    """The withdrawals and corrections that hold by the publications so far."""
    withdrawn: list[dict[str, str]] = []
    corrected: dict[str, int] = {}
    for entry in trail.entries:
        if entry["event"] == "publication":
            withdrawn = [file for file in withdrawn if file not in entry["no_longer_withdrawn"]] + entry["withdrawn"]
            corrected |= {file["path"]: file["lines_superseded"] for file in entry["corrections"]}
    return {"withdrawn": withdrawn, "corrected": corrected}
