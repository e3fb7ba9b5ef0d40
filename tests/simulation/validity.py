"""docs/validity.md: does the pipeline say what is true? Run: python -m tests.simulation.validity [section ...]

Without a section all of them are made anew: coverage, error, power, bias, recall, cells, imputation, repeated.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from flows.base.ending import end_process
from flows.simulation.settings import load_preset
from tests.simulation import faulty_cells, repeated_error
from tests.simulation.bias import SUBJECTS, bias_table
from tests.simulation.coverage import coverage_table, error_table, power_table
from tests.simulation.imputation import TRIALS, imputation_table
from tests.simulation.recall import recall
from tests.simulation.repeated_error import repeated_error_table

PAGE = Path("docs/validity.md")
SEEDS, DIRTY_SUBJECTS, RATE = 100, 40, 0.1
CLEAN = (("preempt", 10), ("compel", 5), ("registry", 5))
HEAD = """# Validity

Written by `make validity`. Everything is simulated with a known truth (see [calibration](calibration.md)) and repeatable: the
seeds are fixed.
"""
TEXTS = {
    "coverage": """## Coverage of the 95% intervals

Each trial has the stated number of evaluable subjects per arm, simulated day by day with the `preempt` preset and judged
at week 24; no subject is in two trials. The true rates are those of 400,000 other subjects per arm. *Exact* is the
coverage that binomial arithmetic gives for that rate and size: it is what the literature tabulates (Newcombe 1998, Stat
Med 17:857 and 873; Brown, Cai and DasGupta 2001, Stat Sci 16:101), and it swings around 95% because counts are whole
numbers. Clopper-Pearson never covers less than 95% and pays with width; Wilson lies near 95%, at 20 subjects sometimes two points
below; the two intervals of a difference stay within half a point. (In the first 1,000 trials of 20 subjects one row of 32
lay 3.6 standard errors off; so small trials are now more numerous, and none does.)
""",
    "error": """## Type I error of the comparison of arms

Both arms have the placebo arm's course, so every claim of a difference is wrong. A comparison claims one when its
interval leaves out 0, or when the Cochran-Mantel-Haenszel test, stratified by medication overuse, gives p < 0.05.
""",
    "power": """## Power against the number of subjects

Trials with the effect of the `preempt` preset (about 12 points between the arms at week 24). Drop-out and missing days
are those of the preset. A planner needs the first column whose power is enough.
""",
    "bias": """## Bias of responder rates by missing-day policy and mechanism

{treated:,} subjects of the active arm at week 24, those still in the study. The columns `prorate`, `headache` and `free` are
the policies of a rule set with its own minimum of 20 recorded days; beside them prorating with a minimum of 14 and of 23.
Each number is the responder rate from the incomplete diaries less the one that complete diaries of the same subjects
give, in points. *Evaluable* is under prorating with the rule set's minimum. Prorating stays within about a point where
days are missing whatever happened on them; no policy mends days that are missing because of what happened on them; and a
diary of attacks, in which every recorded day is a headache day, cannot be judged by any.
""",
    "recall": """## Planted faults found, and false alarms

{seeds} studies (seeds 1 to {seeds}) of {subjects} subjects with faults planted at a rate of {rate}, and {clean} clean ones of the three
presets, each through the pipeline. Every finding (file, line, check) of a spoilt study was compared with the list of
planted ones: a finding that is not on the list is a false alarm, one on the list that was not made is missed. Duplicates
and superseded entries are no findings; they are compared by what became of the line. `diary.site.compliance_drop`
compares months of a site and is no statement about a line: it is left out.
""",
    "cells": """## Bias of faulty optional cells

A simulated trial ({cell_subjects} subjects, seed {cell_seed}) in which `hours = 30` stands on 15% of the headache days. `article` never
looks at hours, so its results have to be those of the clean diary: the bias is 0.0 points. The last row shows what
leaving such lines out would do: only headache days have hours, so it takes headache days away and makes responders.
""",
    "imputation": """## Missing months: MMRM and multiple imputation

{trials} trials of 150 subjects an arm and four months, with 20 imputations. Drop-out after a month is likelier the less a subject has
changed in it: missing at random. Under the second truth the course of the arm's subjects goes on as in the reference arm
after they have left, so the true difference is smaller. The difference is that of the last month, in headache days;
its bias is taken against the analysis of covariance of the complete months of the same trials. Rubin's variance is
larger than the variance over the trials where subjects are imputed by reference to another arm: where the truth is
what is assumed, these intervals cover more than 95%.
""",
    "repeated": """## Type I error and coverage of the MMRM

