"""comparing: which statuses, verdicts, eligibility and summary cells differ between two snapshots, and by which causes."""
