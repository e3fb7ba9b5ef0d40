"""Mean change of headache days from the baseline, month by month."""

from math import ceil, floor

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import arm_colour, arm_dash, arm_shape, drawable, in_words, with_counts
from flows.report.figures.svg import Figure, draw_figure
from flows.report.figures.vega import MINUS, Spec, field, layer, mark, view

STEP = 2  # days between the lines of the grid, so that the axis ends on one


def month_figure(months: list[Row], arms: dict[str, str]) -> Figure | None:
    """Mean change of headache days per 28 days with its 95% interval, by arm; the baseline is zero.

    Grain in: rows of summary.change_from_baseline of one measure. None while no month can be compared with a baseline.
    """
    arms = drawable(arms)
    rows: list[Row] = [
        {
            "at": _position(month),
            "arm": arms[month["arm"]],
            "mean": month["change_mean"].value if month["cycle"] else 0.0,
            "low": _bound(month, "change_ci_low"),
            "high": _bound(month, "change_ci_high"),
            "count": str((month["n_change"] if month["cycle"] else month["n"]).value or 0),
            "words": _in_words(month),
        }
        for month in months
        if month["arm"] in arms
    ]
    judged = [row for row in rows if row["mean"] is not None]
    if not any(row["at"] for row in judged):
        return None
    labels = list(arms.values())
    last_cycle = max(month["cycle"] for month in months)
    positions = list(range(3 * last_cycle + 1))
    for row in rows:  # side by side, so that intervals do not hide each other
        row["x"] = row["at"] + 0.16 * (labels.index(row["arm"]) - (len(labels) - 1) / 2)
    lowest, highest = min(row["low"] for row in judged), max(row["high"] for row in judged)
    ends = [STEP * floor(min(lowest, 0) / STEP), STEP * ceil(max(highest, 0) / STEP)]

    def draw(width: int) -> Spec:
        width = max(width, 23 * len(positions))
        scale = {"domain": [-0.6, positions[-1] + 0.6], "nice": False}
        axis = {
            "title": None, "values": positions, "grid": False, "labelOverlap": False, "orient": "bottom",
            "labelExpr": "datum.value == 0 ? ['Base-', 'line'] : (datum.value - 1) % 3 == 1"
            " ? [2, 'Cycle ' + (floor((datum.value - 1) / 3) + 1)] : [(datum.value - 1) % 3 + 1, '']",
        }  # fmt: skip
        x = field("x:Q", scale=scale, axis=axis)
        base = {"x": x, "color": arm_colour(labels)}
        title = "Change in headache days per 28 days"
        y = field("mean:Q", title=title, scale={"domain": ends}, axis={"labelExpr": MINUS})
        point = mark("point", filled=True, size=60, opacity=1)
        plot = layer(
            view("injections", mark("rule", color="var(--axis)", strokeDash=[2, 3]), x=x),
            view("judged", mark("rule", strokeWidth=1.5), **base, y=field("low:Q"), y2=field("high")),
            view("judged", mark("line", strokeWidth=1.5), **base, y=y, strokeDash=arm_dash(labels)),
            view("judged", point, **base, y=y, shape=arm_shape(labels)),
            width=width,
            height=250,
        )
        return with_counts(plot, labels, field("at:Q", scale=scale), width, "Subjects")

    injections = [{"x": 3 * cycle + 0.5} for cycle in range(last_cycle)]
    label = "Mean change from baseline in headache days per 28 days, by month and arm, with 95% confidence intervals"
    words = " ".join(f"{name}: {in_words([r for r in judged if r['at']], 'arm', name)}." for name in labels)
    data = {"judged": judged, "rows": rows, "arms": [{"arm": name} for name in labels], "injections": injections}
    return draw_figure("months", label, words, draw, data, wide=620)


def _position(month: Row) -> int:
    return 0 if month["cycle"] == 0 else 3 * (month["cycle"] - 1) + month["month"]


def _bound(month: Row, name: str) -> float:
    """The bound of the interval; the mean itself where one subject allows none."""
    if month["cycle"] == 0:
        return 0.0
    return month[name].value if month[name].value is not None else month["change_mean"].value or 0.0


def _in_words(month: Row) -> str:
    name = f"cycle {month['cycle']} month {month['month']}"
    return f"{name} {one_decimal(month['change_mean'].value or 0)} days (n = {month['n_change'].value})"
