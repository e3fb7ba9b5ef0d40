"""checking: what is wrong with the lines, which of them are set aside and why, and how that is told."""
