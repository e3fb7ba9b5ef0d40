"""Adverse events from which the arms of a blinded study may be guessed: they cannot be hidden, so they are counted."""

import tomllib

from flows.base.resources import resource
from flows.base.sql_text import one_row
from flows.report.cells import Connection, Row


def load_telling_events(con: Connection) -> list[Row]:
    """One row per local effect of the toxin that was reported, and one for events related to treatment: ``name``,
    ``n_events`` and ``n_subjects`` of analysis.treatment_events, the words by data/codelists/local_effects.toml."""
    effects = tomllib.loads(resource("data/codelists/local_effects.toml").read_text(encoding="utf-8"))
    counted = "SELECT count(*), count(DISTINCT subject_id) FROM analysis.treatment_events WHERE"
    rows = []
    for name, words in effects.items():
        found = one_row(con, f"{counted} list_bool_or(list_transform($1, lambda word: contains(term, word)))", [words])
        rows.append((name.replace("_", " "), *found))
    rows.append(("related to treatment", *one_row(con, f"{counted} is_related")))
    return [{"name": name, "n_events": events, "n_subjects": subjects} for name, events, subjects in rows if events]
