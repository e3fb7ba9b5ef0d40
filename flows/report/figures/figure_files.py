"""The figures of the report as files of their own, for a paper or a slide: light colours, white paper, no style sheet."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from flows.report.figures.svg import Figure

SVG = "http://www.w3.org/2000/svg"
FONT = "Arial, Helvetica, sans-serif"
VIEWS = ("front", "side", "behind")
PAPER = "#ffffff"


def write_figures(figures: dict[str, Any], style: str, folder: Path) -> None:
    """One SVG a figure; ``style`` is the page's style sheet, which holds the colours and the lines of the map."""
    drawings: dict[str, str] = {}
    for name, figure in figures.items():
        if isinstance(figure, Figure):
            drawings[name] = figure.drawings["wide"]
        elif figure:
            views = re.findall(r"<svg.*?</svg>", figure, flags=re.DOTALL)
            drawings |= {f"injection-points-{view}": svg for view, svg in zip(VIEWS, views, strict=True)}
    if not drawings:
        return
    folder.mkdir(exist_ok=True)
    colours = dict(re.findall(r"(--[\w-]+): (#\w+)", style.split("}", 1)[0]))
    rules = " ".join(line for line in style.splitlines() if line.startswith(".map "))
    for name, svg in drawings.items():
        (folder / f"{name}.svg").write_text(_alone(svg, colours, rules), encoding="utf-8")


def _alone(svg: str, colours: dict[str, str], rules: str) -> str:
    root = ET.fromstring(svg)
    _, _, width, height = root.attrib["viewBox"].split()
    drawn_as = root.get("class")
    label = root.attrib["aria-label"]
    title = next((child for child in root if child.tag == "title"), None)
    if title is not None:
        root.remove(title)
    root.attrib = {
        "xmlns": SVG, "viewBox": root.attrib["viewBox"], "width": width, "height": height, "role": "img",
        "font-family": FONT, "color": colours["--ink"], **({"class": drawn_as} if drawn_as else {}),
    }  # fmt: skip
    for element in root.iter():
        for name in [name for name in element.attrib if name.startswith("data-")]:
            del element.attrib[name]
    named = ET.Element("title")
    named.text = label
    paper = ET.Element("rect", {"width": width, "height": height, "style": f"fill:{PAPER}"})
    root[:0] = [named, paper]
    if drawn_as:
        sheet = ET.Element("style")
        sheet.text = rules.replace("var(--sans)", FONT)
        root.insert(1, sheet)
    text = ET.tostring(root, encoding="unicode")
    return re.sub(r"var\((--[\w-]+)\)", lambda found: colours[found[1]], text) + "\n"
