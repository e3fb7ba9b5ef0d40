-- analysis.rule_sensitivity: do the rule sets agree on this cycle?
-- Grain:   one row per subject_id x cycle given
-- Key:     subject_id, cycle
-- Units:   n_* = rule sets; lists of rule sets are sorted and separated by a comma
-- Missing: is_unanimous is null where fewer than two rule sets could judge the cycle
-- Source:  docs/rules/side-by-side.md: cases where definitions disagree
SELECT
    subject_id,
    cycle,
    any_value(arm) AS arm,
    count(*) AS n_rule_sets,
    count(*) FILTER (status = 'responder') AS n_responder,
    count(*) FILTER (status = 'non_responder') AS n_non_responder,
    count(*) FILTER (status = 'not_evaluable') AS n_not_evaluable,
    count(*) FILTER (status = 'not_due') AS n_not_due,
    array_to_string(list_sort(list(rule_set) FILTER (status = 'responder')), ', ') AS responder_rule_sets,
    array_to_string(list_sort(list(rule_set) FILTER (status = 'non_responder')), ', ') AS non_responder_rule_sets,
    array_to_string(list_sort(list(rule_set) FILTER (starts_with(verdict, 'stop'))), ', ') AS stop_rule_sets,
    CASE WHEN n_responder + n_non_responder > 1 THEN n_responder = 0 OR n_non_responder = 0 END AS is_unanimous
FROM analysis.responder
GROUP BY subject_id, cycle
