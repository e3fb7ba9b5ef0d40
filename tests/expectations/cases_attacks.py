"""Each check of diaries kept by attack: a line that fails it beside one that does not."""

CASES = {
    "attacks.line.columns": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 12:00
@1, 2024-03-02 08:00        <- attacks.line.columns
""",
    "attacks.subject_id.missing": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 12:00
, 2024-03-02 08:00, 2024-03-02 09:00        <- attacks.subject_id.missing
""",
    "attacks.attack_start.unreadable": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 12:00
@1, 2024-03-05, 2024-03-05
@1, in the morning, 2024-03-02 09:00        <- attacks.attack_start.unreadable
""",
    "attacks.attack_start.missing": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 12:00
@1, , 2024-03-03 09:00                      <- attacks.attack_start.missing
""",
    "attacks.attack_end.unreadable": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-02 00:00
@1, 2024-03-02 08:00, 25:00                 <- attacks.attack_end.unreadable
""",
    "attacks.attack_end.before_start": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 08:00
@1, 2024-03-02 08:00, 2024-03-02 07:59      <- attacks.attack_end.before_start
""",
    "attacks.acute_medication.unknown": """
attacks
subject_id, attack_start, attack_end, acute_medication
@1, 2024-03-01 08:00, 2024-03-01 12:00, ibuprofen; Imitrex
@1, 2024-03-02 08:00, 2024-03-02 12:00, white tablet       <- attacks.acute_medication.unknown
""",
    "attacks.attack_end.too_far": """
attacks   <- diary.file.attack_only
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-29 08:00
@2, 2024-03-01 08:00, 2024-03-29 08:01      <- attacks.attack_end.too_far
""",
    "attacks.attack_end.missing": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 09:00
@1, 2024-03-02 08:00,                       <- attacks.attack_end.missing
""",
    "attacks.severity.unreadable": """
attacks
subject_id, attack_start, attack_end, severity
@1, 2024-03-01 08:00, 2024-03-01 12:00, 3
@1, 2024-03-02 08:00, 2024-03-02 12:00, bad     <- attacks.severity.unreadable
""",
    "attacks.severity.out_of_range": """
attacks
subject_id, attack_start, attack_end, severity
@1, 2024-03-02 08:00, 2024-03-02 12:00, 3
@1, 2024-03-03 08:00, 2024-03-03 12:00, 4       <- attacks.severity.out_of_range
""",
    "attacks.severity.other_unit": """
attacks                     <- attacks.severity.other_unit
subject_id, attack_start, attack_end, severity
@1, 2024-03-02 08:00, 2024-03-02 12:00, 3
@1, 2024-03-03 08:00, 2024-03-03 12:00, 4
@1, 2024-03-04 08:00, 2024-03-04 12:00, 5
@1, 2024-03-05 08:00, 2024-03-05 12:00, 6
@1, 2024-03-06 08:00, 2024-03-06 12:00, 7
@1, 2024-03-07 08:00, 2024-03-07 12:00, 8
attacks
subject_id, attack_start, attack_end, severity
@2, 2024-03-02 08:00, 2024-03-02 12:00, 3
""",
    "attacks.migraine.unreadable": """
attacks
subject_id, attack_start, attack_end, migraine
@1, 2024-03-01 08:00, 2024-03-01 12:00, no
@1, 2024-03-02 08:00, 2024-03-02 12:00, both    <- attacks.migraine.unreadable
""",
    "attacks.entered_at.unreadable": """
attacks
subject_id, attack_start, attack_end, entered_at
@1, 2024-03-01 08:00, 2024-03-01 12:00, 2024-03-01 20:00
@1, 2024-03-02 08:00, 2024-03-02 12:00, later   <- attacks.entered_at.unreadable
""",
    "attacks.subject_start.conflict": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 12:00
@1, 2024-03-01 08:00, 2024-03-01 12:00
@1, 2024-03-02 08:00, 2024-03-02 12:00          <- attacks.subject_start.conflict
@1, 2024-03-02 08:00, 2024-03-02 13:00          <- attacks.subject_start.conflict
""",
    "attacks.attack_start.future": """
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 08:00, 2024-03-01 12:00
@1, 2026-01-03 08:00, 2026-01-03 12:00          <- diary.diary_date.after_cutoff
@1, 2026-01-04 08:00, 2026-01-04 12:00          <- attacks.attack_start.future
""",
    "attacks.attack_start.before_consent": """
subjects
subject_id, consent_date
@1, 2024-03-02
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 23:00, 2024-03-02 12:00          <- attacks.attack_start.before_consent
@1, 2024-03-02 00:00, 2024-03-02 12:00
""",
    "attacks.attack_start.after_discontinuation": """
subjects
subject_id, consent_date, discontinued_date
@1, 2024-03-02, 2024-03-04
attacks
subject_id, attack_start, attack_end
@1, 2024-03-04 22:00, 2024-03-05 12:00
@1, 2024-03-05 00:30, 2024-03-05 12:00          <- attacks.attack_start.after_discontinuation
""",
    "attacks.subject_id.unknown": """
subjects
subject_id, consent_date
@1, 2024-03-02
attacks
subject_id, attack_start, attack_end
@1, 2024-03-04 22:00, 2024-03-05 12:00
@2, 2024-03-02 08:00, 2024-03-02 12:00          <- attacks.subject_id.unknown
""",
    "attacks.day.against_diary": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
@1, 2024-03-02, 0
@1, 2024-03-03,                                  <- diary.headache.unknown
attacks
subject_id, attack_start, attack_end
@1, 2024-03-01 23:00, 2024-03-02 00:00
@1, 2024-03-02 23:00, 2024-03-03 03:00          <- attacks.day.against_diary
""",
}
