"""Whether a file is locked, found out without locking it: a run that starts at that moment would be turned away."""

import os
from pathlib import Path

LOCKS = Path("/proc/locks")


def is_held(path: Path) -> bool | None:
    """Whether a process of this machine holds the file's lock (flock); None where the system does not say."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return False
    try:
        lines = LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    place = f"{os.major(facts.st_dev):02x}:{os.minor(facts.st_dev):02x}:{facts.st_ino}"
    return any("FLOCK" in line and "->" not in line and place in line.split() for line in lines)
