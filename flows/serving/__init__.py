"""serving: what Prefect adds to a run: a server where there is none, a schedule, one run at a time, retries, notices."""
