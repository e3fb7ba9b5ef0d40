-- tabulation.attacks: the current entry of each attack
-- Grain:   one row per subject_id x attack_start that has a current entry
-- Key:     subject_id, attack_start
-- Units:   attack_start, attack_end = local time of the diary
-- Missing: a null attack_end is unknown, never 'over at once'
-- Source:  exports of diaries that are kept by attack, not by day
SELECT
    line.subject_id,
    line.attack_start,
    line.attack_end,
    line.severity,
    line.migraine,
    line.acute_medication,
    line.entered_at,
    line.file_id,
    line.line_number
FROM landing.known_attacks AS line
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'attacks' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
