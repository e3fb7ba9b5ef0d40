-- analysis.eligibility: who met the article's three criteria before treatment
-- Grain:   one row per subject_id
-- Key:     subject_id
-- Units:   baseline_* = diary days in Days -28..-1 before the first injection
-- Missing: a criterion that cannot be judged is null; is_eligible is then false if another fails, else null
-- Source:  the article: more than 15 days a month, different drugs failed, overuse ruled out; ICHD-3 1.3: 15 or more.
--          15 of 28 is chronic by ICHD-3 and not by the article
WITH counted AS (
    SELECT
        subject.subject_id,
        month.recorded_days AS baseline_recorded_days,
        month.headache_days AS baseline_headache_days,
        coalesce(month.is_evaluable, false) AS has_baseline,
        registered.prior_preventives_failed,
        registered.overuse_excluded,
        medication.*  EXCLUDE (subject_id),
        protocol.*
    FROM analysis.subjects AS subject
    LEFT JOIN analysis.months AS month ON month.subject_id = subject.subject_id AND month.cycle = 0
    LEFT JOIN analysis.baseline_medication AS medication ON medication.subject_id = subject.subject_id
    LEFT JOIN tabulation.subjects AS registered ON registered.subject_id = subject.subject_id
    CROSS JOIN meta.protocol AS protocol
),

judged AS (
    SELECT
        *,
        CASE WHEN has_baseline
            THEN baseline_headache_days * month_days > chronic_days * baseline_recorded_days
        END AS is_chronic_article,
        CASE WHEN has_baseline
            THEN baseline_headache_days * month_days >= chronic_days * baseline_recorded_days
        END AS is_chronic_ichd3,
        prior_preventives_failed >= min_preventives_failed AS has_failed_preventives,
        -- Days per month by proration over the recorded days, compared as integers.
        CASE
            WHEN NOT (has_baseline AND has_medication_record) THEN NULL
            WHEN
                greatest(triptan_days, ergot_days, opioid_days, combination_days) * month_days
                >= overuse_days * baseline_recorded_days
                OR simple_days * month_days >= overuse_simple_days * baseline_recorded_days
                OR (n_classes >= 2 AND any_class_days * month_days >= overuse_days * baseline_recorded_days)
                THEN true
            -- A drug that is not known may be of any class, and of a second one: only the number of days can rule it out.
            WHEN unknown_days >= 1 AND any_or_unknown_days * month_days >= overuse_days * baseline_recorded_days THEN NULL
            ELSE false
        END AS is_diary_overuse
    FROM counted
),

concluded AS (
    SELECT
        *,
        -- Either source is enough to say overuse: the diary's counts or a clinician who has not ruled it out.
        CASE
            WHEN is_diary_overuse OR NOT overuse_excluded THEN true
            WHEN NOT is_diary_overuse OR overuse_excluded THEN false
        END AS is_overuse
    FROM judged
)

SELECT
    subject_id,
    baseline_recorded_days,
    baseline_headache_days,
    is_chronic_article,
    is_chronic_ichd3,
    is_diary_overuse,
    is_overuse,
    has_failed_preventives,
    is_chronic_article AND has_failed_preventives AND NOT is_overuse AS is_eligible,
    concat_ws(
        '; ',
        CASE
            WHEN baseline_recorded_days IS NULL THEN 'never treated, so there is no baseline'
            WHEN NOT has_baseline
                THEN format('baseline has {} recorded days, {} needed', baseline_recorded_days, min_recorded_days)
            WHEN is_chronic_article
                THEN format('chronic: {} headache days in {}', baseline_headache_days, baseline_recorded_days)
            ELSE format('not chronic: {} headache days in {}', baseline_headache_days, baseline_recorded_days)
        END,
        CASE
            WHEN has_failed_preventives
                THEN format('{} preventive treatments failed', prior_preventives_failed)
            WHEN NOT has_failed_preventives
                THEN format('{} preventive treatments failed, {} needed', prior_preventives_failed, min_preventives_failed)
            ELSE 'earlier preventive treatments not known'
        END,
        CASE
            WHEN is_diary_overuse THEN 'medication overuse by the baseline diary'
            WHEN is_overuse THEN 'medication overuse not ruled out by the clinician'
            WHEN NOT is_overuse THEN 'medication overuse ruled out'
            WHEN has_baseline AND unknown_days >= 1
                THEN format('medication overuse not known: baseline days with a drug that is not known: {}', unknown_days)
            ELSE 'medication overuse not known'
        END
    ) AS reason
FROM concluded
