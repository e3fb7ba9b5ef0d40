"""publication/: the tables of sql/publication/ as HTML, RTF and DOCX, for a manuscript or study report.

Read from the published database, so that nothing stands here that is not there, and a blinded study stays blinded.
"""

from html import escape
from pathlib import Path

import duckdb

from flows.publishing.publication_tables import create_cell_macros, load_publication_tables
from flows.publishing.table_layout import PAGE_TWIPS, Layout, lay_out
from flows.publishing.table_shells import as_shell
from flows.publishing.word_tables import as_docx

STYLE = (
    "body{font:15px/1.4 system-ui,sans-serif;margin:2rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;border-top:2px solid;border-bottom:2px solid}"
    "caption{text-align:left;font-weight:600;padding:.4rem 0}"
    "th,td{padding:.2rem .8rem;text-align:left;vertical-align:top;font-variant-numeric:tabular-nums}"
    "thead th{border-bottom:1px solid}tbody th{font-weight:400}th.section{font-weight:600;padding-top:.7rem}"
    "p{max-width:60rem;color:#444}"
)


def write_publication(database: Path, folder: Path, are_shells: bool = False) -> list[Path]:
    """Write every table as HTML, RTF and DOCX; gives the files. ``are_shells``: without numbers, for an analysis plan."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with duckdb.connect(database, read_only=True) as con:
        create_cell_macros(con)
        for table in load_publication_tables():
            layout = lay_out(con, table)
            shown = as_shell(layout, table.note) if are_shells else layout
            for ending, content in (
                ("html", as_html(shown).encode()),
                ("rtf", as_rtf(shown).encode("ascii")),
                ("docx", as_docx(shown)),
            ):
                path = folder / f"{table.name}.{ending}"
                path.write_bytes(content)
                written.append(path)
    return written


def as_html(layout: Layout) -> str:
    """One self-contained page."""
    width = 1 + len(layout.columns)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in layout.columns)
    body, last = [], ""
    for section, label, cells in layout.rows:
        if section != last:
            body.append(f'<tr><th class="section" colspan="{width}" scope="colgroup">{escape(section)}</th></tr>')
            last = section
        values = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        body.append(f'<tr><th scope="row">{escape(label)}</th>{values}</tr>')
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(layout.title)}</title><style>{STYLE}</style></head>',
        f"<body><table><caption>{escape(layout.title)}</caption>",
        f"<thead><tr><td></td>{head}</tr></thead><tbody>" if layout.columns else "<tbody>",
        *body,
        f"</tbody></table><p>{escape(layout.note)}</p></body></html>",
    ]
    return "\n".join(lines) + "\n"


def as_rtf(layout: Layout) -> str:
    """A landscape RTF document; characters beyond ASCII are written as RTF's own escapes."""
    columns = len(layout.columns)
    first = PAGE_TWIPS // 3 if columns else PAGE_TWIPS
    edges = [first + (PAGE_TWIPS - first) * i // columns for i in range(columns + 1)] if columns else [first]
    lines = [
        r"{\rtf1\ansi\deff0{\fonttbl{\f0\froman Times New Roman;}}\paperw16838\paperh11906\landscape",
        r"\margl1440\margr1440\margt1134\margb1134\f0\fs20",
        rf"{{\b {_rtf(layout.title)}\par}}",
    ]
    if columns:
        lines.append(_rtf_row(["", *layout.columns], edges, r"\b ", r"\trhdr", r"\clbrdrt\brdrs\clbrdrb\brdrs"))
    last = ""
    for section, label, cells in layout.rows:
        if section != last:
            lines.append(_rtf_row([section], [PAGE_TWIPS], r"\b "))
            last = section
        lines.append(_rtf_row([label, *cells], edges))
    lines += [rf"\pard\fs18 {_rtf(layout.note)}\par", "}"]
    return "\n".join(lines) + "\n"


def _rtf_row(cells: list[str], edges: list[int], style: str = "", row: str = "", border: str = "") -> str:
    ends = "".join(rf"{border}\cellx{edge}" for edge in edges)
    texts = "".join(rf"\pard\intbl {{{style}{_rtf(cell)}}}\cell" for cell in cells)
    return rf"\trowd{row}\trgaph80{ends}{texts}\row"


def _rtf(text: str) -> str:
    escaped = "".join(rf"\{character}" if character in "\\{}" else character for character in text)
    return "".join(
        character if character.isascii() and character.isprintable() else _rtf_unicode(character)
        for character in escaped
    )


def _rtf_unicode(character: str) -> str:
    if character == "\n":
        return r"\line "
    # RTF counts in signed 16-bit units of UTF-16; ? is what a reader without Unicode shows.
    units = character.encode("utf-16-le")
    numbers = (int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2))
    return "".join(rf"\u{number}?" for number in numbers)
