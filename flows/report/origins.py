"""Where the summary tables come from, for the report: the tables each is made from, and the columns of the files."""

from flows.report.cells import Row
from flows.study.dictionary import input_tables, load_dictionary
from flows.warehouse.lineage_table import Origin, load_lineage, upstream

PROVENANCE = {"file_id", "line_number", "subject_id", "unreadable", "out_of_range", "other_unit"}


def load_origins() -> list[Row]:
    """One row per table of summary.*: ``made_from`` in one step, and ``files``: columns by kind of file, in any number."""
    landed = {f"landing.{kind}": kind for kind in input_tables()}
    rows = []
    for table in load_dictionary().values():
        if table.schema_name != "summary":
            continue
        direct: set[str] = set()
        values: set[Origin] = set()
        for column in (*(column.name for column in table.columns), "*"):
            origins = load_lineage()[table.full_name, column]
            direct |= {name for name, _ in origins} - {table.full_name}
            values |= {origin for origin in origins if origin[1] != "*"} | upstream((table.full_name, column))
        columns: dict[str, list[str]] = {}
        for name, column in sorted(values):
            if name in landed and column not in PROVENANCE | {"*"}:
                columns.setdefault(landed[name], []).append(column)
        rows.append({"table_name": table.full_name, "made_from": sorted(direct), "files": columns})
    return rows
