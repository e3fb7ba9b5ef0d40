"""The page: what every section shows, read from one snapshot, and the templates that show it."""

import base64
import hashlib
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows.base.resources import resource
from flows.base.toml_files import read_toml
from flows.report import (
    change,
    declared_estimands,
    figures,
    quality,
    responders,
    response_course,
    site_history,
    study_summary,
    subjects,
    treatment,
)
from flows.report.cells import ALL, Row, grouped, load_cells
from flows.report.origins import load_origins
from flows.report.since_last import load_since_last
from flows.report.telling_events import load_telling_events
from flows.report.wording import FILTERS
from flows.study.study_folder import Protocol
from flows.study.words import load_words

SECTIONS = (
    ("answer", "Responders"),
    ("disposition", "Disposition"),
    ("eligibility", "Eligibility"),
    ("rule-sets", "Rule sets"),
    ("differences", "Differences"),
    ("course", "First response"),
    ("headache-days", "Change"),
    ("distribution", "Distribution"),
    ("treatment", "Treatment"),
    ("quality-of-life", "Quality of life"),
    ("safety", "Safety"),
    ("compliance", "Compliance"),
    ("verdicts", "Verdicts"),
    ("since-last", "Since last"),
    ("data-quality", "Data quality"),
    ("methods", "Methods"),
)
TEMPLATES = Path(__file__).parent / "templates"


def render_report(database: Path, target: Path) -> None:
    """Write the report of one snapshot's outcomes.duckdb, which is opened read-only and closed again.

    Beside it, in ``figures/``, stands each of its figures as a file. The same database gives the same bytes. Raises duckdb.Error where a published table is missing.
    """
    with duckdb.connect(database, read_only=True) as con:
        context = load_context(con)
    for name in _templates().list_templates(["html"]):  # to compile them takes as long as to draw the figures
        _templates().get_template(name)
    numbers = {"number": count(1).__next__, "figure_number": count(1).__next__}
    text = _templates().get_template("report.html").render(context, **numbers)
    target.write_text(text, encoding="utf-8")
    figures.write_figures(context["figures"], _style(), target.parent / "figures")


