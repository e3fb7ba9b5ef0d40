"""Hypothesis strategies for small studies that sit on the boundaries: gaps, odd intervals, any rule parameter."""

import tomllib
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.sql_engine import ROOT

Row = dict[str, Any]
FIRST_DAY = date(2024, 1, 1)

SHIPPED = [tomllib.loads(path.read_text()) for path in sorted((ROOT / "data/rules").glob("*.toml"))]

# What a run of diary days looks like; None = no diary row.
KINDS = (
    "missing",
    "unknown",
    "free",
    "headache",
    "alternate",
    "short",
    "long",
    "no_hours",
    "triptan",
    "overuse",
    "unknown_drug",
    "typed",
)


def _day(kind: str, index: int) -> Row | None:
    plain = {"headache": True, "hours": 6.0, "severity": 2, "migraine": None, "acute_medication": ()}
    match kind:
        case "missing":
            return None
        case "unknown":
            # What is written beside an answer that is missing tells nothing.
            beside = [
                {"hours": None, "severity": None},
                {"hours": 1.5, "migraine": True, "acute_medication": ("sumatriptan",)},
                {"hours": 6.0, "severity": 3},
            ]
            return {**plain, "headache": None, **beside[index % 3]}
        case "free":
            return {**plain, "headache": False, "hours": None, "severity": 0}
        case "alternate":
            return _day("headache" if index % 2 else "free", index)
        case "short":
            return {**plain, "hours": 3.75, "severity": 1, "migraine": True}
        case "long":
            return {**plain, "hours": 4.0, "severity": 3}
        case "no_hours":
            return {**plain, "hours": None, "severity": None}
        case "triptan":
            return {**plain, "hours": 1.5, "acute_medication": ("sumatriptan",)}
        case "overuse":
            codes = ("ibuprofen",) if index % 2 else ("paracetamol_codeine", "triptanx")
            return {**plain, "hours": 24.0, "acute_medication": codes}
        case "unknown_drug":
            # Beside known drugs or alone; on a short headache, a long one, or one whose hours are not known.
            drugs = [
                ("triptanx",),
                ("2x ibuprofen 400", "white tablet"),
                ("nurtec odt 75mg",),
                ("ibuprofen", "triptanx"),
            ]
            return {**plain, "hours": (1.5, 3.75, None, 4.0, 9.0)[index % 5], "acute_medication": drugs[index % 4]}
        case "typed":
            drugs = [
                ("sumatriptan 50 mg",),
                ("tylenol #3",),
                ("aspirin + c",),
                ("metoclopramide",),
                ("2x ibuprofen 400",),
            ]
            return {**plain, "hours": 2.0, "acute_medication": drugs[index % 5]}
        case _:
            return plain


