"""OUT/state/last_run.json: how the last run ended, for status. A run that was killed leaves the end of the one before."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from flows.base.toml_files import Frozen

LAST_RUN = "last_run.json"


class RunEnd(Frozen):
    """The end of a run, with the sentence that a scheduled run ends with."""

    ended_at: datetime  # UTC
    outcome: Literal["published", "unchanged", "failed"]
    message: str


def note_end(out: Path, outcome: Literal["published", "unchanged", "failed"], message: str) -> None:
    """Keep the end of a run, where OUT holds a state folder; an end that cannot be written changes nothing about the run."""
    state = out / "state"
    if not state.is_dir():
        return
    end = RunEnd(ended_at=datetime.now(UTC).replace(microsecond=0), outcome=outcome, message=message)
    partial = state / f"{LAST_RUN}.tmp"
    try:
        partial.write_text(end.model_dump_json() + "\n", encoding="utf-8")
        partial.replace(state / LAST_RUN)
    except OSError:
        return


def load_end(out: Path) -> RunEnd | None:
    """How the last run that came to its end ended; None where that is not known."""
    try:
        return RunEnd.model_validate_json((out / "state" / LAST_RUN).read_bytes())
    except (OSError, ValidationError):
        return None
