-- tabulation.injections: the injections given, as recorded
-- Grain:   one row per subject_id x injection_date x muscle (a whole session where no muscle is given)
-- Key:     file_id, line_number
-- Units:   units = U of onabotulinumtoxinA; sites = injection points
-- Missing: null units or sites are unknown
-- Source:  docs/files.md: corrections
SELECT
    line.subject_id,
    line.injection_date,
    line.muscle,
    line.units,
    line.sites,
    line.file_id,
    line.line_number
FROM landing.known_injections AS line
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'injections' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
