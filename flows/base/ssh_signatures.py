"""Signatures with an SSH key by ``ssh-keygen -Y``: no service, no agent, and the public key is enough to check one."""

import os
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import ConfigurationError

NAMESPACE = "migraine-outcomes"  # a signature that was made for another purpose is none here
SECONDS = 60  # a key on a token waits for a touch


class Signer(NamedTuple):
    """Whose key made a signature; ``name`` is empty where nobody was asked who the key belongs to."""

    key: str  # its SHA-256 as ssh-keygen prints it
    name: str


def sign_bytes(content: bytes, key: Path) -> bytes:
    """The signature over these bytes. Asks nobody for a passphrase.

    Raises ConfigurationError where the key is missing, has a passphrase, is open to others, or ssh-keygen is missing.
    """
    if not key.is_file():
        raise ConfigurationError(f"{key}: there is no such key; --sign takes the file of a private SSH key.")
    made = _ssh_keygen(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(key.resolve())], content)
    if made.returncode or not made.stdout:
        raise ConfigurationError(f"{key}: {_why_not_signed(made.stderr)}")
    return made.stdout


def find_key_hash(key: Path) -> str:
    """SHA-256 of a key's public half, as ssh-keygen prints it: it names the key and is no secret."""
    printed = _ssh_keygen(["-l", "-E", "sha256", "-f", str(key.resolve())], b"")
    words = printed.stdout.decode(errors="replace").split()
    if printed.returncode or len(words) < 2:
        raise ConfigurationError(f"{key}: is not an SSH key that ssh-keygen can read.")
    return words[1]


def find_signer(content: bytes, signature: Path, signers: Path | None, at: datetime | None = None) -> Signer | None:
    """Who signed these bytes, by the file of allowed signers where there is one; None where the signature does not fit.

    ``at`` is when: a key that was allowed then, and no longer is today, did sign.

    Raises ConfigurationError where ssh-keygen or the file of signers is missing.
    """
    words = ["-n", NAMESPACE, "-s", str(signature)]
    name = ""
    if signers:
        if not signers.is_file():
            raise ConfigurationError(f"{signers}: there is no such file; --signers takes a list of allowed signers.")
        listed = ["-f", str(signers), *([f"-Overify-time={at:%Y%m%d%H%M%S}"] if at else [])]
        found = _ssh_keygen(["-Y", "find-principals", *listed, "-s", str(signature)], b"")
        name = found.stdout.decode(errors="replace").partition("\n")[0].partition(",")[0].strip()
        if found.returncode or not name:
            return None
        checked = _ssh_keygen(["-Y", "verify", *listed, "-I", name, *words], content)
    else:
        checked = _ssh_keygen(["-Y", "check-novalidate", *words], content)
    if checked.returncode:
        return None
    return Signer(checked.stdout.decode(errors="replace").split()[-1], name)


def _ssh_keygen(words: list[str], content: bytes) -> "subprocess.CompletedProcess[bytes]":
    """Run it without a terminal, so that a question fails and does not wait for an answer."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C", "TZ": "UTC"}
    with tempfile.TemporaryFile() as given:
        given.write(content)
        given.seek(0)
        try:
            return subprocess.run(
                ["ssh-keygen", *words],
                stdin=given,
                capture_output=True,
                env=environment,
                start_new_session=True,
                timeout=SECONDS,
            )
        except FileNotFoundError:
            raise ConfigurationError(
                "ssh-keygen: is not on this machine; signatures need it (Debian, Ubuntu: the package openssh-client)."
            ) from None
        except subprocess.TimeoutExpired:
            raise ConfigurationError(f"ssh-keygen: gave no answer within {SECONDS} seconds.") from None


def _why_not_signed(answer: bytes) -> str:
    if b"passphrase" in answer:
        return (
            "has a passphrase, and a run asks nobody. Use a key without one that only the account of the run can read, or"
            " give the public key (.pub) and hold the private one in ssh-agent."
        )
    if b"UNPROTECTED" in answer:
        return "can be read by other users, and ssh-keygen refuses it; take their rights away (chmod 600)."
    return "nothing can be signed with it: it is no private SSH key, or (.pub) ssh-agent does not hold it."
