"""The thirteen tables a report of the field holds, as queries on a snapshot: label by label, one cell per arm.

Each query gives section, label, arm and cell (text), in the order in which they are read. Numbers come from summary.*
and are only formatted here: counts with their denominator, one decimal for shares and means.
"""

from typing import NamedTuple

# Formats, as macros of the connection. A share of nobody is a dash; p-values follow the usual bounds.
MACROS = """
CREATE OR REPLACE TEMP MACRO tenth(x) AS format('{:.1f}', x);
CREATE OR REPLACE TEMP MACRO share(n, total, pct) AS
    format('{}/{}', n, total) || coalesce(' (' || tenth(pct) || '%)', '');
CREATE OR REPLACE TEMP MACRO span(low, high) AS coalesce(' [' || tenth(low) || ', ' || tenth(high) || ']', '');
CREATE OR REPLACE TEMP MACRO amount(mean, sd, n) AS
    CASE WHEN n = 0 THEN '–' ELSE tenth(mean) || coalesce(' (' || tenth(sd) || ')', '') || format(', n = {}', n) END;
CREATE OR REPLACE TEMP MACRO p_text(p) AS
    CASE WHEN p IS NULL THEN '–' WHEN p < 0.001 THEN '<0.001' ELSE format('{:.3f}', p) END;
CREATE OR REPLACE TEMP MACRO words(code) AS replace(code, '_', ' ');
"""


class PublicationTable(NamedTuple):
    """One table: its file name, title, query and footnote; ``methods`` names what explains an empty one."""

    name: str
    title: str
    query: str
    note: str
    methods: str | None = None


PRIMARY = "rule_set = (SELECT primary_rule_set FROM meta.runs)"

