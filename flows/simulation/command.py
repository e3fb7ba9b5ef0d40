"""simulate: what the command line does."""

from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.logs import log
from flows.base.progress import step
from flows.simulation.settings import load_preset
from flows.simulation.write import sizes_of, write_study


def parse_arms(text: str | None) -> dict[str, int | None] | None:
    """``placebo,ona`` or ``placebo=100,ona=200`` as sizes by arm; None where nothing is stated."""
    if text is None:
        return None
    arms: dict[str, int | None] = {}
    for part in text.split(","):
        code, _, size = (piece.strip() for piece in part.partition("="))
        if not code or (size and not size.isdecimal()) or code in arms:
            raise ConfigurationError(f"--arms: '{text}' is not a list such as placebo,ona or placebo=100,ona=200.")
        arms[code] = int(size) if size else None
    return arms


def simulate_study(
    folder: Path, preset_name: str, arms: str | None, subjects: int | None, seed: int, dirty: float
) -> None:
    """Write a simulated study and say what it holds.

    Raises ConfigurationError for an unknown preset or arm, sizes that contradict each other, or a folder in use.
    """
    preset, sizes = sizes_of(load_preset(preset_name), subjects, parse_arms(arms))
    with step("simulate") as line:
        written = write_study(folder, preset, sizes, seed, dirty)
        line.text = (
            f"{written.subjects:,} subjects, {written.diary_lines:,} diary lines, {written.faults:,} planted findings"
        )
    log(f"The truth is in {folder / 'truth'}; the pipeline reads {folder / 'inbox'} only.", event="simulated")
