"""Small studies written by hand, run through analysis, summary and statistics: the house of the summary tests."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import duckdb

from flows.base.sql_text import rows_of
from flows.landing.landing_tables import create_landing_tables
from flows.statistics import register_statistics
from flows.statistics.fitted_tables import FITTED, READS, write_table
from flows.warehouse.medication_table import read_current_medication
from flows.warehouse.settings_tables import load_metadata
from flows.warehouse.sql_models import build_model, build_models, load_models, tables_read
from tests.sql_engine import ROOT, load_tabulation, make_study

Row = dict[str, Any]
DAY_1 = date(2024, 3, 1)  # first injection of everybody, unless said otherwise
CYCLE, MONTH = timedelta(days=84), timedelta(days=28)
ARMS = {"placebo": "Placebo", "ona": "OnabotulinumtoxinA"}
LATE_CUTOFF = date(2026, 12, 31)


def nice_rule() -> Row:
    """At least 30% fewer headache days in Days 57-84, as shipped."""
    import tomllib

    return tomllib.loads((ROOT / "data/rules/nice_ta260.toml").read_text())


class Trial:
    """A study that grows subject by subject; months are given as headache days of 28, None = no diary."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {
            name: []
            for name in ("diary_days", "injections", "subjects", "scores", "adverse_events", "intercurrent_events")
        }

    def add(
        self, subject_id: str, arm: str | None, baseline: int | None, *cycles: tuple[int | None, ...], **facts: Any
    ) -> "Trial":
        """A subject: headache days at baseline, then of months 1..3 of each cycle given, injections 84 days apart."""
        registered = {
            "subject_id": subject_id, "arm": arm, "site": "s1", "sex": "F", "birth_year": 1980,
            "consent_date": DAY_1 - MONTH, "prior_preventives_failed": 3, "overuse_excluded": True,
            "discontinued_date": None, "discontinued_reason": None, "discontinued_code": None,
        }  # fmt: skip
        self.rows["subjects"].append(registered | facts)
        self._month(subject_id, DAY_1 - MONTH, baseline)
        for number, months in enumerate(cycles):
            start = DAY_1 + number * CYCLE
            self.inject(subject_id, start)
            for month, days in enumerate(months):
                self._month(subject_id, start + month * MONTH, days)
        return self

    def inject(
        self, subject_id: str, day: date, units: float = 155, sites: int = 31, muscle: str | None = None
    ) -> None:
        self.rows["injections"].append(
            {"subject_id": subject_id, "injection_date": day, "muscle": muscle, "units": units, "sites": sites}
        )

    def score(self, subject_id: str, day: date, score: float, instrument: str = "HIT6") -> None:
        self.rows["scores"].append(
            {"subject_id": subject_id, "score_date": day, "instrument": instrument, "score": score}
        )

    def event(self, subject_id: str, term: str, day: date | str | None, **facts: Any) -> None:
        """An adverse event as it is landed: its start as far as it is known."""
        line = len(self.rows["adverse_events"])
        self.rows["adverse_events"].append(
            {
                "subject_id": subject_id,
                "start_date": day and str(day),
                "term": term,
                "soc": None,
                "serious": False,
                "related": None,
            }
            | {"file_id": "f", "line_number": line}
            | facts
        )

    def happens(self, subject_id: str, kind: str, day: date) -> None:
        """An intercurrent event."""
        self.rows["intercurrent_events"].append({"subject_id": subject_id, "date": day, "kind": kind})

    def _month(self, subject_id: str, start: date, headache_days: int | None) -> None:
        if headache_days is None:
            return
        self.rows["diary_days"] += [
            {"subject_id": subject_id, "diary_date": start + timedelta(days=i), "headache": i < headache_days}
            | {"hours": None, "severity": None, "migraine": None, "acute_medication": None, "entered_at": None}
            for i in range(28)
        ]

    def summarise(
        self, arms: dict[str, str] | None = None, cutoff: date = LATE_CUTOFF, blinded: bool = False
    ) -> "Asked":
        """All tables up to summary.*, under the NICE rule set; each is made when it is first asked for."""
        con = duckdb.connect()
        study = make_study([nice_rule()], cutoff, ARMS if arms is None else arms)
        study = study.model_copy(update={"facts": study.facts.model_copy(update={"blinded": blinded})})
        load_metadata(con, study, None)
        rows = self.rows
        if blinded:  # as sql/tabulation/subjects.sql
            rows = rows | {"subjects": [row | {"arm": None} for row in rows["subjects"]]}
        events = rows["adverse_events"]
        load_tabulation(con, {name: made for name, made in rows.items() if name != "adverse_events"})
        create_landing_tables(con)
        con.execute("CREATE TABLE landing.set_aside (kind VARCHAR, file_id VARCHAR, line_number INTEGER)")
        for row in events:
            con.execute(
                f"INSERT INTO landing.adverse_events ({', '.join(row)}) VALUES ({', '.join(f'${name}' for name in row)})",
                row,
            )
        con.execute("CREATE VIEW landing.known_adverse_events AS FROM landing.adverse_events")
        build_models(con, only={"tabulation.adverse_events"})
        read_current_medication(con, study)
        register_statistics(con)
        return Asked(con)


class Asked:
    """A connection that makes the tables of analysis and summary that a statement names, and what they hang on, before it
    carries it out: a test looks at few of them, and each costs as much as all its rows."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con, self._made = con, set[str]()
        for schema in ("analysis", "summary"):
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")

    def execute(self, query: str, *parameters: Any) -> duckdb.DuckDBPyConnection:
        for name in (
            (*load_models(), *FITTED) if "duckdb_" in query else tables_read(query)
        ):  # whoever lists tables sees all
            self.make(name)
        return self._con.execute(query, *parameters)

    def make(self, name: str) -> None:
        """One table after those that it reads; of other schemas all are there."""
        select = load_models().get(name)
        if (
            name in self._made
            or not name.startswith(("analysis.", "summary."))
            or (select is None and name not in FITTED)
        ):
            return
        self._made.add(name)
        for read in READS[name] if select is None else tables_read(select):
            self.make(read)
        if select is None:
            write_table(self._con, name, FITTED[name](self))  # ty: ignore
        else:
            build_model(self._con, name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)


def only(con: duckdb.DuckDBPyConnection, table: str, **key: Any) -> Row:
    """The one row of a table with these values."""
    (row,) = matching(con, table, **key)
    return row


def matching(con: duckdb.DuckDBPyConnection, table: str, **key: Any) -> list[Row]:
    """All rows of a table with these values, in the order of all columns."""
    where = " AND ".join(f"{name} = ${name}" for name in key) or "true"
    return rows_of(con, f"SELECT * FROM {table} WHERE {where} ORDER BY ALL", key)


def picked(rows: Iterable[Row], *names: str) -> list[tuple[Any, ...]]:
    """The named columns of each row."""
    return [tuple(row[name] for name in names) for row in rows]
