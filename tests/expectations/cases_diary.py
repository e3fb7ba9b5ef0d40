"""Each check of the diary: a line, subject or file that fails it beside one that does not."""

CASES = {
    "diary.line.columns": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
@1, 2024-03-02, 1, 4        <- diary.line.columns
@1, 2024-03-03              <- diary.line.columns
""",
    "diary.subject_id.missing": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
, 2024-03-02, 1             <- diary.subject_id.missing
""",
    "diary.diary_date.unreadable": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
@1, 2024-03-02T21:00, 1
@1, 2024-02-30, 1           <- diary.diary_date.unreadable
""",
    "diary.diary_date.missing": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
@1, , 1                     <- diary.diary_date.missing
""",
    "diary.headache.unreadable": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, yes
@1, 2024-03-02, nein
@1, 2024-03-03, perhaps     <- diary.headache.unreadable
""",
    "diary.hours.unreadable": """
diary
subject_id, diary_date, headache, hours
@1, 2024-03-01, 1, 4.5
@1, 2024-03-02, 1,
@1, 2024-03-03, 1, all day  <- diary.hours.unreadable
""",
    "diary.hours.out_of_range": """
diary
subject_id, diary_date, headache, hours
@1, 2024-03-01, 1, 24
@1, 2024-03-02, 0, 0
@1, 2024-03-03, 1, 24.25    <- diary.hours.out_of_range
@1, 2024-03-04, 1, -1       <- diary.hours.out_of_range
""",
    "diary.severity.unreadable": """
diary
subject_id, diary_date, headache, severity
@1, 2024-03-01, 1, 2
@1, 2024-03-02, 1, 2.0
@1, 2024-03-03, 1, 2.5      <- diary.severity.unreadable
@1, 2024-03-04, 1, severe   <- diary.severity.unreadable
""",
    "diary.severity.out_of_range": """
diary
subject_id, diary_date, headache, severity
@1, 2024-03-01, 1, 3
@1, 2024-03-02, 1, 4        <- diary.severity.out_of_range
""",
    "diary.migraine.unreadable": """
diary
subject_id, diary_date, headache, migraine
@1, 2024-03-01, 1, 1
@1, 2024-03-02, 1, 2        <- diary.migraine.unreadable
""",
    "diary.entered_at.unreadable": """
diary
subject_id, diary_date, headache, entered_at
@1, 2024-03-01, 1, 2024-03-01 21:00
@1, 2024-03-02, 1, evening  <- diary.entered_at.unreadable
""",
    "diary.subject_day.conflict": """
diary
subject_id, diary_date, headache, entered_at
@1, 2024-03-01, 1, 2024-03-01 21:00
@1, 2024-03-01, 0, 2024-03-01 22:00
@1, 2024-03-02, 1,          <- diary.subject_day.conflict
@1, 2024-03-02, 0,          <- diary.subject_day.conflict
@1, 2024-03-03, 1,
@1, 2024-03-03, 1,
""",
    "diary.diary_date.future": """
diary
subject_id, diary_date, headache
@1, 2026-01-03, 1           <- diary.diary_date.after_cutoff
@1, 2026-01-04, 1           <- diary.diary_date.future
""",
    "diary.entered_at.future": """
diary
subject_id, diary_date, headache, entered_at
@1, 2024-03-01, 1, 2026-01-03 21:00   <- diary.entered_at.late
@1, 2024-03-02, 1, 2026-01-04 00:00   <- diary.entered_at.future, diary.entered_at.late
""",
    "diary.entered_at.before_day": """
diary
subject_id, diary_date, headache, entered_at
@1, 2024-03-02, 1, 2024-03-02 00:00
@1, 2024-03-03, 1, 2024-03-02 23:59   <- diary.entered_at.before_day
""",
    "diary.diary_date.before_consent": """
subjects
subject_id, consent_date
@1, 2024-03-02
@2,
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1           <- diary.diary_date.before_consent
@1, 2024-03-02, 1
@2, 2024-03-01, 1
""",
    "diary.diary_date.after_discontinuation": """
subjects
subject_id, discontinued_date
@1, 2024-03-01
@2,
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
@1, 2024-03-02, 1           <- diary.diary_date.after_discontinuation
@2, 2024-03-02, 1
""",
    "diary.subject_id.unknown": """
subjects
subject_id, sex
@01, F
diary
subject_id, diary_date, headache
@01, 2024-03-01, 1
@1, 2024-03-02, 1           <- diary.subject_id.unknown, subjects.subject_id.twins
""",
    "diary.entered_at.late": """
diary
subject_id, diary_date, headache, entered_at
@1, 2024-03-01, 1, 2024-03-04 00:00
@1, 2024-03-02, 1, 2024-03-05 00:01   <- diary.entered_at.late
""",
    "diary.headache.unknown": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, 0
@1, 2024-03-02,             <- diary.headache.unknown
""",
    "diary.hours.without_headache": """
diary
subject_id, diary_date, headache, hours
@1, 2024-03-01, 0, 0
@1, 2024-03-02, , 3         <- diary.headache.unknown
@1, 2024-03-03, 0, 3        <- diary.hours.without_headache
""",
    "diary.hours.zero_with_headache": """
diary
subject_id, diary_date, headache, hours
@1, 2024-03-01, 1, 0.25
@1, 2024-03-02, 1,
@1, 2024-03-03, 1, 0        <- diary.hours.zero_with_headache
""",
    "diary.severity.without_headache": """
diary
subject_id, diary_date, headache, severity
@1, 2024-03-01, 0, 0
@1, 2024-03-02, 0, 1        <- diary.severity.without_headache
""",
    "diary.severity.none_with_headache": """
diary
subject_id, diary_date, headache, severity
@1, 2024-03-01, 1, 1
@1, 2024-03-02, 1,
@1, 2024-03-03, 1, 0        <- diary.severity.none_with_headache
""",
    "diary.migraine.without_headache": """
diary
subject_id, diary_date, headache, migraine
@1, 2024-03-01, 0, 0
@1, 2024-03-02, 0, 1        <- diary.migraine.without_headache
""",
    "diary.acute_medication.without_headache": """
diary
subject_id, diary_date, headache, acute_medication
@1, 2024-03-01, 0,
@1, 2024-03-02, 1, sumatriptan
@1, 2024-03-03, 0, sumatriptan        <- diary.acute_medication.without_headache
""",
    "diary.acute_medication.unknown": """
diary
subject_id, diary_date, headache, acute_medication
@1, 2024-03-01, 1, ibuprofen; sumatriptan
@1, 2024-03-02, 1, ibuprofen; triptanx  <- diary.acute_medication.unknown
@1, 2024-03-03, 1, 2x Imitrex 50 mg
@1, 2024-03-04, 1, a white tablet       <- diary.acute_medication.unknown
""",
    "diary.hours.other_unit": """
diary                       <- diary.hours.other_unit
subject_id, diary_date, headache, hours
@1, 2024-03-01..2024-03-05, 1, 240
@1, 2024-03-06..2024-03-15, 1, 15
@1, 2024-03-16..2024-03-25, 1, 20
@1, 2024-03-26, 0, 0
diary
subject_id, diary_date, headache, hours
@2, 2024-03-01..2024-03-04, 1, 240      <- diary.hours.out_of_range
@2, 2024-03-05, 1, 24
diary
subject_id, diary_date, headache, hours
@3, 2024-03-01..2024-03-05, 1, 36       <- diary.hours.out_of_range
@3, 2024-03-06..2024-03-18, 1, 6
@3, 2024-03-19..2024-03-29, 1, 7
@3, 2024-03-30..2024-03-31, 1, 24
@3, 2024-04-01, 0, 0
""",
    "diary.severity.other_unit": """
diary                       <- diary.severity.other_unit
subject_id, diary_date, headache, severity
@1, 2024-03-01..2024-03-05, 1, 7
@1, 2024-03-06..2024-03-25, 1, 3
@1, 2024-03-26, 0, 0
diary
subject_id, diary_date, headache, severity
@2, 2024-03-01..2024-03-04, 1, 7        <- diary.severity.out_of_range
@2, 2024-03-05, 1, 3
diary
subject_id, diary_date, headache, severity
@3, 2024-03-01..2024-03-05, 1, 4        <- diary.severity.out_of_range
@3, 2024-03-06..2024-03-26, 1, 3
@3, 2024-03-27, 0, 0
""",
    "diary.diary_date.after_cutoff": """
diary
subject_id, diary_date, headache
@1, 2025-06-30, 1
@1, 2025-07-01, 1           <- diary.diary_date.after_cutoff
""",
    "diary.file.attack_only": """
diary                       <- diary.file.attack_only
subject_id, diary_date, headache
@1, 2024-03-01..2024-03-20, 1
diary
subject_id, diary_date, headache
@2, 2024-03-01..2024-03-19, 1
diary
subject_id, diary_date, headache
@3, 2024-03-01..2024-03-30, 1
@3, 2024-03-31, 0
""",
    "diary.entered_at.batch": """
diary
subject_id, diary_date, headache, entered_at
@1, 2024-03-01..2024-03-04, 0, 2024-03-07 20:{n}    <- diary.entered_at.batch, diary.entered_at.late
@1, 2024-03-05..2024-03-07, 0, 2024-03-07 20:13     <- diary.entered_at.batch
@2, 2024-03-01..2024-03-03, 0, 2024-03-06 20:00     <- diary.entered_at.late
@2, 2024-03-04..2024-03-06, 0, 2024-03-06 20:00
@2, 2024-03-07, 0, 2024-03-07 20:00
@3, 2024-03-01..2024-03-07, 0, {day} 20:00
""",
    "diary.day.identical": """
diary
subject_id, diary_date, headache, hours, severity, acute_medication
@1, 2024-03-01..2024-03-14, 1, 6, 2, ibuprofen      <- diary.day.identical
@1, 2024-03-15, 0, , ,
@2, 2024-03-01..2024-03-13, 1, 6, 2, ibuprofen
@3, 2024-03-01..2024-03-10, 1, 6, 2, ibuprofen
@3, 2024-03-11, 1, 7, 2, ibuprofen
@3, 2024-03-12..2024-03-20, 1, 6, 2, ibuprofen
@4, 2024-03-01..2024-03-20, 1, 24, 3,
@5, 2024-03-01..2024-03-20, 1, , 3,
@6, 2024-03-01..2024-03-14, 1, 0, 3,    <- diary.hours.zero_with_headache
""",
    # Months to 2 and to 30 June. Silent: 63 of 70 days, then 42 of 84: 90% less 50% is 40 points. Busy: 56 of 56, then
    # 34 of 56: 39 points. Closed: 56 of 56, then none. Small: 28 of 28, then none, but 28 days are too few to judge by.
    "diary.site.compliance_drop": """
subjects
subject_id, site
@1, @silent
@2, @silent
@3, @silent
@4, @busy
@5, @busy
@6, @small
@7, @closed
@8, @closed
injections
subject_id, injection_date
@1, 2025-05-06
@2, 2025-05-06
@3, 2025-05-20
@4, 2025-05-06
@5, 2025-05-06
@6, 2025-05-06
@7, 2025-05-06
@8, 2025-05-06
diary
subject_id, diary_date, headache
@1, 2025-05-06..2025-06-30, 0
@2, 2025-05-06..2025-06-16, 0
@3, 2025-05-20..2025-05-26, 0
@4, 2025-05-06..2025-06-30, 0
@5, 2025-05-06..2025-06-08, 0
@6, 2025-05-06..2025-06-02, 0
@7, 2025-05-06..2025-06-02, 0
@8, 2025-05-06..2025-06-02, 0
(no file) @silent           <- diary.site.compliance_drop
(no file) @closed           <- diary.site.compliance_drop
""",
}
