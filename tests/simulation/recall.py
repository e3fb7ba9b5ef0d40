"""Share of planted faults that the checks find, and what they find where nothing was planted."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from flows.simulation.settings import Preset
from tests.simulation.pipeline import Outcome, Planted, process, read_planted, simulate

# Found by comparing sites and months, not planted: what it says of a spoilt study is no false alarm.
STATISTICAL = {"diary.site.compliance_drop"}


class Recall(NamedTuple):
    """Findings planted and found by check and kind, and what was found or set aside beyond them."""

    planted: Counter[tuple[str, str]]
    found: Counter[tuple[str, str]]
    missed: list[tuple[object, str]]
    alarms: list[tuple[str, int | None, str]]
    wrongly_aside: list[tuple[str, int, str]]
    not_aside: list[tuple[tuple[str, int, str], str]]
    lines: int
    clean_lines: int


def recall(folder: Path, subjects: int, seed: int, dirty: float, preset: Preset | None = None) -> Recall:
    """Simulate one study, run the pipeline on it and compare."""
    simulate(folder, subjects, seed, dirty, preset)
    return compared(process(folder), read_planted(folder))


def compared(outcome: Outcome, planted: Planted) -> Recall:
    """What was found, beside what was planted."""
    findings = {found for found in outcome.findings if found[2] not in STATISTICAL}
    by_kind = Counter((check, kind) for (_, _, check), kind in planted.findings.items())
    hit = Counter((key[2], kind) for key, kind in planted.findings.items() if key in findings)
    for (_, _, outcome_name), kind in planted.set_aside.items():
        if outcome_name in ("duplicate", "superseded"):
            by_kind[f"({outcome_name})", kind] += 1
    for key, kind in planted.set_aside.items():
        if key[2] in ("duplicate", "superseded") and key in outcome.set_aside:
            hit[f"({key[2]})", kind] += 1
    marked = {(path, line) for path, line, _ in planted.findings} | {key[:2] for key in planted.set_aside}
    return Recall(
        by_kind,
        hit,
        [(key, kind) for key, kind in planted.findings.items() if key not in findings],
        [found for found in findings if found not in planted.findings],
        [key for key in outcome.set_aside if key not in planted.set_aside],
        [(key, kind) for key, kind in planted.set_aside.items() if key not in outcome.set_aside],
        sum(outcome.lines.values()),
        sum(outcome.lines.values()) - len({place for place in marked if place[1] is not None}),
    )
