"""The landing of a study as SELECTs that dbt can build: typed lines, repeats, quarantine, corrections.

The product lands and sets lines aside in Python that runs SQL. The peer gets the same SQL, each statement as a model of
its own: ``Recorder`` stands in for the connection and keeps what would have run. Nothing of it is written twice.
"""

import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp

from flows.base.sql_text import quoted
from flows.checking.checks import Check
from flows.checking.corrections import find_repeats, set_entries_aside, set_repeats_aside
from flows.checking.faulty_cells import set_cells_aside, view_lines_as_known
from flows.landing.date_order import find_date_format
from flows.landing.layout import find_layout
from flows.landing.parsing import parsed_select
from flows.landing.plain_text import to_plain_text
from flows.landing.records import read_csv
from flows.study.dictionary import LANDED_TYPES, file_columns
from flows.study.study_folder import Study

ALL = "\nUNION ALL\n"
FAULTS = ("unreadable", "out_of_range", "other_unit")
ASIDE = "landing.set_aside"
ASIDE_COLUMNS = "kind, file_id, line_number, outcome"


class Model(NamedTuple):
    """A table of the peer that no file of sql/ makes; ``instead`` are tables that it reads under another name."""

    select: str
    instead: dict[str, str] = {}  # noqa: RUF012 (never changed)
    is_view: bool = False


class LandedFile(NamedTuple):
    """A file of the inbox: its id as in the product, its kind, the columns it has, and the SELECT of its typed lines."""

    file_id: str
    path: str
    kind: str
    columns: tuple[str, ...]
    select: str


class Recorder:
    """Stands in for a connection: keeps each statement with its parameters written in, and answers every query alike."""

    def __init__(self, answer: Sequence[str] = ()) -> None:
        self.statements: list[str] = []
        self._answer = [(text,) for text in answer]

    def execute(self, statement: str, parameters: Any = None) -> "Recorder":
        for name, value in (parameters if isinstance(parameters, dict) else {}).items():
            literal = quoted(value) if isinstance(value, str) else str(value)
            statement = re.sub(rf"\${name}\b", lambda _, literal=literal: literal, statement)
        self.statements.append(statement)
        return self

    def fetchall(self) -> list[tuple[str]]:
        return self._answer

    def select(self) -> str:
        """The SELECT of the last statement, which makes or fills a table."""
        made = re.sub(r"^\s*(CREATE OR REPLACE (TABLE|VIEW) [\w.]+ AS|INSERT INTO [\w.]+)\s", "", self.statements[-1])
        if made == self.statements[-1]:
            raise ValueError(f"neither makes nor fills a table: {made[:60]}")
        return made


def recorded(step: Callable[..., None], *given: Any, answer: Sequence[str] = ()) -> str:
    """The SELECT of the last table that a step of the product makes or fills."""
    step(recorder := Recorder(answer), *given)
    return recorder.select()


def landed_file(study: Study, path: Path, file_id: str) -> LandedFile:
    """How the product reads this file, as one SELECT: layout and date order are found here, before dbt starts."""
    (reading,) = study.readings_of(path.name)
    with tempfile.TemporaryDirectory() as scratch:
        plain = to_plain_text(path, Path(scratch), None)
        layout = find_layout(plain, reading, path.name)
        dates = find_date_format(plain, layout, reading.kind, reading.group.date_format)
    names = [*(f"c{place}" for place in range(layout.width)), "surplus"]
    numbered = (
        "(SELECT CAST(row_number() OVER () + 1 AS INTEGER) AS line_number, *"
        f" FROM {read_csv(path.resolve(), names, layout.delimiter, padded=True)}"
        f" WHERE CASE WHEN surplus IS NULL AND c{layout.width - 1} IS NOT NULL THEN true ELSE error('ragged') END)"
    )
    group = reading.group.model_copy(update={"date_format": dates.format})
    typed = parsed_select(reading.kind, layout, group, numbered)
    return LandedFile(file_id, path.name, reading.kind, tuple(layout.positions), f"SELECT {quoted(file_id)}, {typed}")


