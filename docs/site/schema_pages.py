"""A page for every published table: columns, units, meaning, and where each column comes from. One more for the tables
between, which are not published."""

import re
from collections.abc import Callable, Iterable

from flows.study.dictionary import Column, Table, load_dictionary
from flows.warehouse.lineage_table import ROWS, Origin, downstream, load_lineage, upstream
from flows.warehouse.sql_models import load_models

SCHEMAS = {
    "summary": "what a report says, counted and fitted",
    "analysis": "one row per subject, cycle, month or rule set: what the summaries count",
    "tabulation": "the lines that count, typed and current",
    "landing": "every file and where each of its lines ended",
    "meta": "settings, rules, checks, findings and this dictionary",
}
STEPS = "schema/steps.md"
INDEX = "schema/index.md"


def schema_nav() -> list[object]:
    """The pages, by schema."""
    tables = load_dictionary()
    return [
        {"All tables": INDEX},
        *(
            {schema: [{t.name: _page(t.full_name)} for t in tables.values() if t.schema_name == schema]}
            for schema in SCHEMAS
        ),
        {"Steps between": STEPS},
    ]


def schema_pages() -> dict[str, str]:
    """Markdown by path below docs/."""
    tables = load_dictionary()
    pages = {INDEX: _index(tables), STEPS: _steps()}
    return pages | {_page(name): _table_page(table) for name, table in tables.items()}


def _page(table: str) -> str:
    return f"schema/{table}.md"


def _steps_tables() -> list[str]:
    return sorted({table for table, _ in load_lineage()} - set(load_dictionary()))


def _link(origin: Origin) -> str:
    table, column = origin
    shown = f"rows of {table}" if column == ROWS else f"{table}.{column}"
    if table not in load_dictionary():
        return f"[`{shown}`](steps.md#{table})"
    return f"[`{shown}`]({table}.md{'' if column == ROWS else f'#{column}'})"


def _table_link(table: str) -> str:
    return _link((table, ROWS)).replace("rows of ", "")


