"""Where the columns of tables come from that Python makes, not an SQL model; and the columns of those not published.

tests/flows/test_lineage.py holds this against the statements that a run sends to DuckDB. The tables that have no
source here hold settings, or what was read from the files themselves: there the chain begins.
"""

from functools import cache

from flows.checking.checks import Check, load_suites
from flows.publishing.lineage import Origins, Result, origins_of
from flows.statistics.fitted_tables import READS
from flows.study.dictionary import FILE_KINDS, file_columns, input_tables, load_dictionary
from flows.warehouse.lineage_table import ROWS

Read = dict[str, tuple[str, ...]]  # columns by table
CELL_FAULTS = ("unreadable", "out_of_range", "other_unit")
# Tables of the warehouse that are not published and that no SQL model makes.
INTERNAL = {
    "landing.landed_files": (
        "file_id path sha256 kind lines_read landed_at sequence encoding delimiter extra_columns date_format evidence"
        " is_in_inbox entries_per_day part lines_elsewhere lines_unclaimed first_unclaimed"
    ),
    "landing.refused_files": "path sha256 kind status reason content_id",
    "landing.broken_lines": "file_id line_number kind raw reason",
    "landing.written_ids": "file_id subject_id written n_lines",
    "landing.dates_come": "file_id last_date n_dates",
    "landing.settings_used": "file_id kind pattern setting name is_used hint",
    "landing.unused_settings": "check file_id detail",
    "landing.findings": "check_id severity kind file_id line_number subject_id reason check_order column_name",
    "landing.cells_aside": (
        "kind file_id line_number column_name check_id severity reason subject_id check_order reveals_arm"
    ),
    "landing.set_aside": "kind file_id line_number outcome",
    "landing.quarantined_text": "file_id line_number raw",
    "landing.cell_text": "file_id line_number column_name raw",
    "meta.study": "study_id title primary_rule_set population data_cutoff is_blinded",
    "meta.estimators": "estimand is_primary position arm analysis how table_name place",
    "meta.hypotheses": "position hypothesis family table_name place method within_family alpha",
    "meta.imputation": "cycles imputations seed largest_delta",
    "meta.rule_variations": "rule_set parameter value variant position",
}


@cache
def columns_known() -> dict[str, tuple[str, ...]]:
    """The columns of every table that a model or a check may read and that no SQL model makes."""
    known = {name: tuple(column.name for column in table.columns) for name, table in load_dictionary().items()}
    known |= {name: tuple(columns.split()) for name, columns in INTERNAL.items()}
    known["meta.rule_variants"] = (*known["meta.rule_sets"], "variant")
    for kind in FILE_KINDS:
        columns = ("file_id", "line_number", *(column.name for column in file_columns(kind)), *CELL_FAULTS)
        known |= {f"landing.{prefix}{kind}": columns for prefix in ("", "known_", "repeated_")}
    return known


def declared_results() -> dict[str, Result]:
    """The origins of every table that Python makes, by its name."""
    known = columns_known()
    made: dict[str, Result] = {}
    for kind in FILE_KINDS:
        made |= _lines(kind, known[f"landing.{kind}"])
    on_lines = [check for table, checks in load_suites().items() if _is_of_lines(table) for check in checks]
    every = [check for checks in load_suites().values() for check in checks]
    decide = [check for check in on_lines if check.severity in ("error", "critical") and not check.sets_aside]
    repeated = {f"landing.repeated_{kind}": known[f"landing.{kind}"] for kind in FILE_KINDS}
    made["landing.findings"] = _alike("landing.findings", _read_by(every))
    made["landing.cells_aside"] = _of_lines(
        "landing.cells_aside", _read_by([check for check in every if check.sets_aside])
    )
    # Of the findings only those on landed lines set a line aside: the later ones are about what stands.
    made["landing.set_aside"] = _of_lines(
        "landing.set_aside",
        _read_by(decide)
        | _columns({"landing.landed_files": ("file_id", "sequence", "entries_per_day")})
        | _columns({"landing.cells_aside": ("file_id", "line_number", "column_name")})
        | _columns(repeated),
    )
    made |= {
        name: Result(_same(name, source, ("file_id", "line_number"), known) | {"raw": frozenset()}, _rows_of(source))
        for name, source in (
            ("landing.quarantined_text", "landing.set_aside"),
            ("landing.cell_text", "landing.cells_aside"),
        )
    }
    landed: Read = {f"landing.{kind}": ("file_id", "line_number", "subject_id") for kind in FILE_KINDS}
    made["landing.subject_twins"] = _alike("landing.subject_twins", _columns(landed))
    made["landing.unused_settings"] = _alike(
        "landing.unused_settings",
        _columns({name: known[name] for name in ("landing.settings_used", "landing.landed_files")}),
    )
    made["meta.medication"] = _alike("meta.medication", _columns({"tabulation.diary_days": ("acute_medication",)}))
    made["meta.findings"] = _alike(
        "meta.findings",
        _columns({"landing.findings": known["landing.findings"], "landing.files": ("file_id", "path")}),
    )
    made["meta.checks"] = _checks(known["meta.checks"], every)
    made["meta.runs"] = _runs(known["meta.runs"])
    made |= {name: _alike(name, _columns(read)) for name, read in READS.items()}
    return made


