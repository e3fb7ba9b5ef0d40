"""A comparison for people: in a terminal, and as one page that loads nothing."""

from collections import Counter
from html import escape

from rich.markup import escape as as_text

from flows.base.logs import Terminal
from flows.base.shown_text import one_line
from flows.comparing.causes import CAUSES, Cause, Change, Comparison, causes_in_words, places_in_words
from flows.comparing.sentences import changes_in_words
from flows.comparing.sides import Side

SHOWN_PLACES = 8  # of one cause, in a terminal
TITLES = {"status": "Statuses", "verdict": "Verdicts", "eligibility": "Eligibility"}
STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;width:100%;margin-bottom:1.5rem}caption{text-align:left;font-weight:600;padding:.4rem 0}"
    "th,td{padding:.25rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}thead th{border-bottom:2px solid}"
    "tbody th{font-weight:400}td{overflow-wrap:anywhere}td:last-child{width:30%}code{font-size:.92em;overflow-wrap:anywhere}summary{cursor:pointer}.bad{color:#a40000;font-weight:600}"
)


def sentence_of_comparison(comparison: Comparison) -> str:
    """What changed, in one sentence."""
    return changes_in_words(Counter((change.scope, change.codes) for change in comparison.changes))


def print_comparison(before: Side, after: Side, comparison: Comparison) -> None:
    """Every changed status, verdict and criterion with its causes; summary cells are counted by table."""
    console = Terminal(highlight=False, soft_wrap=True)
    show = console.print
    show(f"[bold]{_named(before)} -> {_named(after)}[/bold]")
    show(sentence_of_comparison(comparison))
    for scope, title in TITLES.items():
        if changes := comparison.of_scope(scope):
            show(f"\n[bold]{title}[/bold]")
        for change in changes:
            show(
                f"  {_text(_what(change))}: {_value(change.value_before)} -> [bold]{_value(change.value_after)}[/bold]"
            )
            for cause in change.causes:
                show(f"    {CAUSES[cause.cause]:<24}{_text(_detail(cause))}".rstrip())
    cells = comparison.of_scope("summary")
    if cells:
        show("\n[bold]Summary cells[/bold] (each with its values and causes: --json)")
    for table, count in Counter(change.table_name for change in cells).items():
        codes = sorted(
            {code for change in cells if change.table_name == table for code in change.codes}, key=list(CAUSES).index
        )
        show(f"  {table:<36}{count:>6}  by {causes_in_words(codes)}")


def _named(side: Side) -> str:
    published = f" of {side.published_at:%Y-%m-%d %H:%M}" if side.published_at else ""
    return f"{side.snapshot_id}{published}, data up to {side.cutoff_date or 'none'}"


def _what(change: Change) -> str:
    if change.scope == "eligibility":
        return f"{change.subject_id}, {change.column_name}"
    return f"{change.subject_id}, cycle {change.cycle}, {change.rule_set}"


def _value(value: str | None) -> str:
    return "none" if value is None else _text(value)


def _detail(cause: Cause) -> str:
    shown = places_in_words(cause)
    more = f" and {len(shown) - SHOWN_PLACES} more places" if len(shown) > SHOWN_PLACES else ""
    return "  ".join(part for part in (cause.text or "", ", ".join(shown[:SHOWN_PLACES]) + more) if part)


def _text(text: str) -> str:
    return as_text(one_line(text))


def page_of_comparison(before: Side, after: Side, comparison: Comparison) -> str:
    """One self-contained HTML page; the places of each cause are folded away."""
    title = f"What changed: {before.snapshot_id} to {after.snapshot_id}"
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{STYLE}</style></head><body><h1>What changed</h1>",
        f"<p>From snapshot <code>{escape(_named(before))}</code><br>to snapshot <code>{escape(_named(after))}</code></p>",
        f"<p>{escape(sentence_of_comparison(comparison))}</p>",
    ]
    for scope, heading in TITLES.items():
        parts += _table(
            heading, ("Subject", "Cycle", "Rule set", "Before", "After", "Causes"), comparison.of_scope(scope)
        )
    cells = comparison.of_scope("summary")
    parts += ["<h2>Summary cells</h2>"] if cells else []
    for table, count in Counter(change.table_name for change in cells).items():
        of_table = [change for change in cells if change.table_name == table]
        listed = _table(table, ("Row", "Column", "Before", "After", "Causes"), of_table)
        parts += [f"<details><summary>{escape(table)}: {count:,}</summary>", *listed, "</details>"]
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _table(heading: str, heads: tuple[str, ...], changes: list[Change]) -> list[str]:
    if not changes:
        return []
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    rows = []
    for change in changes:
        names = (
            (change.row_key, change.column_name)
            if change.scope == "summary"
            else (change.subject_id, change.cycle, change.rule_set or change.column_name)
        )
        shown = [f'<th scope="row">{_cell(names[0])}</th>', *(f"<td>{_cell(name)}</td>" for name in names[1:])]
        shown += [f"<td>{_cell(value)}</td>" for value in (change.value_before, change.value_after)]
        rows.append(f"<tr>{''.join(shown)}<td>{''.join(map(_folded, change.causes))}{_behind(change)}</td></tr>")
    return [f"<table><caption>{heading}</caption><thead><tr>{head}</tr></thead><tbody>", *rows, "</tbody></table>"]


def _cell(value: object) -> str:
    return "none" if value is None else escape(str(value))


def _folded(cause: Cause) -> str:
    words = f"<span{' class=bad' if cause.cause == 'unexplained' else ''}>{escape(CAUSES[cause.cause])}</span>"
    text = f": {escape(cause.text)}" if cause.text else ""
    places = places_in_words(cause)
    if not places:
        return f"<div>{words}{text}</div>"
    listed = "<br>".join(f"<code>{escape(place)}</code>" for place in places)
    return f"<details><summary>{words}{text}</summary>{listed}</details>"


def _behind(change: Change) -> str:
    if not change.behind:
        return ""
    more = change.n_behind - len(change.behind)
    return f"<div>{change.n_behind} subjects: {escape(', '.join(change.behind))}{f' and {more} more' if more else ''}</div>"
