"""The chapters of the documentation, in reading order, and the disputed definitions they have to settle."""

from tests.spec import (
    specs_baselines,
    specs_boundaries,
    specs_cycles,
    specs_eligibility,
    specs_headache_days,
    specs_missing_days,
    specs_missing_policies,
    specs_months,
    specs_overuse,
    specs_overuse_evidence,
    specs_reductions,
    specs_relief,
    specs_rule_sets,
    specs_runs,
    specs_side_by_side,
    specs_statuses,
    specs_stop_no_response,
    specs_stop_success,
    specs_unusable_baselines,
    specs_verdicts,
    specs_windows,
)
from tests.spec.format import as_chapter

CHAPTERS = tuple(
    as_chapter(module)
    for module in (
        specs_rule_sets,
        specs_side_by_side,
        specs_boundaries,
        specs_reductions,
        specs_headache_days,
        specs_missing_days,
        specs_missing_policies,
        specs_baselines,
        specs_unusable_baselines,
        specs_windows,
        specs_cycles,
        specs_months,
        specs_statuses,
        specs_verdicts,
        specs_stop_no_response,
        specs_relief,
        specs_stop_success,
        specs_runs,
        specs_eligibility,
        specs_overuse,
        specs_overuse_evidence,
    )
)
ALL_SPECS = tuple(spec for chapter in CHAPTERS for spec in chapter.specs)

# Cases in which published definitions disagree: name -> (example, outcomes). Every one has a spec with both outcomes.
DISPUTED = {
    ">= 15 against > 15": ("15 headache days of 28", "chronic / not chronic"),
    "28, 30 or calendar month": ("headache every other day", "14 / 15 / 16 in January, 14 in February"),
    "missing days": ("baseline 20; 10 headaches in 20 recorded days", "50% / 30% / 10% / not evaluable"),
    "which month of the cycle": ("baseline 20; months 8, 9, 13", "first 60%, mean 50%, last 35%"),
    "late injection": ("next injection on Day 105; Days 57-84: 9, Days 77-104: 14", "55% / 30%"),
    "baseline before the first or each injection": ("24 before the first, 12 before the third, 10 after", "58% / 17%"),
    "after two cycles": ("35%, then 25%", "the latest: stop; every: continue"),
    "three consecutive months": ("14, 14, missing, 14", "a gap breaks the run"),
    "NICE against EHF success": ("12, 12, 12", "NICE stops, EHF continues"),
    "headache-day definition": ("16 headaches, 3 ended in under 4 h by a triptan", "13 / 16"),
    ">= 50 against > 50": ("20 to 10 headache days", "response / none"),
}
