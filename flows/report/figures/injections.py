"""The injection points of the paradigm on a schematic head, filled by how often each muscle was injected.

The drawing is our own and shows where the muscles lie, not where to inject. Points after Blumenfeld 2010, Headache
50:1406: both sides together as in data/codelists/muscles.toml; the side view shows one of the two sides.
"""

from typing import NamedTuple

from markupsafe import Markup, escape

from flows.report.cells import Row
from flows.report.wording import plain, show_decimal

Point = tuple[int, int]


class Muscle(NamedTuple):
    """Where a muscle is drawn: its fixed points, the further ones, and the height of its label."""

    fixed: tuple[Point, ...]
    extra: tuple[Point, ...]
    label: int


class View(NamedTuple):
    """One view of the head: its outline and its muscles."""

    title: str
    outline: tuple[str, ...]
    muscles: dict[str, Muscle]


VIEWS = (
    View(
        "From the front",
        (
            "M110 22C66 22 40 58 42 110C43 142 52 168 66 190C78 208 94 218 110 218C126 218 142 208 154 190"
            "C168 168 177 142 178 110C180 58 154 22 110 22Z",
            "M42 112C33 108 32 124 36 136C38 144 42 148 47 148M178 112C187 108 188 124 184 136C182 144 178 148 173 148",
            "M68 118C75 111 88 111 96 116M152 118C145 111 132 111 124 116",
            "M72 130C79 125 88 125 94 130C88 134 79 134 72 130ZM148 130C141 125 132 125 126 130C132 134 141 134 148 130Z",
            "M110 128L105 162C107 166 113 166 115 162M94 188C104 192 116 192 126 188",
            "M84 212V244M136 212V244",
        ),
        {
            "frontalis": Muscle(((78, 66), (99, 62), (121, 62), (142, 66)), (), 62),
            "corrugator": Muscle(((94, 107), (126, 107)), (), 100),
            "procerus": Muscle(((110, 116),), (), 138),
        },
    ),
    View(
        "From the side",
        (
            "M122 24C84 20 56 44 52 80C51 92 53 98 50 108L36 134C34 139 37 142 45 143L46 156C45 160 46 162 48 164"
            "L46 172C47 177 50 178 51 182C49 196 58 204 74 202L98 197L104 244",
            "M122 24C166 26 192 62 186 108C183 132 172 148 166 164L168 244",
            "M116 116C122 106 136 110 135 124C134 136 126 138 124 148C120 152 115 148 116 142",
            "M58 116C65 112 71 113 74 118M50 180C56 180 60 179 64 177",
        ),
        {
            "temporalis": Muscle(((82, 84), (100, 72), (118, 68), (106, 94)), ((136, 78),), 76),
        },
    ),
    View(
        "From behind",
        (
            "M110 14C70 14 46 46 48 92C49 112 56 128 66 140L76 150V176C60 190 34 196 14 208V244M110 14C150 14 174 46 172 92"
            "C171 112 164 128 154 140L144 150V176C160 190 186 196 206 208V244",
            "M48 92C40 88 40 104 45 114C47 118 50 120 53 119M172 92C180 88 180 104 175 114C173 118 170 120 167 119",
            "M66 140C80 152 140 152 154 140",
        ),
        {
            "occipitalis": Muscle(
                ((94, 104), (80, 94), (72, 108), (126, 104), (140, 94), (148, 108)), ((92, 84), (128, 84)), 92
            ),
            "cervical_paraspinal": Muscle(((101, 148), (95, 166), (119, 148), (125, 166)), (), 152),
            "trapezius": Muscle(
                ((76, 196), (56, 206), (36, 216), (144, 196), (164, 206), (184, 216)),
                ((66, 216), (48, 226), (154, 216), (172, 226)),
                206,
            ),
        },
    ),
)
RIGHTMOST, LABEL = 196, 212


def injection_map(muscles: list[Row]) -> Markup | None:
    """Three views of the head for the first cycle recorded muscle by muscle; None where no session was.

    Grain in: one row per muscle with ``cycles``. A point is filled by the share of the points used on average.
    """
    rows = {row["muscle"]: row["cycles"][min(row["cycles"])] for row in muscles}
    if not any(muscle in rows for view in VIEWS for muscle in view.muscles):
        return None
    return Markup("").join(_view(view, rows) for view in VIEWS)


def _view(view: View, rows: dict[str, Row]) -> Markup:
    parts = [Markup('<path class="head" d="{}"></path>').format(path) for path in view.outline]
    for name, muscle in view.muscles.items():
        parts.append(_muscle(name, muscle, rows.get(name)))
    words = ", ".join(plain(name) for name in view.muscles)
    return Markup(
        '<svg class="map" viewBox="0 0 350 250" role="img" aria-label="{}"><title>{}</title>'
        '<text class="view" x="0" y="11">{}</text>{}</svg>'
    ).format(f"Schematic head {view.title.lower()}: {words}", view.title, view.title, Markup("").join(parts))


def _muscle(name: str, muscle: Muscle, row: Row | None) -> Markup:
    mean: float | None = row["mean_sites"].value if row else None
    share = 0.0 if not row or not row["n_subjects"].value else row["n_injected"].value / row["n_subjects"].value
    fixed = share * min(1.0, mean / len(_both(name, muscle.fixed))) if mean else 0.0
    further = len(_both(name, muscle.extra))
    beyond = share * min(1.0, max(0.0, mean - len(_both(name, muscle.fixed))) / further) if mean and further else 0.0
    points = [_point(point, fixed, "fixed") for point in muscle.fixed]
    points += [_point(point, beyond, "further") for point in muscle.extra]
    right = max(muscle.fixed + muscle.extra)
    amount = Markup("not recorded")
    if row and mean is not None:
        amount = Markup("{} points").format(show_decimal(row["mean_sites"]))
        if row["mean_units"].value is not None:
            amount += Markup(", {} U").format(show_decimal(row["mean_units"]))
    return Markup(
        '<path class="leader" d="M{} {}L{} {}H{}"></path>{}<text x="{}" y="{}">{}</text><text class="said" x="{}" y="{}">{}</text>'
    ).format(
        right[0] + 7, right[1], RIGHTMOST, muscle.label, LABEL - 4, Markup("").join(points),
        LABEL, muscle.label + 1, escape(plain(name).capitalize()), LABEL, muscle.label + 16, Markup(amount.replace("span", "tspan")),
    )  # fmt: skip


def _both(name: str, points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points of both sides: the side view shows one of them."""
    return points * 2 if name == "temporalis" else points


def _point(point: Point, share: float, kind: str) -> Markup:
    return Markup('<circle class="{}" cx="{}" cy="{}" r="4.5" fill-opacity="{}"></circle>').format(
        kind, *point, f"{share:.2f}"
    )