@cache
def _templates() -> Environment:
    """One for the process: to compile the templates takes longer than to fill them. A template that changed is read again."""
    templates = Environment(
        loader=PackageLoader("flows.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    templates.filters |= FILTERS
    return templates


def load_context(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Everything the templates show, by section."""
    run, arms, rule_sets = study_summary.load_run(con), study_summary.load_arms(con), study_summary.load_rule_sets(con)
    primary = rule_sets[0]["rule_set"]
    rates = responders.load_rates(con, arms)
    differences = responders.load_differences(con, primary)
    populations = responders.load_rates_by_population(con, primary, arms)
    population_differences = responders.load_differences_by_population(con, primary)
    of_primary = run["population"] if run["population"] != "all_treated" else ""
    since_last = load_since_last(con)
    context = {
        "sections": [section for section in SECTIONS if since_last or section[0] != "since-last"],
        "since_last": since_last,
        "run": run,
        "arms": arms,
        "protocol": read_toml(resource("data/protocol.toml"), Protocol),
        "words": load_words(),
        "rule_sets": rule_sets,
        "primary": rule_sets[0],
        "rates": grouped(rates, "rule_set"),
        "answer": responders.answer_of(grouped(rates, "rule_set").get(primary, []), differences.get("observed", [])),
        "answer_of_primary": responders.answer_of(
            populations.get(of_primary, []), population_differences.get(of_primary, [])
        ),
        "estimands": declared_estimands.load_estimands(con),
        "all_differences": responders.load_all_differences(con),
        "hypotheses": responders.load_hypotheses(con),
        "populations": populations,
        "population_differences": population_differences,
        "differences": differences,
        "repeated": responders.load_repeated(con, primary),
        "tipping": responders.load_tipping(con, primary),
        "strata": responders.load_strata(con, primary, arms),
        "disposition": study_summary.load_disposition(con),
        "baseline": study_summary.load_baseline(con),
        "eligibility": study_summary.load_eligibility(con),
        "first_response": response_course.load_first_response(con, primary),
        "first_response_days": response_course.load_first_response_days(con, primary),
        "courses": response_course.load_courses(con, primary),
        "outcomes": response_course.load_outcomes(con, primary),
        "flow": response_course.load_flow(con, primary),
        "event_curves": response_course.load_event_curves(con, primary),
        "event_tests": response_course.load_event_tests(con, primary),
        "event_names": load_words()["event"],
        "verdicts": grouped(response_course.load_verdicts(con), "rule_set"),
        "pairs": response_course.load_pairs(con),
        "agreement": response_course.load_agreement(con),
        "shifts": response_course.load_shifts(con),
        "changes": change.load_changes(con, arms),
        "mmrm_months": change.load_mmrm(con),
        "imputed": change.load_imputed(con),
        "months_left_out": change.load_months_left_out(con),
        "distribution": change.load_distribution(con, primary),
        "days_distribution": change.load_days_distribution(con, primary),
        "thresholds": change.load_thresholds(con, primary),
        "reductions": change.load_reductions(con, primary),
        "exposure": treatment.load_exposure(con),
        "deviations": treatment.load_deviations(con),
        "muscles": (muscles := treatment.load_muscles(con)),
        "map_cycle": min((cycle for row in muscles for cycle in row["cycles"]), default=None),
        "quality_of_life": treatment.load_quality_of_life(con),
        "mmrm_scores": treatment.load_mmrm(con),
        "improved": treatment.load_improved(con),
        "has_events_file": quality.has_file(con, "adverse_events"),
        "events": treatment.load_events(con),
        "telling_events": load_telling_events(con) if run["is_blinded"] else [],
        "compliance": quality.load_compliance(con, arms),
        "site_arms": quality.load_site_arms(con, arms),
        "gaps": quality.load_gaps(con, arms),
        "files": quality.load_files(con),
        "lines": quality.load_line_totals(con),
        "quarantine": quality.load_quarantine(con),
        "cells_aside": quality.load_cells_aside(con),
        "flags": quality.load_flags(con),
        "site_runs": site_history.load_site_runs(con),
        "finding_ages": site_history.load_finding_ages(con),
        "age_totals": site_history.load_age_totals(con),
        "origins": load_origins(),
        "methods": load_cells(con, "summary.methods", ("table_name", "statistic")),
        "subjects": subjects.load_subjects(con, arms, rule_sets),
        "most_subjects": subjects.MOST_SUBJECTS,
    }
    return context | {"figures": _figures(context), "script": _script(has_subjects=context["subjects"] is not None)}


def _figures(context: dict[str, Any]) -> dict[str, Any]:
    arms = {arm: label for arm, label in context["arms"].items() if arm != ALL or len(context["arms"]) == 1}
    return {
        "responders": figures.responder_figure(context["rates"].get(context["primary"]["rule_set"], []), arms),
        "months": figures.month_figure(context["changes"].get("headache_days", []), arms),
        "distribution": figures.distribution_figure(context["distribution"], arms),
        "distribution-days": figures.days_distribution_figure(
            context["days_distribution"], arms, context["primary"]["month_days"]
        ),
        "waterfall": figures.waterfall_figure(context["reductions"], arms),
        **{
            event.replace("_", "-"): figures.event_figure(
                context["event_curves"].get(event, []), arms, event, label, axis
            )
            for event, (label, axis) in response_course.EVENT_FIGURES.items()
        },
        "forest": figures.forest_figure(
            context["all_differences"], arms, context["answer"]["cycle"] if context["answer"] else None
        ),
        "estimand-forest": figures.estimand_forest_figure(context["estimands"], arms),
        "flow": figures.flow_figure(context["courses"], context["flow"], arms),
        "drift": figures.drift_figure(context["site_runs"]),
        "muscles": figures.injection_map(context["muscles"]),
    }


def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


def _script(has_subjects: bool) -> Row:
    """The page's own script, and the hash by which the page allows this one and no other."""
    names = ("contents.js", "report.js") if has_subjects else ("contents.js",)
    text = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"text": Markup(text), "hash": f"sha256-{digest}"}
