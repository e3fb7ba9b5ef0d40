-- summary.estimand_events: how many subjects had each intercurrent event, and what the estimand's strategy sets aside for it
-- Grain:   one row per estimand x kind x reasons x arm ('all' included); kinds that the estimand does not name are included
-- Key:     estimand, kind, reasons, arm
-- Units:   n_subjects = the primary population; n = subjects with the event; n_deciding = those whose data it decides on;
--          n_months = months with a change from baseline that are not used; n_cycles = cycles judged, or past, that it decides
-- Missing: null where the event is not recorded: no file states intercurrent events. That a subject stopped shows in the
--          injections as well, a death in the reasons for leaving the study
-- Source:  ICH E9(R1) A.3.1: intercurrent events are described; analysis.estimand_events
WITH kinds AS (
    SELECT item.kind, item.position
    FROM (
        VALUES ('stopped', 1), ('rescue', 2), ('new_preventive', 3), ('other_treatment', 4), ('death', 5)
    ) AS item (kind, position)
),

declared AS (
    SELECT estimand, detail AS kind, reasons, strategy FROM meta.estimands WHERE attribute = 'intercurrent_event'
),

spine AS (
    SELECT estimand, kind, reasons, strategy FROM declared
    UNION ALL
    -- What no entry is about: kinds that are not named, and reasons for stopping that are not.
    SELECT names.estimand, kinds.kind, '', 'not_declared'
    FROM (SELECT DISTINCT estimand FROM meta.estimands) AS names
    CROSS JOIN kinds
    ANTI JOIN declared
        ON declared.estimand = names.estimand AND declared.kind = kinds.kind AND declared.reasons = ''
),

recorded AS (
    SELECT
        kinds.kind,
        kinds.position,
        kinds.kind = 'stopped'
        OR EXISTS (FROM tabulation.intercurrent_events)
        OR (
            kinds.kind = 'death'
            AND EXISTS (FROM tabulation.subjects AS subject WHERE subject.discontinued_code IS NOT NULL)
        ) AS is_recorded
    FROM kinds
),

members AS (
    SELECT member.arm, member.subject_id
    FROM analysis.population_members AS member
    JOIN meta.study AS study
        ON study.primary_rule_set = member.rule_set AND study.population = member.population
),

sizes AS (
    SELECT arms.arm, count(members.subject_id) AS n_subjects
    FROM (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    LEFT JOIN members ON members.arm = arms.arm
    GROUP BY arms.arm
),

months AS (
    SELECT aside.estimand, aside.subject_id, count(*) AS n_months
    FROM analysis.estimand_months AS aside
    JOIN analysis.headache_months AS seen USING (subject_id, cycle, month)
    WHERE seen.change IS NOT NULL
    GROUP BY aside.estimand, aside.subject_id
),

cycles AS (
    SELECT aside.estimand, aside.subject_id, count(*) AS n_cycles
    FROM analysis.estimand_cycles AS aside
    CROSS JOIN meta.study AS study
    JOIN analysis.response_course AS course
        ON course.rule_set = study.primary_rule_set
        AND course.subject_id = aside.subject_id
        AND course.cycle = aside.cycle
    WHERE CASE WHEN aside.strategy = 'composite' THEN course.is_in_nri ELSE course.is_evaluable END
    GROUP BY aside.estimand, aside.subject_id
),

counted AS (
    SELECT
        event.estimand,
        event.kind,
        event.reasons,
        members.arm,
        count(*) AS n,
        count(*) FILTER (event.is_deciding) AS n_deciding,
        coalesce(sum(months.n_months) FILTER (event.is_deciding), 0) AS n_months,
        coalesce(sum(cycles.n_cycles) FILTER (event.is_deciding), 0) AS n_cycles
    FROM analysis.estimand_events AS event
    JOIN members ON members.subject_id = event.subject_id
    LEFT JOIN months ON months.estimand = event.estimand AND months.subject_id = event.subject_id
    LEFT JOIN cycles ON cycles.estimand = event.estimand AND cycles.subject_id = event.subject_id
    GROUP BY ALL
)

SELECT
    spine.estimand,
    spine.kind,
    spine.reasons,
    sizes.arm,
    recorded.position,
    spine.strategy,
    recorded.is_recorded,
    sizes.n_subjects,
    CASE WHEN recorded.is_recorded THEN coalesce(counted.n, 0) END AS n,
    CASE WHEN recorded.is_recorded THEN 100.0 * coalesce(counted.n, 0) / nullif(sizes.n_subjects, 0) END AS pct,
    CASE WHEN recorded.is_recorded THEN coalesce(counted.n_deciding, 0) END AS n_deciding,
    CASE WHEN recorded.is_recorded THEN CAST(coalesce(counted.n_months, 0) AS BIGINT) END AS n_months,
    CASE WHEN recorded.is_recorded THEN CAST(coalesce(counted.n_cycles, 0) AS BIGINT) END AS n_cycles
FROM spine
JOIN recorded ON recorded.kind = spine.kind
CROSS JOIN sizes
LEFT JOIN counted
    ON counted.estimand = spine.estimand
    AND counted.kind = spine.kind
    AND counted.reasons = spine.reasons
    AND counted.arm = sizes.arm
