"""The reference rule engine: from clean diaries and injections to cycles, months, eligibility and responder status.

Written from the wording of the rules (docs/rule-parameters.md, data/rules) alone. It shares nothing with sql/ or
flows/, so that where both agree the rules are read in one way only, and where they differ one of them is wrong.
Loops, dictionaries, integers and fractions; slow is fine, obscure is not.
"""

from datetime import date
from typing import Any

from .cycles import derive_cycles, derive_months
from .eligibility import derive_eligibility
from .headache_days import derive_answers
from .responder import derive_responder
from .rule_set import fill_defaults

Row = dict[str, Any]


def evaluate(
    diary: list[Row],
    injections: list[Row],
    rule_sets: list[Row],
    protocol: Row,
    cutoff: date | None,
    *,
    medication_classes: dict[str, frozenset[str]] | None = None,
    subjects: list[Row] | None = None,
) -> dict[str, list[Row]]:
    """The four analysis tables of one study, each a list of rows sorted by its key.

    Grain in: diary, one row per subject-day; injections, any number per subject-date; rule sets and protocol as
    tomllib reads them; subjects, one row each, optional. A subject named in any of them has an eligibility row.
    Cut-off None: the latest diary date of the study. Without a diary there is none, and no injection counts.
    Units: *_pct and *_per_month are exact Fractions, or None where undefined.
    """
    classes = medication_classes or {}
    if cutoff is None:
        cutoff = max((diary_day["diary_date"] for diary_day in diary), default=None)

    subject_rows = {row["subject_id"]: row for row in subjects or []}
    diaries, injections_of = index_by_subject(diary, injections, cutoff)
    complete_rule_sets = [fill_defaults(rule_set) for rule_set in rule_sets]

    tables: dict[str, list[Row]] = {"cycles": [], "months": [], "eligibility": [], "responder": []}
    for subject_id in sorted(subject_rows.keys() | diaries.keys() | injections_of.keys()):
        subject = subject_rows.get(subject_id, {"subject_id": subject_id})
        days = diaries.get(subject_id, {})
        cycles = derive_cycles(subject_id, injections_of.get(subject_id, []), protocol)

        tables["cycles"] += cycles
        tables["months"] += derive_months(subject_id, cycles, days, protocol)
        tables["eligibility"].append(derive_eligibility(subject, cycles, days, protocol, classes))
        for rule_set in complete_rule_sets:
            answers = derive_answers(days, rule_set["headache_day"], classes)
            tables["responder"] += derive_responder(subject_id, cycles, answers, rule_set, protocol, cutoff)
    tables["responder"].sort(key=lambda row: (row["rule_set"], row["subject_id"], row["cycle"]))
    return tables


def index_by_subject(
    diary: list[Row], injections: list[Row], cutoff: date | None
) -> tuple[dict[str, dict[date, Row]], dict[str, list[Row]]]:
    """(diary days by subject and date, injections by subject), both up to the cut-off.

    A subject of whom nothing lies before the cut-off stays, empty-handed: absent is not the same as unknown.
    """
    diaries: dict[str, dict[date, Row]] = {}
    for diary_day in diary:
        days = diaries.setdefault(diary_day["subject_id"], {})
        if diary_day["diary_date"] in days:
            raise ValueError("two diary rows for one subject-day: the reference takes clean diaries only")
        if cutoff is not None and diary_day["diary_date"] <= cutoff:
            days[diary_day["diary_date"]] = diary_day

    injections_of: dict[str, list[Row]] = {}
    for injection in injections:
        given = injections_of.setdefault(injection["subject_id"], [])
        if cutoff is not None and injection["injection_date"] <= cutoff:
            given.append(injection)
    return diaries, injections_of