def _index(tables: dict[str, Table]) -> str:
    lines = [
        "# Tables",
        "",
        "Every published table, as `outcomes.duckdb` and `tables/` hold it. The page of a table has its columns, and for"
        " each column what it is made from, down to the columns of the files, and what would change if it did. The"
        " snapshot holds the same as `meta.dictionary` and `meta.lineage`.",
    ]
    for schema, words in SCHEMAS.items():
        lines += ["", f"## {schema}", "", f"{words[0].upper()}{words[1:]}.", "", "| table | one row |", "|---|---|"]
        lines += [
            f"| [`{t.name}`]({t.full_name}.md) | {_cell(t.grain.removeprefix('one row '))} |"
            for t in tables.values()
            if t.schema_name == schema
        ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _table_page(table: Table) -> str:
    name = table.full_name
    select = load_models().get(name)
    # A long name may break after a dot or a line below.
    lines = [
        "---",
        f"title: {name}",
        "---",
        "# " + re.sub(r"([._])", r"\1<wbr>", name),
        "",
        f"{table.grain[0].upper()}{table.grain[1:]}.".replace("<", "&lt;"),
        "",
    ]
    lines += [f"**Key:** {', '.join(f'`{column}`' for column in table.key)}", ""]
    if select:
        if missing := re.search(r"^-- Missing: +(.+)$", select, flags=re.MULTILINE):
            lines += [f"**Missing:** {_cell(missing[1])}", ""]
        if source := re.search(r"^-- Source: +(.+)$", select, flags=re.MULTILINE):
            lines += [f"**Source:** {_cell(source[1])}", ""]
    reads = _tables(origin for (of, _), sources in load_lineage().items() if of == name for origin in sources)
    read_by = sorted({of for (of, _), sources in load_lineage().items() for t, _ in sources if t == name} - {name})
    lines += [f"**Made from:** {_listed(map(_table_link, sorted(reads - {name}))) or _beginning(name)}", ""]
    lines += [f"**Read by:** {_listed(map(_table_link, read_by)) or 'no other table'}", ""]
    if select:
        lines += [
            '??? abstract "The SQL"',
            "",
            "    ```sql",
            *(f"    {line}" for line in select.splitlines()),
            "    ```",
            "",
        ]
    lines += ["## Columns", ""]
    for column in table.columns:
        lines += _column(table, column)
    return "\n".join(lines) + "\n"


# Tables that compare this snapshot with the ones before it.
ACROSS_SNAPSHOTS = {"meta.snapshot_before", "meta.changes", "meta.run_history", "meta.finding_ages"}


def _beginning(table: str) -> str:
    if table in ACROSS_SNAPSHOTS:
        return "this snapshot and those published before it"
    return "settings of the study or of this software" if table.startswith("meta.") else "the files themselves"


def _column(table: Table, column: Column) -> list[str]:
    origin = (table.full_name, column.name)
    kind = "date" if column.type == "partial_date" else column.type
    facts = [kind, *([column.unit] if column.unit else []), *(["key"] if column.name in table.key else [])]
    allowed = f" One of {', '.join(f'`{value}`' for value in column.allowed)}." if column.allowed else ""
    lines = [
        f"### {column.name} {{ #{column.name} .column }}",
        "",
        f"*{', '.join(facts)}.* {_cell(column.description)}.{allowed}",
        "",
    ]
    direct = load_lineage().get(origin, ())
    above = {o for o in upstream(origin) if o[0].startswith("landing.") and o[0].removeprefix("landing.") in KINDS}
    below = {o for o in downstream(origin) if o[0] in load_dictionary() and o[0] != table.full_name and o[1] != ROWS}
    lines += _line("Made from", direct, _own_words(table.full_name))
    lines += _folded("In the files", above)
    lines += _folded("Would change with it", below)
    return lines


KINDS = {table.file for table in load_dictionary().values() if table.file}


def _own_words(table: str) -> Callable[[Origin], str]:
    def words(origin: Origin) -> str:
        return "the rows of this table" if origin == (table, ROWS) else _link(origin)

    return words


def _line(title: str, origins: Iterable[Origin], words: Callable[[Origin], str]) -> list[str]:
    listed = _listed(words(origin) for origin in sorted(origins))
    return [f"{title}: {listed or 'nothing of another table; the value stands in the SQL or the settings'}.", ""]


def _folded(title: str, origins: set[Origin]) -> list[str]:
    if not origins:
        return []
    lines = [f'??? info "{title}: {len(origins)} columns of {len(_tables(origins))} tables"', ""]
    for table in sorted(_tables(origins)):
        columns = ", ".join(_short(origin) for origin in sorted(origins) if origin[0] == table)
        lines.append(f"    - {_table_link(table)}: {columns}")
    return [*lines, ""]


def _short(origin: Origin) -> str:
    table, column = origin
    if column == ROWS:
        return "its rows"
    return f"`{column}`" if table not in load_dictionary() else f"[`{column}`]({table}.md#{column})"


def _tables(origins: Iterable[Origin]) -> set[str]:
    return {table for table, _ in origins}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _steps() -> str:
    lines = [
        "# Steps between",
        "",
        "Tables of the private warehouse that the published ones are made from. Nobody reads them but the pipeline, and"
        " they may change with any version. `landing.diary` and the other kinds of file hold every line as it was read.",
    ]
    for table in _steps_tables():
        lines += ["", f"## {table} {{ #{table} }}", "", "| column | made from |", "|---|---|"]
        for (of, column), sources in load_lineage().items():
            if of == table:
                shown = "the rows of this table" if (column == ROWS) else f"`{column}`"
                lines.append(f"| {shown} | {_sources(table, sources)} |")
    return "\n".join(lines) + "\n"


def _sources(table: str, sources: tuple[Origin, ...]) -> str:
    if len(sources) > 12:
        return f"{len(sources)} columns of {_listed(map(_table_link, sorted(_tables(sources) - {table})))}"
    words = _own_words(table)
    return _listed(words(source) for source in sorted(sources)) or _beginning(table)
