"""The difference of the arms by rule set, observed and imputed: a forest plot."""

from math import ceil, floor

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import compared_arms, drawable, in_words
from flows.report.figures.svg import Figure, draw_figure
from flows.report.figures.vega import MINUS, Spec, field, layer, mark, view

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
    hue, shape = compared_arms(labels, list(arms.values()))
    ends = [
        STEP * floor(min(0, *(row["low"] for row in rows)) / STEP),
        STEP * ceil(max(row["high"] for row in rows) / STEP),
    ]

    def draw(width: int) -> Spec:
        title = "Difference in responders, percentage points"
        axis = {"title": title, "orient": "bottom", "tickCount": 6, "labelExpr": MINUS}
        shared = {"scale": {"domain": ends, "nice": False}, "axis": axis}
        base = {
            "y": field("row:N", sort=names, title=None, axis={"labelLimit": 180}, scale={"domain": names}),
            "yOffset": field("arm:N", sort=labels, scale={"domain": labels, "paddingOuter": 0.4}),
            "color": hue,
        }
        return layer(
            view("zero", mark("rule", color="var(--axis)"), x=field("x:Q", **shared)),
            view("rows", mark("rule", strokeWidth=2), **base, x=field("low:Q", **shared), x2=field("high")),
            view(
                "rows",
                mark("point", filled=True, size=70, opacity=1),
                **base,
                x=field("difference:Q", **shared),
                shape=shape,
            ),
            width=width,
            height=(14 + 12 * len(labels)) * len(names),
        )

    label = f"Difference in responders from the reference arm by rule set, cycle {cycle}, with 95% confidence intervals"
    words = f"Cycle {cycle}, percentage points. " + " ".join(f"{n}: {in_words(rows, 'arm', n)}." for n in labels)
    return draw_figure("forest", label, words, draw, {"rows": rows, "zero": [{"x": 0}]}, cycle=cycle)
