"""The history of runs that Prefect keeps of our own servers, in prefect.db below PREFECT_HOME: private, and not for ever.

It holds the headline rates of every run, by arm where a study is not blinded: nothing for other users of the machine.
Only runs of this software are taken away, and only where no server was set: a server of others keeps what they decide.
"""

import contextlib
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

FLOW = "migraine-outcomes"
KEPT_DAYS = 90
AT_ONCE = 200
A_DAY = 24 * 60 * 60


def make_private(home: Path) -> None:
    """Prefect's folder, if it has to be made, and its database are for this user only."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in home.glob("prefect.db*"):
        with contextlib.suppress(OSError):  # another user's
            path.chmod(0o600)


def prune_runs(api_url: str, kept: timedelta = timedelta(days=KEPT_DAYS)) -> int:
    """Take away runs that ended longer ago, and their artifacts, from a server; gives how many runs.

    A server that does not answer keeps them until the next time.
    """
    import httpx
    from prefect import get_client
    from prefect.client.schemas.filters import ArtifactFilter, FlowFilter, FlowRunFilter
    from prefect.settings import PREFECT_API_URL, temporary_settings

    before = FlowRunFilter.model_validate({"end_time": {"before_": datetime.now(UTC) - kept}})
    ours = FlowFilter.model_validate({"name": {"any_": [FLOW]}})
    pruned = 0
    with (
        contextlib.suppress(httpx.HTTPError),
        temporary_settings({PREFECT_API_URL: api_url}),
        get_client(sync_client=True) as client,
    ):
        while runs := client.read_flow_runs(flow_filter=ours, flow_run_filter=before, limit=AT_ONCE):
            ids = ArtifactFilter.model_validate({"flow_run_id": {"any_": [run.id for run in runs]}})
            while artifacts := client.read_artifacts(artifact_filter=ids, limit=AT_ONCE):
                for artifact in artifacts:
                    client.delete_artifact(artifact.id)
            for run in runs:
                client.delete_flow_run(run.id)
                pruned += 1
    return pruned


def prune_daily(api_url: str) -> None:
    """Prune now and once a day, for as long as this process lives."""

    def prune() -> None:
        while True:
            prune_runs(api_url)
            time.sleep(A_DAY)

    threading.Thread(target=prune, daemon=True).start()


def prefect_home() -> Path:
    """Where Prefect keeps its database, by its own setting."""
    return Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
