"""What came with each run, site by site: small multiples, in which a site that changed stands out from its own past."""

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import NOT_DRAWABLE
from flows.report.figures.svg import Figure, draw_figure
from flows.report.figures.vega import Spec, field, layer, mark, view

MOST_SITES = 12
MOST_RUNS = 60
GAP = 38  # between the plots: it holds the numbers at the axis
HEIGHT = 48
MEASURES = (
    ("faulty_pct", "% faulty", "site.lines.faulty_share"),
    ("headache_pct", "% headache", "site.headache.share"),
    ("diary_days", "days", "site.diary.stopped"),
)


def drift_figure(by_site: dict[str, list[Row]]) -> Figure | None:
    """Share of faulty lines, share of headache days and diary days that came, by run; a cross marks a flagged run.

    Grain in: rows of meta.run_history by site, in the order of the runs. None where no site has two runs. The first run is
    left out where others follow: it holds all that was there.
    """
    shown = {site: rows[1:][-MOST_RUNS:] for site, rows in by_site.items() if len(rows) >= 3}
    shown = shown or {site: rows for site, rows in by_site.items() if len(rows) == 2}
    if not shown:
        return None
    first = sorted(shown, key=lambda site: (not any(row["drift"] for row in shown[site]), site))[:MOST_SITES]
    sites = {NOT_DRAWABLE.sub(" ", site): shown[site] for site in sorted(first)}
    runs = sorted({row["run"] for rows in sites.values() for row in rows})
    data: dict[str, list[Row]] = {f"title-{name}": [{"title": title}] for name, title, _ in MEASURES}
    for place, (site, rows) in enumerate(sites.items()):
        data[f"s{place}-site"] = [{"site": site}]
        data[f"s{place}"] = [{name: row[name] for name in ("run", *(m for m, _, _ in MEASURES))} for row in rows]
        for name, _, check in MEASURES:
            data[f"s{place}-{name}"] = [
                {"run": row["run"], name: row[name] or 0} for row in rows if check in (row["drift"] or "").split(";")
            ]

    def draw(width: int) -> Spec:
        plot_width = (width - GAP * (len(MEASURES) - 1)) // len(MEASURES)
        scale = {"domain": [runs[0] - 0.5, runs[-1] + 0.5], "nice": False}
        names = {"baseline": "bottom", "align": "left", "fontSize": 12, "limit": plot_width + GAP - 6}

        def panel(place: int, name: str) -> Spec:
            is_last = place == len(sites) - 1
            axis = {"title": "Run", "grid": False, "tickCount": 4, "format": "d"} if is_last else None
            x = field("run:Q", scale=scale, axis=axis)
            top = 100 if name == "headache_pct" else max([row[name] or 0 for row in data[f"s{place}"]] + [1])
            y = field(f"{name}:Q", title=None, scale={"domain": [0, top]}, axis={"tickCount": 2})
            cross = mark("point", shape="cross", angle=45, size=60, filled=True, color="var(--bad)", opacity=1)
            layers = [
                view(f"s{place}", mark("line", strokeWidth=1.3, color="var(--arm-2)"), x=x, y=y),
                view(f"s{place}", mark("point", filled=True, size=14, opacity=1, color="var(--arm-2)"), x=x, y=y),
                view(f"s{place}-{name}", cross, x=x, y=y),
            ]
            if name == MEASURES[0][0]:
                at = {"x": {"value": 0}, "y": {"value": -7}, "text": field("site:N")}
                layers.append(view(f"s{place}-site", mark("text", fontWeight="bold", **names), **at))
            if place == 0:
                at = {"x": {"value": 0}, "y": {"value": -25}, "text": field("title:N")}
                layers.append(view(f"title-{name}", mark("text", **names), **at))
            return layer(*layers, width=plot_width, height=HEIGHT)

        # Flush: the plots stand below each other, however wide the numbers at their axes are.
        rows = [
            {"hconcat": [panel(place, name) for name, _, _ in MEASURES], "spacing": GAP, "bounds": "flush"}
            for place in range(len(sites))
        ]
        return {"vconcat": rows, "spacing": HEIGHT + 30, "bounds": "flush"}

    label = "What came with each run, by site: share of faulty lines, share of headache days, and diary days"
    words = " ".join(_in_words(site, rows) for site, rows in sites.items())
    return draw_figure("drift", label, words, draw, data, wide=600)


def _in_words(site: str, rows: list[Row]) -> str:
    last = rows[-1]
    faulty, headache = (
        "none came" if last[n] is None else f"{one_decimal(last[n])}%" for n in ("faulty_pct", "headache_pct")
    )
    flagged = [str(row["run"]) for row in rows if row["drift"]]
    flags = f" Flagged in run {', '.join(flagged)}." if flagged else ""
    return f"{site}, run {last['run']}: faulty lines {faulty}, headache days {headache}, {last['diary_days']} diary days.{flags}"
