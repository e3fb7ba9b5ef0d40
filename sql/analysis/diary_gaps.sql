-- analysis.diary_gaps: runs of days without a known headache answer
-- Grain:   one row per subject_id (treated) x start_date of a run
-- Key:     subject_id, start_date
-- Units:   missing_days = days of the run; dates inclusive
-- Missing: month is null where the run begins after the last month of its cycle
-- Source:  docs/statistics.md, gaps. A run goes on over the border of a month or a cycle and stands where it begins; one
--          that reaches the last expected day is not closed by a later answer: the subject left, or has not entered it yet
WITH observed AS (
    SELECT subject_id, min(start_date) AS first_date, max(end_date) AS last_date
    FROM analysis.observed_spans
    GROUP BY subject_id
),

-- The days with an answer, and the day before and after all that is expected.
fences AS (
    SELECT observed.subject_id, day.diary_date AS fence_date
    FROM observed
    JOIN analysis.diary_states AS day
        ON day.subject_id = observed.subject_id
        AND day.diary_date BETWEEN observed.first_date AND observed.last_date
        AND day.is_headache_any IS NOT NULL
    UNION ALL
    SELECT subject_id, first_date - 1 FROM observed
    UNION ALL
    SELECT subject_id, last_date + 1 FROM observed
),

runs AS (
    SELECT
        subject_id,
        fence_date + 1 AS start_date,
        lead(fence_date) OVER (PARTITION BY subject_id ORDER BY fence_date) - 1 AS end_date
    FROM fences
)

SELECT
    runs.subject_id,
    runs.start_date,
    runs.end_date,
    span.cycle,
    span.month,
    CAST(runs.end_date - runs.start_date + 1 AS INTEGER) AS missing_days,
    runs.end_date = observed.last_date AS is_to_end
FROM runs
JOIN observed ON observed.subject_id = runs.subject_id
JOIN analysis.observed_spans AS span
    ON span.subject_id = runs.subject_id AND runs.start_date BETWEEN span.start_date AND span.end_date
WHERE runs.start_date <= runs.end_date