{repeated_trials} trials a row, four months, both arms together of the stated size; an unstructured covariance and Kenward-Roger. Who has
changed least leaves first, so months are missing at random. Type I error: trials without an effect whose interval of the last month leaves out 0.
Coverage: intervals of the last month that hold the true difference. The Monte-Carlo error of both is about one point.
""",
}


def recall_section(seeds: int) -> list[str]:
    """Recall by check over many studies, and false alarms."""
    planted: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    alarms, wrongly, not_aside, lines, clean = [], 0, 0, 0, 0
    jobs = [("preempt", seed, RATE, DIRTY_SUBJECTS) for seed in range(1, seeds + 1)]
    jobs += [(name, seed, 0.0, 60) for name, number in CLEAN for seed in range(1, number + 1)]
    clean_findings = 0
    for name, seed, rate, subjects in jobs:
        with tempfile.TemporaryDirectory() as folder:
            one = recall(Path(folder) / "study", subjects, seed, rate, load_preset(name))
        planted.update(one.planted)
        found.update(one.found)
        lines, clean = lines + one.lines, clean + one.clean_lines
        wrongly, not_aside = wrongly + len(one.wrongly_aside), not_aside + len(one.not_aside)
        alarms += one.alarms
        clean_findings += 0 if rate else len(one.alarms)
        print(
            f"{name} {seed} {rate}: {len(one.missed)} missed, {len(one.alarms)} alarms",
            one.missed[:3],
            one.alarms[:3],
            file=sys.stderr,
            flush=True,
        )
    by_check: dict[str, list[int]] = {}
    kinds: dict[str, set[str]] = {}
    for (check, kind), number in planted.items():
        totals = by_check.setdefault(check, [0, 0])
        totals[0] += number
        totals[1] += found[check, kind]
        kinds.setdefault(check, set()).add(kind)
    told = [
        f"- {sum(planted.values()):,} planted findings of {len({kind for _, kind in planted})} kinds, for {len(by_check)} checks and outcomes;"
        f" {sum(found.values()):,} found: a recall of {100 * sum(found.values()) / sum(planted.values()):.2f}%.",
        f"- {lines:,} lines read, {clean:,} of them with nothing planted: {wrongly} clean lines were set aside, and"
        f" {len(alarms)} findings were made where none was planted.",
        f"- {not_aside} planted lines that should have been set aside were not.",
        f"- {sum(number for _, number in CLEAN)} clean studies: {clean_findings} findings.",
        "",
        "| check (or outcome) | kinds of dirt | planted | found | recall, % |",
        "|---|---|---:|---:|---:|",
    ]
    for check, (number, hit) in sorted(by_check.items()):
        told.append(
            f"| `{check}` | {', '.join(sorted(kinds[check]))} | {number:,} | {hit:,} | {100 * hit / number:.1f} |"
        )
    if alarms:
        told += [
            "",
            "False alarms by check: " + ", ".join(f"`{c}` {n}" for c, n in Counter(a[2] for a in alarms).items()),
        ]
    return told


def section(name: str) -> list[str]:
    """One section of the page: heading, text and table."""
    text = TEXTS[name].format(
        seeds=SEEDS,
        subjects=DIRTY_SUBJECTS,
        rate=RATE,
        clean=sum(number for _, number in CLEAN),
        treated=SUBJECTS,
        cell_subjects=faulty_cells.SUBJECTS,
        cell_seed=faulty_cells.SEED,
        trials=TRIALS,
        repeated_trials=repeated_error.TRIALS,
    )
    made = {
        "coverage": coverage_table,
        "error": error_table,
        "power": power_table,
        "bias": bias_table,
        "recall": lambda: recall_section(SEEDS),
        "cells": faulty_cells.faulty_cells_table,
        "imputation": imputation_table,
        "repeated": repeated_error_table,
    }
    return [text, *made[name](), ""]


def main(wanted: list[str]) -> None:
    """Make the wanted sections and write the page; the others stay as they stand in it."""
    parts = [HEAD]
    present = PAGE.read_text(encoding="utf-8").split("\n## ")[1:] if PAGE.exists() else []
    for place, name in enumerate(TEXTS):
        if name in wanted or place >= len(present):
            parts += section(name)
        else:
            parts.append("## " + present[place].rstrip("\n") + "\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or list(TEXTS))
    end_process(0)
