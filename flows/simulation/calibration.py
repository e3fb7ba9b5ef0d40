"""docs/calibration.md: published numbers against the simulated ones. Run: python -m flows.simulation.calibration"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from flows.simulation.measures import measure, summary
from flows.simulation.settings import Target, known_presets, load_preset, load_targets

SEEDS = 50
HEAD = """# Calibration of the simulator

Written by `make calibration` ({seeds} seeds of each preset, seeds 1 to {seeds}, arms of the published sizes). The presets
are in `data/simulation/`, the targets with the tolerances that were stated before the comparison in
`data/simulation/targets.toml`. *Simulated* is the mean over the seeds, *one study* the SD from seed to seed: what a trial
of this size would show by chance alone. Headache days have four hours or more and are per 28 recorded days. Changes and
responders are those of evaluable subjects; first responses are shares of all treated.
"""


class Row(NamedTuple):
    """One target in one arm."""

    target: Target
    arm: str
    published: float
    mean: float
    sd: float

    @property
    def difference(self) -> float:
        """Simulated less published."""
        return self.mean - self.published

    @property
    def is_met(self) -> bool:
        """Within the tolerance."""
        return abs(self.difference) <= self.target.tolerance


def hold_against(preset_name: str, seeds: int) -> list[Row]:
    """The targets of one preset against ``seeds`` simulated studies."""
    preset = load_preset(preset_name)
    sizes = tuple(arm.subjects for arm in preset.arms)
    studies = [measure(preset, seed, sizes) for seed in range(1, seeds + 1)]
    rows = []
    for place, arm in enumerate(preset.arms):
        summaries = [summary(people, place) for people in studies]
        for target in load_targets():
            if target.preset == preset_name and arm.code in target.published:
                values = np.array([one[target.measure] for one in summaries])
                rows.append(Row(target, arm.code, target.published[arm.code], values.mean(), values.std(ddof=1)))
    order = list(load_targets())
    return sorted(rows, key=lambda row: (order.index(row.target), row.arm))


def page(seeds: int) -> str:
    """The page as Markdown."""
    parts = [HEAD.format(seeds=seeds).rstrip()]
    for name in ("preempt", *(name for name in known_presets() if name != "preempt")):
        rows = hold_against(name, seeds)
        met = sum(row.is_met for row in rows)
        parts.append(f"\n## Preset `{name}`\n\n{load_preset(name).citation}. {met} of {len(rows)} targets are met.\n")
        parts.append("| measure | arm | published | simulated | one study | difference | tolerance | met | source |")
        parts.append("|---|---|---:|---:|---:|---:|---:|---|---|")
        for row in rows:
            parts.append(
                f"| {row.target.label} | {row.arm} | {row.published:.1f} | {row.mean:.2f} | {row.sd:.2f} | "
                f"{row.difference:+.2f} | {row.target.tolerance:.1f} | {'yes' if row.is_met else '**no**'} | "
                f"{row.target.source} |"
            )
        for row in rows:
            if not row.is_met:
                why = row.target.note or "No explanation has been found."
                parts.append(f"\n**Missed: {row.target.label}, {row.arm}.** {why}")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    Path("docs/calibration.md").write_text(page(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS), encoding="utf-8")
