-- summary.adverse_events: subjects with adverse events under treatment, by term; subjects, not events
-- Grain:   one row per arm ('all' included) x level x soc x term
-- Key:     arm, level, soc, term
-- Units:   n_* = subjects (n_events = events; n_events_imputed = those whose start is not wholly known); *_pct = 0..100 of n_subjects; the confidence interval is 95%
-- Missing: soc and term are empty where the level has none; an arm without the event stands with 0. A study in which no
--          event at all was reported has no rows: "none" cannot be told from "not recorded"
-- Source:  of_interest: the risks the article names, by data/codelists/adverse_events_of_interest.toml
WITH events AS (
    SELECT * FROM analysis.treatment_events
),

grouped AS (
    SELECT 'any' AS level, '' AS soc, '' AS term, subject_id, event, start_date_imputed FROM events
    UNION ALL
    SELECT 'serious', '', '', subject_id, event, start_date_imputed FROM events WHERE is_serious
    UNION ALL
    SELECT 'related', '', '', subject_id, event, start_date_imputed FROM events WHERE is_related
    UNION ALL
    SELECT DISTINCT 'of_interest', '', interest.interest, events.subject_id, events.event, events.start_date_imputed
    FROM events
    JOIN meta.adverse_events_of_interest AS interest ON contains(events.term, interest.word)
    UNION ALL
    SELECT 'soc', soc, '', subject_id, event, start_date_imputed FROM events
    UNION ALL
    SELECT 'term', soc, term, subject_id, event, start_date_imputed FROM events
),

groups AS (
    SELECT DISTINCT level, soc, term FROM grouped
    UNION
    SELECT level, '', '' FROM (VALUES ('any'), ('serious'), ('related')) AS always (level)
    UNION
    SELECT 'of_interest', '', interest FROM meta.adverse_events_of_interest
),

treated AS (
    SELECT arms.arm, count(member.subject_id) AS n_subjects
    FROM (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    LEFT JOIN analysis.arm_subjects AS member ON member.arm = arms.arm
    GROUP BY arms.arm
),

placed AS (
    SELECT member.arm, grouped.*
    FROM grouped
    JOIN analysis.arm_subjects AS member ON member.subject_id = grouped.subject_id
),

counted AS (
    SELECT
        treated.arm,
        groups.level,
        groups.soc,
        groups.term,
        treated.n_subjects,
        count(DISTINCT placed.subject_id) AS n_with_event,
        count(placed.event) AS n_events,
        count(placed.start_date_imputed) AS n_events_imputed
    FROM treated
    CROSS JOIN groups
    SEMI JOIN (SELECT DISTINCT true AS is_recorded FROM tabulation.adverse_events) AS reported ON reported.is_recorded
    LEFT JOIN placed
        ON placed.arm = treated.arm
        AND placed.level = groups.level
        AND placed.soc = groups.soc
        AND placed.term = groups.term
    GROUP BY ALL
)

SELECT
    arm,
    level,
    soc,
    term,
    n_subjects,
    n_with_event,
    100.0 * n_with_event / nullif(n_subjects, 0) AS with_event_pct,
    100.0 * wilson_low(n_with_event, n_subjects) AS ci_low_pct,
    100.0 * wilson_high(n_with_event, n_subjects) AS ci_high_pct,
    'wilson' AS ci_method,
    n_events,
    n_events_imputed
FROM counted
