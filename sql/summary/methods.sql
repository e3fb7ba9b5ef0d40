-- summary.methods: each statistic, its method and source, and whether this study has it
-- Grain:   one row per table_name x statistic
-- Key:     table_name, statistic
-- Units:   none
-- Missing: reason is null where the statistic is given; where it is not, the reason says why
-- Source:  the citations of the column source; docs/statistics.md
WITH listed (table_name, statistic, method, source, needs_arms) AS (
    VALUES
    ('summary.responder_rates', 'interval', 'Wilson score interval, 95%', 'Wilson 1927, J Am Stat Assoc 22:209', false),
    ('summary.responder_rates', 'exact interval', 'Clopper-Pearson interval, 95%', 'Clopper and Pearson 1934, Biometrika 26:404', false),
    ('summary.responder_rates', 'non-responder imputation', 'Treated subjects whose cycle is past and who could not be judged count as not responding', 'ICH E9(R1) 2019, composite handling of missing outcomes', false),
    ('summary.first_response', 'first response', 'First cycle with a response, of all treated subjects', 'Silberstein 2015, J Neurol Neurosurg Psychiatry 86:996', false),
    ('summary.response_thresholds', 'interval', 'Wilson score interval, 95%', 'Wilson 1927, J Am Stat Assoc 22:209', false),
    ('summary.first_response_days', 'days to the first response', 'Kaplan-Meier by the last day of the window; who has not responded is censored at the end of the last judged window', 'Kaplan and Meier 1958, J Am Stat Assoc 53:457', false),
    ('summary.arm_differences', 'difference', 'Newcombe hybrid score interval, 95%', 'Newcombe 1998, Stat Med 17:873, method 10', true),
    ('summary.arm_differences', 'score interval of the difference', 'Miettinen-Nurminen score interval, 95%', 'Miettinen and Nurminen 1985, Stat Med 4:213', true),
    ('summary.arm_differences', 'number needed to treat', 'Inverse of the difference and of the bounds of its Newcombe interval', 'Altman 1998, BMJ 317:1309', true),
    ('summary.arm_differences', 'stratified test', 'Cochran-Mantel-Haenszel chi-square by overuse, no continuity correction; strata that cannot contribute are left out and named', 'Mantel and Haenszel 1959, J Natl Cancer Inst 22:719', true),
    ('summary.responder_rates_by_population', 'interval', 'Wilson score interval, 95%', 'Wilson 1927, J Am Stat Assoc 22:209; ICH E9 1998, section 5.2', false),
    ('summary.arm_differences_by_population', 'difference and test', 'Newcombe hybrid score interval, 95%; Cochran-Mantel-Haenszel chi-square by overuse', 'Newcombe 1998, Stat Med 17:873, method 10; ICH E9 1998, section 5.2', true),
    ('summary.change_from_baseline', 'change', 'Mean of the observed changes with its t interval, 95%', 'Altman and others 2000, Statistics with Confidence', false),
    ('summary.change_from_baseline', 'difference', 'Analysis of covariance: change ~ arm + baseline + overuse', 'Snedecor and Cochran 1967, ch. 14', true),
    ('summary.quality_of_life', 'change', 'Mean of the observed changes with its t interval, 95%', 'Altman and others 2000, Statistics with Confidence', false),
    ('summary.quality_of_life', 'difference', 'Analysis of covariance: change ~ arm + baseline + overuse', 'Snedecor and Cochran 1967, ch. 14', true),
    ('summary.estimates', 'estimands', 'Each estimand of study.toml by its main estimator and by those of its sensitivity analyses', 'ICH E9(R1) 2019', true),
    ('summary.hypotheses', 'adjusted p-values', 'Fixed sequence, Holm, Hochberg or serial gatekeeping, as study.toml declares', 'Holm 1979, Scand J Stat 6:65; Hochberg 1988, Biometrika 75:800; Dmitrienko and Tamhane 2007, Pharm Stat 6:171', true),
    ('summary.imputed_change', 'difference with missing months imputed', 'Multiple imputation by data augmentation; analysis of covariance; Rubin''s rules. At random, jump to reference, copy reference, copy increments in reference, at random with a delta', 'Schafer 1997, ch. 5; Rubin 1987, ch. 3; Barnard and Rubin 1999, Biometrika 86:948; Carpenter, Roger and Kenward 2013, J Biopharm Stat 23:1352', true),
    ('summary.imputed_responders', 'responders with missing months imputed', 'The same imputations; shares and their difference by Rubin''s rules', 'Schafer 1997, ch. 5; Rubin 1987, ch. 3; Carpenter, Roger and Kenward 2013, J Biopharm Stat 23:1352', true),
    ('summary.mmrm_change', 'difference over all months', 'Mixed model for repeated measures, restricted maximum likelihood, Kenward-Roger; the covariance that was fitted stands in the column covariance', 'Mallinckrodt, Clark and David 2001, J Biopharm Stat 11:9; Kenward and Roger 1997, Biometrics 53:983', true),
    ('summary.mmrm_quality_of_life', 'difference over all cycles', 'Mixed model for repeated measures, restricted maximum likelihood, Kenward-Roger; the covariance that was fitted stands in the column covariance', 'Mallinckrodt, Clark and David 2001, J Biopharm Stat 11:9; Kenward and Roger 1997, Biometrics 53:983', true),
    ('summary.repeated_response', 'odds ratio over all cycles', 'Generalised estimating equations, logit link, exchangeable correlation, robust standard errors', 'Liang and Zeger 1986, Biometrika 73:13', true),
    ('summary.time_to_event', 'share with the event', 'Kaplan-Meier by cycle, interval by Greenwood on the log-minus-log scale, 95%', 'Kaplan and Meier 1958, J Am Stat Assoc 53:457; Kalbfleisch and Prentice 1980, ch. 1', false),
    ('summary.time_to_event_tests', 'median', 'Median of the Kaplan-Meier curve with the interval of Brookmeyer and Crowley, 95%', 'Brookmeyer and Crowley 1982, Biometrics 38:29', false),
    ('summary.time_to_event_tests', 'comparison', 'Log-rank test; hazard ratio by Cox regression, ties by Efron; the same for times known to the cycle, complementary log-log', 'Mantel 1966, Cancer Chemother Rep 50:163; Cox 1972, J R Stat Soc B 34:187; Prentice and Gloeckler 1978, Biometrics 34:57', true),
    ('summary.tipping_points', 'tipping points', 'All combinations of responders among the missing, by Newcombe interval', 'Yan, Lee and Li 2009, J Biopharm Stat 19:1085', true),
    ('summary.rule_set_pairs', 'agreement', 'Share of equal answers and Cohen''s kappa', 'Cohen 1960, Educ Psychol Meas 20:37', false),
    ('summary.adverse_events', 'interval', 'Wilson score interval, 95%', 'Wilson 1927, J Am Stat Assoc 22:209', false)
)

