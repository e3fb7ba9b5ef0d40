"""A Mermaid flowchart as SVG: boxes in rows, each below what it comes from. Only what docs/architecture.md uses.

Mermaid itself is a script that the theme fetches from the network; the site makes no request.
"""

import re
from html import escape
from itertools import pairwise
from textwrap import wrap

LETTER, LINE, PADDING = 6.2, 15, 9  # pixels: mean width of a letter, height of a line, space around a text
GAP_ACROSS, GAP_DOWN = 16, 34
WIDEST = 34  # letters in a line
NODE = re.compile(r"(\w+)(?:\[(\()?\"([^\"]*)\"\)?\])?")


def draw_chart(source: str) -> str:
    """The SVG of a flowchart TD whose lines are ``a["text"] --> b[("text")]``, several arrows a line allowed."""
    texts: dict[str, list[str]] = {}
    tables: set[str] = set()
    arrows: list[tuple[str, str]] = []
    for line in source.splitlines()[1:]:
        names = []
        for name, is_table, text in NODE.findall(re.sub(r"\s*-->\s*", " ", line)):
            if text:
                texts[name] = [piece for part in text.split("<br>") for piece in wrap(part, WIDEST)]
                tables |= {name} if is_table else set()
            names.append(name)
        arrows += pairwise(names)
    rows = _rows(list(texts), arrows)
    size = {n: (max(map(len, t)) * LETTER + 2 * PADDING, len(t) * LINE + 2 * PADDING) for n, t in texts.items()}
    width = max(sum(size[n][0] + GAP_ACROSS for n in row) for row in rows)
    place: dict[str, tuple[float, float]] = {}
    top = 4.0
    for row in rows:
        left = (width - sum(size[n][0] + GAP_ACROSS for n in row) + GAP_ACROSS) / 2
        for name in row:
            place[name] = (left, top)
            left += size[name][0] + GAP_ACROSS
        top += max(size[name][1] for name in row) + GAP_DOWN
    lines = [_arrow(place[a], size[a], place[b], size[b]) for a, b in arrows]
    boxes = [_box(texts[n], *place[n], *size[n], n in tables) for n in texts]
    label = escape("; ".join(f"{' '.join(texts[a])} leads to {' '.join(texts[b])}" for a, b in arrows))
    return (
        f'<div class="chart"><svg viewBox="0 0 {width:.0f} {top - GAP_DOWN + 6:.0f}" role="img" aria-label="{label}">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z"/></marker></defs>{"".join(lines)}{"".join(boxes)}</svg></div>'
    )


def _rows(names: list[str], arrows: list[tuple[str, str]]) -> list[list[str]]:
    """Each box one row below the lowest box that leads to it; of one row, sorted by where those stand."""
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for before, after in arrows:
            depth[after] = max(depth[after], depth[before] + 1)
    # What does not come from the first box stands as low as it can, beside what it leads to.
    from_first = {names[0]}
    for _ in names:
        from_first |= {after for before, after in arrows if before in from_first}
    for _ in names:
        for name in set(names) - from_first:
            depth[name] = min(depth[after] for before, after in arrows if before == name) - 1
    rows = [[name for name in names if depth[name] == level] for level in range(max(depth.values()) + 1)]
    for above, row in pairwise(rows):
        row.sort(key=lambda name: _place_above(name, above, arrows))
    return rows


def _place_above(name: str, above: list[str], arrows: list[tuple[str, str]]) -> int:
    return min((above.index(before) for before, after in arrows if after == name and before in above), default=99)


def _box(text: list[str], left: float, top: float, width: float, height: float, is_table: bool) -> str:
    kind = ' class="table"' if is_table else ""
    spans = "".join(
        f'<text x="{left + width / 2:.1f}" y="{top + PADDING + LINE * i + 11:.1f}" text-anchor="middle">{escape(line)}</text>'
        for i, line in enumerate(text)
    )
    return f'<rect{kind} x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3"/>{spans}'


def _arrow(
    a: tuple[float, float], a_size: tuple[float, float], b: tuple[float, float], b_size: tuple[float, float]
) -> str:
    x1, y1 = a[0] + a_size[0] / 2, a[1] + a_size[1]
    x2, y2 = b[0] + b_size[0] / 2, b[1]
    bend = (y2 - y1) / 2
    return (
        f'<path d="M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"'
        ' marker-end="url(#tip)"/>'
    )
