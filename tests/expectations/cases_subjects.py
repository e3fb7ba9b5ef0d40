"""Each check of the subjects and of the files as such: one that fails it beside one that does not."""

CASES = {
    "subjects.line.columns": """
subjects
subject_id, sex
@1, F
@2, F, 1980                 <- subjects.line.columns
""",
    "subjects.subject_id.missing": """
subjects
subject_id, sex
@1, F
, F                         <- subjects.subject_id.missing
""",
    "subjects.birth_year.unreadable": """
subjects
subject_id, birth_year
@1, 1980
@2, '80                     <- subjects.birth_year.unreadable
""",
    "subjects.birth_year.out_of_range": """
subjects
subject_id, birth_year
@1, 1900
@2, 80                      <- subjects.birth_year.out_of_range
""",
    "subjects.consent_date.unreadable": """
subjects
subject_id, consent_date
@1, 2024-01-10
@2, 2024-01-11
@3, soon                    <- subjects.consent_date.unreadable
""",
    "subjects.prior_preventives_failed.unreadable": """
subjects
subject_id, prior_preventives_failed
@1, 2
@2, several                 <- subjects.prior_preventives_failed.unreadable
""",
    "subjects.prior_preventives_failed.out_of_range": """
subjects
subject_id, prior_preventives_failed
@1, 0
@2, -1                      <- subjects.prior_preventives_failed.out_of_range
@3, 99                      <- subjects.prior_preventives_failed.out_of_range
""",
    "subjects.prior_preventives_failed.other_unit": """
subjects                    <- subjects.prior_preventives_failed.other_unit
subject_id, prior_preventives_failed
@1, 60
@2, 70
@3, 80
@4, 90
@5, 100
@6, 3
subjects
subject_id, prior_preventives_failed
@7, 3
""",
    "subjects.overuse_excluded.unreadable": """
subjects
subject_id, overuse_excluded
@1, yes
@2, unsure                  <- subjects.overuse_excluded.unreadable
""",
    "subjects.discontinued_date.unreadable": """
subjects
subject_id, discontinued_date
@1, 2024-05-10
@2,
@3, lost                    <- subjects.discontinued_date.unreadable
""",
    "subjects.subject.conflict": """
subjects
subject_id, sex
@1, F
@2, F                       <- subjects.subject.conflict
@2, M                       <- subjects.subject.conflict
@3, F
@3, F
""",
    "subjects.arm.unknown": """
subjects
subject_id, arm
@1, ona
@2,
@3, verum                   <- subjects.arm.unknown
""",
    "subjects.consent_date.future": """
subjects
subject_id, consent_date
@1, 2026-01-03
@2, 2026-01-04              <- subjects.consent_date.future
""",
    "subjects.discontinued_date.future": """
subjects
subject_id, discontinued_date
@1, 2026-01-03
@2, 2026-01-04              <- subjects.discontinued_date.future
""",
    "subjects.discontinued_date.before_consent": """
subjects
subject_id, consent_date, discontinued_date
@1, 2024-01-10, 2024-01-10
@2, 2024-01-10, 2024-01-09  <- subjects.discontinued_date.before_consent
""",
    "subjects.discontinued_reason.unknown": """
subjects
subject_id, discontinued_reason
@1, Lost to follow-up
@2, Withdrew consent.
@3,
@4, tired                   <- subjects.discontinued_reason.unknown
""",
    "subjects.sex.unknown": """
subjects
subject_id, sex
@1, F
@2, male
@3, w
@4,
@5, 2                       <- subjects.sex.unknown
""",
    "subjects.birth_year.implausible_age": """
subjects
subject_id, consent_date, birth_year
@1, 2024-01-10, 2006
@2, 2024-01-10, 1934
@3, , 2024
@4, 2024-01-10, 2007        <- subjects.birth_year.implausible_age
@5, 2024-01-10, 1933        <- subjects.birth_year.implausible_age
""",
    "subjects.subject_id.reenrolled": """
subjects
subject_id, consent_date, sex
@1, 2024-01-10, F           <- subjects.subject_id.reenrolled
@2, 2024-01-10, F
@3, , F
subjects
subject_id, consent_date, sex
@1, 2025-01-10, F           <- subjects.subject_id.reenrolled
@2, 2024-01-10, M
@3, 2024-01-10, F
, 2024-01-10, F             <- subjects.subject_id.missing
, 2024-02-10, F             <- subjects.subject_id.missing
""",
    "subjects.subject_id.twins": """
subjects
subject_id, sex
@P7, F                      <- subjects.subject_id.twins
@P-007, F
@Q7, M
@1-11, F
@11-1, F
@9, F
@09, F
diary
subject_id, diary_date, headache
@9, 2024-03-01, 0           <- subjects.subject_id.twins
@09, 2024-03-01, 0
@09, 2024-03-02, 0
""",
    "subjects.site.changed": """
subjects
subject_id, site, sex
@1, north, F                <- subjects.site.changed
@2, north, F
subjects
subject_id, site, sex
@1, south, F                <- subjects.site.changed
@2, north, M
, south, M                  <- subjects.subject_id.missing
, north, M                  <- subjects.subject_id.missing
""",
    "file.refused": """
diary                       <- file.refused
subject_id, headache
@1, 1
diary
subject_id, diary_date, headache
@2, 2024-03-01, 1
""",
    "file.unread": """
notes                       <- file.unread
subject_id, remark
@1, moved house
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
""",
    "file.ignored": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 61
scores                      <- file.ignored
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 61
""",
    "file.no_rows": """
scores                      <- file.no_rows
subject_id, score_date, instrument, score
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
""",
    "file.extra_columns": """
diary                       <- file.extra_columns
subject_id, diary_date, headache, weather
@1, 2024-03-01, 1, fair
diary
subject_id, diary_date, headache, hours
@1, 2024-03-02, 1, 4
""",
    "file.encoding_guessed": """
adverse_events cp1252       <- file.encoding_guessed
subject_id, start_date, term
@1, 2024-03-01, Übelkeit
adverse_events utf-8
subject_id, start_date, term
@1, 2024-03-02, Übelkeit
""",
}
