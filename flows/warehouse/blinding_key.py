"""OUT/state/blinding.key: the secret key of a blinded study, with which the hashes of its files are published.

A plain SHA-256 can be computed again: whoever knows all columns of a subjects file but the arm tries every filling of
that column, 65,536 for sixteen subjects in two arms, until the hash fits.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import ConfigurationError
from flows.base.files import to_disk
from flows.base.logs import log_error

KEY_NAME = "blinding.key"
KEY_BYTES = 32
OWNER_ONLY = 0o600


class BlindingKey(NamedTuple):
    """The key of a state folder, and whether the study is blinded now: once opened, its hashes are plain again."""

    secret: bytes
    is_in_use: bool = True

    def hash_of(self, text: str) -> str:
        """HMAC-SHA256 of a text, in hexadecimal: as long as a SHA-256, and of no use without the key."""
        return hmac.digest(self.secret, text.encode(), "sha256").hex()


def key_for(state: Path, is_blinded: bool) -> BlindingKey | None:
    """The key of this state folder, made where a blinded study has none yet; None where there is none."""
    secret = make_key(state) if is_blinded else load_key(state)
    return BlindingKey(secret, is_blinded) if secret else None


def load_key(state: Path) -> bytes | None:
    """The key of this state folder; None where there is none.

    Raises ConfigurationError where it cannot be read or is damaged.
    """
    place = state / KEY_NAME
    try:
        text = place.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise _damaged(place) from None
    if len(key) != KEY_BYTES:
        raise _damaged(place)
    return key


def make_key(state: Path) -> bytes:
    """The key of this state folder, made where there is none; only the owner may read it."""
    if key := load_key(state):
        return key
    if any((state / "publications").glob("[!.]*")):
        log_error(
            f"{state / KEY_NAME} was not there, and another key is made: where the study was blinded before, its files and"
            " snapshots get other hashes and names, and earlier snapshots are not made again. Put the key back from a backup"
            " to keep them.",
            event="blinding_key_made",
        )
    key = secrets.token_bytes(KEY_BYTES)
    building = state / f"{KEY_NAME}.tmp"
    building.unlink(missing_ok=True)
    with os.fdopen(os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(building, state / KEY_NAME)
    to_disk(state)
    return key


def lend_key(state: Path, scratch: Path) -> None:
    """The same key for a scratch state folder: a link, so that no copy of it stays behind."""
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / KEY_NAME).symlink_to((state / KEY_NAME).resolve())


def _damaged(place: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{place}: the key of the blinded study cannot be read. Put it back from a backup, or take it away: the next run"
        " then makes another, and the snapshots made so far are not made again byte for byte."
    )
