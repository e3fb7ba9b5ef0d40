"""Responders in percent with their interval, by cycle and arm."""

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import arm_colour, arm_shape, drawable, in_words, with_counts
from flows.report.figures.svg import Figure, draw_figure
from flows.report.figures.vega import Spec, field, layer, mark, view


def responder_figure(rates: list[Row], arms: dict[str, str]) -> Figure | None:
    """Responders in percent with their interval, by cycle and arm.

    Grain in: one row per cycle and arm (columns of summary.responder_rates). None when nobody can be judged yet.
    """
    arms = drawable(arms)
    rows: list[Row] = [
        {
            "cycle": rate["cycle"],
            "arm": arms[rate["arm"]],
            "pct": rate["responder_pct"].value,
            "low": rate["ci_low_pct"].value,
            "high": rate["ci_high_pct"].value,
            "shown": one_decimal(rate["responder_pct"].value or 0),
            "count": f"{rate['n_responders'].value}/{rate['n_evaluable'].value}",
            "words": f"{arms[rate['arm']]} {_in_words(rate)}",
        }
        for rate in rates
        if rate["arm"] in arms
    ]
    judged = [row for row in rows if row["pct"] is not None]
    if not judged:
        return None
    cycles = sorted({row["cycle"] for row in rows})
    labels = list(arms.values())

    def draw(width: int) -> Spec:
        width = max(width, 44 * len(cycles))
        x = field("cycle:O", scale={"domain": cycles, "paddingInner": 0.1, "paddingOuter": 0.05})
        base = {
            "x": x | {"axis": {"title": "Cycle", "labelAngle": 0, "labelPadding": 8}},
            "xOffset": field("arm:N", sort=labels, scale={"domain": labels, "paddingOuter": 0.35}),
            "color": arm_colour(labels),
        }
        y = field("pct:Q", title="Responders, % of evaluable", scale={"domain": [0, 100]})
        point = mark("point", filled=True, size=80, opacity=1)
        layers = [
            view("judged", mark("rule", strokeWidth=2), **base, y=field("low:Q"), y2=field("high")),
            view("judged", point, **base, y=y, shape=arm_shape(labels)),
        ]
        if width / len(cycles) / len(labels) >= 48:
            number = mark("text", align="left", dx=8, fontSize=11.5)
            shown = base | {"color": {"value": "currentColor"}}
            layers.append(view("judged", number, **shown, y=y, text=field("shown:N")))
        plot = layer(*layers, width=width, height=230)
        return with_counts(plot, labels, x, width, "Responders / evaluable subjects")

    label = "Responders by cycle and arm, in percent with 95% confidence intervals"
    words = " ".join(f"Cycle {cycle}: {in_words(rows, 'cycle', cycle)}." for cycle in cycles)
    data = {"judged": judged, "rows": rows, "arms": [{"arm": name} for name in labels]}
    return draw_figure("responders", label, words, draw, data)


def _in_words(rate: Row) -> str:
    pct, low, high = (rate[name].value for name in ("responder_pct", "ci_low_pct", "ci_high_pct"))
    if pct is None:
        return "not evaluable yet"
    of = f"{rate['n_responders'].value} of {rate['n_evaluable'].value}"
    return f"{one_decimal(pct)}% ({of}), 95% interval {one_decimal(low)} to {one_decimal(high)}%"
