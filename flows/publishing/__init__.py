"""publishing: the snapshot and its tables, built aside and switched in one step, and made again from what was kept."""
