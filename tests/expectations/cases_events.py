"""Each check of intercurrent events: one line that fails it beside one that does not."""

CASES = {
    "intercurrent_events.line.columns": """
intercurrent_events
subject_id, date, kind
@1, 2024-03-05, Rescue
@1, 2024-03-05, rescue, often           <- intercurrent_events.line.columns
""",
    "intercurrent_events.subject_id.missing": """
intercurrent_events
subject_id, date, kind
@1, 2024-03-05, Rescue
, 2024-03-05, rescue        <- intercurrent_events.subject_id.missing
""",
    "intercurrent_events.date.unreadable": """
intercurrent_events
subject_id, date, kind
@1, 2024-03-05, Rescue
@1, spring, rescue          <- intercurrent_events.date.unreadable
""",
    "intercurrent_events.date.missing": """
intercurrent_events
subject_id, date, kind
@1, 2024-03-05, Rescue
@1, , rescue                <- intercurrent_events.date.missing
""",
    "intercurrent_events.kind.missing": """
intercurrent_events
subject_id, date, kind
@1, 2024-03-05, stopped
@1, 2024-03-05,             <- intercurrent_events.kind.missing
""",
    # A line that repeats another one is a duplicate and no finding.
    "intercurrent_events.kind.unknown": """
intercurrent_events
subject_id, date, kind
@1, 2024-03-05, stopped
@1, 2024-03-05, stopped
@1, 2024-03-05, Rescue
@1, 2024-03-05, new_preventive
@1, 2024-03-05, other_treatment
@1, 2024-03-05, death
@2, 2024-03-05, surgery     <- intercurrent_events.kind.unknown
""",
    "intercurrent_events.date.future": """
intercurrent_events
subject_id, date, kind
@1, 2026-01-03, rescue      <- intercurrent_events.date.after_cutoff
@1, 2026-01-04, rescue      <- intercurrent_events.date.future
""",
    "intercurrent_events.date.after_cutoff": """
intercurrent_events
subject_id, date, kind
@1, 2025-06-30, stopped
@2, 2025-07-01, stopped     <- intercurrent_events.date.after_cutoff
""",
    "intercurrent_events.subject_id.unknown": """
subjects
subject_id, sex
@01, F
intercurrent_events
subject_id, date, kind
@01, 2024-03-05, rescue
@1, 2024-03-05, rescue      <- intercurrent_events.subject_id.unknown, subjects.subject_id.twins
""",
    "intercurrent_events.date.before_treatment": """
injections
subject_id, injection_date
@1, 2024-03-04
@1, 2024-05-27
@2, 2024-03-04
intercurrent_events
subject_id, date, kind
@1, 2024-03-04, rescue
@1, 2024-05-26, rescue
@2, 2024-03-03, rescue      <- intercurrent_events.date.before_treatment
@3, 2024-03-03, rescue
""",
    "intercurrent_events.kind.diary_after_death": """
diary
subject_id, diary_date, headache
@1, 2024-03-05, 1
@1, 2024-03-06,             <- diary.headache.unknown
@2, 2024-03-06, 0
@3, 2024-03-06, 1
intercurrent_events
subject_id, date, kind
@1, 2024-03-05, death
@2, 2024-03-05, death       <- intercurrent_events.kind.diary_after_death
@3, 2024-03-05, stopped
""",
    "intercurrent_events.date.disagrees_with_discontinuation": """
subjects
subject_id, discontinued_date, discontinued_reason
@1, 2024-05-10, adverse event
@2, 2024-05-10, adverse event
@3, 2024-05-10, death
@4, 2024-05-10, death
@5, 2024-05-10, lost to follow-up
intercurrent_events
subject_id, date, kind
@1, 2024-05-10, stopped
@2, 2024-05-11, stopped     <- intercurrent_events.date.disagrees_with_discontinuation
@3, 2024-05-10, death
@4, 2024-05-09, death       <- intercurrent_events.date.disagrees_with_discontinuation
@5, 2024-06-01, death
""",
}
