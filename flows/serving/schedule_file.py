"""OUT/state/schedule.json: by which schedule a study is served, for as long as the process that serves it lives.

The file is locked while it holds. One whose lock is gone is left over, and nothing is known of a schedule then.
"""

import fcntl
import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows.base.lock_files import is_held

SCHEDULE = "schedule.json"


@contextmanager
def schedule_known(out: Path, cron: str, timezone: str) -> Generator[None]:
    """Let others know the schedule until this ends; where OUT cannot be written to, nobody does."""
    path = out / "state" / SCHEDULE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield
        return
    with file:
        file.truncate(0)
        file.write(json.dumps({"cron": cron, "timezone": timezone}) + "\n")
        file.flush()
        yield
        path.unlink(missing_ok=True)


def next_due(out: Path, now: datetime | None = None) -> datetime | None:
    """When the next run is due (UTC), if a process of this machine serves the study; else None."""
    path = out / "state" / SCHEDULE
    if not is_held(path):
        return None
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    # Seconds of imports, only where there is a schedule.
    from prefect.server.schemas.schedules import CronSchedule
    from prefect.utilities.asyncutils import run_coro_as_sync

    schedule = CronSchedule(cron=facts["cron"], timezone=facts["timezone"])
    dates = run_coro_as_sync(schedule.get_dates(n=1, start=now or datetime.now(UTC)))
    return dates[0].astimezone(UTC) if dates else None
