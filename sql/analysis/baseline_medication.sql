-- analysis.baseline_medication: days of acute medication by overuse class in the baseline
-- Grain:   one row per subject_id with a baseline
-- Key:     subject_id
-- Units:   *_days = recorded baseline days with an intake of that class; days, not doses
-- Missing: has_medication_record is false where the subject never wrote down a medication: overuse is then unknown;
--          unknown_days = days with a drug that is not known, which may be of any class
-- Source:  ICHD-3 8.2; a combination drug counts in every class it belongs to
SELECT
    subject_id,
    has_medication_record,
    n_classes,
    any_class_days,
    triptan_days,
    ergot_days,
    opioid_days,
    combination_days,
    simple_days,
    unknown_days,
    any_or_unknown_days
FROM analysis.month_medication
WHERE cycle = 0
