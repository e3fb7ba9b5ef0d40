"""Figures of the report: Vega-Lite charts, drawn to SVG without a browser, and the injection map, drawn by hand.

Colours are CSS variables of the page, so that one drawing serves light, dark and paper. Arms and statuses differ by
shape, line style or place too, never by colour alone.
"""

from flows.report.figures.distribution import days_distribution_figure, distribution_figure, waterfall_figure
from flows.report.figures.engine import engine
from flows.report.figures.estimand_forest import estimand_forest_figure
from flows.report.figures.event_curves import event_figure
from flows.report.figures.figure_files import write_figures
from flows.report.figures.flow import flow_figure
from flows.report.figures.forest import forest_figure
from flows.report.figures.injections import injection_map
from flows.report.figures.months import month_figure
from flows.report.figures.responder_rates import responder_figure
from flows.report.figures.site_multiples import drift_figure

__all__ = [
    "days_distribution_figure",
    "distribution_figure",
    "drift_figure",
    "engine",
    "estimand_forest_figure",
    "event_figure",
    "flow_figure",
    "forest_figure",
    "injection_map",
    "month_figure",
    "responder_figure",
    "waterfall_figure",
    "write_figures",
]