@st.composite
def rule_sets(draw: st.DrawFn, name: str = "drawn") -> Row:
    """A rule set with every parameter drawn."""
    kinds = draw(
        st.lists(
            st.sampled_from(["reduction_pct", "headache_free_days", "headache_days"]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    conditions = []
    for kind in kinds:
        comparators = ["<", "<="] if kind == "headache_days" else [">=", ">"]
        threshold = st.sampled_from([0, 30, 50, 100]) if kind == "reduction_pct" else st.sampled_from([10, 14, 15, 20])
        conditions.append(
            {"measure": kind, "comparator": draw(st.sampled_from(comparators)), "threshold": draw(threshold)}
        )
    rule: Row = {
        "id": name,
        "title": "Drawn",
        "citation": "none",
        "decision": "none",
        "month_days": draw(st.sampled_from([28, 30, 31])),
        "headache_day": draw(st.sampled_from(["any", "hours_4", "hours_4_or_acute"])),
        "baseline": {
            "anchor": draw(st.sampled_from(["first_injection", "each_injection"])),
            "days": draw(st.sampled_from([28, 28, 28, 30])),
            "min_recorded_days": draw(st.sampled_from([20, 20, 14, 1])),
        },
        "window": {
            "position": draw(st.sampled_from(["last", "first", "whole"])),
            "end": draw(st.sampled_from(["protocol", "next_injection"])),
            "days": draw(st.sampled_from([28, 28, 28, 30, 84, 21])),
            "min_recorded_days": draw(st.sampled_from([20, 20, 14, 23, 1])),
            "missing_days": draw(st.sampled_from(["prorate", "headache", "free"])),
        },
        "response": {"require": draw(st.sampled_from(["all", "any"])), "conditions": conditions},
    }
    if draw(st.booleans()):
        rule["stop_no_response"] = {
            "mode": draw(st.sampled_from(["latest", "every"])),
            "cycles": draw(st.integers(1, 4)),
            "condition": draw(st.sampled_from(["response", "relief"])),
            "or_not_responding": draw(st.booleans()),
        }
    if draw(st.booleans()):
        rule["stop_success"] = {
            "headache_days_below": draw(st.sampled_from([10, 15, 20])),
            "months": draw(st.integers(1, 4)),
            "min_recorded_days": draw(st.sampled_from([20, 20, 1])),
        }
    return rule


@st.composite
def diaries(draw: st.DrawFn, subject_id: str, last_day: int) -> list[Row]:
    """Diary rows in blocks of 28 days: so many headaches of a kind, so many days missing, the rest free.

    Counts lie around the thresholds of the rules; most days are recorded, else nothing would be judged.
    """
    rows: list[Row] = []
    start = draw(st.sampled_from([0, 0, 0, 3, 30]))
    for block in range(start, last_day, 28):
        headaches = draw(st.sampled_from([20, 15, 14, 13, 16, 24, 28, 10, 9, 12, 8, 0]))
        missing = draw(st.sampled_from([0] * 8 + [3, 5, 8, 9, 28]))
        kind = draw(
            st.sampled_from(
                [
                    "headache",
                    "headache",
                    "long",
                    "short",
                    "triptan",
                    "overuse",
                    "alternate",
                    "no_hours",
                    "unknown_drug",
                    "typed",
                ]
            )
        )
        absent = draw(st.sampled_from(["missing", "missing", "unknown"]))
        shift = draw(st.integers(0, 27))
        kinds = ([absent] * missing + [kind] * headaches + ["free"] * 28)[:28]
        for index in range(28):
            # Every fifth day in turn: the kinds are spread over the block, not in one piece.
            day = _day(kinds[(index * 5 + shift) % 28], index)
            if day:
                rows.append({"subject_id": subject_id, "diary_date": FIRST_DAY + timedelta(days=block + index), **day})
    return rows


@st.composite
def subjects(draw: st.DrawFn, subject_id: str) -> tuple[list[Row], list[Row], list[Row]]:
    """(diary, injections, subject rows) of one subject."""
    first = draw(st.sampled_from([28, 28, 28, 30, 60, 20, 0]))
    gaps = draw(st.lists(st.sampled_from([84, 84, 84, 84, 70, 105, 140, 63, 57, 56, 28, 5, 1]), min_size=1, max_size=5))
    offsets = [first]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    if draw(st.integers(0, 9)) == 0:
        offsets = []
    injections = []
    for offset in offsets:
        day = {"subject_id": subject_id, "injection_date": FIRST_DAY + timedelta(days=offset)}
        injections.append({**day, "units": 155.0, "sites": 31})
        if draw(st.integers(0, 5)) == 0:
            injections.append({**day, "units": None, "sites": 8})
    diary = draw(diaries(subject_id, last_day=(offsets[-1] if offsets else 40) + 90))
    registered = []
    if draw(st.booleans()):
        registered.append(
            {
                "subject_id": subject_id,
                "prior_preventives_failed": draw(st.sampled_from([None, 0, 1, 2, 3])),
                "overuse_excluded": draw(st.sampled_from([None, True, False])),
            }
        )
    return diary, injections, registered


def cutoffs(injection_dates: list[date]) -> st.SearchStrategy[date]:
    """Any day, or one around the end of a month that an injection opened: a month is due on its last day."""
    anywhere = st.integers(100, 700).map(lambda days: FIRST_DAY + timedelta(days=days))
    if not injection_dates:
        return anywhere
    days = st.builds(lambda months, off: 28 * months - 1 + off, st.integers(1, 3), st.sampled_from([-5, -1, 0, 1]))
    month_end = st.builds(lambda date_, day: date_ + timedelta(days=day), st.sampled_from(injection_dates), days)
    return st.one_of(anywhere, month_end)


@st.composite
def studies(draw: st.DrawFn) -> Row:
    """A study of one to three subjects and one to three drawn rule sets."""
    diary: list[Row] = []
    injections: list[Row] = []
    registered: list[Row] = []
    for number in range(draw(st.integers(1, 3))):
        for into, rows in zip((diary, injections, registered), draw(subjects(f"S{number}")), strict=True):
            into.extend(rows)
    cutoff = draw(st.one_of(st.none(), st.none(), cutoffs([row["injection_date"] for row in injections])))
    if not diary and cutoff is None:
        cutoff = FIRST_DAY + timedelta(days=200)
    rules = [draw(rule_sets(f"drawn_{number}")) for number in range(draw(st.integers(1, 3)))]
    rules.append(draw(st.sampled_from(SHIPPED)))
    return {
        "diary": diary,
        "injections": injections,
        "subjects": registered,
        "rule_sets": rules,
        "cutoff": cutoff,
    }


def boundary_grid() -> Row:
    """All 29 x 29 counts of headache days at baseline and in Days 57-84, under every comparator: each tie is in it."""
    diary: list[Row] = []
    injections: list[Row] = []
    for at_baseline in range(29):
        for in_window in range(29):
            subject_id = f"G{at_baseline:02}{in_window:02}"
            injection = FIRST_DAY + timedelta(days=28)
            injections.append({"subject_id": subject_id, "injection_date": injection, "units": None, "sites": None})
            for start, headaches in ((FIRST_DAY, at_baseline), (injection + timedelta(days=56), in_window)):
                for index in range(28):
                    day = _day("headache" if index < headaches else "free", index)
                    diary.append({"subject_id": subject_id, "diary_date": start + timedelta(days=index), **(day or {})})
    rules = [
        {
            "id": f"grid_{number}",
            "title": "Grid",
            "citation": "none",
            "decision": "none",
            "month_days": month_days,
            "response": {"conditions": [{"measure": measure, "comparator": comparator, "threshold": threshold}]},
            "stop_no_response": {"mode": "every", "cycles": 1, "condition": "relief"},
            "stop_success": {"headache_days_below": 15, "months": 1},
        }
        for number, (measure, comparator, threshold, month_days) in enumerate(
            [
                ("reduction_pct", ">=", 50, 28),
                ("reduction_pct", ">", 50, 28),
                ("headache_free_days", ">=", 15, 30),
                ("headache_free_days", ">", 15, 30),
                ("headache_days", "<", 15, 28),
                ("headache_days", "<=", 15, 28),
            ]
        )
    ]
    return {"diary": diary, "injections": injections, "subjects": [], "rule_sets": rules, "cutoff": None}
