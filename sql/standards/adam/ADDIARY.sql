-- ADDIARY: what the diary says of the baseline, of each month and of each rule set's window
-- Grain:   one row per subject (treated), parameter, baseline and window that ended by the cut-off
-- Key:     STUDYID, USUBJID, PARAMCD, AVISITN
-- Units:   AVAL by parameter: days, hours, or days per month; AWLO, AWHI, AWTARGET, ADY = days from the first injection
-- Missing: no row for a measure that the subject never wrote down, nor for a month with too few recorded days: that is
--          unknown, not 0. DIARYN has a row for every month that is due. A window without a day has no row
-- Source:  ADaM Implementation Guide, BDS; data/standards/adam/ADDIARY.toml
WITH months AS (
    SELECT
        month.*,
        CASE WHEN month.cycle = 0 THEN 'Baseline' ELSE format('Cycle {} Month {}', month.cycle, month.month) END AS visit,
        CASE WHEN month.cycle = 0 THEN 0 ELSE 100 * month.cycle + month.month END AS visit_number,
        coalesce(cycle.start_date + CAST(protocol.month_days * month.month AS INTEGER) - 1, month.end_date) AS target_date,
        state.is_chronic_ichd3,
        'Headache days per 28 days >= ' || protocol.chronic_days AS chronic_text
    FROM analysis.months AS month
    LEFT JOIN analysis.cycles AS cycle ON cycle.subject_id = month.subject_id AND cycle.cycle = month.cycle
    LEFT JOIN analysis.month_states AS state
        ON state.subject_id = month.subject_id AND state.cycle = month.cycle AND state.month = month.month
    CROSS JOIN meta.protocol AS protocol
    WHERE month.is_due
),

month_values AS (
    SELECT
        measured.subject_id,
        measured.measure AS key,
        NULL AS rule_set,
        measured.cycle,
        months.visit,
        months.visit_number,
        months.start_date,
        months.end_date,
        months.target_date,
        measured.per_month AS amount,
        'FIRST INJECTION' AS baseline_type,
        measured.baseline_per_month AS baseline_amount,
        CASE WHEN measured.cycle > 0 THEN measured.change END AS change,
        CASE WHEN measured.cycle > 0 THEN 100 * measured.change / nullif(measured.baseline_per_month, 0) END AS change_pct,
        measured.cycle = 0 AS is_baseline,
        true AS is_analysed,
        CASE WHEN months.recorded_days < months.end_date - months.start_date + 1 THEN 'PRORATED' END AS completed_by,
        CASE WHEN measured.measure = 'headache_days' THEN months.chronic_text END AS criterion,
        CASE WHEN measured.measure = 'headache_days' THEN months.is_chronic_ichd3 END AS is_met
    FROM analysis.month_measures AS measured
    JOIN months
        ON months.subject_id = measured.subject_id AND months.cycle = measured.cycle AND months.month = measured.month
    UNION ALL
    SELECT
        subject_id,
        'recorded_days',
        NULL,
        cycle,
        visit,
        visit_number,
        start_date,
        end_date,
        target_date,
        recorded_days,
        NULL, NULL, NULL, NULL,
        false,
        true,
        NULL, NULL, NULL
    FROM months
),

cycles AS (
    SELECT
        judged.*,
        rule.baseline_anchor = 'each_injection' AS is_anchored_anew,
        CASE
            WHEN rule.baseline_anchor = 'each_injection' THEN 'CYCLE ' || judged.cycle
            ELSE 'FIRST INJECTION'
        END AS baseline_type,
        -- As many recorded days as the rule set asks for: with fewer there is nothing to compare with.
        judged.baseline_recorded_days >= rule.baseline_min_recorded_days AS has_baseline,
        judged.status IN ('responder', 'non_responder') AS is_judged,
        CASE
            WHEN judged.recorded_days = judged.window_end_date - judged.window_start_date + 1 THEN NULL
            WHEN rule.window_missing_days = 'headache' THEN 'MISSHEAD'
            WHEN rule.window_missing_days = 'free' THEN 'MISSFREE'
            ELSE 'PRORATED'
        END AS completed_by
    FROM analysis.responder AS judged
    JOIN meta.rule_sets AS rule ON rule.rule_set = judged.rule_set
),

windows AS (
    SELECT * FROM cycles WHERE status <> 'not_due' AND window_start_date IS NOT NULL
),

