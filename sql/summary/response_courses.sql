-- summary.response_courses: where each treated subject stands at each cycle: first, sustained, regained, lost, none yet
-- Grain:   one row per rule_set x arm ('all' included) x cycle x course; the courses of a cycle add up to n_subjects
-- Key:     rule_set, arm, cycle, course
-- Units:   n_* = subjects; course_pct = 0..100 of all treated subjects: the denominator stays the same over the cycles
-- Missing: who could not be judged stands under not_evaluable, not_due, not_given or not_reached
-- Source:  Silberstein 2015, J Neurol Neurosurg Psychiatry 86:996 (first-time responders by cycle)
WITH spine AS (
    SELECT rule.rule_set, arms.arm, given.cycle, courses.course
    FROM meta.rule_sets AS rule
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN (
        VALUES ('first'), ('sustained'), ('regained'), ('lost'), ('none_yet'), ('not_evaluable'), ('not_due'),
        ('not_given'), ('not_reached')
    ) AS courses (course)
),

placed AS (
    SELECT member.arm, course.rule_set, course.cycle, course.course
    FROM analysis.response_course AS course
    JOIN analysis.arm_subjects AS member ON member.subject_id = course.subject_id
),

counted AS (
    SELECT spine.rule_set, spine.arm, spine.cycle, spine.course, count(placed.arm) AS n_course
    FROM spine
    LEFT JOIN placed USING (rule_set, arm, cycle, course)
    GROUP BY ALL
)

SELECT
    rule_set,
    arm,
    cycle,
    course,
    CAST(sum(n_course) OVER of_cycle AS INTEGER) AS n_subjects,
    n_course,
    100.0 * n_course / nullif(sum(n_course) OVER of_cycle, 0) AS course_pct
FROM counted
WINDOW of_cycle AS (PARTITION BY rule_set, arm, cycle)
