"""serve: a scheduled deployment of one study, and a Prefect server for it where none is set."""

import os
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.base.errors import ConfigurationError
from flows.base.logs import log
from flows.serving.run_history import prune_daily
from flows.serving.schedule_file import schedule_known
from flows.serving.temporary_server import QUIET, Server, check_answers
from flows.study.study_folder import load_study


def serve_study(study_folder: Path, out: Path, cron: str, timezone: str) -> None:
    """Run the study by schedule until stopped (Ctrl-C or SIGTERM), each run in a process of its own.

    Raises ConfigurationError where the cron line or the time zone means nothing, where no Prefect server answers, and
    when the temporary one ends before this does.
    """
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so a shell starts what it puts in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    from prefect.schedules import Cron
    from prefect.settings import PREFECT_API_URL, temporary_settings

    _check_schedule(cron, timezone)
    lost = threading.Event()
    with ExitStack() as stack:
        if api_url := PREFECT_API_URL.value():
            check_answers(api_url)
        else:
            server = Server({})
            server.wait()
            server.when_lost(lambda: _end_serving(lost))
            os.environ["PREFECT_API_URL"] = server.api_url  # for the processes of the runs
            stack.enter_context(temporary_settings({PREFECT_API_URL: server.api_url}))
            prune_daily(server.api_url)
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.flows import EntrypointType
        from prefect.runner import Runner

        from flows.nightly import publish_outcomes
        from flows.runs.deployment import key_of

        # As Ctrl-C does: Prefect's own way does not come to an orderly end inside its event loop.
        Runner.handle_sigterm = lambda *_: signal.raise_signal(signal.SIGINT)
        study = key_of(load_study(study_folder))
        log(
            f"Serving study {study} as the deployment 'migraine-outcomes/{study}': '{cron}' ({timezone}). "
            f"Prefect server: {PREFECT_API_URL.value()}. Stop with Ctrl-C.",
            event="serving",
            deployment=f"migraine-outcomes/{study}",
            cron=cron,
            timezone=timezone,
            api_url=PREFECT_API_URL.value(),
        )
        api_url = PREFECT_API_URL.value()
        stack.enter_context(schedule_known(out, cron, timezone))
        try:
            publish_outcomes.serve(
                name=study,
                schedule=Cron(cron, timezone=timezone),
                parameters={"study_folder": str(study_folder), "out": str(out)},
                global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE),
                entrypoint_type=EntrypointType.MODULE_PATH,  # an installed package has no file below the working directory
                pause_on_shutdown=False,  # what falls due while this is stopped is made up for, not skipped
                paused=False,
                print_starting_message=False,
            )
        except KeyboardInterrupt:
            if not lost.is_set():
                raise
    if lost.is_set():
        raise ConfigurationError(
            f"The temporary Prefect server at {api_url} ended, so no run would have started any more. Start serve again"
            " (a service manager does so by itself), or set PREFECT_API_URL to a server that stays."
        )


def _end_serving(lost: threading.Event) -> None:
    lost.set()
    os.kill(os.getpid(), signal.SIGINT)  # the same orderly end as by Ctrl-C


def _check_schedule(cron: str, timezone: str) -> None:
    from prefect.client.schemas.schedules import CronSchedule

    try:
        ZoneInfo(timezone)
    except (KeyError, OSError, ValueError):
        raise ConfigurationError(
            f"--timezone: '{timezone}' is not a time zone; write it as Europe/Vienna or UTC."
        ) from None
    try:
        CronSchedule(cron=cron)
    except ValueError:
        raise ConfigurationError(
            f"--cron: '{cron}' is not a cron line; write five fields as in '0 2 * * *' (every day at 02:00)."
        ) from None
