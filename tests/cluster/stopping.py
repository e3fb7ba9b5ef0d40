"""Loaded into a Dask worker by --preload: it derives a partition, writes all of it, and stands still before naming it.

That is the worst moment at which a worker can be lost: everything is written, and nothing may be read.
"""

import os
import time
from pathlib import Path

_replace = os.rename


def _stand_still(source: str, target: str) -> None:
    if ".building-" not in str(source):
        return _replace(source, target)
    Path(os.environ["STANDS_AT"]).write_text(str(source))
    time.sleep(3600)
    raise AssertionError("a worker that stands still is killed")


os.rename = _stand_still  # ty: ignore[invalid-assignment]
