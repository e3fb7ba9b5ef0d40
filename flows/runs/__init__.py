"""runs: the order of the steps, from a study folder to a snapshot. A run orders steps and computes nothing itself."""
