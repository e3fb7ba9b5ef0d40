"""The truth beside the study: what each subject really is, what a complete diary would have shown, and each fault."""

from pathlib import Path

import numpy as np

from flows.simulation.course import Run
from flows.simulation.csv_text import block, column, numbers, ten_thousandths
from flows.simulation.latent import LEAST, MOST
from flows.simulation.planting import Mark
from flows.simulation.statuses import NAMES, count, judge
from flows.simulation.tables import BEFORE, Names
from flows.study.rule_sets import RuleSet

HEADERS = {
    "subjects": "subject_id,arm,effect_class,full_reduction,first_cycle_with_effect,baseline_probability,leaving,is_overuser",
    "cycles": "subject_id,cycle,injection_date,window_probability,true_reduction",
    "statuses": "rule_set,subject_id,cycle,headache_days,status_fully_observed,recorded_days,recorded_headache_days,"
    "status_recorded",
    "dirt": "path,line_number,kind,check_id,outcome",
}
README = """# The truth of this simulated study

Not an input: the pipeline reads `inbox/` only. Probabilities and reductions are fractions.

| table | holds |
|---|---|
| `subjects.csv` | effect class, the fall of the headache probability at full effect, the latent probability of a headache day before treatment, how the subject left |
| `cycles.csv` | per cycle given: the mean latent probability in Days 57-84 and its true reduction against the time before treatment |
| `statuses.csv` | per rule set and cycle given: headache days and status had every day been recorded, and as recorded before any dirt |
| `dirt.csv` | every planted fault: file, line (none: the whole file), kind, the check that has to find it, and the outcome (`cell`: the line counts without that cell); no check: an exact duplicate, superseded by a correction, or a cell of a column in another unit |
"""
LEAVING = ("stayed", "at random", "lack of effect")


class TruthFiles:
    """The tables of the truth, written run by run."""

    def __init__(self, folder: Path, rule_sets: tuple[RuleSet, ...]) -> None:
        folder.mkdir(parents=True)
        self._rule_sets = rule_sets
        self._files = {name: (folder / f"{name}.csv").open("wb") for name in HEADERS}
        for name, header in HEADERS.items():
            self._files[name].write(f"{header}\n".encode())
        (folder / "README.md").write_text(README, encoding="utf-8")

    def close(self) -> None:
        """Close all tables."""
        for file in self._files.values():
            file.close()

    def fault(self, path: str, line_number: int | None, mark: Mark) -> None:
        """One planted fault."""
        place = "" if line_number is None else line_number
        self._files["dirt"].write(f"{path},{place},{mark.kind},{mark.check_id},{mark.outcome}\n".encode())

    def add(self, run: Run, named: Names) -> None:
        """The truth of a run of subjects."""
        self._add_subjects(run, named)
        subject, cycle = np.nonzero(np.arange(run.preset.study.cycles) < run.schedule.cycles_given[:, None])
        self._add_cycles(run, named, subject, cycle)
        everything = np.ones_like(run.recorded.has_row)
        for rule_set in self._rule_sets:
            whole, seen = count(run, rule_set, everything), count(run, rule_set, run.recorded.has_row)
            given = run.schedule.cycles_given
            full, recorded = judge(rule_set, whole, given), judge(rule_set, seen, given)
            at = (subject, cycle)
            columns = [
                np.repeat(column([rule_set.id]), len(subject)),
                named.subject[subject],
                numbers(cycle + 1),
                numbers(whole.headache[at]),
                column(NAMES)[full[at]],
                numbers(seen.recorded[at]),
                numbers(seen.headache[at]),
                column(NAMES)[recorded[at]],
            ]
            self._files["statuses"].write(block(columns, subject, cycle).text)

    def _add_subjects(self, run: Run, named: Names) -> None:
        arms, subjects = run.preset.arms, run.subjects
        classes = [kind.name for arm in arms for kind in arm.classes]
        offset = np.cumsum([0, *(len(arm.classes) for arm in arms)])[subjects.arm]
        columns = [
            named.subject,
            column(arm.code for arm in arms)[subjects.arm],
            column(classes)[offset + subjects.effect_class],
            ten_thousandths(np.rint(10_000 * subjects.reduction)),
            numbers(subjects.first_cycle),
            ten_thousandths(np.rint(10_000 * run.diary.trait)),
            column(LEAVING)[run.schedule.leaving],
            column("01")[subjects.is_overuser.astype(np.int8)],
        ]
        place = np.arange(len(subjects.number))
        self._files["subjects"].write(block(columns, place, place).text)

    def _add_cycles(self, run: Run, named: Names, subject: np.ndarray, cycle: np.ndarray) -> None:
        start = run.schedule.injection[subject, cycle]
        # Ten-thousandths, summed as integers: sums of floats would differ in their last bits between machines.
        likely = np.rint(10_000 * run.diary.likely).astype(np.int64)
        sums = np.concatenate([np.zeros((1, likely.shape[1]), dtype=np.int64), np.cumsum(likely, axis=0)])
        window = (sums[start + 84, subject] - sums[start + 56, subject]) // 28
        before = np.rint(10_000 * np.clip(run.diary.trait, LEAST, MOST)).astype(np.int64)[subject]
        columns = [
            named.subject[subject],
            numbers(cycle + 1),
            named.day[BEFORE + run.subjects.first_day[subject] + start],
            ten_thousandths(window),
            ten_thousandths(((before - window) * 10_000) // before),
        ]
        self._files["cycles"].write(block(columns, subject, cycle).text)
