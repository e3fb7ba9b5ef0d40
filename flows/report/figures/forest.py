"""The difference of the arms by rule set, observed and imputed: a forest plot."""

from math import ceil, floor
from typing import Any

import altair as alt

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import ARM_SHAPES, chart, colours, cycled, drawable, in_words
from flows.report.figures.svg import Figure, draw_figure

STEP = 20  # percentage points between the lines of the grid, so that the axis ends on one
ANALYSES = {"observed": "observed", "non_responder_imputed": "imputed"}


def forest_figure(differences: list[Row], arms: dict[str, str], cycle: int | None) -> Figure | None:
    """Each arm less the reference arm in one cycle, in percentage points with its interval.

    Grain in: rows of summary.arm_differences of every rule set. None where no rule set can compare two arms in this cycle.
    """
    arms = drawable(arms)
    rows: list[Row] = [
        {
            "row": f"{row['rule_set']}, {ANALYSES[row['analysis']]}",
            "arm": arms[row["arm"]],
            "difference": row["difference_pct"].value,
            "low": row["ci_low_pct"].value,
            "high": row["ci_high_pct"].value,
            "words": f"{row['rule_set']} {ANALYSES[row['analysis']]} {one_decimal(row['difference_pct'].value)}",
        }
        for row in differences
        if row["cycle"] == cycle and row["arm"] in arms and row["difference_pct"].value is not None
    ]
    if not rows:
        return None
    names = list(dict.fromkeys(row["row"] for row in rows))
    labels = [label for label in arms.values() if any(row["arm"] == label for row in rows)]
    # The reference arm has no mark of its own, the others have those of the other figures.
    places = [list(arms.values()).index(label) for label in labels]
    hues, shapes = colours(list(arms.values())), cycled(ARM_SHAPES, list(arms.values()))
    legend = alt.Legend(title=None, orient="top") if len(labels) > 1 else None
    ends = [
        STEP * floor(min(0, *(row["low"] for row in rows)) / STEP),
        STEP * ceil(max(row["high"] for row in rows) / STEP),
    ]

    def draw(width: int) -> Any:
        axis = alt.Axis(title="Difference in responders, percentage points", orient="bottom", tickCount=6)
        axis.labelExpr = "replace(datum.label, '-', '\u2212')"
        y = alt.Y("row:N", sort=names, title=None, axis=alt.Axis(labelLimit=180), scale=alt.Scale(domain=names))
        offset = alt.YOffset("arm:N", sort=labels, scale=alt.Scale(domain=labels, paddingOuter=0.4))
        hue = alt.Scale(domain=labels, range=[hues[place] for place in places])
        mark = alt.Scale(domain=labels, range=[shapes[place] for place in places])
        base = chart("rows").encode(y=y, yOffset=offset, color=alt.Color("arm:N", scale=hue, legend=legend))
        scale = alt.Scale(domain=ends, nice=False)
        return alt.layer(
            chart("zero").mark_rule(color="var(--axis)").encode(x=alt.X("x:Q", scale=scale, axis=axis)),
            base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                x=alt.X("difference:Q", scale=scale, axis=axis), shape=alt.Shape("arm:N", scale=mark, legend=legend)
            ),
        ).properties(width=width, height=(14 + 12 * len(labels)) * len(names))

    label = f"Difference in responders from the reference arm by rule set, cycle {cycle}, with 95% confidence intervals"
    words = f"Cycle {cycle}, percentage points. " + " ".join(f"{n}: {in_words(rows, 'arm', n)}." for n in labels)
    return draw_figure("forest", label, words, draw, {"rows": rows, "zero": [{"x": 0}]}, cycle=cycle)