def landing_models(files: list[LandedFile], checks: list[Check], kinds: tuple[str, ...]) -> dict[str, Model]:
    """The models of the schema landing by full name. Of a kind without a file only the empty view of known lines."""
    models: dict[str, Model] = {}
    sent = [kind for kind in kinds if any(file.kind == kind for file in files)]
    for kind in kinds:
        of_kind = [check for check in checks if check.table == f"landing.{kind}" and kind in sent]
        models |= _known_lines(kind, [file for file in files if file.kind == kind], of_kind)
        if kind in sent:
            models |= _set_aside(kind, of_kind)
    every = [f"SELECT {ASIDE_COLUMNS} FROM landing.set_aside_{kind}" for kind in sent]
    models[ASIDE] = Model(ALL.join(every))
    return models


def _known_lines(kind: str, files: list[LandedFile], checks: list[Check]) -> dict[str, Model]:
    """Typed lines of all files of a kind, the cells that checks set aside, and the lines without them."""
    cells = [
        f"SELECT * FROM ({recorded(set_cells_aside, check, 0)})" for check in checks if check.sets_aside is not None
    ]
    known = recorded(view_lines_as_known, kind, answer=_emptied(checks))
    cells_aside = f"landing.cells_aside_{kind}"
    models = {f"landing.known_{kind}": Model(known, {"landing.cells_aside": cells_aside}, is_view=True)}
    if files:
        models[f"landing.{kind}"] = Model(_typed_lines(kind, files))
    if cells:
        names = "kind, file_id, line_number, column_name, check_id, severity, reason, subject_id, place, reveals_arm"
        models[cells_aside] = Model(f"SELECT * FROM (\n{ALL.join(cells)}\n) AS cells ({names})")
    return models


def _typed_lines(kind: str, files: list[LandedFile]) -> str:
    names = ["file_id", "line_number", *(column.name for column in file_columns(kind)), *FAULTS]
    types = {column.name: LANDED_TYPES[column.type] for column in file_columns(kind)}
    cast = ", ".join(f"CAST({name} AS {types.get(name, 'VARCHAR')}) AS {name}" for name in (*types, *FAULTS))
    united = ALL.join(file.select for file in files)
    return f"SELECT file_id, line_number, {cast}\nFROM (\n{united}\n) AS lines ({', '.join(names)})"


def _set_aside(kind: str, checks: list[Check]) -> dict[str, Model]:
    """Quarantined lines, then entries merged into one (diary), then what repeats or is superseded, as in the product."""
    quarantined, before = f"landing.quarantined_{kind}", f"landing.aside_before_repeats_{kind}"
    cells = {"landing.cells_aside": f"landing.cells_aside_{kind}"}
    failing = [
        f"SELECT file_id, line_number FROM ({check.failing_rows()}\n) WHERE line_number IS NOT NULL"
        for check in checks
        if check.severity in ("error", "critical") and not check.sets_aside and has_place(check)
    ]
    failing.append(f"SELECT file_id, line_number FROM landing.{kind} WHERE false")
    failed = ALL.join(failing)
    repeats = recorded(set_repeats_aside, kind, answer=_emptied(checks))
    models = {
        quarantined: Model(
            f"SELECT DISTINCT '{kind}' AS kind, file_id, line_number, 'quarantined' AS outcome\nFROM (\n{failed}\n)"
        ),
        f"landing.repeated_{kind}": Model(recorded(find_repeats, kind)),
    }
    if kind == "diary":
        entries = recorded(set_entries_aside, answer=_emptied(checks))
        models[before] = Model(
            f"SELECT {ASIDE_COLUMNS} FROM {quarantined}{ALL}SELECT * FROM ({entries})",
            {ASIDE: quarantined, **cells},
        )
    else:
        before = quarantined
    models[f"landing.set_aside_{kind}"] = Model(
        f"SELECT {ASIDE_COLUMNS} FROM {before}{ALL}SELECT * FROM ({repeats})",
        {ASIDE: before, **cells},
    )
    return models


def _emptied(checks: list[Check]) -> list[str]:
    """The columns whose cells a check of this kind may set aside."""
    return sorted({check.sets_aside for check in checks if check.sets_aside})


def has_place(check: Check) -> bool:
    """Whether the failing rows of a check name their line."""
    query = sqlglot.parse_one(check.failing_rows(), read="duckdb")
    named = query.named_selects if isinstance(query, exp.Query) else []
    return "*" in named or "line_number" in named
