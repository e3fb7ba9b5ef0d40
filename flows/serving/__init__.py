"""serving: runs by the clock, on a Prefect server of their own where none is set."""
