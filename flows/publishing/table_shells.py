"""Table shells: the publication tables without numbers, for the analysis plan.

Rows and columns are those that the snapshot leads to; each number of a cell, and each N of an arm, is a placeholder.
"""

import re

from flows.publishing.table_layout import DEFINITION, Layout

NUMBER = re.compile(r"[<-]?\d+(?:\.(\d+))?")
NOTHING = "–"
SIZE = re.compile(r"\(N = \d+\)$")
OUTCOME = re.compile(r"(?:not )?(?:rejected|reached)")  # of a hypothesis
SHELL = "Table shell, without numbers."


def as_shell(layout: Layout, note: str) -> Layout:
    """The table with a placeholder for each number; ``note`` is the table's own, which holds none of this study.

    Definitions are of the plan and stand as they are.
    """
    if layout.columns == [DEFINITION]:
        return layout._replace(note=f"{note} {SHELL}")
    return layout._replace(
        columns=[SIZE.sub("(N = xx)", column) for column in layout.columns],
        rows=[(section, label, [_masked(cell) for cell in cells]) for section, label, cells in layout.rows],
        note=f"{note if layout.rows else layout.note} {SHELL}",
    )


def _masked(cell: str) -> str:
    """A number as xx with as many decimals; neither its size nor its sign, nor that there is none, can be seen."""
    masked = NUMBER.sub(lambda number: "xx" + (f".{'x' * len(number[1])}" if number[1] else ""), cell)
    return OUTCOME.sub("xx", masked.replace(NOTHING, "xx"))
