-- summary.exposure: cycles, doses, injection points and intervals
-- Grain:   one row per arm ('all' included) x measure x cycle (0 = over the whole treatment)
-- Key:     arm, measure, cycle
-- Units:   cycles_given = cycles; units, total_units = U; sites = injection points; interval_days = days to the next
--          injection; weeks_followed = weeks from the first injection to leaving the study or the cut-off
-- Missing: n counts the subjects with a value; in a blinded study there is no dose and no number of points
-- Source:  PREEMPT: 155 to 195 U in 31 to 39 points (Blumenfeld 2010, Headache 50:1406)
WITH valued AS (
    SELECT subject_id, 'units' AS measure, cycle, units AS amount FROM analysis.cycles
    UNION ALL
    SELECT subject_id, 'sites', cycle, sites FROM analysis.cycles
    UNION ALL
    SELECT subject_id, 'interval_days', cycle, next_injection_date - start_date FROM analysis.cycles
    UNION ALL
    SELECT subject_id, 'cycles_given', 0, count(*) FROM analysis.cycles GROUP BY subject_id
    UNION ALL
    SELECT subject_id, 'total_units', 0, CASE WHEN count(units) = count(*) THEN sum(units) END
    FROM analysis.cycles
    GROUP BY subject_id
    UNION ALL
    SELECT
        subject.subject_id,
        'weeks_followed',
        0,
        (least(cutoff.cutoff_date, registered.discontinued_date) - subject.first_injection_date + 1) / 7.0
    FROM analysis.subjects AS subject
    CROSS JOIN analysis.cutoff AS cutoff
    LEFT JOIN tabulation.subjects AS registered ON registered.subject_id = subject.subject_id
    WHERE subject.first_injection_date IS NOT NULL
),

shown AS (
    SELECT valued.*
    FROM valued
    CROSS JOIN meta.study AS study
    WHERE NOT study.is_blinded OR measure NOT IN ('units', 'total_units', 'sites')
)

SELECT
    member.arm,
    shown.measure,
    shown.cycle,
    count(*) AS n_subjects,
    count(shown.amount) AS n,
    round(avg(shown.amount), 9) AS mean,
    round(stddev_samp(shown.amount), 9) AS sd,
    round(median(shown.amount), 9) AS median,
    round(quantile_cont(shown.amount, 0.25), 9) AS q1,
    round(quantile_cont(shown.amount, 0.75), 9) AS q3,
    round(min(shown.amount), 9) AS minimum,
    round(max(shown.amount), 9) AS maximum
FROM shown
JOIN analysis.arm_subjects AS member ON member.subject_id = shown.subject_id
GROUP BY member.arm, shown.measure, shown.cycle
