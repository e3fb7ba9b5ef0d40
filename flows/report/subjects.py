"""The subjects behind the numbers, packed so that a large study still makes a page that opens at once.

An index (plain JSON) says where every treated subject stands at every cycle. Blocks (gzip, base64) hold the rest and
are unpacked by the page when somebody asks: one per rule set with the derivations, one per ``BLOCK`` subjects with the
diary days. States, numbers and wording are those of ``explain``.
"""

import base64
import gzip
import json
import string
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from markupsafe import Markup

from flows.base.sql_text import rows_of
from flows.explaining.explain import comparisons
from flows.report.cells import ALL, Connection, Row
from flows.report.packed_diaries import load_diaries
from flows.report.wording import plain
from flows.study.words import load_words

# Measured on simulated studies (docs/performance.md): with so many subjects the report is 7 MB and opens in a second.
MOST_SUBJECTS = 5000
MOST_DAYS = 2_000_000
BLOCK = 100
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
PACKED = 6  # level of gzip: at 9 the page is 5% smaller, and packing it takes six times as long


class Subjects(NamedTuple):
    """What the page embeds: the index as JSON, the blocks by name."""

    index: Markup
    blocks: dict[str, str]


def load_subjects(con: Connection, arms: dict[str, str], rule_sets: list[Row]) -> Subjects | None:
    """All treated subjects; None where there are none, or more than a page can hold (MOST_SUBJECTS, MOST_DAYS)."""
    subjects = rows_of(
        con,
        """SELECT subject_id, arm, site, sex FROM analysis.subjects
        WHERE first_injection_date IS NOT NULL ORDER BY subject_id""",
    )
    days = rows_of(con, "SELECT count(*) AS n FROM tabulation.diary_days")[0]["n"]
    if not subjects or len(subjects) > MOST_SUBJECTS or days > MOST_DAYS:
        return None
    places = {subject["subject_id"]: place for place, subject in enumerate(subjects)}
    codes = [arm for arm in arms if arm != ALL]
    files = [row["path"] for row in rows_of(con, "SELECT DISTINCT path FROM landing.files ORDER BY path")]
    index = {
        "subjects": list(places),
        "arms": [[arm, arms[arm]] for arm in codes],
        "arm": [codes.index(subject["arm"]) if subject["arm"] in codes else -1 for subject in subjects],
        "block": BLOCK,
        "files": files,
        "rule_sets": {rule["rule_set"]: _standing(con, rule, places) for rule in rule_sets},
    }
    blocks = {f"rule-{i}": _packed(_derivations(con, rule, places)) for i, rule in enumerate(rule_sets)}
    diaries = load_diaries(con, {path: i for i, path in enumerate(files)})
    treated = _treatments(con)
    for start in range(0, len(subjects), BLOCK):
        blocks[f"days-{start // BLOCK}"] = _packed(
            [
                {
                    "site": subject["site"],
                    "sex": subject["sex"],
                    "cycles": treated[subject["subject_id"]],
                    **diaries.get(subject["subject_id"], {"first": None, "states": {}, "runs": [], "aside": {}}),
                }
                for subject in subjects[start : start + BLOCK]
            ]
        )
    return Subjects(_json(index), blocks)


def _standing(con: Connection, rule: Row, places: dict[str, int]) -> Row:
    """Per cycle one letter a subject; a letter stands for [status, course, is_in_nri, verdict]."""
    rows = con.execute(
        """SELECT course.cycle, course.subject_id, course.status, course.course, course.is_in_nri, responder.verdict
        FROM analysis.response_course AS course
        LEFT JOIN analysis.responder AS responder USING (rule_set, subject_id, cycle)
        WHERE rule_set = ? ORDER BY course.cycle, course.subject_id""",
        [rule["rule_set"]],
    ).fetchall()
    codes = {code: LETTERS[i] for i, code in enumerate(sorted({row[2:] for row in rows}, key=str))}
    cycles = []
    for _, group in groupby(rows, itemgetter(0)):
        at = {places[row[1]]: codes[row[2:]] for row in group}
        cycles.append("".join(at[place] for place in range(len(places))))
    return {
        "title": rule["title"],
        "headache_day": rule["headache_day"],
        "headache_day_words": load_words()["headache_day"].get(rule["headache_day"], plain(rule["headache_day"])),
        "baseline": rule["baseline_anchor"],
        "codes": {letter: code for code, letter in codes.items()},
        "cycles": cycles,
    }


def _derivations(con: Connection, rule: Row, places: dict[str, int]) -> list[list[Any]]:
    """One list per cycle given: numbers, dates, the reasons and the inequalities in words."""
    rows = rows_of(
        con,
        """SELECT subject_id, cycle, headache_days, recorded_days, baseline_headache_days, baseline_recorded_days,
            reduction_pct, CAST(window_start_date AS VARCHAR) AS window_start_date,
            CAST(window_end_date AS VARCHAR) AS window_end_date,
            CAST(baseline_start_date AS VARCHAR) AS baseline_start_date,
            CAST(baseline_end_date AS VARCHAR) AS baseline_end_date, reason, verdict_reason,
            status, judged_headache_days, judged_days
        FROM analysis.responder WHERE rule_set = ? ORDER BY subject_id, cycle""",
        [rule["rule_set"]],
    )
    return [
        [
            places[row["subject_id"]], row["cycle"], row["headache_days"], row["recorded_days"],
            row["baseline_headache_days"], row["baseline_recorded_days"], row["reduction_pct"],
            row["window_start_date"], row["window_end_date"], row["baseline_start_date"], row["baseline_end_date"],
            row["reason"], row["verdict_reason"], comparisons(row, rule),
        ]
        for row in rows
    ]  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _treatments(con: Connection) -> dict[str, list[list[Any]]]:
    """Per subject and cycle: the dates it began and ended, units, sites."""
    rows = con.execute(
        "SELECT subject_id, start_date, end_date, units, sites FROM analysis.cycles ORDER BY subject_id, cycle"
    ).fetchall()
    return {
        subject: [[_iso(start), _iso(end), units, sites] for _, start, end, units, sites in group]
        for subject, group in groupby(rows, itemgetter(0))
    }


def _packed(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), PACKED, mtime=0)).decode()


def _json(content: Any) -> Markup:
    """JSON that may stand inside a script element: nothing in it can end the element or open another."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
