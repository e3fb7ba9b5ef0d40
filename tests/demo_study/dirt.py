"""The dirt of the diaries, planted line by line. No line carries more than one kind.

A line that cannot be used stands on a day that the plan leaves without an entry, so the planned counts stay exact.
A line with a faulty cell counts: it stands on a planned headache day, and no status depends on the cell.
A flagged line is kept: only fields that no outcome depends on are touched.
Columns of the tables: check, subject, period (see DiaryDay), the fields as the site wrote them.
"""

BROKEN = [
    # wrong number of fields: a decimal comma in a comma file, a list without quotation marks, a line broken off
    ("diary.line.columns", "0211", "1.1", {"hours": "4", "+hours": "5"}),
    ("diary.line.columns", "0303", "baseline", {"acute_medication": "sumatriptan", "+acute_medication": "ibuprofen"}),
    ("diary.line.columns", "0505", "1.1", {"cut": "4"}),
    ("diary.subject_id.missing", "0212", "1.3", {"subject_id": ""}),
    ("diary.subject_id.missing", "0402", "1.1", {"subject_id": ""}),
    ("diary.diary_date.missing", "0304", "1.1", {"diary_date": ""}),
    ("diary.diary_date.missing", "0503", "1.1", {"diary_date": ""}),
    ("diary.diary_date.unreadable", "0211", "2.1", {"diary_date": "09/10/2024"}),  # September or October?
    ("diary.diary_date.unreadable", "0305", "1.2", {"diary_date": "31.06.2024"}),
    ("diary.diary_date.unreadable", "0403", "1.2", {"diary_date": "2024-13-07"}),
    ("diary.headache.unreadable", "0213", "1.1", {"headache": "maybe"}),
    ("diary.headache.unreadable", "0306", "1.1", {"headache": "vielleicht"}),
    ("diary.headache.unreadable", "0503", "1.1", {"headache": "?"}),
    ("diary.diary_date.future", "0212", "2.2", {"diary_date": "2099-11-02"}),
    ("diary.diary_date.future", "0503", "2.1", {"diary_date": "2099-01-20"}),
    ("diary.diary_date.before_consent", "0401", "1.1", {"diary_date": "01/05/2023"}),
    ("diary.diary_date.before_consent", "0503", "baseline", {"diary_date": "2023-02-11"}),
    ("diary.entered_at.before_day", "0503", "3.1", {"entered_at": "{day_before}T20:15:00"}),
    ("diary.entered_at.before_day", "0505", "baseline", {"entered_at": "{day_before}T19:40:00"}),
    ("diary.entered_at.before_day", "0514", "1.2", {"entered_at": "{day_before}T22:05:00"}),
]

# A cell set aside, on a planned headache day: the answer counts, this cell is unknown.
FAULTY_CELLS = [
    ("diary.hours.unreadable", "0307", "1.2", {"hours": "den ganzen Tag"}),
    ("diary.hours.unreadable", "0505", "1.3", {"hours": "all day"}),
    ("diary.hours.out_of_range", "0213", "1.2", {"hours": "240"}),  # minutes
    ("diary.hours.out_of_range", "0308", "1.3", {"hours": "90"}),  # minutes
    ("diary.hours.out_of_range", "0404", "1.2", {"hours": "25.5"}),  # over midnight, all on one day
    ("diary.hours.out_of_range", "0502", "baseline", {"hours": "36"}),
    ("diary.severity.out_of_range", "0213", "1.2", {"severity": "7"}),  # a 0-10 scale
    ("diary.severity.out_of_range", "0309", "1.1", {"severity": "8"}),
    ("diary.severity.out_of_range", "0309", "1.2", {"severity": "6"}),
    ("diary.severity.out_of_range", "0505", "2.1", {"severity": "10"}),
]

# Kept, on a day that the plan leaves without an entry: an unanswered question; an identifier nobody was enrolled with
# (a leading zero lost in a spreadsheet, two digits swapped).
KEPT_EXTRA = [
    *[
        ("diary.headache.unknown", subject, period, {"headache": ""})
        for subject, period in [
            ("0207", "1.3"), ("0212", "baseline"), ("0302", "baseline"),
            ("0302", "1.1"), ("0311", "2.2"), ("0403", "1.1"), ("0404", "2.2"), ("0514", "2.3"), ("0505", "baseline"),
        ]
    ],
    *[("diary.subject_id.unknown", "0211", period, {"subject_id": "0221"}) for period in ("2.3", "3.1", "3.3")],
    *[("diary.subject_id.unknown", "0503", period, {"subject_id": "0530"}) for period in ("1.1", "1.2")],
]  # fmt: skip

