"""The diaries as the report packs them: a letter a day, and the diary lines as runs.

A large report has two million days: they are read as arrays, and Python takes a step for each subject and run only.
"""

from typing import Any

import numpy as np

from flows.explaining.explain import columns_aside, diary_lines, quarantined_days
from flows.report.cells import Connection

DEFINITION = "is_headache_"  # begins the name of the column of each definition of a headache day
MISSING_DAY = "-"
SET_ASIDE = "x"  # the only line of the day is in quarantine
SHOWN_AROUND = 84  # days; a diary line with a wild date must not stretch a calendar over decades

# A letter a definition: headache, free, unknown; null where the only line of the day is in quarantine.
_SHOWN_DAYS = f"""CREATE OR REPLACE TEMP TABLE shown_days AS
WITH shown AS (
    SELECT subject_id, min(start_date) - $around AS first_date, max(end_date) + $around AS last_date
    FROM analysis.cycles GROUP BY subject_id
),
file AS (SELECT unnest($paths) AS path, unnest($numbers) AS number)
SELECT day.subject_id, day.diary_date, file.number AS file, day.line_number, aside.columns,
    CASE WHEN COLUMNS('^{DEFINITION}') THEN {ord("h")} WHEN NOT COLUMNS('^{DEFINITION}') THEN {ord("f")}
        ELSE {ord("u")} END
FROM ({{lines}}) AS day
JOIN shown ON shown.subject_id = day.subject_id AND day.diary_date BETWEEN first_date AND last_date
JOIN file USING (path)
LEFT JOIN ({{aside}}) AS aside USING (path, line_number)
UNION ALL BY NAME
SELECT day.subject_id, day.diary_date, file.number AS file, day.place[2] AS line_number
FROM ({{quarantined}}) AS day
JOIN shown ON shown.subject_id = day.subject_id AND day.diary_date BETWEEN first_date AND last_date
JOIN file ON file.path = day.place[1]"""


def load_diaries(con: Connection, files: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Per subject: the first day, per definition of a headache day a letter a day, the lines as runs of (day, days, file,
    line, step), and by day the columns whose cells were set aside. ``files``: the number of each path."""
    con.execute(
        _SHOWN_DAYS.format(lines=diary_lines(), aside=columns_aside(), quarantined=quarantined_days()),
        {"around": SHOWN_AROUND, "paths": list(files), "numbers": list(files.values())},
    )
    subjects = con.execute(
        "SELECT subject_id, CAST(min(diary_date) AS VARCHAR), count(*) FROM shown_days GROUP BY subject_id ORDER BY subject_id"
    ).fetchall()
    days = con.execute(
        f"""SELECT diary_date - DATE '2000-01-01' AS at, file, line_number AS line,
            coalesce(COLUMNS('^{DEFINITION}'), {ord(SET_ASIDE)})
        FROM shown_days ORDER BY subject_id, diary_date"""
    ).fetchnumpy()
    aside: dict[str, dict[int, str]] = {}
    for subject, at, columns in con.execute(
        """SELECT subject_id, diary_date - first_date, array_to_string(columns, ', ')
        FROM shown_days JOIN (SELECT subject_id, min(diary_date) AS first_date FROM shown_days GROUP BY ALL) USING (subject_id)
        WHERE columns IS NOT NULL ORDER BY subject_id, diary_date"""
    ).fetchall():
        aside.setdefault(subject, {})[at] = columns
    found, end = {}, 0
    for subject, first, n_days in subjects:
        start, end = end, end + n_days
        of_one = {name: np.asarray(values[start:end]) for name, values in days.items()}
        of_one["at"] = of_one["at"] - of_one["at"][0]
        found[subject] = {
            "first": first,
            "states": {
                name.removeprefix(DEFINITION): _letters(of_one["at"], codes)
                for name, codes in of_one.items()
                if name.startswith(DEFINITION)
            },
            "runs": _runs(of_one["at"], of_one["file"], of_one["line"]),
            "aside": aside.get(subject, {}),
        }
    return found


def _letters(at: np.ndarray, codes: np.ndarray) -> str:
    """A letter a day from the first to the last."""
    letters = np.full(at[-1] + 1, ord(MISSING_DAY), np.uint8)
    letters[at] = codes
    return letters.tobytes().decode("ascii")


def _runs(at: np.ndarray, file: np.ndarray, line: np.ndarray) -> list[int]:
    """Five numbers a run (day, days, file, line, step): days that follow one another, from lines of one file as far apart
    as the first two."""
    steps = np.diff(line)
    follows = (np.diff(at) == 1) & (np.diff(file) == 0)
    goes_on = follows[1:] & follows[:-1] & (steps[1:] == steps[:-1])
    breaks = [*(np.flatnonzero(~goes_on) + 2).tolist(), len(at)]  # a run of two days and more may end before each
    runs: list[int] = []
    start = place = 0
    while start < len(at):
        while breaks[place] < min(start + 2, len(at)):
            place += 1
        is_alone = start + 1 == len(at) or not follows[start]
        end = start + 1 if is_alone else breaks[place]
        step = 0 if is_alone else int(steps[start])
        runs += [int(at[start]), end - start, int(file[start]), int(line[start]), step]
        start = end
    return runs
