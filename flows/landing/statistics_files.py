"""The data of SPSS and SAS files as CSV text: the variables' names on line 1, observation N on line N + 1.

Values stand as they are stored, without their labels; dates are ISO dates by the variable's format. pyreadstat, which
reads the files, comes with the extra ``statistics-files``.
"""

import importlib.util
import json
import mmap
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

from flows.base.errors import FileRefused
from flows.landing.packing import most_bytes

Format = Literal["sav", "sas7bdat", "xport"]
FIRST_BYTES: tuple[tuple[bytes, Format], ...] = (
    (b"$FL2", "sav"),
    (b"$FL3", "sav"),  # compressed with zlib
    (b"\0" * 12 + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18\x1f\x10\x11", "sas7bdat"),
    (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "xport"),
    (b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!", "xport"),
)
NAMES: dict[Format, str] = {"sav": "an SPSS file", "sas7bdat": "a SAS data set", "xport": "a SAS transport file"}
CPORT = b"**COMPRESSED** **COMPRESSED**"
MEMBERS = (b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!", b"HEADER RECORD*******MEMBV8  HEADER RECORD!!!!!!!")
READING = "flows.landing.statistics_reading"
# Far more than reading takes; a damaged file may send its reader round and round.
SECONDS, SECONDS_PER_MB = 60, 10


def statistics_as_csv(source: Path, target: Path, sheet: str | None) -> str | None:
    """Writes the data to ``target`` and returns what was read, or None where it is no file of SPSS or SAS.

    Raises FileRefused for a damaged file, one of several data sets, and where pyreadstat is not installed.
    """
    with source.open("rb") as stream:
        head = stream.read(64)
    if head.startswith(CPORT):
        raise FileRefused(
            "is a SAS file made by PROC CPORT; send a SAS data set, a transport file of the XPORT engine, or CSV"
        )
    kind = next((name for mark, name in FIRST_BYTES if head.startswith(mark)), None)
    if kind is None:
        return None
    if sheet is not None:
        raise FileRefused(
            f"is {NAMES[kind]} and has no sheet '{sheet}'; leave 'sheet' out for these files in study.toml"
        )
    if kind == "xport" and (members := _members(source)) != 1:
        raise FileRefused(f"is {NAMES[kind]} of {members} data sets; send one file for each")
    if importlib.util.find_spec("pyreadstat") is None:
        raise FileRefused(
            f"is {NAMES[kind]}, which this installation cannot read; "
            'install what reads it: pip install "migraine-outcomes[statistics-files]"'
        )
    return f"{NAMES[kind]} with {_written(source, kind, target)} variables"


def _written(source: Path, kind: Format, target: Path) -> int:
    """The number of variables. The library reads some damaged files beyond its memory and takes its process with it:
    that process is not ours."""
    command = [sys.executable, "-P", "-m", READING, str(source), kind, str(target), str(most_bytes(source))]
    seconds = SECONDS + SECONDS_PER_MB * (source.stat().st_size >> 20)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    try:
        ended = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=True
        )
        outcome = json.loads(ended.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise FileRefused(
            f"cannot be read as {NAMES[kind]}: it is damaged, or of an unknown kind; send it again, or as CSV"
        ) from None
    if "refused" in outcome:
        raise FileRefused(outcome["refused"])
    return outcome["variables"]


def _members(source: Path) -> int:
    with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
        count, place = 0, 0
        while (place := min((at for mark in MEMBERS if (at := held.find(mark, place)) >= 0), default=-1)) >= 0:
            count += place % 80 == 0
            place += 1
        return count
