"""Writes the demo study from plan.md. Shares no code with the pipeline that is tested with it."""
