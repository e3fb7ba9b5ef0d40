-- summary.diary_gaps: runs of days without an answer, by length and by place in the cycle, by arm and site
-- Grain:   one row per arm ('all' included) x site ('all' included) x characteristic (any, length, place) x level
-- Key:     arm, site, characteristic, level
-- Units:   n_* = subjects, n_gaps = runs; *_days = days of all of them; *_pct = 0..100
-- Missing: a percentage of nobody is null. A run that reaches the last expected day is no gap: it stands in n_to_end and
--          to_end_days
-- Source:  docs/statistics.md, gaps; ICH E9(R1) 2019 asks for the pattern of missing data
WITH members AS (
    SELECT arm_subject.arm, site.level AS site, arm_subject.subject_id
    FROM analysis.arm_subjects AS arm_subject
    JOIN analysis.strata AS site ON site.subject_id = arm_subject.subject_id AND site.stratum = 'site'
    UNION
    SELECT arm, 'all', subject_id FROM analysis.arm_subjects
),

lengths (level, min_days, max_days) AS (
    VALUES ('1', 1, 1), ('2 to 3', 2, 3), ('4 to 7', 4, 7), ('8 to 27', 8, 27), ('28 or more', 28, NULL)
),

spans AS (
    SELECT
        subject_id,
        start_date,
        end_date,
        -- Month 1 to 3 of any cycle; the baseline, and the days after the last month, stand apart.
        CASE WHEN cycle = 0 THEN 'baseline' WHEN month IS NULL THEN 'later' ELSE format('month {}', month) END AS place
    FROM analysis.observed_spans
),

expected AS (
    SELECT subject_id, 'place' AS characteristic, place AS level, sum(end_date - start_date + 1) AS expected_days
    FROM spans
    GROUP BY subject_id, place
    UNION ALL
    SELECT subject_id, 'any', '', sum(end_date - start_date + 1)
    FROM spans
    GROUP BY subject_id
    UNION ALL
    SELECT spans.subject_id, 'length', lengths.level, sum(spans.end_date - spans.start_date + 1)
    FROM spans
    CROSS JOIN lengths
    GROUP BY spans.subject_id, lengths.level
),

runs AS (
    SELECT gap.subject_id, gap.missing_days, gap.is_to_end, item.characteristic, item.level
    FROM analysis.diary_gaps AS gap
    JOIN spans ON spans.subject_id = gap.subject_id AND gap.start_date BETWEEN spans.start_date AND spans.end_date
    JOIN lengths
        ON gap.missing_days >= lengths.min_days
        AND (lengths.max_days IS NULL OR gap.missing_days <= lengths.max_days)
    CROSS JOIN LATERAL (
        VALUES ('any', ''), ('length', lengths.level), ('place', spans.place)
    ) AS item (characteristic, level)
),

of_subjects AS (
    SELECT
        subject_id,
        characteristic,
        level,
        count(*) FILTER (NOT is_to_end) AS n_gaps,
        sum(missing_days) FILTER (NOT is_to_end) AS gap_days,
        bool_or(is_to_end) AS is_to_end,
        sum(missing_days) FILTER (is_to_end) AS to_end_days
    FROM runs
    GROUP BY subject_id, characteristic, level
)

SELECT
    members.arm,
    members.site,
    expected.characteristic,
    expected.level,
    count(*) AS n_subjects,
    CAST(sum(expected.expected_days) AS INTEGER) AS expected_days,
    count(*) FILTER (of_subjects.n_gaps > 0) AS n_with_gap,
    100.0 * count(*) FILTER (of_subjects.n_gaps > 0) / count(*) AS with_gap_pct,
    CAST(coalesce(sum(of_subjects.n_gaps), 0) AS INTEGER) AS n_gaps,
    CAST(coalesce(sum(of_subjects.gap_days), 0) AS INTEGER) AS gap_days,
    count(*) FILTER (of_subjects.is_to_end) AS n_to_end,
    100.0 * count(*) FILTER (of_subjects.is_to_end) / count(*) AS to_end_pct,
    CAST(coalesce(sum(of_subjects.to_end_days), 0) AS INTEGER) AS to_end_days
FROM members
JOIN expected ON expected.subject_id = members.subject_id
LEFT JOIN of_subjects
    ON of_subjects.subject_id = expected.subject_id
    AND of_subjects.characteristic = expected.characteristic
    AND of_subjects.level = expected.level
GROUP BY ALL
