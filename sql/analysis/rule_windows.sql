-- analysis.rule_windows: the days each rule set judges in each cycle, and the days it compares them with
-- Grain:   one row per rule_set x subject_id x cycle
-- Key:     rule_set, subject_id, cycle
-- Units:   dates inclusive
-- Missing: an empty window has null dates (the next injection came before it began) and is due
-- Source:  docs/rules/windows.md; a late injection (day 105): Days 57-84 hold 9 headache days, Days 77-104 hold 14
WITH planned AS (
    SELECT
        rule.rule_set,
        cycle.subject_id,
        cycle.cycle,
        cycle.start_date,
        cycle.next_injection_date,
        -- The day the window is planned to end; an actual next injection overrules the protocol's Day 84.
        CASE
            WHEN rule.window_position = 'first' THEN cycle.start_date + rule.window_days - 1
            WHEN rule.window_end = 'next_injection' AND cycle.next_injection_date IS NOT NULL
                THEN cycle.next_injection_date - 1
            ELSE cycle.start_date + protocol.cycle_days - 1
        END AS planned_end_date,
        CASE WHEN rule.window_position = 'last' THEN rule.window_days END AS last_days,
        CASE
            WHEN rule.baseline_anchor = 'each_injection' THEN cycle.start_date
            ELSE subject.first_injection_date
        END AS anchor_date,
        rule.baseline_days
    FROM analysis.cycles AS cycle
    JOIN analysis.subjects AS subject ON subject.subject_id = cycle.subject_id
    CROSS JOIN meta.rule_sets AS rule
    CROSS JOIN meta.protocol AS protocol
),

bounded AS (
    SELECT
        *,
        greatest(start_date, planned_end_date - last_days + 1) AS window_start_date,
        least(planned_end_date, next_injection_date - 1) AS window_end_date
    FROM planned
)

SELECT
    bounded.rule_set,
    bounded.subject_id,
    bounded.cycle,
    CASE WHEN window_start_date <= window_end_date THEN window_start_date END AS window_start_date,
    CASE WHEN window_start_date <= window_end_date THEN window_end_date END AS window_end_date,
    -- An empty window ended before a next injection that is known, so it is due as well.
    window_end_date <= cutoff.cutoff_date AS is_due,
    bounded.anchor_date - bounded.baseline_days AS baseline_start_date,
    bounded.anchor_date - 1 AS baseline_end_date
FROM bounded
CROSS JOIN analysis.cutoff AS cutoff
