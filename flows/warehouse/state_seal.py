"""What a run leaves in OUT/state, told in the audit trail, and whether the next run finds it so.

A warehouse that is not what the last run left is thrown away and made anew from the kept inputs. An index of the kept
inputs that is not stops the run: what it no longer lists would be lost in silence.
"""

import hashlib
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.base.logs import log, log_error
from flows.warehouse.audit_trail import Entry, append_entry, load_trail, next_entry
from flows.warehouse.blinding_key import BlindingKey
from flows.warehouse.kept_inputs import KeptInputs

MARK_NAME = "warehouse.open"  # there from the first change of a run to its end; a killed run leaves it
KEYED = "HMAC-SHA256 of the SHA-256"


def shown_hash(sha256: str, key: BlindingKey | None) -> str:
    """A hash as the trail holds it: with the key in a blinded study, where a plain one lets arms be tried."""
    return key.hash_of(sha256) if key and key.is_in_use else sha256


def index_facts(inputs: Path, key: BlindingKey | None) -> dict[str, object]:
    """The index of the kept inputs as it stands: its length and hash. It only grows, so later ones begin with it."""
    content = (inputs / "index.jsonl").read_bytes()
    return {"bytes": len(content), "sha256": shown_hash(hashlib.sha256(content).hexdigest(), key)}


def fault_of_index(inputs: Path, entry: Entry, key: BlindingKey | None) -> str | None:
    """How the index differs from the one an entry holds, in words; None where it begins with it."""
    place, wanted = inputs / "index.jsonl", entry["index"]
    content = place.read_bytes() if place.is_file() else b""
    plain = hashlib.sha256(content[: wanted["bytes"]]).hexdigest()
    if wanted["sha256"] in (plain, key.hash_of(plain) if key else plain):
        return None
    return f"{place} is not what line {entry['number']} of the audit trail says: a line of it was altered or taken out"


def check_index(state: Path, key: BlindingKey | None) -> None:
    """Raises ConfigurationError where the index of the kept inputs is not what the last run left.

    Kept inputs that were moved away as a whole are begun anew, and the trail says so.
    """
    inputs = state / "inputs"
    last = load_trail(state).last_with("index")
    fault = last and fault_of_index(inputs, last, key)
    if not last or not fault:
        return
    if not (inputs / "index.jsonl").exists() and not any(inputs.glob("[0-9a-f]*")):
        log_error(
            f"{inputs} is empty, and the last run left kept inputs there: what is in the inbox is landed anew.",
            event="inputs_begun_anew",
        )
        append_entry(state, next_entry(state, "inputs_begun_anew"))
        return
    raise ConfigurationError(
        f"{inputs}: the kept inputs are damaged: {fault}. Nothing was published, the current snapshot stands. Restore the state folder from a backup, or move"
        f" {inputs} away: the next run then lands what is in the inbox anew."
    )


def is_as_left(state: Path, warehouse: Path, key: BlindingKey | None) -> bool:
    """Whether the warehouse is, byte for byte, what the last run left. If not: reported, unless a run was killed."""
    last = load_trail(state).last_of("run_end")
    if fault_of_warehouse(warehouse, last, key) is None:
        return True
    if (state / MARK_NAME).exists() or not last:
        log("The last run did not end: its working tables are made anew from the kept inputs.", event="made_anew")
        return False
    log_error(
        f"{warehouse} is not what the last run left: it was altered or damaged since. It is thrown away and made anew from"
        " the kept inputs.",
        event="warehouse_altered",
    )
    append_entry(state, next_entry(state, "warehouse_altered"))
    return False


def fault_of_warehouse(warehouse: Path, run_end: Entry | None, key: BlindingKey | None) -> str | None:
    """How the warehouse differs from what the end of a run left, in words; None where it does not."""
    if not run_end:
        return "no run that ended is in the audit trail"
    log_beside = warehouse.with_name(warehouse.name + ".wal")
    if log_beside.exists() and log_beside.stat().st_size:
        return f"{log_beside} is there, which no run left"
    plain = sha256_of(warehouse)
    if run_end.get("warehouse") in (plain, key.hash_of(plain) if key else plain):
        return None
    return f"{warehouse} is not what line {run_end['number']} of the audit trail says: it was altered since"


def mark_open(state: Path) -> None:
    """From here on the warehouse is not what the trail says, until ``seal_state``."""
    (state / MARK_NAME).touch()


def seal_state(state: Path, warehouse: Path, kept: KeptInputs, key: BlindingKey | None) -> None:
    """The end of a run, whichever end it was: an entry with the hashes of what is left for the next one.

    Without it, on a full disk or with a log left beside the warehouse, the next run makes the warehouse anew.
    """
    log_beside = warehouse.with_name(warehouse.name + ".wal")
    if log_beside.exists() and log_beside.stat().st_size:
        return
    current = state.parent / "current"
    try:
        entry = next_entry(
            state,
            "run_end",
            hashes=KEYED if key and key.is_in_use else "SHA-256",
            current=current.readlink().name if current.is_symlink() else None,
            warehouse=shown_hash(sha256_of(warehouse), key) if warehouse.exists() else None,
            index=index_facts(kept.folder, key),
        )
        append_entry(state, entry)
        (state / MARK_NAME).unlink(missing_ok=True)
    except OSError:
        return
