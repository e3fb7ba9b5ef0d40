-- tabulation.attack_days: the calendar days that attacks touch
-- Grain:   one row per subject_id x diary_date touched by an attack
-- Key:     subject_id, diary_date
-- Units:   hours = h of the day under attack, overlapping attacks counted once
-- Missing: a day without attack has no row: attack-only diaries hold no headache-free days, and none is invented;
--          hours are null where an end or the time of day is unknown
-- Source:  a headache day is a calendar day with headache, so an attack over midnight makes two
WITH touching AS (
    SELECT
        *,
        CAST(attack_start AS DATE) AS first_day,
        attack_end = date_trunc('day', attack_end) AND attack_start = date_trunc('day', attack_start) AS has_dates_only,
        CASE
            WHEN attack_end IS NULL THEN CAST(attack_start AS DATE)
            WHEN has_dates_only THEN CAST(attack_end AS DATE)
            -- An attack that ends at midnight does not reach the next day.
            ELSE greatest(CAST(attack_start AS DATE), CAST(attack_end - INTERVAL 1 MICROSECOND AS DATE))
        END AS last_day
    FROM tabulation.attacks
),

parts AS (
    SELECT
        *,
        CAST(unnest(range(CAST(first_day AS TIMESTAMP), CAST(last_day + 1 AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE)
            AS diary_date,
        attack_end > attack_start AND NOT has_dates_only AS is_timed
    FROM touching
),

timed AS (
    SELECT
        *,
        greatest(attack_start, CAST(diary_date AS TIMESTAMP)) AS part_start,
        CASE WHEN is_timed THEN least(attack_end, CAST(diary_date + 1 AS TIMESTAMP)) END AS part_end
    FROM parts
),

uncovered AS (
    SELECT
        *,
        -- What attacks that began earlier on this day already cover is not counted again.
        greatest(
            part_start,
            max(part_end) OVER (
                PARTITION BY subject_id, diary_date ORDER BY part_start, attack_start
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            )
        ) AS uncovered_start
    FROM timed
)

SELECT
    subject_id,
    diary_date,
    CASE WHEN bool_and(coalesce(is_timed, false)) THEN
        sum(greatest(epoch(part_end) - epoch(uncovered_start), 0)) / 3600
    END AS hours,
    max(severity) AS severity,
    bool_or(migraine) AS migraine,
    nullif(
        array_to_string(
            list_sort(
                list_distinct(
                    flatten(list(
                        -- Codes are sorted among those of the day; a text stays in one piece.
                        CASE WHEN regexp_full_match(acute_medication, '[a-z0-9_]+(;[a-z0-9_]+)*')
                            THEN string_split(acute_medication, ';')
                            ELSE [acute_medication]
                        END
                    ) FILTER (acute_medication IS NOT NULL AND diary_date = first_day))
                )
            ), ';'
        ), ''
    ) AS acute_medication,
    max(entered_at) AS entered_at,
    CAST(count(*) AS INTEGER) AS n_attacks,
    arg_min(file_id, attack_start) AS file_id,
    arg_min(line_number, attack_start) AS line_number
FROM uncovered
GROUP BY subject_id, diary_date
