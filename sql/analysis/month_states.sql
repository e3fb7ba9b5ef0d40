-- analysis.month_states: whether a month is chronic and shows medication overuse, as the baseline is judged
-- Grain:   one row per subject_id x cycle (0 = baseline) x month that is due
-- Key:     subject_id, cycle, month
-- Units:   days prorated to 28, compared as integers
-- Missing: null below the recorded days needed; overuse is null where the subject never wrote down a medication, or a
--          drug that is not known could make it overuse
-- Source:  the article: more than 15 days; ICHD-3 1.3: 15 or more; ICHD-3 8.2 by the diary alone, for the clinician's
--          word is about the baseline. At cycle 0 these are the diary's answers in analysis.eligibility
SELECT
    month.subject_id,
    month.cycle,
    month.month,
    CASE WHEN month.is_evaluable THEN
        month.headache_days * protocol.month_days > protocol.chronic_days * month.recorded_days
    END AS is_chronic_article,
    CASE WHEN month.is_evaluable THEN
        month.headache_days * protocol.month_days >= protocol.chronic_days * month.recorded_days
    END AS is_chronic_ichd3,
    CASE
        WHEN NOT (month.is_evaluable AND medication.has_medication_record) THEN NULL
        WHEN
            greatest(triptan_days, ergot_days, opioid_days, combination_days) * protocol.month_days
            >= protocol.overuse_days * month.recorded_days
            OR simple_days * protocol.month_days >= protocol.overuse_simple_days * month.recorded_days
            OR (n_classes >= 2 AND any_class_days * protocol.month_days >= protocol.overuse_days * month.recorded_days)
            THEN true
        -- A drug that is not known may be of any class, and of a second one.
        WHEN
            unknown_days >= 1
            AND any_or_unknown_days * protocol.month_days >= protocol.overuse_days * month.recorded_days
            THEN NULL
        ELSE false
    END AS is_overuse
FROM analysis.months AS month
JOIN analysis.month_medication AS medication
    ON medication.subject_id = month.subject_id AND medication.cycle = month.cycle AND medication.month = month.month
CROSS JOIN meta.protocol AS protocol
WHERE month.is_due
