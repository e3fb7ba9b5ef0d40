"""Python's search for garbage, made seldom: what is imported stays, and to look through it every 700 objects takes a
quarter of the start."""

import gc


def collect_seldom() -> None:
    """For a process that begins: some 10 MB more memory."""
    gc.set_threshold(50_000, 20, 100)
