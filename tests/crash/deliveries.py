"""What arrives in the inbox of the crash study, delivery by delivery: new diary days, later answers, broken lines.

The folders are numbered, so that the order of the paths, in which files are landed, is the order of arrival: which
file corrects which does not depend on when a run was killed.
"""

from datetime import date, timedelta

from tests.cli.helpers import SETTINGS as ONE_RULE_SET

SETTINGS = ONE_RULE_SET.replace('rule_sets = ["nice_ta260"]', 'rule_sets = ["nice_ta260", "article"]')
SETTINGS += '[arms]\nplacebo = "Placebo"\nona = "OnabotulinumtoxinA"\n'
FIRST_DAY = date(2024, 1, 1)
SUBJECTS = tuple(f"K{number:02}" for number in range(8))
HEADER = "subject_id,diary_date,headache,hours,entered_at\n"


def deliveries() -> list[dict[str, str]]:
    """Inbox files by path, in the order of their arrival; the first delivery is enough for a run."""
    injections = [
        f"{subject},{FIRST_DAY + timedelta(days=28 + 84 * cycle + number)},155\n"
        for number, subject in enumerate(SUBJECTS)
        for cycle in range(2)
    ]
    header = "subject_id,injection_date,units\n"
    arms = "".join(f"{subject},{('placebo', 'ona')[i % 2]}\n" for i, subject in enumerate(SUBJECTS))
    return [
        {
            "01/diary-a.csv": diary(SUBJECTS[:4], 0, 70),
            "01/diary-b.csv": diary(SUBJECTS[4:], 0, 70),
            "01/injections.csv": header + "".join(injections[:8]),
            "01/subjects.csv": "subject_id,arm\n" + arms,
        },
        {"02/diary-a.csv": diary(SUBJECTS[:4], 65, 120), "02/scores.csv": scores()},  # five days once more, equal
        {"03/diary-b.csv": diary(SUBJECTS[4:], 70, 120) + "K05,2024-99-99,1,,\nK05\n"},
        {"04/diary-correction.csv": diary(SUBJECTS[2:6], 90, 112, entered=9, turned=True)},
        {"05/injections.csv": header + "".join(injections[8:]), "05/diary-a.csv": diary(SUBJECTS[:4], 120, 200)},
        {"06/diary-b.csv": diary(SUBJECTS[4:], 120, 200), "06/diary-wrong.csv": "subject_id,day\nK01,1\n"},
        {"07/diary-correction.csv": diary(SUBJECTS[:3], 100, 180, entered=20, turned=True)},
    ]


def diary(subjects: tuple[str, ...], first: int, end: int, entered: int = 0, turned: bool = False) -> str:
    """Diary days ``first`` to ``end`` - 1; ``turned`` gives every third day the other answer."""
    lines = []
    for subject in subjects:
        number = SUBJECTS.index(subject)
        for day in range(first, end):
            headache = (day * 5 + number * 3) % 7 < (5 if day < 28 else 3)
            headache ^= turned and day % 3 == 0
            when = FIRST_DAY + timedelta(days=day)
            at = when + timedelta(days=entered)
            lines.append(f"{subject},{when},{int(headache)},{5 if headache else ''},{at}T20:00:00\n")
    return HEADER + "".join(lines)


def scores() -> str:
    """One questionnaire a subject and cycle."""
    rows = [
        f"{s},{FIRST_DAY + timedelta(days=day)},HIT6,{60 - i}\n" for i, s in enumerate(SUBJECTS) for day in (20, 110)
    ]
    return "subject_id,score_date,instrument,score\n" + "".join(rows)