window_values AS (
    SELECT
        windows.subject_id,
        item.key,
        windows.rule_set,
        windows.cycle,
        format('Cycle {} Window', windows.cycle) AS visit,
        100 * windows.cycle + 99 AS visit_number,
        windows.window_start_date AS start_date,
        windows.window_end_date AS end_date,
        CAST(NULL AS DATE) AS target_date,
        item.amount,
        CASE WHEN item.has_change THEN windows.baseline_type END AS baseline_type,
        CASE WHEN item.has_change AND windows.has_baseline THEN windows.baseline_days_per_month END AS baseline_amount,
        CASE WHEN item.has_change AND windows.has_baseline THEN item.amount - windows.baseline_days_per_month END AS change,
        CASE WHEN item.has_change AND windows.has_baseline THEN
            100 * (item.amount - windows.baseline_days_per_month) / nullif(windows.baseline_days_per_month, 0)
        END AS change_pct,
        false AS is_baseline,
        windows.is_judged AS is_analysed,
        CASE WHEN item.has_change THEN windows.completed_by END AS completed_by,
        NULL AS criterion,
        NULL AS is_met
    FROM windows
    CROSS JOIN LATERAL (
        VALUES
        ('window_recorded_days', CAST(windows.recorded_days AS DOUBLE), false),
        ('window_headache_days', CAST(windows.headache_days AS DOUBLE), false),
        ('window_days_per_month', windows.headache_days_per_month, true)
    ) AS item (key, amount, has_change)
),

baseline_values AS (
    -- One record for the baseline before the first injection, one for each where every injection has its own, whether or
    -- not a window has ended.
    SELECT DISTINCT
        judged.subject_id,
        'window_days_per_month',
        judged.rule_set,
        CASE WHEN is_anchored_anew THEN judged.cycle ELSE 0 END,
        CASE WHEN is_anchored_anew THEN format('Cycle {} Baseline', judged.cycle) ELSE 'Baseline' END,
        CASE WHEN is_anchored_anew THEN 100 * judged.cycle ELSE 0 END,
        judged.baseline_start_date,
        judged.baseline_end_date,
        CAST(NULL AS DATE),
        judged.baseline_days_per_month AS amount,
        judged.baseline_type,
        judged.baseline_days_per_month AS baseline_amount,
        CAST(NULL AS DOUBLE) AS change,
        CAST(NULL AS DOUBLE) AS change_pct,
        true AS is_baseline,
        true AS is_analysed,
        CASE
            WHEN judged.baseline_recorded_days < judged.baseline_end_date - judged.baseline_start_date + 1
                THEN 'PRORATED'
        END,
        NULL, NULL
    FROM cycles AS judged
    WHERE judged.has_baseline
),

valued AS (
    SELECT * FROM month_values
    UNION ALL
    SELECT * FROM window_values
    UNION ALL
    SELECT * FROM baseline_values
)

SELECT
    subject.STUDYID,
    subject.USUBJID,
    subject.SITEID,
    subject.TRT01P AS TRTP,
    subject.TRT01PN AS TRTPN,
    subject.SAFFL,
    subject.TRTSDT,
    parameter.PARAMCD,
    parameter.PARAM,
    parameter.PARAMN,
    parameter.RULESET,
    valued.cycle AS ACYCLE,
    valued.visit AS AVISIT,
    valued.visit_number AS AVISITN,
    valued.start_date AS ASTDT,
    valued.end_date AS AENDT,
    valued.end_date AS ADT,
    relative_day(valued.end_date, subject.TRTSDT) AS ADY,
    relative_day(valued.start_date, subject.TRTSDT) AS AWLO,
    relative_day(valued.end_date, subject.TRTSDT) AS AWHI,
    relative_day(valued.target_date, subject.TRTSDT) AS AWTARGET,
    valued.amount AS AVAL,
    valued.baseline_type AS BASETYPE,
    valued.baseline_amount AS BASE,
    valued.change AS CHG,
    valued.change_pct AS PCHG,
    yes_only(valued.is_baseline) AS ABLFL,
    yes_only(valued.is_analysed) AS ANL01FL,
    valued.completed_by AS DTYPE,
    valued.criterion AS CRIT1,
    yes_no(valued.is_met) AS CRIT1FL,
    row_number() OVER (PARTITION BY subject.USUBJID ORDER BY parameter.PARAMCD, valued.visit_number) AS ASEQ
FROM valued
JOIN ADSL AS subject ON subject.SUBJID = valued.subject_id
JOIN adam_parameters AS parameter
    ON parameter.dataset = 'ADDIARY'
    AND parameter.key = valued.key
    AND parameter.RULESET IS NOT DISTINCT FROM valued.rule_set
