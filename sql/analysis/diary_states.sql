-- analysis.diary_states: what each diary day counts as, under each definition of a headache day
-- Grain:   one row per subject_id x diary_date up to the cut-off
-- Key:     subject_id, diary_date
-- Units:   true = headache day, false = headache-free day; hours = h
-- Missing: null = not recorded under that definition, so the day counts neither way: a short headache with a drug
--          that is not known is null under hours_4_or_acute
-- Source:  docs/rules/headache-days.md: any; >= 4 h (PREEMPT, COMPEL); >= 4 h, or any duration with a triptan or
--          ergot (HALO)
WITH days AS (
    SELECT
        diary.*,
        protocol.min_headache_hours,
        protocol.min_moderate_severity,
        coalesce(taken.has_triptan OR taken.has_ergot, false) AS took_triptan_or_ergot,
        coalesce(taken.has_unknown, false) AS took_unknown
    FROM tabulation.diary_days AS diary
    LEFT JOIN analysis.medication_combinations AS taken ON taken.acute_medication = diary.acute_medication
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE diary.diary_date <= cutoff.cutoff_date
)

SELECT
    subject_id,
    diary_date,
    headache AS is_headache_any,
    -- Without an answer nothing is known, whatever the hours: "null AND false" would be false, a headache-free day.
    CASE WHEN NOT headache THEN false WHEN headache THEN hours >= min_headache_hours END AS is_headache_hours_4,
    CASE
        WHEN NOT headache THEN false
        WHEN headache AND took_triptan_or_ergot THEN true
        WHEN headache AND hours >= min_headache_hours THEN true
        -- A drug that is not known may be a triptan: then the short headache would count.
        WHEN headache AND NOT took_unknown THEN hours >= min_headache_hours
    END AS is_headache_hours_4_or_acute,
    headache AND coalesce(severity >= min_moderate_severity, false) AS is_moderate_severe,
    CASE WHEN headache IS NOT NULL THEN migraine END AS is_migraine,
    CASE WHEN headache THEN CAST(hours AS DECIMAL(9, 4)) END AS headache_hours,
    acute_medication,
    CASE WHEN headache IS NOT NULL THEN acute_medication IS NOT NULL END AS took_acute_medication
FROM days
