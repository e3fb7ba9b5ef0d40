-- analysis.population_members: the subjects of each analysis population, arm by arm
-- Grain:   one row per rule_set x population x arm ('all' included) x subject_id
-- Key:     rule_set, population, arm, subject_id
-- Units:   none
-- Missing: a subject whose arm is not known, or blinded, stands under 'all' only; so does one of an arm that study.toml
--          does not name
-- Source:  docs/statistics.md, analysis populations
SELECT populations.rule_set, item.population, member.arm, populations.subject_id
FROM analysis.populations AS populations
JOIN analysis.arm_subjects AS member ON member.subject_id = populations.subject_id
CROSS JOIN LATERAL (
    VALUES
    ('all_treated', populations.is_all_treated),
    ('eligible', populations.is_eligible),
    ('evaluable', populations.is_evaluable)
) AS item (population, is_member)
WHERE item.is_member
