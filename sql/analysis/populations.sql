-- analysis.populations: in which analysis populations each treated subject is
-- Grain:   one row per rule_set x subject_id (treated)
-- Key:     rule_set, subject_id
-- Units:   none
-- Missing: a subject whose eligibility cannot be told is not in the population of the eligible
-- Source:  docs/statistics.md; ICH E9 section 5.2. Without a headache day at baseline a subject may respond under the
--          article's rule; such a subject is treated and evaluable, and not eligible
SELECT
    course.rule_set,
    course.subject_id,
    any_value(course.arm) AS arm,
    true AS is_all_treated,
    coalesce(any_value(eligibility.is_eligible), false) AS is_eligible,
    bool_or(course.is_evaluable) AS is_evaluable,
    CASE any_value(study.population)
        WHEN 'eligible' THEN coalesce(any_value(eligibility.is_eligible), false)
        WHEN 'evaluable' THEN bool_or(course.is_evaluable)
        ELSE true
    END AS is_primary
FROM analysis.response_course AS course
LEFT JOIN analysis.eligibility AS eligibility ON eligibility.subject_id = course.subject_id
CROSS JOIN meta.study AS study
GROUP BY course.rule_set, course.subject_id
