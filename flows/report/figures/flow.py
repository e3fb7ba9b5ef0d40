"""Where subjects stand at each cycle, and how they move from one cycle to the next."""

from flows.report.cells import Row, grouped
from flows.report.figures.style import drawable
from flows.report.figures.svg import NARROW, Figure, draw_figure
from flows.report.figures.vega import Spec, field, layer, mark, view

# The places of the figure from the foot up, with the statuses of analysis.response_course that each holds.
PLACES = {
    "responder": ("responder",),
    "non_responder": ("non_responder",),
    "not_evaluable": ("not_evaluable",),
    "not_given": ("not_given",),
    "not_due": ("not_due", "not_reached"),
}
PLACE_OF = {status: place for place, statuses in PLACES.items() for status in statuses}
COURSES = {"first": "responder", "sustained": "responder", "regained": "responder",
           "lost": "non_responder", "none_yet": "non_responder"}  # fmt: skip
PALE = ("not_given", "not_due")
HALF = 0.17  # of the distance between two cycles: half the width of a bar
STEPS = 8


def flow_figure(courses: list[Row], flow: list[Row], arms: dict[str, str]) -> Figure | None:
    """Treated subjects by status at each cycle, and the streams between cycles, one panel per arm.

    Grain in: load_courses and load_flow of one rule set. None unless there are two cycles.
    """
    cycles = sorted({row["cycle"] for row in courses})
    shown = {arm: label for arm, label in drawable(arms).items() if any(row["arm"] == arm for row in courses)}
    if len(cycles) < 2 or not any(row["n_subjects"].value for row in courses):
        return None
    places = {arm: _places([row for row in courses if row["arm"] == arm]) for arm in shown}
    shown = {arm: label for arm, label in shown.items() if places[arm]}
    data: dict[str, list[Row]] = {}
    for i, arm in enumerate(shown):
        data[f"places-{i}"] = list(places[arm].values())
        data[f"streams-{i}"] = _streams([row for row in flow if row["arm"] == arm], places[arm])

    def panel(arm: str, width: int) -> Spec:
        i = list(shown).index(arm)
        axis = {"values": cycles, "format": "d", "grid": False, "title": "Cycle", "domain": False}
        x = field("x:Q", axis=axis, scale={"domain": [cycles[0] - 0.3, cycles[-1] + 0.3], "nice": False})
        ink = {"domain": list(PLACES), "range": [f"var(--is-{place})" for place in PLACES]}
        base = {
            "y": field("low:Q", title="Treated subjects, %", scale={"domain": [0, 100], "nice": False}),
            "y2": field("high"),
            "color": field("place:N", legend=None, scale=ink),
        }
        number, own_ink = mark("text", fontSize=11.5), field("ink:N", scale=None)
        drawn = layer(
            view(f"streams-{i}", mark("area", fillOpacity=0.38), x=x, **base, detail=field("stream:N")),
            view(f"places-{i}", mark("rect"), x=field("left:Q", axis=axis), x2=field("right"), **base),
            view(f"places-{i}", number, x=x, y=field("middle:Q"), text=field("n:N"), color=own_ink)
            | {"transform": [{"filter": "datum.high - datum.low >= 5"}]},
            width=width,
            height=240,
        )
        return drawn | {"title": {"text": shown[arm]}} if len(shown) > 1 else drawn

    def draw(width: int) -> Spec:
        columns = 1 if width == NARROW else min(len(shown), 2)
        each = (width - 70 * (columns - 1)) // columns
        return {"concat": [panel(arm, each) for arm in shown], "columns": columns, "spacing": 24}

    words = " ".join(f"{label}: {_in_words(places[arm])}." for arm, label in shown.items())
    return draw_figure(
        "flow",
        "Status of treated subjects at each cycle and between cycles",
        words,
        draw,
        data,
        wide=860 if len(shown) > 1 else 480,
    )


def _places(courses: list[Row]) -> dict[tuple[int, str], Row]:
    """Per cycle and place: its subjects, and where its bar begins and ends, in percent of the treated."""
    found: dict[tuple[int, str], Row] = {}
    for row in courses:
        total, low = row["n_subjects"].value, 0
        if not total:
            continue
        for place in PLACES:
            n = sum(
                course["n_course"].value
                for name, course in row["courses"].items()
                if COURSES.get(name, PLACE_OF.get(name)) == place
            )
            found[row["cycle"], place] = {
                "place": place, "n": n, "ink": "currentColor" if place in PALE else "var(--on-status)", "x": row["cycle"], "left": row["cycle"] - HALF, "right": row["cycle"] + HALF,
                "low": 100 * low / total, "high": 100 * (low + n) / total, "middle": 100 * (low + n / 2) / total,
            }  # fmt: skip
            low += n
    return found


def _streams(flow: list[Row], places: dict[tuple[int, str], Row]) -> list[Row]:
    """The streams as bands of points: each leaves its place and arrives in the next in the order of the places."""
    order = list(PLACES)
    counts: dict[tuple[int, str, str], int] = {}
    for (cycle, status, following), rows in grouped(flow, "cycle", "status", "next_status").items():
        stream = (cycle, PLACE_OF[status], PLACE_OF[following])
        counts[stream] = counts.get(stream, 0) + rows[0]["n_flow"].value
    left = {key: place["low"] for key, place in places.items()}
    entered = dict(left)
    totals = {key: place["n"] and (place["high"] - place["low"]) / place["n"] for key, place in places.items()}
    points: list[Row] = []
    for cycle, start, end in sorted(counts, key=lambda key: (key[0], order.index(key[1]), order.index(key[2]))):
        n = counts[cycle, start, end]
        height = n * totals[cycle, start]
        a, b = left[cycle, start], entered[cycle + 1, end]
        left[cycle, start] += height
        entered[cycle + 1, end] += height
        for step in range(STEPS + 1):
            share = step / STEPS
            smooth = share * share * (3 - 2 * share)
            low = a + (b - a) * smooth
            points.append(
                {"stream": f"{cycle} {start} {end}", "place": start, "x": cycle + HALF + (1 - 2 * HALF) * share,
                 "low": low, "high": low + height}
            )  # fmt: skip
    return points


def _in_words(places: dict[tuple[int, str], Row]) -> str:
    cycles = sorted({cycle for cycle, _ in places})
    return "; ".join(
        f"cycle {cycle}: " + ", ".join(
            f"{places[cycle, place]['n']} {place.replace('_', ' ')}" for place in PLACES if places[cycle, place]["n"]
        )
        for cycle in cycles
    )  # fmt: skip
