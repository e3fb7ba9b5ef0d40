"""The comparison of two snapshots: every difference with its causes."""

from flows.base.sql_text import one_value
from flows.comparing.causes import Comparison
from flows.comparing.changed_lines import find_changed_lines
from flows.comparing.changed_outcomes import find_changed_outcomes, find_dates, find_periods
from flows.comparing.changed_settings import find_changed_settings
from flows.comparing.outcome_causes import find_causes
from flows.comparing.sides import Connection, Side, attached
from flows.comparing.summary_cells import find_changed_cells


def compare(con: Connection, before: Side, after: Side, subject_id: str | None = None) -> Comparison:
    """Statuses, verdicts, eligibility and summary cells of ``after`` that differ from ``before``, with their causes.

    With a ``subject_id`` that subject's alone, and no summary cells. Nor are there any where the study was blinded in
    between: the cells of the open snapshot would tell the arms.
    """
    with attached(con, before, after):
        find_changed_outcomes(con, subject_id)
        find_periods(con)
        find_dates(con)
        find_changed_lines(con)
        settings = find_changed_settings(con, before, after)
        outcomes = find_causes(con, settings)
        cells = (
            [] if subject_id is not None or _was_blinded_or_opened(con) else find_changed_cells(con, outcomes, settings)
        )
    return Comparison(tuple(outcomes + cells))


def _was_blinded_or_opened(con: Connection) -> bool:
    return one_value(
        con, "SELECT (SELECT is_blinded FROM before.meta.runs) <> (SELECT is_blinded FROM after.meta.runs)"
    )
