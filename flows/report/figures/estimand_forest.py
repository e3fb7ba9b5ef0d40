"""Every estimand by its main estimator and its sensitivity analyses: a forest plot, a panel for each unit."""

from textwrap import wrap

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import compared_arms, drawable
from flows.report.figures.svg import NARROW, Figure, draw_figure
from flows.report.figures.vega import MINUS, Spec, field, layer, mark, view

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
    hue, shape = compared_arms(labels, list(arms.values()))
    data = {f"{unit}-{width}": _placed(rows, unit, width) for unit in units for width in (WIDE, NARROW)}

    def panel(unit: str, width: int) -> Spec:
        name = f"{unit}-{width}"
        placed = data[name]
        height = placed[-1]["mark_y"] + MARK
        is_ratio = unit == RATIO
        title = unit[:1].upper() + unit[1:]
        bounds = [1.0 if is_ratio else 0.0, *(row[name] for row in placed for name in ("low", "high"))]
        across = {
            "axis": {"title": title, "orient": "bottom", "tickCount": 5, "grid": not is_ratio, "labelExpr": MINUS},
            "scale": {"domain": [min(bounds), max(bounds)], "type": "log" if is_ratio else "linear", "nice": True},
        }
        down = {"axis": None, "scale": {"domain": [height, 0], "nice": False}}
        y = field("mark_y:Q", **down)
        label = mark("text", align="left", baseline="top", fontSize=12, lineBreak="\n", lineHeight=LINE)
        point = mark("point", filled=True, size=70, opacity=1)
        none = "no-ratio" if is_ratio else "no-difference"
        return layer(
            view(none, mark("rule", color="var(--axis)"), x=field("x:Q", **across)),
            view(name, label, x={"value": 0}, y=field("text_y:Q", **down), text=field("label:N")),
            view(name, mark("rule", strokeWidth=2), x=field("low:Q", **across), x2=field("high"), y=y, color=hue),
            view(name, point, x=field("estimate:Q", **across), y=y, color=hue, shape=shape),
            width=width,
            height=height,
        )

    def draw(width: int) -> Spec:
        return {"vconcat": [panel(unit, width) for unit in units], "spacing": 22}

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
