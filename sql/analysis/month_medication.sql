-- analysis.month_medication: days of acute medication by overuse class in each month
-- Grain:   one row per subject_id x cycle (0 = baseline) x month
-- Key:     subject_id, cycle, month
-- Units:   *_days = recorded days with an intake of that class; days, not doses
-- Missing: has_medication_record is false where the subject never wrote down a medication: overuse is then unknown;
--          unknown_days = days with a drug that is not known, which may be of any class
-- Source:  ICHD-3 8.2; a combination drug counts in every class it belongs to
WITH class_days AS (
    SELECT
        month.subject_id,
        month.cycle,
        month.month,
        bool_or(has_triptan)::INTEGER + bool_or(has_ergot)::INTEGER + bool_or(has_opioid)::INTEGER
        + bool_or(has_combination)::INTEGER + bool_or(has_simple)::INTEGER AS n_classes,
        count(*) FILTER (has_class) AS any_class_days,
        count(*) FILTER (has_triptan) AS triptan_days,
        count(*) FILTER (has_ergot) AS ergot_days,
        count(*) FILTER (has_opioid) AS opioid_days,
        count(*) FILTER (has_combination) AS combination_days,
        count(*) FILTER (has_simple) AS simple_days,
        count(*) FILTER (has_unknown) AS unknown_days,
        count(*) FILTER (has_class OR has_unknown) AS any_or_unknown_days
    FROM analysis.month_spans AS month
    JOIN analysis.diary_states AS day
        ON day.subject_id = month.subject_id AND day.diary_date BETWEEN month.start_date AND month.end_date
    JOIN analysis.medication_combinations AS taken ON taken.acute_medication = day.acute_medication
    WHERE day.is_headache_any IS NOT NULL
    GROUP BY month.subject_id, month.cycle, month.month
),

writers AS (
    SELECT DISTINCT subject_id FROM analysis.diary_states WHERE acute_medication IS NOT NULL
)

SELECT
    span.subject_id,
    span.cycle,
    span.month,
    writers.subject_id IS NOT NULL AS has_medication_record,
    coalesce(class_days.n_classes, 0) AS n_classes,
    coalesce(class_days.any_class_days, 0) AS any_class_days,
    coalesce(class_days.triptan_days, 0) AS triptan_days,
    coalesce(class_days.ergot_days, 0) AS ergot_days,
    coalesce(class_days.opioid_days, 0) AS opioid_days,
    coalesce(class_days.combination_days, 0) AS combination_days,
    coalesce(class_days.simple_days, 0) AS simple_days,
    coalesce(class_days.unknown_days, 0) AS unknown_days,
    coalesce(class_days.any_or_unknown_days, 0) AS any_or_unknown_days
FROM analysis.month_spans AS span
LEFT JOIN class_days
    ON class_days.subject_id = span.subject_id AND class_days.cycle = span.cycle AND class_days.month = span.month
LEFT JOIN writers ON writers.subject_id = span.subject_id
