-- Texts of cells of the publication tables. A share of nobody is a dash; p-values follow the usual bounds.
CREATE OR REPLACE TEMP MACRO tenth(x) AS format('{:.1f}', x);
CREATE OR REPLACE TEMP MACRO share(n, total, pct) AS
    format('{}/{}', n, total) || coalesce(' (' || tenth(pct) || '%)', '');
CREATE OR REPLACE TEMP MACRO span(low, high) AS coalesce(' [' || tenth(low) || ', ' || tenth(high) || ']', '');
CREATE OR REPLACE TEMP MACRO amount(mean, sd, n) AS
    CASE WHEN n = 0 THEN '–' ELSE tenth(mean) || coalesce(' (' || tenth(sd) || ')', '') || format(', n = {}', n) END;
CREATE OR REPLACE TEMP MACRO p_text(p) AS
    CASE WHEN p IS NULL THEN '–' WHEN p < 0.001 THEN '<0.001' ELSE format('{:.3f}', p) END;
CREATE OR REPLACE TEMP MACRO words(code) AS replace(code, '_', ' ');
