-- ADEX: what was injected, by cycle and over the whole treatment
-- Grain:   one row per subject (treated), parameter and cycle
-- Key:     STUDYID, USUBJID, PARAMCD, AVISITN
-- Units:   AVAL by parameter: U, injection points, days or cycles
-- Missing: a dose or number of points that was not recorded is empty; the latest cycle has no interval
-- Source:  data/protocol.toml (bounds); ADaM Implementation Guide, BDS
WITH single_rows AS (
    -- A session that is one row of a file leads to that row; one of a row for each muscle does not.
    SELECT
        injection.subject_id,
        injection.injection_date,
        any_value(injection.file_id) AS file_id,
        any_value(injection.line_number) AS line_number,
        any_value(file.path) AS path
    FROM tabulation.injections AS injection
    LEFT JOIN adam_files AS file ON file.file_id = injection.file_id
    GROUP BY injection.subject_id, injection.injection_date
    HAVING count(*) = 1
),

valued AS (
    SELECT
        cycle.subject_id,
        item.key,
        cycle.cycle,
        cycle.start_date,
        cycle.end_date,
        item.amount,
        item.criterion,
        item.amount BETWEEN item.low AND item.high AS is_met,
        item.column_name
    FROM analysis.cycles AS cycle
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN LATERAL (
        VALUES
        ('units', cycle.units, NULL, NULL, NULL, 'UNITS'),
        (
            'sites', CAST(cycle.sites AS DOUBLE),
            format('{} to {} injection points', protocol.min_sites, protocol.max_sites),
            protocol.min_sites, protocol.max_sites, 'SITES'
        ),
        (
            'interval_days', CAST(cycle.next_injection_date - cycle.start_date AS DOUBLE),
            format('{} to {} days', protocol.min_interval_days, protocol.max_interval_days),
            protocol.min_interval_days, protocol.max_interval_days, NULL
        )
    ) AS item (key, amount, criterion, low, high, column_name)
    WHERE item.key <> 'interval_days' OR item.amount IS NOT NULL
    UNION ALL
    SELECT
        cycle.subject_id, item.key, NULL, min(cycle.start_date), max(cycle.end_date), any_value(item.amount), NULL, NULL, NULL
    FROM analysis.cycles AS cycle
    JOIN (
        SELECT subject_id, 'cycles_given' AS key, CAST(count(*) AS DOUBLE) AS amount
        FROM analysis.cycles
        GROUP BY subject_id
        UNION ALL
        SELECT subject_id, 'total_units', CASE WHEN count(units) = count(*) THEN sum(units) END
        FROM analysis.cycles
        GROUP BY subject_id
    ) AS item ON item.subject_id = cycle.subject_id
    GROUP BY cycle.subject_id, item.key
)

SELECT
    subject.STUDYID,
    subject.USUBJID,
    subject.SITEID,
    subject.TRT01A AS TRTA,
    subject.TRT01AN AS TRTAN,
    subject.SAFFL,
    subject.TRTSDT,
    parameter.PARAMCD,
    parameter.PARAM,
    parameter.PARAMN,
    valued.cycle AS ACYCLE,
    CASE WHEN valued.cycle IS NULL THEN 'Overall' ELSE 'Cycle ' || valued.cycle END AS AVISIT,
    coalesce(100 * valued.cycle, 9999) AS AVISITN,
    valued.start_date AS ASTDT,
    valued.end_date AS AENDT,
    valued.start_date AS ADT,
    relative_day(valued.start_date, subject.TRTSDT) AS ADY,
    valued.amount AS AVAL,
    valued.criterion AS CRIT1,
    yes_no(valued.is_met) AS CRIT1FL,
    yes_only(valued.amount IS NOT NULL) AS ANL01FL,
    CASE WHEN single_rows.subject_id IS NOT NULL THEN 'INJECT' END AS SRCDOM,
    CASE WHEN single_rows.subject_id IS NOT NULL THEN valued.column_name END AS SRCVAR,
    single_rows.line_number AS SRCSEQ,
    single_rows.path AS SRCFILE,
    single_rows.file_id AS SRCFID,
    single_rows.line_number AS SRCLINE,
    row_number() OVER (
        PARTITION BY subject.USUBJID ORDER BY parameter.PARAMCD, coalesce(valued.cycle, 9999)
    ) AS ASEQ
FROM valued
JOIN ADSL AS subject ON subject.SUBJID = valued.subject_id
JOIN adam_parameters AS parameter ON parameter.dataset = 'ADEX' AND parameter.key = valued.key
LEFT JOIN single_rows
    ON single_rows.subject_id = valued.subject_id
    AND single_rows.injection_date = valued.start_date
    AND valued.column_name IS NOT NULL
