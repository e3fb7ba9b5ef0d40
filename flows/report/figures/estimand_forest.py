"""Every estimand by its main estimator and its sensitivity analyses: a forest plot, a panel for each unit."""

from textwrap import wrap
from typing import Any

import altair as alt

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import ARM_SHAPES, chart, colours, cycled, drawable
from flows.report.figures.svg import NARROW, Figure, draw_figure

WIDE = 640
RATIO = "odds ratio"  # no effect is 1 there, and the axis is one of ratios
LINE, MARK, GAP = 15, 16, 9  # heights in pixels: of a line of text, of an interval below it, between two rows
LETTER = 6.9  # width of a letter of the labels, in pixels


def estimand_forest_figure(estimands: list[Row], arms: dict[str, str]) -> Figure | None:
    """Each estimate with its interval, the primary one first; units are never on one axis.

    Grain in: estimands as load_estimands gives them. None where nothing is estimated.
    """
    arms = drawable(arms)
    rows = [
        _row(estimand, estimate, arms)
        for estimand in estimands
        for estimate in estimand["estimates"]
        if estimate["arm"] in arms and None not in [estimate[name].value for name in ("estimate", "ci_low", "ci_high")]
    ]
    if not rows:
        return None
    units = list(dict.fromkeys(row["unit"] for row in rows))
    labels = [label for label in arms.values() if any(row["arm"] == label for row in rows)]
    # The reference arm has no mark of its own, the others have those of the other figures.
    places = [list(arms.values()).index(label) for label in labels]
    hues, shapes = colours(list(arms.values())), cycled(ARM_SHAPES, list(arms.values()))
    legend = alt.Legend(title=None, orient="top") if len(labels) > 1 else None
    hue = alt.Color("arm:N", legend=legend, scale=alt.Scale(domain=labels, range=[hues[place] for place in places]))
    mark = alt.Shape("arm:N", legend=legend, scale=alt.Scale(domain=labels, range=[shapes[place] for place in places]))
    data = {f"{unit}-{width}": _placed(rows, unit, width) for unit in units for width in (WIDE, NARROW)}

    def panel(unit: str, width: int) -> Any:
        placed = data[f"{unit}-{width}"]
        height = placed[-1]["mark_y"] + MARK
        is_ratio = unit == RATIO
        axis = alt.Axis(title=unit[:1].upper() + unit[1:], orient="bottom", tickCount=5, grid=not is_ratio)
        axis.labelExpr = "replace(datum.label, '-', '\u2212')"
        bounds = [1.0 if is_ratio else 0.0, *(row[name] for row in placed for name in ("low", "high"))]
        scale = alt.Scale(domain=[min(bounds), max(bounds)], type="log" if is_ratio else "linear", nice=True)
        down = alt.Scale(domain=[height, 0], nice=False)
        y, x = alt.Y("mark_y:Q", axis=None, scale=down), alt.X("estimate:Q", axis=axis, scale=scale)
        base = chart(f"{unit}-{width}")
        none = chart("no-ratio" if is_ratio else "no-difference").mark_rule(color="var(--axis)")
        return alt.layer(
            none.encode(x=alt.X("x:Q", axis=axis, scale=scale)),
            base.mark_text(align="left", baseline="top", fontSize=12, lineBreak="\n", lineHeight=LINE).encode(
                x=alt.value(0), y=alt.Y("text_y:Q", axis=None, scale=down), text="label:N"
            ),
            base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", axis=axis, scale=scale), x2="high:Q", y=y, color=hue),
            base.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=hue, shape=mark),
        ).properties(width=width, height=height)

    def draw(width: int) -> Any:
        return alt.vconcat(*(panel(unit, width) for unit in units), spacing=22)

    words = " ".join(f"{unit[:1].upper() + unit[1:]}: {'; '.join(_told(rows, unit))}." for unit in units)
    drawn = data | {"no-difference": [{"x": 0}], "no-ratio": [{"x": 1}]}
    label = "Estimates of every estimand and sensitivity analysis, with 95% confidence intervals, a panel for each unit"
    return draw_figure("estimand-forest", label, words, draw, drawn, wide=WIDE)


def _row(estimand: Row, estimate: Row, arms: dict[str, str]) -> Row:
    name = ("Primary: " if estimand["is_primary"] else "") + estimand["title"]
    if estimate["analysis"] != "main":
        # Away from its main estimator it says whose sensitivity analysis it is.
        is_apart = estimate["estimate_unit"] not in {row["estimate_unit"] for row in estimand["main"]}
        whose = f"{estimand['title']}; sensitivity" if is_apart else "Sensitivity"
        name = f"{whose}: {estimate['method']}"
    low, middle, high = (estimate[column].value for column in ("ci_low", "estimate", "ci_high"))
    several = f", {arms[estimate['arm']]}" if len(arms) > 2 else ""
    shown = f"{one_decimal(middle)} ({one_decimal(low)} to {one_decimal(high)})".replace("-", "\u2212").replace(
        " ", "\u00a0"
    )
    return {
        "unit": estimate["estimate_unit"],
        "arm": arms[estimate["arm"]],
        "estimate": middle,
        "low": low,
        "high": high,
        "text": f"{name}{several}: {shown}",
    }


def _placed(rows: list[Row], unit: str, width: int) -> list[Row]:
    """The rows of one unit from top to bottom: the label in lines that fit, its interval below."""
    placed: list[Row] = []
    top = 0
    for row in (row for row in rows if row["unit"] == unit):
        lines = wrap(row["text"], int(width / LETTER))
        mark_y = top + LINE * len(lines) + MARK // 2
        placed.append(row | {"label": "\n".join(lines), "text_y": top, "mark_y": mark_y})
        top = mark_y + MARK // 2 + GAP
    return placed


def _told(rows: list[Row], unit: str) -> list[str]:
    return [row["text"] for row in rows if row["unit"] == unit]
