"""Bias of responder rates: what is said from incomplete diaries less what complete diaries would say."""

from flows.base.resources import resource
from flows.simulation.course import Run, simulate_run, spans
from flows.simulation.settings import Preset
from flows.simulation.statuses import RESPONDER, count, judge
from flows.study.rule_sets import RuleSet, load_rule_sets
from tests.simulation.pools import WEEK_24, two_cycles

SUBJECTS = 20_000
NONE = {"scattered": 0.0, "blocks_per_year": 0.0}
MECHANISMS = {
    "every day recorded": NONE,
    "10% missing at random": {**NONE, "scattered": 0.10},
    "25% missing at random": {**NONE, "scattered": 0.25},
    "blocks of up to 14 days, 6 a year": {"scattered": 0.0, "blocks_per_year": 6.0, "longest_block": 14},
    "15%, three times as many on headache days": {**NONE, "scattered": 0.09, "headache_day_factor": 3.0},
    "15%, a third as many on headache days": {**NONE, "scattered": 0.22, "headache_day_factor": 0.33},
    "attack diary: headache days only": NONE,
}
POLICIES = ("prorate", "headache", "free")


def bias_table() -> list[str]:
    """Responders at week 24 in the active arm, by mechanism and policy, in points away from complete diaries."""
    rows = [
        "| rule set | missing days | days recorded, % | complete diaries, % | prorate | headache | free | prorate, 14 of 28 | prorate, 23 of 28 | evaluable, % |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for rule in load_rule_sets(("preempt", "nice_ta260", "article"), [resource("data/rules")]):
        for mechanism, settings in MECHANISMS.items():
            rows.append(f"| `{rule.id}` | {mechanism} | {_cells(rule, mechanism, settings)} |")
    return rows


def _cells(rule: RuleSet, mechanism: str, settings: dict[str, float]) -> str:
    variants = {policy: _with(rule, "missing_days", policy) for policy in POLICIES}
    variants |= {str(days): _with(rule, "min_recorded_days", days) for days in (14, 23)}
    tally = {name: [0, 0] for name in ("complete", *variants)}
    recorded = days = treated = 0
    preset = two_cycles()
    preset = preset.model_copy(update={"arms": preset.arms[1:], "missing": preset.missing.model_copy(update=settings)})
    for run in _runs(preset):
        has_row = run.recorded.has_row & (run.diary.headache if mechanism.startswith("attack") else True)
        given = run.schedule.cycles_given
        # Those who are still in the study for the whole window: what a complete diary would say of them is known.
        stays = run.schedule.last_day >= run.schedule.injection[:, WEEK_24] + 83
        everything = run.recorded.has_row | True
        complete = judge(rule, count(run, rule, everything), given)[stays, WEEK_24]
        tally["complete"][0] += int((complete == RESPONDER).sum())
        tally["complete"][1] += int((complete <= 1).sum())
        for name, variant in variants.items():
            status = judge(variant, count(run, variant, has_row), given)[stays, WEEK_24]
            tally[name][0] += int((status == RESPONDER).sum())
            tally[name][1] += int((status <= 1).sum())
        counts = count(run, rule, has_row)
        recorded += int(counts.recorded[stays, WEEK_24].sum())
        days += 28 * int(stays.sum())
        treated += int(stays.sum())
    truth = 100 * tally["complete"][0] / tally["complete"][1]
    shown = [f"{100 * recorded / days:.1f}", f"{truth:.1f}"]
    for name in variants:
        responders, evaluable = tally[name]
        shown.append(f"{100 * responders / evaluable - truth:+.1f}" if evaluable else "-")
    return " | ".join([*shown, f"{100 * tally['prorate'][1] / treated:.1f}"])


def _runs(preset: Preset) -> list[Run]:
    return [simulate_run(preset, 20_004, (SUBJECTS,), first, n) for first, n in spans(preset, SUBJECTS)]


def _with(rule: RuleSet, key: str, value: object) -> RuleSet:
    changed = {"window": rule.window.model_copy(update={key: value})}
    if key == "min_recorded_days":
        changed["baseline"] = rule.baseline.model_copy(update={key: value})
    return rule.model_copy(update=changed)
