"""An unforeseen error is reported by its kind only; an error that may pass by itself is left as it is."""

import functools
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import duckdb

from flows.base.errors import Defect, LockedError, OutcomesError

# Trouble that may be gone in a minute. Findings and settings stay what they are however often one tries.
PASSING = (LockedError, OSError, duckdb.IOException)

P = ParamSpec("P")
R = TypeVar("R")


def plainly(step: Callable[P, R]) -> Callable[P, R]:
    """The step, with a defect reported by its kind only.

    The text of an unforeseen error may hold a diary's values, and Prefect writes it into states and logs.
    """

    @functools.wraps(step)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except (OutcomesError, *PASSING):
            raise
        except Exception as defect:
            if os.environ.get("MIGRAINE_OUTCOMES_DEBUG"):
                raise
            raise Defect(defect) from None

    return guarded
