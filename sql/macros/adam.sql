-- Flags and relative days of the datasets of sql/standards/adam/.
CREATE OR REPLACE TEMP MACRO yes_no(x) AS CASE WHEN x THEN 'Y' WHEN NOT x THEN 'N' END;
CREATE OR REPLACE TEMP MACRO yes_only(x) AS CASE WHEN x THEN 'Y' END;
-- The first injection is Day 1, the day before it Day -1: there is no Day 0.
CREATE OR REPLACE TEMP MACRO relative_day(x, day_1) AS x - day_1 + CASE WHEN x >= day_1 THEN 1 ELSE 0 END;
-- 5.0 is written as 5, and 10.6 as 10.6.
CREATE OR REPLACE TEMP MACRO points_text(x) AS regexp_replace(CAST(x AS VARCHAR), '\.0$', '');
