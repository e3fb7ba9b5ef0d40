-- analysis.medication_combinations: which overuse classes each text of acute medication holds
-- Grain:   one row per distinct text in the diary
-- Key:     acute_medication
-- Units:   has_* = at least one drug of that class
-- Missing: has_unknown = the text, or a part of it, names a drug that is not known: it may be of any class, even of two
-- Source:  ICHD-3 8.2; a combination drug counts in every class it belongs to. Gepants and ditans have no limit there,
--          so they are of no class here
WITH listed AS (
    SELECT text, NOT is_known AS has_unknown, string_split(coalesce(overuse_classes, ''), ';') AS classes
    FROM meta.medication
)

SELECT
    text AS acute_medication,
    list_has_any(classes, ['triptan', 'ergot', 'opioid', 'combination', 'simple']) AS has_class,
    list_contains(classes, 'triptan') AS has_triptan,
    list_contains(classes, 'ergot') AS has_ergot,
    list_contains(classes, 'opioid') AS has_opioid,
    list_contains(classes, 'combination') AS has_combination,
    list_contains(classes, 'simple') AS has_simple,
    has_unknown
FROM listed
