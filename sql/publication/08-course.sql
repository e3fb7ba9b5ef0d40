-- Title:   First, sustained, late and lost response
-- Note:    Primary rule set. All treated subjects are the denominator throughout; the outcomes of all cycles overlap.
SELECT section, label, arm, cell FROM (
    SELECT format('cycle {}', cycle) AS section, cycle, words(course) AS label, arm,
        share(n_course, n_subjects, course_pct) AS cell,
        list_position(['first', 'sustained', 'regained', 'lost', 'none_yet'], course) AS position
    FROM summary.response_courses WHERE rule_set = (SELECT primary_rule_set FROM meta.runs)
    UNION ALL
    SELECT 'all cycles', 99999, words(outcome), arm, share(n_outcome, n_subjects, outcome_pct), position
    FROM summary.response_outcomes WHERE rule_set = (SELECT primary_rule_set FROM meta.runs)
) ORDER BY cycle, position NULLS LAST, label
