-- Title:   Gaps in the diaries
-- Note:    Days without an answer between the first day of the baseline and the end of the last cycle given, of the time in
--          the study or of the data. A gap is closed by a later answer and stands where it begins, with all its days; months
--          are those of any cycle, later is after Day 84 and before the next injection. Subjects (%), gaps, days.
SELECT CASE characteristic WHEN 'any' THEN 'all' WHEN 'length' THEN 'by length, days' ELSE 'by place' END AS section,
    item.label, arm, item.cell
FROM summary.diary_gaps
CROSS JOIN LATERAL (VALUES
    (1, CASE characteristic WHEN 'any' THEN 'subjects with a gap' ELSE level END,
        share(n_with_gap, n_subjects, with_gap_pct) || format('; {} gaps, {} days', n_gaps, gap_days)),
    (2, 'subjects without an answer up to the end', CASE characteristic WHEN 'any' THEN
        share(n_to_end, n_subjects, to_end_pct) || format('; {} days', to_end_days) END)
) AS item (position, label, cell)
WHERE site = 'all' AND item.cell IS NOT NULL
ORDER BY list_position(['any', 'length', 'place'], characteristic), item.position, list_position(
    ['1', '2 to 3', '4 to 7', '8 to 27', '28 or more', 'baseline', 'month 1', 'month 2', 'month 3', 'later'], level
)
