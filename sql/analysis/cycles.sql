-- analysis.cycles: the injection cycles given
-- Grain:   one row per subject_id x cycle; a cycle is given when an injection has been recorded for it
-- Key:     subject_id, cycle
-- Units:   units = U; sites = injection points; dates inclusive
-- Missing: next_injection_date is null for the latest cycle; units and sites are null where no row states them
-- Source:  docs/rules/cycles.md: by the actual injection dates; REPOSE: 79% had an interval over 13 weeks
WITH sessions AS (
    -- Several rows on one date (one per muscle) are one injection.
    SELECT
        injection.subject_id,
        injection.injection_date,
        CAST(sum(TRY_CAST(injection.units AS DECIMAL(18, 4))) AS DOUBLE) AS units,
        CAST(sum(injection.sites) AS INTEGER) AS sites
    FROM tabulation.injections AS injection
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE injection.injection_date <= cutoff.cutoff_date
    GROUP BY injection.subject_id, injection.injection_date
),

numbered AS (
    SELECT
        *,
        row_number() OVER in_order AS cycle,
        lead(injection_date) OVER in_order AS next_injection_date
    FROM sessions
    WINDOW in_order AS (PARTITION BY subject_id ORDER BY injection_date)
)

SELECT
    numbered.subject_id,
    CAST(numbered.cycle AS INTEGER) AS cycle,
    numbered.injection_date AS start_date,
    -- least() passes over a null: without a next injection the cycle ends on Day 84.
    least(
        numbered.next_injection_date - 1,
        numbered.injection_date + protocol.cycle_days - 1
    ) AS end_date,
    numbered.next_injection_date,
    numbered.units,
    numbered.sites
FROM numbered
CROSS JOIN meta.protocol AS protocol
