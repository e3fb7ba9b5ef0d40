-- summary.deviations: sessions that left the injection paradigm; a deviation loses nobody
-- Grain:   one row per arm ('all' included) x deviation x cycle
-- Key:     arm, deviation, cycle
-- Units:   n_* = subjects; deviating_pct = 0..100 of n_subjects
-- Missing: n_subjects counts those whose session can be judged; in a blinded study nothing about the dose is told
-- Source:  data/protocol.toml: 31 to 39 points, 5 U each, 10 to 14 weeks between injections
WITH sessions AS (
    SELECT cycle.*, protocol.*, study.is_blinded
    FROM analysis.cycles AS cycle
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN meta.study AS study
),

judged AS (
    SELECT subject_id, cycle, 'sites_outside_range' AS deviation, sites NOT BETWEEN min_sites AND max_sites AS is_deviating
    FROM sessions
    WHERE NOT is_blinded
    UNION ALL
    SELECT subject_id, cycle, 'units_not_5_per_site', units <> units_per_site * sites
    FROM sessions
    WHERE NOT is_blinded
    UNION ALL
    SELECT subject_id, cycle, 'next_injection_early', next_injection_date - start_date < min_interval_days FROM sessions
    UNION ALL
    SELECT subject_id, cycle, 'next_injection_late', next_injection_date - start_date > max_interval_days FROM sessions
)

SELECT
    member.arm,
    judged.deviation,
    judged.cycle,
    count(judged.is_deviating) AS n_subjects,
    count(*) FILTER (judged.is_deviating) AS n_deviating,
    100.0 * count(*) FILTER (judged.is_deviating) / nullif(count(judged.is_deviating), 0) AS deviating_pct
FROM judged
JOIN analysis.arm_subjects AS member ON member.subject_id = judged.subject_id
GROUP BY member.arm, judged.deviation, judged.cycle