# Kept, on a planned day: with a headache (True) or without one (False).
CONTRADICTIONS = [
    ("diary.hours.without_headache", "0210", "1.2", False, {"hours": "3.5"}),
    ("diary.hours.without_headache", "0301", "2.1", False, {"hours": "2,25"}),
    ("diary.hours.without_headache", "0504", "3.1", False, {"hours": "1"}),
    ("diary.severity.without_headache", "0212", "2.1", False, {"severity": "1"}),
    ("diary.severity.without_headache", "0310", "1.2", False, {"severity": "2"}),
    ("diary.severity.without_headache", "0401", "2.2", False, {"severity": "1"}),
    ("diary.severity.none_with_headache", "0202", "2.2", True, {"severity": "0"}),
    ("diary.severity.none_with_headache", "0302", "3.3", True, {"severity": "0"}),
    ("diary.severity.none_with_headache", "0501", "1.3", True, {"severity": "0"}),
    ("diary.acute_medication.without_headache", "0203", "2.1", False, {"acute_medication": "sumatriptan"}),
    ("diary.acute_medication.without_headache", "0304", "2.3", False, {"acute_medication": "ergotamine"}),
    ("diary.acute_medication.without_headache", "0503", "3.2", False, {"acute_medication": "rizatriptan"}),
    ("diary.acute_medication.unknown", "0307", "3.2", True, {"acute_medication": "sumatriptan;triptanx"}),
]
# As people type it, and read: nothing is found.
TYPED = [
    ("0205", "3.1", True, {"acute_medication": "novaminsulfon"}),
    ("0402", "2.1", True, {"acute_medication": "IBU 600"}),
]

# Two different rows for one day in one file, no clock to tell which came later: both unusable.
CONFLICTS = [("0213", "1.3"), ("0311", "3.1"), ("0402", "1.1"), ("0404", "2.3"), ("0516", "1.1")]

# The same row twice in one file: the later line is the duplicate.
DUPLICATES = [
    ("0202", "1.1"), ("0206", "1.3"), ("0301", "1.1"), ("0306", "2.2"), ("0403", "3.1"), ("0501", "2.2"),
    ("0508", "1.2"),
]  # fmt: skip

# Two rows for one day in one file, one entered at noon and another in the evening: the evening row counts.
REWRITTEN_IN_FILE = [("0504", "1.1"), ("0504", "1.2"), ("0516", "2.1"), ("0503", "1.2")]

# The last week of 2024 is in both yearly files of site 02; two days of it were changed without a clock.
OVERLAP = {"0210": 7, "0211": 7, "0213": 5}
OVERLAP_CHANGED = {"0210": 2, "0213": 1}

# site-05/diary_correction.csv. What happens to which day:
CORRECTIONS = [
    ("corrected", "0501", "1.2"),  # entered the next morning: replaces the row of diary.csv
    ("corrected", "0502", "2.1"),
    ("corrected", "0508", "2.3"),
    ("corrected", "0515", "1.3"),
    ("corrected_late", "0506", "1.2"),  # the same, entered five days later: flagged
    ("corrected_late", "0509", "2.1"),
    ("stale", "0502", "3.1"),  # entered before the row of diary.csv was: replaced on arrival
    ("stale", "0514", "2.1"),
    ("repeated", "0501", "3.3"),  # the same row once more: a duplicate
    ("repeated", "0507", "2.1"),
    ("released", "0504", "2.3"),  # diary.csv has "maybe"; the answer comes with the correction
    ("released", "0512", "1.3"),
    ("conflict_released", "0505", "3.2"),  # diary.csv has two different rows; the right one comes with the correction
]

# Ten diary days from the 6th day of the month on, all filled in on the evening of the tenth. More than 48 hours after
# the end of the day is late: the first seven are, the last three are not. All ten were entered in one go.
BACKFILLED = ("0505", "1.2", 5)
# Single entries made so many hours after the start of the diary day; more than 72 is late, 72 is not.
ENTERED_AFTER_HOURS = [("0501", "1.1", 116), ("0503", "2.2", 73), ("0516", "3.1", 150), ("0513", "baseline", 99)]
ENTERED_IN_TIME = [("0502", "1.2", 72), ("0504", "2.1", 44), ("0103", "2.1", 66)]

# Diary days on and after 1 July 2025, beyond the cut-off.
AFTER_CUTOFF = {"0209": 4, "0512": 6}

# The rows in subjects.csv are quarantined, so nobody with this number is enrolled.
NOT_ENROLLED = {"0408"}
