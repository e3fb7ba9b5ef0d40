"""Vega's drawings as figures of the page: one labelled image each, in the page's own font and colours."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from flows.report.cells import Row
from flows.report.figures.engine import engine
from flows.report.figures.style import STYLE
from flows.report.figures.vega import Spec

NARROW = 268  # a phone of 390 pixels, less the margins and the axis
KEPT_ATTRIBUTES = {
    "d", "fill", "stroke", "stroke-width", "stroke-dasharray", "transform", "x", "x2", "y2", "dy", "text-anchor",
    "font-size", "fill-opacity", "opacity",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One figure in two widths (SVG), with the same facts in words; the cycle where it shows one only."""

    id: str
    label: str
    words: str
    drawn: dict[str, Future[str]]
    cycle: int | None

    @cached_property
    def drawings(self) -> dict[str, Markup]:
        """Waits until they are drawn."""
        return {name: inline_svg(drawn.result(), self.label, f"{self.id}-words") for name, drawn in self.drawn.items()}


def draw_figure(
    id: str,
    label: str,
    words: str,
    draw: Callable[[int], Spec],
    data: dict[str, list[Row]],
    wide: int = 378,
    cycle: int | None = None,
) -> Figure:
    """``draw`` makes the specification for a width of its plot; the data and the style join it here."""
    given = {"datasets": data, "config": STYLE}
    drawn = {name: engine().draw(draw(width) | given) for name, width in (("wide", wide), ("narrow", NARROW))}
    return Figure(id, label, words, drawn, cycle)


def inline_svg(drawing: str, label: str, described_by: str) -> Markup:
    """Vega's SVG as one labelled image: no namespaces, classes, roles or empty paths.

    Coordinates are cut to hundredths of a pixel. Text stays escaped: it is parsed and written again as XML.
    """
    root = ET.fromstring(drawing)
    width = float(root.get("width", "0"))
    _strip(root)
    root.attrib = {
        "viewBox": root.get("viewBox", ""),
        "role": "img",
        "aria-label": label,
        "aria-describedby": described_by,
        "style": f"max-width:{width:.0f}px;min-width:{min(width, 300):.0f}px",
    }
    return Markup(ET.tostring(root, encoding="unicode", short_empty_elements=False))


def _strip(element: ET.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    for child in list(element):
        if child.get("class") in ("background", "foreground"):
            element.remove(child)
        else:
            _strip(child)
    if element.get("viewBox") is None:
        element.attrib = {
            name: re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", value)
            for name, value in element.attrib.items()
            if name in KEPT_ATTRIBUTES
        }
