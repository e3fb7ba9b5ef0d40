"""Which sheets of a workbook may be looked at."""

from pathlib import Path

from flows.landing.packing import is_workbook
from flows.landing.workbook_parts import opened_parts
from flows.landing.workbooks import contents_of


def shown_sheets(source: Path) -> list[str]:
    """The sheets of a workbook that are shown and may hold cells; none where the file is no workbook.

    Raises FileRefused for a damaged one.
    """
    if not is_workbook(source):
        return []
    with opened_parts(source) as parts:
        return [each.name for each in contents_of(parts).sheets if each.is_shown and each.has_rows]