SELECT
    listed.table_name,
    listed.statistic,
    listed.method,
    listed.source,
    (NOT listed.needs_arms OR arms.n_arms >= 2) AND NOT item.is_undeclared AS is_given,
    CASE
        WHEN item.is_undeclared AND arms.n_arms >= 2 AND listed.table_name = 'summary.hypotheses'
            THEN 'study.toml declares no order of hypotheses: no p-value is adjusted for another'
        WHEN item.is_undeclared AND arms.n_arms >= 2 AND listed.table_name = 'summary.estimates'
            THEN 'study.toml names no estimand'
        WHEN item.is_undeclared AND arms.n_arms >= 2 THEN 'study.toml has no [analysis.imputation]: no month is imputed'
        WHEN NOT listed.needs_arms OR arms.n_arms >= 2 THEN NULL
        WHEN study.is_blinded THEN 'the study is blinded: arms are not told apart'
        ELSE 'the study has one arm: there is nothing to compare with, so no difference and no p-value'
    END AS reason
FROM listed
CROSS JOIN meta.study AS study
CROSS JOIN (SELECT count(*) AS n_arms FROM meta.arms) AS arms
CROSS JOIN (SELECT count(*) = 0 AS has_no_order FROM meta.hypotheses) AS hypotheses
CROSS JOIN (SELECT count(*) = 0 AS has_none FROM meta.estimands) AS estimands
CROSS JOIN (SELECT count(*) = 0 AS has_no_plan FROM meta.imputation) AS imputation
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN listed.table_name = 'summary.hypotheses' THEN hypotheses.has_no_order
        WHEN listed.table_name = 'summary.estimates' THEN estimands.has_none
        WHEN starts_with(listed.table_name, 'summary.imputed_') THEN imputation.has_no_plan
        ELSE false
    END AS is_undeclared
) AS item
