"""Each check of injections, scores and adverse events: one that fails it beside one that does not."""

_REST = """@{0}, 2024-03-04, procerus, 5, 1
@{0}, 2024-03-04, frontalis, 20, 4
@{0}, 2024-03-04, occipitalis, 30, 6
@{0}, 2024-03-04, cervical-paraspinal, 20, 4
@{0}, 2024-03-04, Trapezius, 30, 6"""

CASES = {
    "injections.line.columns": """
injections
subject_id, injection_date
@1, 2024-03-04
@1, 2024-05-27, 155         <- injections.line.columns
""",
    "injections.subject_id.missing": """
injections
subject_id, injection_date
@1, 2024-03-04
, 2024-03-04                <- injections.subject_id.missing
""",
    "injections.injection_date.unreadable": """
injections
subject_id, injection_date
@1, 2024-03-04
@2, 2024-31-10              <- injections.injection_date.unreadable
""",
    "injections.injection_date.missing": """
injections
subject_id, injection_date
@1, 2024-03-04
@1,                         <- injections.injection_date.missing
""",
    "injections.units.unreadable": """
injections
subject_id, injection_date, units
@1, 2024-03-04, 155
@2, 2024-03-04, full        <- injections.units.unreadable
""",
    "injections.units.out_of_range": """
injections
subject_id, injection_date, units
@1, 2024-03-04, 155
@2, 2024-03-04, 1550        <- injections.units.out_of_range
""",
    "injections.sites.unreadable": """
injections
subject_id, injection_date, sites
@1, 2024-03-04, 31
@2, 2024-03-04, all         <- injections.sites.unreadable
""",
    "injections.sites.out_of_range": """
injections
subject_id, injection_date, sites
@1, 2024-03-04, 39
@2, 2024-03-04, 310         <- injections.sites.out_of_range, injections.sites.out_of_paradigm
""",
    "injections.injection_date.future": """
injections
subject_id, injection_date
@1, 2026-01-03              <- injections.injection_date.after_cutoff
@2, 2026-01-04              <- injections.injection_date.future
""",
    "injections.subject_id.unknown": """
subjects
subject_id, sex
@01, F
diary
subject_id, diary_date, headache
@01, 2024-03-01, 1
@1, 2024-03-01, 1           <- diary.subject_id.unknown, subjects.subject_id.twins
injections
subject_id, injection_date
@01, 2024-03-04
@1, 2024-03-04              <- injections.subject_id.unknown
""",
    "injections.injection_date.before_consent": """
subjects
subject_id, consent_date
@1, 2024-01-01
@2, 2024-01-01
injections
subject_id, injection_date
@1, 2023-12-31              <- injections.injection_date.before_consent, injections.interval.long
@1, 2024-04-24
@2, 2024-01-01
""",
    "injections.injection_date.after_discontinuation": """
subjects
subject_id, discontinued_date
@1, 2024-03-04
injections
subject_id, injection_date
@1, 2024-03-04
@1, 2024-05-27              <- injections.injection_date.after_discontinuation
""",
    "injections.muscle.unknown": f"""
injections
subject_id, injection_date, muscle, units, sites
@1, 2024-03-04, Corrugator, 10, 2
@1, 2024-03-04, temporalis, 40, 8
{_REST.format(1)}
@1, 2024-03-04, masseter, 10, 2         <- injections.muscle.unknown
""",
    "injections.units.not_5_per_site": """
injections
subject_id, injection_date, units, sites
@1, 2024-03-04, 155, 31
@2, 2024-03-04, 150, 31     <- injections.units.not_5_per_site
@3, 2024-03-04, , 31
""",
    "injections.sites.out_of_paradigm": """
injections
subject_id, injection_date, units, sites
@1, 2024-03-04, 155, 31
@2, 2024-03-04, 195, 39
@3, 2024-03-04, 150, 30     <- injections.sites.out_of_paradigm
@4, 2024-03-04, 200, 40     <- injections.sites.out_of_paradigm
""",
    "injections.interval.short": """
injections
subject_id, injection_date
@1, 2024-03-04
@1, 2024-05-13
@2, 2024-03-04              <- injections.interval.short
@2, 2024-05-12
""",
    "injections.interval.long": """
injections
subject_id, injection_date
@1, 2024-03-04
@1, 2024-06-10
@2, 2024-03-04              <- injections.interval.long
@2, 2024-06-11
""",
    "injections.muscle.sites": f"""
injections
subject_id, injection_date, muscle, units, sites
@1, 2024-03-04, corrugator, 10, 2
@1, 2024-03-04, temporalis, 50, 10
{_REST.format(1)}
@2, 2024-03-04, corrugator, 5, 1        <- injections.muscle.sites
@2, 2024-03-04, temporalis, 55, 11      <- injections.muscle.sites
{_REST.format(2)}
""",
    "injections.muscle.left_out": f"""
injections
subject_id, injection_date, muscle, units, sites
@1, 2024-03-04, corrugator, 10, 2
@1, 2024-03-04, temporalis, 40, 8
{_REST.format(1)}
@2, 2024-03-04, temporalis, 40, 8       <- injections.muscle.left_out
@2, 2024-03-04, trapezius, 10, 2
{_REST.format(2)}
@3, 2024-03-04, , 155, 31
""",
    "injections.session.counted_twice": """
injections
subject_id, injection_date, muscle, units, sites
@1, 2024-03-04, , 155, 31
@2, 2024-03-04, , 155, 31               <- injections.session.counted_twice
@2, 2024-03-04, temporalis, 40, 8       <- injections.session.counted_twice
""",
    "injections.subject_id.no_diary": """
diary
subject_id, diary_date, headache
@1, 2024-03-01, 1
injections
subject_id, injection_date
@1, 2024-03-04
@2, 2024-03-04              <- injections.subject_id.no_diary
@2, 2024-05-27
""",
    "injections.injection_date.after_cutoff": """
injections
subject_id, injection_date
@1, 2025-06-30
@2, 2025-07-01              <- injections.injection_date.after_cutoff
""",
    "scores.line.columns": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
@1, 2024-06-01, HIT6        <- scores.line.columns
""",
    "scores.subject_id.missing": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
, 2024-03-01, HIT6, 60      <- scores.subject_id.missing
""",
    "scores.score_date.unreadable": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
@1, week 12, HIT6, 60       <- scores.score_date.unreadable
""",
    "scores.score_date.missing": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
@1, , HIT6, 60              <- scores.score_date.missing
""",
    "scores.instrument.missing": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
@1, 2024-03-01, , 60        <- scores.instrument.missing
""",
    "scores.instrument.unknown": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, hit6, 60
@1, 2024-03-01, HIT-6, 60   <- scores.instrument.unknown
""",
    "scores.score.unreadable": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
@2, 2024-03-01, HIT6, sixty <- scores.score.unreadable
""",
    "scores.score.out_of_range": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, MSQ_RR, 0
@2, 2024-03-01, MSQ_RR, -5  <- scores.score.out_of_range, scores.score.out_of_instrument_range
""",
    "scores.subject_date_instrument.conflict": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
@1, 2024-03-01, MIDAS, 60
@2, 2024-03-01, HIT6, 60    <- scores.subject_date_instrument.conflict
@2, 2024-03-01, HIT6, 61    <- scores.subject_date_instrument.conflict
""",
    "scores.score.out_of_instrument_range": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 36
@2, 2024-03-01, HIT6, 78
@3, 2024-03-01, HIT6, 35    <- scores.score.out_of_instrument_range
@4, 2024-03-01, HIT6, 79    <- scores.score.out_of_instrument_range
@1, 2024-03-01, MSQ_EF, 100
@2, 2024-03-01, MSQ_EF, 101 <- scores.score.out_of_instrument_range
@1, 2024-03-01, MIDAS, 450
@2, 2024-03-01, MIDAS, 451  <- scores.score.out_of_instrument_range
""",
    "scores.score.not_whole": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60.0
@2, 2024-03-01, HIT6, 60.5  <- scores.score.not_whole
@1, 2024-03-01, MSQ_RP, 62.5
""",
    "scores.score.missing": """
scores
subject_id, score_date, instrument, score
@1, 2024-03-01, HIT6, 60
@2, 2024-03-01, HIT6,       <- scores.score.missing
""",
    "scores.score_date.future": """
scores
subject_id, score_date, instrument, score
@1, 2026-01-03, HIT6, 60    <- scores.score_date.after_cutoff
@1, 2026-01-04, HIT6, 60    <- scores.score_date.future
""",
    "scores.score_date.before_consent": """
subjects
subject_id, consent_date
@1, 2024-01-01
scores
subject_id, score_date, instrument, score
@1, 2024-01-01, HIT6, 60
@1, 2023-12-31, HIT6, 60    <- scores.score_date.before_consent
""",
    "scores.subject_id.unknown": """
subjects
subject_id, sex
@01, F
scores
subject_id, score_date, instrument, score
@01, 2024-03-01, HIT6, 60
@1, 2024-03-01, HIT6, 60    <- scores.subject_id.unknown, subjects.subject_id.twins
""",
    "scores.score_date.after_cutoff": """
scores
subject_id, score_date, instrument, score
@1, 2025-06-30, HIT6, 60
@1, 2025-07-01, HIT6, 60    <- scores.score_date.after_cutoff
""",
    "adverse_events.line.columns": """
adverse_events
subject_id, start_date, term
@1, 2024-03-05, Neck pain
@1, 2024-03-05, Neck pain, mild         <- adverse_events.line.columns
""",
    "adverse_events.subject_id.missing": """
adverse_events
subject_id, start_date, term
@1, 2024-03-05, Neck pain
, 2024-03-05, Neck pain     <- adverse_events.subject_id.missing
""",
    "adverse_events.start_date.unreadable": """
adverse_events
subject_id, start_date, term
@1, 2024-03-05, Neck pain
@1, in March, Neck pain     <- adverse_events.start_date.unreadable
""",
    "adverse_events.end_date.unreadable": """
adverse_events
subject_id, start_date, end_date, term
@1, 2024-03-05, 2024-03-06, Neck pain
@1, 2024-04-05, ongoing, Neck pain
@1, 2024-04-06, 2024-05, Neck pain
@1, 2024-04-07, week 19, Neck pain      <- adverse_events.end_date.unreadable
""",
    "adverse_events.term.missing": """
adverse_events
subject_id, start_date, term
@1, 2024-03-05, Neck pain
@1, 2024-03-05,             <- adverse_events.term.missing
""",
    "adverse_events.serious.unreadable": """
adverse_events
subject_id, start_date, term, serious
@1, 2024-03-05, Neck pain, no
@1, 2024-03-06, Neck pain, maybe        <- adverse_events.serious.unreadable
""",
    "adverse_events.related.unreadable": """
adverse_events
subject_id, start_date, term, related
@1, 2024-03-05, Neck pain, yes
@1, 2024-03-06, Neck pain, possibly     <- adverse_events.related.unreadable
""",
    "adverse_events.end_date.before_start": """
adverse_events
subject_id, start_date, end_date, term
@1, 2024-03-05, 2024-03-05, Neck pain
@1, 2024-03-05, 2024-03-04, Nausea      <- adverse_events.end_date.before_start
@1, 2024-03-05, 2024-02, Dizziness      <- adverse_events.end_date.before_start
@1, 2024-03-05, 2024-03, Fatigue
@1, 2024-03-05, 2024, Rash
@1, 2024-03-05, ongoing, Dry eye
@1, 2024-03-05, UNK, Ptosis
""",
    "adverse_events.start_date.future": """
adverse_events
subject_id, start_date, term
@1, 2026-01-03, Neck pain   <- adverse_events.start_date.after_cutoff
@1, 2026-01-04, Neck pain   <- adverse_events.start_date.future
""",
    "adverse_events.end_date.future": """
adverse_events
subject_id, start_date, end_date, term
@1, 2024-03-05, , Neck pain
@1, 2024-03-05, 2026-01-03, Nausea
@1, 2024-03-05, 2026-01-04, Dizziness   <- adverse_events.end_date.future
@1, 2024-03-05, 2026-01, Fatigue
@1, 2024-03-05, 2026-02, Rash           <- adverse_events.end_date.future
@1, 2024-03-05, ongoing, Ptosis
""",
    "adverse_events.start_date.missing": """
adverse_events
subject_id, start_date, term
@1, 2024-03-05, Neck pain
@1, , Nausea                <- adverse_events.start_date.missing
""",
    "adverse_events.start_date.partial": """
subjects
subject_id, consent_date
@1, 2024-03-05
adverse_events
subject_id, start_date, end_date, term
@1, 2024-03-05, 2024-03-06, Neck pain
@1, 2024-03, 2024-03-01, Nausea         <- adverse_events.start_date.partial
@1, 2024, 2024-02, Fatigue              <- adverse_events.start_date.partial
@1, UNK, 2024-03-01, Rash               <- adverse_events.start_date.partial
@1, UN/03/2024, UNK, Ptosis             <- adverse_events.start_date.partial
""",
    "adverse_events.start_date.before_consent": """
subjects
subject_id, consent_date
@1, 2024-01-01
adverse_events
subject_id, start_date, term
@1, 2024-01-01, Neck pain
@1, 2023-12-31, Neck pain   <- adverse_events.start_date.before_consent
""",
    "adverse_events.subject_id.unknown": """
subjects
subject_id, sex
@01, F
adverse_events
subject_id, start_date, term
@01, 2024-03-05, Neck pain
@1, 2024-03-05, Neck pain   <- adverse_events.subject_id.unknown, subjects.subject_id.twins
""",
    "adverse_events.start_date.after_cutoff": """
adverse_events
subject_id, start_date, term
@1, 2025-06-30, Neck pain
@1, 2025-07-01, Neck pain   <- adverse_events.start_date.after_cutoff
""",
}
