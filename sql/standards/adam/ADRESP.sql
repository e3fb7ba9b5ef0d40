-- ADRESP: response, verdict and first response under each rule set
-- Grain:   one row per subject (treated), parameter and cycle; cycles not given to the subject included
-- Key:     STUDYID, USUBJID, PARAMCD, AVISITN
-- Units:   AVAL = 1 response, 0 none; of FRSP the number of a cycle
-- Missing: a response that cannot be told has an empty AVAL, and AVALC says why; it is never 0. RNRI counts it as 0, and
--          DTYPE says so
-- Source:  docs/rule-parameters.md; ADaM Implementation Guide, BDS: a rule over several rows is a parameter of its own
WITH judged AS (
    SELECT
        course.rule_set,
        course.subject_id,
        course.cycle,
        course.is_in_nri,
        course.is_evaluable,
        course.is_responder,
        upper(replace(course.status, '_', ' ')) AS status,
        upper(replace(responder.verdict, '_', ' ')) AS verdict,
        responder.window_start_date,
        responder.window_end_date
    FROM analysis.response_course AS course
    LEFT JOIN analysis.responder AS responder
        ON responder.rule_set = course.rule_set
        AND responder.subject_id = course.subject_id
        AND responder.cycle = course.cycle
),

first_responses AS (
    SELECT
        rule_set,
        subject_id,
        min(cycle) FILTER (is_responder) AS cycle,
        arg_min(window_start_date, cycle) FILTER (is_responder) AS window_start_date,
        arg_min(window_end_date, cycle) FILTER (is_responder) AS window_end_date
    FROM judged
    GROUP BY rule_set, subject_id
),

valued AS (
    SELECT
        subject_id,
        'response' AS key,
        rule_set,
        cycle,
        window_start_date AS start_date,
        window_end_date AS end_date,
        CASE WHEN is_evaluable THEN CAST(is_responder AS INTEGER) END AS amount,
        status AS amount_text,
        is_evaluable AS is_analysed,
        NULL AS completed_by
    FROM judged
    UNION ALL
    SELECT
        subject_id, 'response_imputed', rule_set, cycle, window_start_date, window_end_date,
        CAST(is_responder AS INTEGER),
        yes_no(is_responder),
        true,
        CASE WHEN NOT is_evaluable THEN 'NRI' END
    FROM judged
    WHERE is_in_nri
    UNION ALL
    SELECT
        subject_id, 'verdict', rule_set, cycle, window_start_date, window_end_date,
        NULL,
        verdict,
        true,
        NULL
    FROM judged
    WHERE verdict IS NOT NULL
    UNION ALL
    SELECT
        subject_id, 'first_response', rule_set, NULL, window_start_date, window_end_date,
        cycle,
        NULL,
        true,
        NULL
    FROM first_responses
),

placed AS (
    SELECT
        valued.*,
        subject.* EXCLUDE (ARM, ARMCD),
        parameter.PARAMCD,
        parameter.PARAM,
        parameter.PARAMN,
        parameter.RULESET,
        CASE WHEN valued.cycle IS NULL THEN 'Overall' ELSE format('Cycle {} Window', valued.cycle) END AS visit,
        CASE WHEN valued.cycle IS NULL THEN 9999 ELSE 100 * valued.cycle + 99 END AS visit_number
    FROM valued
    JOIN ADSL AS subject ON subject.SUBJID = valued.subject_id
    JOIN adam_parameters AS parameter
        ON parameter.dataset = 'ADRESP'
        AND parameter.key = valued.key
        AND parameter.RULESET = valued.rule_set
),

numbered AS (
    SELECT *, row_number() OVER (PARTITION BY USUBJID ORDER BY PARAMCD, visit_number) AS sequence FROM placed
)

SELECT
    numbered.STUDYID,
    numbered.USUBJID,
    numbered.SITEID,
    numbered.TRT01P AS TRTP,
    numbered.TRT01PN AS TRTPN,
    numbered.SAFFL,
    numbered.TRTSDT,
    numbered.PARAMCD,
    numbered.PARAM,
    numbered.PARAMN,
    numbered.RULESET,
    numbered.cycle AS ACYCLE,
    numbered.visit AS AVISIT,
    numbered.visit_number AS AVISITN,
    numbered.start_date AS ASTDT,
    numbered.end_date AS AENDT,
    numbered.end_date AS ADT,
    relative_day(numbered.end_date, numbered.TRTSDT) AS ADY,
    relative_day(numbered.start_date, numbered.TRTSDT) AS AWLO,
    relative_day(numbered.end_date, numbered.TRTSDT) AS AWHI,
    numbered.amount AS AVAL,
    numbered.amount_text AS AVALC,
    yes_only(numbered.is_analysed) AS ANL01FL,
    numbered.completed_by AS DTYPE,
    CASE WHEN source.sequence IS NOT NULL THEN 'ADRESP' END AS SRCDOM,
    CASE WHEN source.sequence IS NOT NULL THEN CASE numbered.key WHEN 'first_response' THEN 'ACYCLE' ELSE 'AVAL' END END
        AS SRCVAR,
    source.sequence AS SRCSEQ,
    numbered.sequence AS ASEQ
FROM numbered
-- The record of RESP that an imputed or a first response is made from.
LEFT JOIN numbered AS source
    ON source.key = 'response'
    AND source.subject_id = numbered.subject_id
    AND source.rule_set = numbered.rule_set
    AND (
        (numbered.key = 'response_imputed' AND source.cycle = numbered.cycle)
        OR (numbered.key = 'first_response' AND source.cycle = numbered.amount)
    )