TABLES = (
    PublicationTable(
        "01-disposition",
        "Disposition and analysis sets",
        """SELECT '' AS section, words(step) || CASE detail WHEN '' THEN '' ELSE ': ' || detail END AS label, arm,
            share(n, n_subjects, pct) AS cell
        FROM summary.disposition ORDER BY position, detail""",
        "The first five steps are shares of all subjects known, the others of the treated.",
    ),
    PublicationTable(
        "02-baseline",
        "Demographics and baseline",
        """SELECT words(characteristic) || coalesce(', ' || unit, '') AS section,
            CASE level WHEN '' THEN 'mean (SD)' ELSE level END AS label, arm,
            CASE level WHEN '' THEN amount(mean, sd, n_known) ELSE share(n, n_subjects, pct) END AS cell
        FROM summary.baseline ORDER BY position, characteristic, level""",
        "Treated subjects. Age is the year of consent less the year of birth.",
    ),
    PublicationTable(
        "03-exposure",
        "Exposure and deviations from the injection paradigm",
        """SELECT section, label, arm, cell FROM (
            SELECT 1 AS part, words(measure) AS section, cycle,
                CASE cycle WHEN 0 THEN 'whole treatment' ELSE format('cycle {}', cycle) END AS label, arm,
                amount(mean, sd, n) AS cell
            FROM summary.exposure WHERE n > 0
            UNION ALL
            SELECT 2, words(deviation), cycle, format('cycle {}', cycle), arm,
                share(n_deviating, n_subjects, deviating_pct)
            FROM summary.deviations WHERE n_subjects > 0
        ) ORDER BY part, section, cycle""",
        "Mean (SD); deviations as subjects of those whose session can be judged.",
    ),
    PublicationTable(
        "04-compliance",
        "Diary compliance",
        """SELECT CASE cycle WHEN 0 THEN 'baseline' ELSE format('cycle {}, month {}', cycle, month) END AS section,
            item.label, arm, item.cell
        FROM summary.compliance
        CROSS JOIN LATERAL (VALUES
            (1, 'days recorded', share(recorded_days, expected_days, recorded_pct)),
            (2, 'subjects with enough recorded days', share(n_evaluable, n_subjects, evaluable_pct)),
            (3, 'entries made late', share(late_days, timed_days, late_pct))
        ) AS item (position, label, cell)
        ORDER BY cycle, month, item.position""",
        "Months that are due. Late: more than the limit of data/checks.toml after the end of the day.",
    ),
    PublicationTable(
        "05-responders",
        "Responders by cycle",
        f"""SELECT format('cycle {{}}', cycle) AS section, item.label, arm, item.cell
        FROM summary.responder_rates
        CROSS JOIN LATERAL (VALUES
            (1, 'observed', share(n_responders, n_evaluable, responder_pct) || span(ci_low_pct, ci_high_pct)),
            (2, 'missing = no response', share(n_responders, n_nri, responder_nri_pct)
                || span(nri_ci_low_pct, nri_ci_high_pct))
        ) AS item (position, label, cell)
        WHERE {PRIMARY} ORDER BY cycle, item.position""",
        "Primary rule set. n/N (%) with the 95% Wilson interval.",
    ),
    PublicationTable(
        "06-differences",
        "Responders between arms",
        f"""SELECT format('cycle {{}}, {{}}', cycle, words(analysis)) AS section, item.label, arm, item.cell
        FROM summary.arm_differences
        CROSS JOIN LATERAL (VALUES
            (1, 'responders', share(n_responders, n_subjects, responder_pct)),
            (2, 'reference arm', share(n_reference_responders, n_reference, reference_pct)),
            (3, 'difference, percentage points', coalesce(tenth(difference_pct) || span(ci_low_pct, ci_high_pct), '–')),
            (4, 'number needed to treat', coalesce(tenth(nnt) || span(nnt_ci_low, nnt_ci_high)
                || CASE nnt_kind WHEN 'harm' THEN ' (harm)' ELSE '' END, '–')),
            (5, 'odds ratio', coalesce(tenth(odds_ratio) || span(odds_ratio_ci_low, odds_ratio_ci_high), '–')),
            (6, 'p-value', p_text(p_value))
        ) AS item (position, label, cell)
        WHERE {PRIMARY} ORDER BY cycle, analysis DESC, item.position""",
        "Newcombe interval of the difference; no interval of the number needed where the difference may be 0;"
        " Cochran-Mantel-Haenszel test and odds ratio by overuse.",
        "summary.arm_differences",
    ),
    PublicationTable(
        "07-change",
        "Headache days per 28 days: change from baseline",
        """SELECT CASE cycle WHEN 0 THEN 'baseline' ELSE format('cycle {}, month {}', cycle, month) END AS section,
            item.label, arm, item.cell
        FROM summary.change_from_baseline
        CROSS JOIN LATERAL (VALUES
            (1, 'mean (SD)', amount(mean, sd, n)),
            (2, 'change', amount(change_mean, change_sd, n_change)),
            (3, 'LS mean change', tenth(ls_mean) || span(ls_ci_low, ls_ci_high)),
            (4, 'difference', tenth(difference) || span(difference_ci_low, difference_ci_high)),
            (5, 'p-value', CASE WHEN difference IS NOT NULL THEN p_text(p_value) END)
        ) AS item (position, label, cell)
        WHERE measure = 'headache_days' AND item.cell IS NOT NULL ORDER BY cycle, month, item.position""",
        "Observed months. LS means and differences by analysis of covariance: change ~ arm + baseline + overuse.",
    ),
    PublicationTable(
        "08-course",
        "First, sustained, late and lost response",
        f"""SELECT section, label, arm, cell FROM (
            SELECT format('cycle {{}}', cycle) AS section, cycle, words(course) AS label, arm,
                share(n_course, n_subjects, course_pct) AS cell,
                list_position(['first', 'sustained', 'regained', 'lost', 'none_yet'], course) AS position
            FROM summary.response_courses WHERE {PRIMARY}
            UNION ALL
            SELECT 'all cycles', 99999, words(outcome), arm, share(n_outcome, n_subjects, outcome_pct), position
            FROM summary.response_outcomes WHERE {PRIMARY}
        ) ORDER BY cycle, position NULLS LAST, label""",
        "Primary rule set. All treated subjects are the denominator throughout; the outcomes of all cycles overlap.",
    ),
    PublicationTable(
        "09-reduction",
        "Subjects whose headache days fell by at least so much",
        f"""SELECT format('cycle {{}}', cycle) AS section, format('{{}}% or more', min_reduction_pct) AS label, arm,
            share(n_at_least, n_subjects, at_least_pct) AS cell
        FROM summary.reduction_distribution
        WHERE {PRIMARY} AND min_reduction_pct IN (0, 25, 30, 50, 75, 100)
        ORDER BY cycle, min_reduction_pct""",
        "Primary rule set. Subjects judged whose baseline can be compared with.",
    ),
    PublicationTable(
        "10-shifts",
        "Shifts from baseline",
        """SELECT format('{}, cycle {}, month {}', words(state), cycle, month) AS section,
            format('{} -> {}', baseline_level, level) AS label, arm, share(n_shift, n_subjects, shift_pct) AS cell
        FROM summary.shifts
        WHERE month = (SELECT max(month) FROM summary.shifts) AND baseline_level <> 'unknown'
        ORDER BY state, cycle, baseline_level DESC, level DESC""",
        "chronic article: more than 15 headache days in 28; chronic ichd3: 15 or more; overuse: by the diary.",
    ),
    PublicationTable(
        "11-verdicts",
        "Stop verdicts by rule set",
        """SELECT format('{}, cycle {}', rule_set, cycle) AS section, words(verdict) AS label, arm,
            share(n_verdict, n_subjects, verdict_pct) AS cell
        FROM summary.verdicts ORDER BY rule_set, cycle, verdict""",
        "Of the subjects given the cycle.",
    ),
    PublicationTable(
        "12-quality-of-life",
        "Quality of life",
        """SELECT section, label, arm, cell FROM (
            SELECT instrument || CASE cycle WHEN 0 THEN ', baseline' ELSE format(', cycle {}', cycle) END AS section,
                instrument, cycle, item.position, item.label, arm, item.cell
            FROM summary.quality_of_life
            CROSS JOIN LATERAL (VALUES
                (1, 'mean (SD)', amount(mean, sd, n)),
                (2, 'change', amount(change_mean, change_sd, n_change)),
                (3, 'difference (LS means)', tenth(difference) || span(difference_ci_low, difference_ci_high)
                    || ', p ' || p_text(p_value))
            ) AS item (position, label, cell)
            UNION ALL
            SELECT format('{}, cycle {}', instrument, cycle), instrument, cycle, 3 + min_points,
                format('improved by {:g} points or more', min_points), arm, share(n_improved, n_scored, improved_pct)
            FROM summary.quality_of_life_improved
        ) WHERE cell IS NOT NULL ORDER BY instrument, cycle, position""",
        "Scores observed; lower is better for HIT6 and MIDAS, higher for MSQ.",
    ),
    PublicationTable(
        "13-adverse-events",
        "Adverse events under treatment",
        """SELECT section, label, arm, cell FROM (
            SELECT CASE level WHEN 'term' THEN soc WHEN 'soc' THEN soc ELSE '' END AS section,
                CASE level WHEN 'term' THEN term WHEN 'soc' THEN 'any of these' WHEN 'of_interest' THEN words(term)
                    ELSE words(level) END AS label,
                arm, share(n_with_event, n_subjects, with_event_pct) AS cell, level, soc, term
            FROM summary.adverse_events
            UNION ALL
            SELECT '', 'events whose start is not wholly known', arm, n_events_imputed || ' of ' || n_events,
                'imputed', '', ''
            FROM summary.adverse_events WHERE level = 'any'
        )
        ORDER BY list_position(['any', 'serious', 'related', 'imputed', 'of_interest'], level) NULLS LAST, soc,
            level = 'term', term""",
        "Treated subjects with at least one event, not events, but where events are named. An event whose start is not "
        "wholly known counts unless what is known of its dates rules out that it began under treatment.",
    ),
)
