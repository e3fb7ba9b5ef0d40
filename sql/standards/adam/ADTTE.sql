-- ADTTE: days to the first response under each rule set
-- Grain:   one row per subject (treated) and rule set
-- Key:     STUDYID, USUBJID, PARAMCD
-- Units:   AVAL = days from the first injection, which is day 1
-- Missing: without a response the subject is censored on the last day of the last window that was judged, or on the day
--          of the first injection where none was
-- Source:  ADaM Basic Data Structure for Time-to-Event Analyses 1.0
WITH responses AS (
    SELECT
        response.*,
        row_number() OVER (PARTITION BY response.USUBJID, response.RULESET ORDER BY
            response.AVAL DESC, CASE WHEN response.AVAL = 1 THEN response.ACYCLE ELSE -response.ACYCLE END) AS rank
    FROM ADRESP AS response
    JOIN adam_parameters AS parameter
        ON parameter.dataset = 'ADRESP' AND parameter.key = 'response' AND parameter.PARAMCD = response.PARAMCD
    WHERE response.AVAL IS NOT NULL
),

-- The first cycle with a response, else the last one that was judged.
decisive AS (
    SELECT * FROM responses WHERE rank = 1
)

SELECT
    subject.STUDYID,
    subject.USUBJID,
    subject.SITEID,
    subject.TRT01P AS TRTP,
    subject.TRT01PN AS TRTPN,
    subject.SAFFL,
    parameter.PARAMCD,
    parameter.PARAM,
    parameter.PARAMN,
    parameter.RULESET,
    subject.TRTSDT AS STARTDT,
    coalesce(decisive.ADT, subject.TRTSDT) AS ADT,
    relative_day(coalesce(decisive.ADT, subject.TRTSDT), subject.TRTSDT) AS ADY,
    coalesce(decisive.ADT, subject.TRTSDT) - subject.TRTSDT + 1 AS AVAL,
    CASE WHEN decisive.AVAL = 1 THEN 0 WHEN decisive.AVAL = 0 THEN 1 ELSE 2 END AS CNSR,
    CASE
        WHEN decisive.AVAL = 1 THEN 'FIRST RESPONSE'
        WHEN decisive.AVAL = 0 THEN 'NO RESPONSE IN ANY WINDOW JUDGED'
        ELSE 'NO WINDOW JUDGED'
    END AS EVNTDESC,
    decisive.ACYCLE,
    'Y' AS ANL01FL,
    CASE WHEN decisive.ASEQ IS NOT NULL THEN 'ADRESP' ELSE 'ADSL' END AS SRCDOM,
    CASE WHEN decisive.ASEQ IS NOT NULL THEN 'ADT' ELSE 'TRTSDT' END AS SRCVAR,
    decisive.ASEQ AS SRCSEQ,
    row_number() OVER (PARTITION BY subject.USUBJID ORDER BY parameter.PARAMCD) AS ASEQ
FROM ADSL AS subject
JOIN adam_parameters AS parameter ON parameter.dataset = 'ADTTE'
LEFT JOIN decisive ON decisive.USUBJID = subject.USUBJID AND decisive.RULESET = parameter.RULESET
WHERE subject.SAFFL = 'Y'
