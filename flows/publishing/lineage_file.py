"""data/lineage.csv: the direct sources of every column of every table, from the SQL and what Python declares.

``python -m flows.publishing.lineage_file`` writes it anew; tests/flows/test_lineage.py holds it current.
"""

from flows.base.resources import resource
from flows.publishing.declared_sources import columns_known, declared_results
from flows.publishing.lineage import Result, origins_of
from flows.warehouse.lineage_table import ROWS
from flows.warehouse.sql_models import build_order, load_models

HEAD = "table_name,column_name,sources\n"


def all_results() -> dict[str, Result]:
    """The origins of every table, by its name."""
    known = dict(columns_known())
    found: dict[str, Result] = {}
    for name in build_order():
        found[name] = origins_of(name, load_models()[name], known)
        known.setdefault(name, tuple(found[name].columns))
    found |= declared_results()
    nothing: dict[str, Result] = {
        name: Result(dict.fromkeys(columns, frozenset()), frozenset()) for name, columns in known.items()
    }
    return nothing | found


def render_lineage() -> str:
    """The file: one line a column, in the order of the table, and one for the rows."""
    lines = [HEAD]
    for name, result in sorted(all_results().items()):
        for column, origins in [*result.columns.items(), (ROWS, result.rows)]:
            lines.append(f"{name},{column},{' '.join(f'{table}.{source}' for table, source in sorted(origins))}\n")
    return "".join(lines)


if __name__ == "__main__":
    (resource("data") / "lineage.csv").write_text(render_lineage(), encoding="utf-8")
