-- analysis.cutoff: the day up to which data count
-- Grain:   one row
-- Key:     cutoff_date
-- Units:   date
-- Missing: without a stated cut-off it is the latest diary date
-- Source:  docs/rules/cycles.md
SELECT coalesce(any_value(study.data_cutoff), max(diary.diary_date)) AS cutoff_date
FROM meta.study AS study
LEFT JOIN tabulation.diary_days AS diary ON true
