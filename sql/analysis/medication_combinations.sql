-- analysis.medication_combinations: which overuse classes each combination of acute medication holds
-- Grain:   one row per distinct text of codes in the diary
-- Key:     acute_medication
-- Units:   has_* = at least one code of that class
-- Missing: a code that the code list does not know belongs to no class
-- Source:  ICHD-3 8.2; a combination drug counts in every class it belongs to
WITH combinations AS (
    SELECT DISTINCT acute_medication FROM tabulation.diary_days WHERE acute_medication IS NOT NULL
),

classes AS (
    SELECT combination.acute_medication, medication.class
    FROM combinations AS combination
    CROSS JOIN unnest(string_split(combination.acute_medication, ';')) AS taken (code)
    LEFT JOIN meta.acute_medication AS medication ON medication.code = taken.code
)

SELECT
    acute_medication,
    coalesce(bool_or(class IS NOT NULL), false) AS has_class,
    coalesce(bool_or(class = 'triptan'), false) AS has_triptan,
    coalesce(bool_or(class = 'ergot'), false) AS has_ergot,
    coalesce(bool_or(class = 'opioid'), false) AS has_opioid,
    coalesce(bool_or(class = 'combination'), false) AS has_combination,
    coalesce(bool_or(class = 'simple'), false) AS has_simple
FROM classes
GROUP BY acute_medication
