"""checking: what is wrong with the lines, which of them are set aside and why, and the formats it is written in."""
