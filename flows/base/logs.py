"""The log of a run: words for people, or one JSON object a line for machines. Counts, never values.

The format is ``--log-format`` or MIGRAINE_OUTCOMES_LOG_FORMAT. Everything goes through one logger, so that a run under a
Prefect server gets them as well.
"""

import atexit
import json
import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from flows.base.json_stderr import Relay
from flows.base.shown_text import shown

SETTING = "MIGRAINE_OUTCOMES_LOG_FORMAT"


class Terminal(Console):
    """A console that leaves it to the command line what happens when nobody reads on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        raise BrokenPipeError


console = Terminal(stderr=True, highlight=False)
logger = logging.getLogger("migraine_outcomes")
logger.propagate = False
# Which run and study a line is about: the same for every line of a process, which works on one study at a time.
_about: dict[str, str] = {}
_relays: list[Relay] = []  # at most one a process


class JsonLines(logging.Formatter):
    """One object a line: time (UTC), level, run_id, study, message, and the facts of the event."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        run_id = getattr(record, "flow_run_id", None)  # of Prefect's own lines
        about = {"run_id": run_id} if run_id else {}
        line = {
            "time": at,
            "level": record.levelname.lower(),
            **about,
            **_about,
            "message": record.getMessage(),
            **facts,
        }
        return json.dumps(line, default=str)


class PlainLines(logging.Handler):
    """The text on stderr; a step's name bold and its seconds dim where the terminal can."""

    def emit(self, record: logging.LogRecord) -> None:
        line = Text(shown(record.getMessage()))
        if step := getattr(record, "facts", {}).get("step"):
            line.highlight_regex(f"^{step}", "bold")
            line.highlight_regex(r"\([0-9.]+ s\)$", "dim")
        console.print(line, soft_wrap=True)


def set_up(log_format: str | None = None) -> None:
    """Choose text or json for this process and those it starts; without a choice the environment's, else text."""
    if log_format:
        os.environ[SETTING] = log_format
    handler: logging.Handler = PlainLines()
    if is_json():
        if not _relays:
            _relays.append(Relay())
            atexit.register(_relays[0].end)
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        os.environ.setdefault("PREFECT_LOGGING_SETTINGS_PATH", str(Path(__file__).with_name("prefect-logging.yml")))
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)


def is_json() -> bool:
    """Whether machines read along."""
    return os.environ.get(SETTING) == "json"


def print_result(text: str, **facts: object) -> None:
    """A line of the result on stdout; where machines read along, an object with the same and the facts."""
    print(json.dumps({"message": text, **facts}, ensure_ascii=False, default=str) if is_json() else text)


def log(message: str, **facts: object) -> None:
    """One line; ``facts`` are counts and names, which the JSON holds and the text leaves out."""
    _log(logging.INFO, message, facts)


def log_error(message: str, **facts: object) -> None:
    """The same of something that went wrong."""
    _log(logging.ERROR, message, facts)


def _log(level: int, message: str, facts: dict[str, object]) -> None:
    if not logger.handlers:
        set_up()
    logger.log(level, message, extra={"facts": facts})


def name_process(**names: str) -> None:
    """All lines of this process from here on carry these names."""
    _about.update(names)


@contextmanager
def about(**names: str) -> Generator[None]:
    """All lines within carry these names, as run_id and study."""
    _about.update(names)
    try:
        yield
    finally:
        for name in names:
            _about.pop(name, None)
