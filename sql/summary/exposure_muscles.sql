-- summary.exposure_muscles: dose and injection points by muscle, for the map of the injection sites
-- Grain:   one row per arm ('all' included) x cycle x muscle
-- Key:     arm, cycle, muscle
-- Units:   n_* = subjects; *_units = U; *_sites = injection points, both sides together
-- Missing: only sessions recorded muscle by muscle count; in a blinded study there are no rows. fixed_sites is null for
--          a muscle that the paradigm does not know
-- Source:  Blumenfeld 2010, Headache 50:1406; data/codelists/muscles.toml
WITH sessions AS (
    SELECT
        injection.subject_id,
        cycle.cycle,
        regexp_replace(lower(trim(injection.muscle)), '[ -]+', '_', 'g') AS muscle,
        CAST(sum(TRY_CAST(injection.units AS DECIMAL(18, 4))) AS DOUBLE) AS units,
        sum(injection.sites) AS sites
    FROM tabulation.injections AS injection
    JOIN analysis.cycles AS cycle
        ON cycle.subject_id = injection.subject_id AND cycle.start_date = injection.injection_date
    CROSS JOIN meta.study AS study
    WHERE injection.muscle IS NOT NULL AND NOT study.is_blinded
    GROUP BY ALL
),

recorded AS (
    SELECT member.arm, sessions.cycle, count(DISTINCT sessions.subject_id) AS n_subjects
    FROM sessions
    JOIN analysis.arm_subjects AS member ON member.subject_id = sessions.subject_id
    GROUP BY member.arm, sessions.cycle
)

SELECT
    member.arm,
    sessions.cycle,
    sessions.muscle,
    any_value(recorded.n_subjects) AS n_subjects,
    count(*) AS n_injected,
    round(avg(sessions.units), 9) AS mean_units,
    min(sessions.units) AS min_units,
    max(sessions.units) AS max_units,
    round(avg(sessions.sites), 9) AS mean_sites,
    CAST(min(sessions.sites) AS INTEGER) AS min_sites,
    CAST(max(sessions.sites) AS INTEGER) AS max_sites,
    any_value(paradigm.fixed_sites) AS fixed_sites,
    any_value(paradigm.extra_sites) AS extra_sites
FROM sessions
JOIN analysis.arm_subjects AS member ON member.subject_id = sessions.subject_id
JOIN recorded ON recorded.arm = member.arm AND recorded.cycle = sessions.cycle
LEFT JOIN meta.muscles AS paradigm ON paradigm.muscle = sessions.muscle
GROUP BY member.arm, sessions.cycle, sessions.muscle
