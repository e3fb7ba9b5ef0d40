"""The kept inputs against the SHA-256 they were landed with: what any later run, and ``--as-of``, is made from."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flows.verifying.differences import Differences
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
        for kept, said in zip(listed, threads.map(fault, listed), strict=True):
            if said:
                found.add(
                    "kept inputs",
                    f"{folder / kept.sha256}: {said}. Put it back from a backup, or as the site sent it.",
                )
    return [f"kept inputs: {len(listed):,} held against the SHA-256 they were landed with"]
