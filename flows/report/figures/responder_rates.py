"""Responders in percent with their interval, by cycle and arm."""

import altair as alt

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import arm_colour, arm_shape, chart, drawable, in_words, with_counts
from flows.report.figures.svg import Figure, draw_figure


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

    def draw(width: int) -> alt.VConcatChart:
        width = max(width, 44 * len(cycles))
        x = alt.X("cycle:O", scale=alt.Scale(domain=cycles, paddingInner=0.1, paddingOuter=0.05))
        offset = alt.XOffset("arm:N", sort=labels, scale=alt.Scale(domain=labels, paddingOuter=0.35))
        base = chart("judged").encode(
            x=x.axis(title="Cycle", labelAngle=0, labelPadding=8), xOffset=offset, color=arm_colour(labels)
        )
        y = alt.Y("pct:Q", title="Responders, % of evaluable", scale=alt.Scale(domain=[0, 100]))
        layers = [
            base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(y=y, shape=arm_shape(labels)),
        ]
        if width / len(cycles) / len(labels) >= 48:
            number = base.mark_text(align="left", dx=8, fontSize=11.5).encode(
                y=y, text="shown:N", color=alt.value("currentColor")
            )
            layers.append(number)
        plot = alt.layer(*layers).properties(width=width, height=230)
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
