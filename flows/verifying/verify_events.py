"""Published intercurrent events, and what each estimand sets aside for them, against a recount in plain Python."""

from datetime import date
from typing import Any

import duckdb

from flows.base.sql_text import one_row, one_value, rows_of
from flows.verifying.differences import Differences
from flows.verifying.recount_events import Treated, cycles_aside, deciding_event, months_aside, recount_events

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
TABLES = {
    "analysis.intercurrent_events": ("subject_id", "kind"),
    "analysis.estimand_months": ("estimand", "subject_id", "cycle", "month"),
    "analysis.estimand_cycles": ("estimand", "subject_id", "cycle"),
}


def verify_events(con: Connection, found: Differences) -> str:
    """The three tables row by row; a snapshot of an earlier version has none of them."""
    present = {
        name for (name,) in con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    }
    if not set(TABLES) <= present:
        return "events: the snapshot has no intercurrent events"
    wanted: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name in TABLES}
    cutoff, cycle_days = one_row(con, "SELECT cutoff_date, cycle_days FROM analysis.cutoff CROSS JOIN meta.protocol")
    (protocol,) = rows_of(con, "SELECT * FROM meta.protocol")
    declared: dict[str, list[Row]] = {}
    for row in rows_of(con, "SELECT * FROM meta.estimands WHERE attribute = 'intercurrent_event' ORDER BY ALL"):
        declared.setdefault(row["estimand"], []).append(row)
    subjects = _subjects(con, cutoff)
    n_cycles = max((len(subject.injections) for subject in subjects.values()), default=0)
    for name, subject in subjects.items():
        events = recount_events(subject, n_cycles, cutoff, cycle_days)
        wanted["analysis.intercurrent_events"] |= {(name, kind): row for kind, row in events.items()}
        for estimand, entries in declared.items():
            if event := deciding_event(events, entries):
                for row in months_aside(subject, event, protocol):
                    wanted["analysis.estimand_months"][estimand, name, row["cycle"], row["month"]] = row
                for row in cycles_aside(subject, event, n_cycles, cycle_days):
                    wanted["analysis.estimand_cycles"][estimand, name, row["cycle"]] = row
    for table, key in TABLES.items():
        for published in rows_of(con, f"SELECT * FROM {table} ORDER BY ALL"):
            place = tuple(published[column] for column in key)
            found.compare(table, dict(zip(key, place, strict=True)), wanted[table].pop(place, None), published)
        for place, row in sorted(wanted[table].items()):
            found.compare(table, dict(zip(key, place, strict=True)), row, None)
    n_events = one_value(con, "SELECT count(*) FROM analysis.intercurrent_events")
    return (
        f"events: {n_events:,} intercurrent events and what {len(declared):,} estimands set aside for them recomputed"
    )


def _subjects(con: Connection, cutoff: date) -> dict[str, Treated]:
    """Everybody who was treated by the cut-off."""
    injections: dict[str, set[date]] = {}
    for subject, day in con.execute("SELECT subject_id, injection_date FROM tabulation.injections").fetchall():
        if day <= cutoff:
            injections.setdefault(subject, set()).add(day)
    left = {
        subject: (day, reason)
        for subject, day, reason in con.execute(
            "SELECT subject_id, discontinued_date, discontinued_code FROM tabulation.subjects"
        ).fetchall()
    }
    stated: dict[str, list[tuple[date, str]]] = {}
    for subject, day, kind in con.execute(
        "SELECT subject_id, date, kind FROM tabulation.intercurrent_events"
    ).fetchall():
        stated.setdefault(subject, []).append((day, kind))
    ends: dict[str, dict[int, date | None]] = {}
    for subject, cycle, end in con.execute(
        """SELECT responder.subject_id, responder.cycle, responder.window_end_date FROM analysis.responder AS responder
        JOIN meta.runs AS run ON run.primary_rule_set = responder.rule_set"""
    ).fetchall():
        ends.setdefault(subject, {})[cycle] = end
    return {
        subject: Treated(sorted(days), *left.get(subject, (None, None)), stated.get(subject, []), ends.get(subject, {}))
        for subject, days in sorted(injections.items())
    }
