"""From the arguments to the exit code; an error becomes a plain sentence."""

import os
import sys
from typing import Any

from flows.base.ending import end_process
from flows.base.errors import Defect, OutcomesError
from flows.base.exit_codes import COULD_NOT
from flows.base.garbage import collect_seldom
from flows.base.shown_text import shown
from flows.cli import (  # noqa: F401 (each adds its verbs to the app)
    changes_verbs,
    checking_verbs,
    exporting_verbs,
    history_verbs,
    publishing_verbs,
    study_verbs,
)
from flows.cli.app import LOG_FORMAT, app
from flows.cli.stopping import catch_signals


def _wants_json(arguments: list[str]) -> bool:
    """Whether an error about the arguments themselves is to be JSON: the verb could not say so yet."""
    chosen = "--log-format json" in " ".join(arguments) or "--log-format=json" in arguments
    return chosen or (os.environ.get(LOG_FORMAT) == "json" and "--log-format" not in arguments)


def _print_error(error: OutcomesError) -> None:
    from flows.base import logs

    if logs.is_json():
        logs.log_error(str(error), event="failed", exit_code=error.exit_code)
    else:
        sys.stderr.write(f"{shown(str(error))}\n")


def _print_usage(error: Any) -> None:
    if _wants_json(sys.argv[1:]):
        from flows.base import logs

        logs.set_up("json")
        logs.log_error(error.format_message(), event="failed", exit_code=error.exit_code)
    else:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)


def main() -> None:
    """Run a verb; an error becomes a plain sentence and the contract's exit code."""
    collect_seldom()
    catch_signals()
    code = 0
    try:
        code = app(standalone_mode=False) or 0
    except OutcomesError as error:
        _print_error(error)
        code = error.exit_code
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except Exception as defect:  # a person gets a sentence, whatever happens; its text could hold diary values
        if hasattr(defect, "format_message"):  # a wrong verb, option or argument
            _print_usage(defect)
            end_process(COULD_NOT)
        if os.environ.get("MIGRAINE_OUTCOMES_DEBUG"):
            raise
        _print_error(Defect(defect))
        code = COULD_NOT
    end_process(code)
