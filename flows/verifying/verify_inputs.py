"""The kept inputs against the SHA-256 they were landed with: what any later run, and ``--as-of``, is made from."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.verifying.differences import Differences
from flows.warehouse.blinding_key import KEY_NAME, BlindingKey, load_key
from flows.warehouse.kept_inputs import KeptFile, fault_of, listed_inputs


def verify_inputs(folder: Path, found: Differences) -> list[str]:
    """Hash every kept file; gives what was looked at. A snapshot without the state beside it has none."""
    try:
        if not folder.is_dir():
            return []
        listed = listed_inputs(folder)
    except PermissionError:
        return ["kept inputs: not looked at, for the state folder is its owner's only"]
    except (OSError, ValueError):
        found.add("kept inputs", f"{folder / 'index.jsonl'} cannot be read.")
        return []

    def fault(kept: KeptFile) -> str | None:
        return fault_of(folder / kept.sha256, kept)

    with ThreadPoolExecutor() as threads:
        for kept, trouble in zip(listed, threads.map(fault, listed), strict=True):
            if trouble:
                found.add(
                    "kept inputs",
                    f"{folder / kept.sha256}: {trouble}. Put it back from a backup, or as the site sent it.",
                )
    return [f"kept inputs: {len(listed):,} held against the SHA-256 they were landed with"]


def verify_keyed_inputs(state: Path, shown: Iterable[tuple[str, str]], found: Differences) -> str:
    """The (path, keyed hash) of each file that was landed, by the manifest of a blinded snapshot, against the kept files.

    Gives what was looked at, or why it could not be: without the key nobody can compare them, which is their purpose.
    """
    listed_shown = list(shown)
    try:
        secret = load_key(state)
        listed = listed_inputs(state / "inputs")
    except ConfigurationError:
        found.add("inputs", f"{state / KEY_NAME}: the key of the blinded study is damaged.")
        secret, listed = None, []
    except (OSError, ValueError):
        secret, listed = None, []
    if not secret:
        return (
            f"inputs: {len(listed_shown):,} files NOT held against what was landed: the study is blinded, their hashes are"
            f" keyed, and the key ({KEY_NAME} in the state folder) is not here"
        )
    key = BlindingKey(secret)
    kept = {key.hash_of(file.sha256) for file in listed}
    for path, content_id in listed_shown:
        if content_id not in kept:
            found.add("inputs", f"{path}: its keyed hash in manifest.json is that of no kept file.")
    return f"inputs: {len(listed_shown):,} keyed hashes held against the kept files"