def _lines(kind: str, columns: tuple[str, ...]) -> dict[str, Result]:
    """Landed lines as they are known, and those about which there is more than one (flows/checking)."""
    landed = f"landing.{kind}"
    optional = {column.name for column in file_columns(kind) if not column.required}
    emptied = frozenset({("landing.cells_aside", "column_name")})
    carried = {name: frozenset({(landed, name)}) for name in columns}
    key = frozenset((landed, name) for name in input_tables()[kind].key)
    return {
        f"landing.known_{kind}": Result(
            {name: origins | (emptied if name in optional else frozenset()) for name, origins in carried.items()},
            _rows_of(landed),
        ),
        f"landing.repeated_{kind}": Result(carried, _rows_of(landed) | key),
    }


def _is_of_lines(table: str) -> bool:
    return table.startswith("landing.") and table != "landing.files"


def _read_by(checks: list[Check]) -> Origins:
    """What these checks read, with the rows of the tables: from their own queries."""
    return frozenset().union(*(_read_by_query(check.table, check.failing_rows()) for check in checks))


@cache
def _read_by_query(table: str, select: str) -> Origins:
    """Of a check that gives whole rows (SELECT *), only what its condition reads."""
    result = origins_of("check", select, columns_known())
    gives_all = set(columns_known()[table]) <= set(result.columns)
    return (result.rows if gives_all else result.everything) - {("check", ROWS)}


def _columns(read: Read) -> Origins:
    return frozenset((table, column) for table, columns in read.items() for column in (*columns, ROWS))


def _of_lines(table: str, read: Origins) -> Result:
    """Which lines, or cells, of the files are set aside: what is read decides on the rows, and no value is carried on."""
    lines = _rows_of(*(f"landing.{kind}" for kind in FILE_KINDS))
    return Result(dict.fromkeys(columns_known()[table], lines), read | lines)


def _rows_of(*tables: str) -> Origins:
    return frozenset((table, ROWS) for table in tables)


def _same(name: str, source: str, columns: tuple[str, ...], known: dict[str, tuple[str, ...]]) -> dict[str, Origins]:
    return {c: frozenset({(source, c)}) for c in known[name] if c in columns or c in known[source]}


def _alike(table: str, read: Origins) -> Result:
    """A column comes from the columns of its name in what is read. Where there is none, it comes from all that is read,
    which stands once, under the rows of its own table."""
    of_name = {name: frozenset(origin for origin in read if origin[1] == name) for name in columns_known()[table]}
    return Result({name: found or frozenset({(table, ROWS)}) for name, found in of_name.items()}, read)


def _checks(columns: tuple[str, ...], checks: list[Check]) -> Result:
    """meta.checks: the checks are listed in expectations/; how many rows were tested and failed comes from the tables."""
    tested = _rows_of(*{check.table for check in checks})
    failing = frozenset({("landing.findings", "check_id")})
    by_name = {"rows_tested": tested, "rows_failing": failing, "status": failing}
    return Result({name: by_name.get(name, frozenset()) for name in columns}, frozenset())


def _runs(columns: tuple[str, ...]) -> Result:
    """meta.runs: flows/publishing/publish.py; the versions and the snapshot's name come from the run itself."""
    study = ("study_id", "title", "primary_rule_set", "population", "is_blinded")
    origins = {name: frozenset({("meta.study", name)}) for name in study}
    origins |= {
        "cutoff_date": frozenset({("analysis.cutoff", "cutoff_date")}),
        "files_landed": frozenset({("landing.files", "sha256"), ("landing.files", "status")}),
        "lines_read": frozenset({("landing.files", "lines_read"), ("landing.files", "lines_elsewhere")}),
        "lines_quarantined": _rows_of("landing.quarantine"),
        "ids_joined": frozenset({("landing.folded_ids", "subject_id"), ("landing.folded_ids", "is_joined")}),
    }
    return Result({name: origins.get(name, frozenset()) for name in columns}, _rows_of("meta.study", "analysis.cutoff"))
