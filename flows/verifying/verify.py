"""verify: a published snapshot held against its own manifest, its lines counted, its statuses and rates recomputed.

Reads the snapshot, and of the state beside it the kept inputs. The recomputation is flows/verifying/recount.py, which shares nothing with the SQL models.
"""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from pydantic import BaseModel, ValidationError

from flows.base.files import sha256_of
from flows.base.sql_text import one_value, quoted, rows_of
from flows.study.dictionary import input_tables
from flows.verifying.differences import Differences
from flows.verifying.verify_audit import verify_audit
from flows.verifying.verify_events import verify_events
from flows.verifying.verify_inputs import verify_inputs, verify_keyed_inputs
from flows.verifying.verify_medication import verify_medication
from flows.verifying.verify_outcomes import verify_rates, verify_statuses
from flows.verifying.verify_signatures import verify_signatures
from flows.warehouse.snapshots import check_columns, find_database, lacking_columns, listed_files, parquet_of

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
MOST_DIARY_ROWS = 2_000_000  # above this many, statuses are recomputed for a sample of subjects
PLAIN_HASH = "SHA-256"
OUTCOMES = ("current", "superseded", "duplicate", "quarantined", "merged", "elsewhere")


class Input(BaseModel):
    """A file as manifest.json lists it."""

    path: str
    sha256: str
    status: str = "landed"
    lines_read: int | None  # null: not published, for the study is blinded


class Manifest(BaseModel):
    """What manifest.json says of the snapshot, as far as it can be held against it."""

    snapshot_id: str
    cutoff_date: date
    input_hash: str = PLAIN_HASH
    inputs: tuple[Input, ...]
    counts: dict[str, int]
    outputs: dict[str, str]
    own_files: dict[str, str] = {}


class Verification(NamedTuple):
    """What was looked at, and every difference found, as sentences; ``differences`` is empty for a sound snapshot."""

    snapshot: Path
    facts: list[str]
    differences: list[str]


def verify(
    place: Path, most_diary_rows: int = MOST_DIARY_ROWS, signers: Path | None = None, head: str | None = None
) -> Verification:
    """Verify the current snapshot of a folder published to, of a study, or a snapshot folder itself.

    ``signers`` is a file of allowed signers; ``head`` the SHA-256 of an entry of the audit trail that was noted elsewhere.
    Raises ConfigurationError where nothing is published, or signers are asked for and ssh-keygen is missing.
    """
    folder = _snapshot_folder(place)
    found, facts = Differences(), []
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_bytes())
    except (OSError, ValidationError):
        found.add("files", "manifest.json is missing or cannot be read; nothing can be held against it.")
        return Verification(folder, facts, found.sentences())
    facts.append(_verify_files(folder, manifest.outputs, found))
    state = folder.parent.parent / "state"
    facts += verify_audit(folder, "flows/warehouse/audit_trail.py" in manifest.own_files, head, found)
    facts += verify_signatures(folder, signers, found)
    facts += verify_inputs(state / "inputs", found)
    if manifest.input_hash != PLAIN_HASH:
        landed = [(file.path, file.sha256) for file in manifest.inputs if file.status == "landed"]
        facts.append(verify_keyed_inputs(state, landed, found))
    try:
        with duckdb.connect(folder / "outcomes.duckdb", read_only=True) as con:
            if not found.sentences():  # an altered one is named as altered
                check_columns(con, folder)
            facts.append(_verify_tables(con, folder, manifest, found))
            facts.append(_verify_conservation(con, manifest, found))
            if lacking := lacking_columns(con):
                found.add("meta.rule_sets", f"has no {', '.join(lacking)}; no status was recomputed.")
                return Verification(folder, facts, found.sentences())
            facts.append(verify_statuses(con, most_diary_rows, found))
            facts.append(verify_rates(con, found))
            facts.append(verify_events(con, found))
            facts.append(verify_medication(con, state / "publications" / folder.name / "study", found))
    except (duckdb.Error, ValueError) as error:
        kind = type(error).__name__
        found.add("outcomes.duckdb", f"cannot be read to its end ({kind}); what follows from it was not verified.")
    return Verification(folder, facts, found.sentences())


def _snapshot_folder(place: Path) -> Path:
    for folder in (place / "published" / "current", place / "current", place):
        if (folder / "manifest.json").exists():
            return folder.resolve()
    return find_database(place).parent.resolve()


def _verify_files(folder: Path, outputs: dict[str, str], found: Differences) -> str:
    """No file is missing, altered or extra."""
    present = listed_files(folder)
    for name in sorted(outputs.keys() - present.keys()):
        found.add("files", f"{name} is missing.")
    for name in sorted(present.keys() - outputs.keys()):
        found.add("files", f"{name} does not belong to the snapshot: manifest.json does not list it.")
    for name in sorted(outputs.keys() & present.keys()):
        if sha256_of(present[name]) != outputs[name]:
            found.add("files", f"{name} is not what was published: its SHA-256 differs from the one in manifest.json.")
    return f"files: {len(outputs):,} held against the SHA-256 in manifest.json"


def _verify_tables(con: Connection, folder: Path, manifest: Manifest, found: Differences) -> str:
    """The database, the Parquet and the CSV files hold the rows that the manifest counts, and the same ones. Which tables
    have a CSV file the manifest tells."""
    counts, n_csv = manifest.counts, 0
    present = {
        name for (name,) in con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    }
    for table in sorted(present ^ counts.keys()):
        where = "outcomes.duckdb" if table in present else "manifest.json"
        found.add(table, f"stands in {where} only.")
    for table in sorted(present & counts.keys()):
        target = folder / "tables" / table
        rows, content = _content(con, table)
        if rows != counts[table]:
            found.add(table, f"has {rows:,} rows in outcomes.duckdb and {counts[table]:,} by manifest.json.")
        columns = {row[0]: row[1] for row in con.execute(f"DESCRIBE {table}").fetchall()}
        try:
            if _content(con, f"read_parquet({quoted(parquet_of(folder, table))})") != (rows, content):
                found.add(table, "does not hold the same rows in outcomes.duckdb and in its Parquet.")
        except duckdb.Error:
            found.add(table, "its Parquet cannot be read.")
        if f"tables/{table}.csv" not in manifest.outputs:
            continue
        n_csv += 1
        try:
            lines, values = _content(con, f"({_csv(f'{target}.csv', columns)})")
            if lines != rows:
                found.add(table, f"has {rows:,} rows in outcomes.duckdb and {lines:,} in its CSV file.")
            elif values != content:
                found.add(table, "does not hold the same values in outcomes.duckdb and in its CSV file.")
        except duckdb.Error:
            found.add(table, "its CSV file cannot be read.")
    return (
        f"tables: {len(counts):,} in DuckDB and Parquet, {n_csv:,} of them in CSV, with {sum(counts.values()):,} rows"
    )


def _content(con: Connection, source: str) -> tuple[int, int]:
    """Number of rows and a sum over their contents that does not depend on their order."""
    (content,) = con.execute(f"SELECT count(*), sum(CAST(hash(t) AS HUGEINT)) FROM {source} AS t").fetchall()
    return content


def _csv(path: str, columns: dict[str, str]) -> str:
    """The rows of a CSV file in the types of its table; an empty field is null, a quoted one an empty text."""
    names = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in columns)
    typed = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    return (
        f"SELECT {typed} FROM read_csv({quoted(path)}, auto_detect=false, header=true, delim=',', quote='\"',"
        f" escape='\"', columns={{{names}}}, allow_quoted_nulls=false, parallel=false)"
    )


def _verify_conservation(con: Connection, manifest: Manifest, found: Differences) -> str:
    """lines read = current + superseded + duplicate + quarantined + merged + elsewhere, per file and in total, and each stands somewhere."""
    rows = rows_of(con, "SELECT * FROM landing.files ORDER BY path, sha256, file_id")
    files: list[dict[str, Any]] = [{"lines_elsewhere": 0, **row} for row in rows]  # earlier snapshots had no such lines
    attack_files = {row[0] for row in con.execute("SELECT DISTINCT file_id FROM tabulation.attacks").fetchall()}
    current: Counter[str] = Counter()
    there = {name for (name,) in con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()}
    for kind, table in input_tables().items():
        if table.full_name not in there:  # an earlier version did not know the kind
            continue
        # A day made from attacks is no line of a diary file.
        lines = _lines_by_file(con, table.full_name)
        current.update({file: n for file, n in lines.items() if kind != "diary" or file not in attack_files})
    quarantined = _lines_by_file(con, "landing.quarantine")
    cells = _lines_by_file(con, "landing.quarantined_cells")
    history = {
        (file_id, outcome): n
        for file_id, outcome, n in con.execute(
            "SELECT file_id, outcome, count(*) FROM tabulation.diary_history GROUP BY file_id, outcome"
        ).fetchall()
    }
    counted = [file for file in files if file["lines_read"] is not None]
    for file in counted:
        parts = {name: file[f"lines_{name}"] for name in OUTCOMES}
        if file["lines_read"] != sum(parts.values()):
            parts_in_words = ", ".join(f"{n:,} {name}" for name, n in parts.items())
            found.add("landing.files", f"{file['path']}: {file['lines_read']:,} lines read, but {parts_in_words}.")
        if file["status"] != "landed":
            continue
        held = [
            ("current", "tabulation.*", current[file["file_id"]]),
            ("quarantined", "landing.quarantine", quarantined.get(file["file_id"], 0)),
        ]
        if file["kind"] == "diary":
            held += [
                (name, "tabulation.diary_history", history.get((file["file_id"], name), 0))
                for name in ("superseded", "duplicate", "merged")
            ]
        if file["cells_set_aside"] != (n_cells := cells.get(file["file_id"], 0)):
            found.add(
                "landing.files",
                f"{file['path']}: cells_set_aside is {file['cells_set_aside']:,}, but landing.quarantined_cells holds"
                f" {n_cells:,} of them.",
            )
        for name, where, n in held:
            if parts[name] != n:
                found.add(
                    "landing.files",
                    f"{file['path']}: lines_{name} is {parts[name]:,}, but {where} holds {n:,} of them.",
                )
    _verify_cells(con, found)
    listed = {(file.path, file.sha256, file.lines_read) for file in manifest.inputs}
    for path in sorted({row[0] for row in listed ^ {(f["path"], f["sha256"], f["lines_read"]) for f in files}}):
        found.add("landing.files", f"{path}: differs from the inputs listed in manifest.json.")
    wanted = {
        "snapshot_id": manifest.snapshot_id,
        "cutoff_date": manifest.cutoff_date,
        "files_landed": len({file["sha256"] for file in files if file["status"] == "landed"}),
        "lines_read": sum(file["lines_read"] - file["lines_elsewhere"] for file in counted),
        "lines_quarantined": sum(file["lines_quarantined"] for file in counted),
    }
    for run in rows_of(con, "SELECT * FROM meta.runs"):
        found.compare("meta.runs", {"study_id": run["study_id"]}, wanted, run)
    cutoff = one_value(con, "SELECT cutoff_date FROM analysis.cutoff")
    if cutoff != manifest.cutoff_date:
        found.add("analysis.cutoff", f"is {cutoff} and {manifest.cutoff_date} by manifest.json.")
    if manifest.input_hash == PLAIN_HASH:
        return f"lines: {wanted['lines_read']:,} of {wanted['files_landed']:,} files, each counted once"
    n_counted = len({file["sha256"] for file in counted if file["status"] == "landed"})
    return (
        f"lines: {wanted['lines_read']:,} of {n_counted:,} files, each counted once; those of"
        f" {wanted['files_landed'] - n_counted:,} files of injections NOT counted, nor which line of a file of subjects lost"
        " a cell: a blinded snapshot does not hold that"
    )


def _verify_cells(con: Connection, found: Differences) -> None:
    """A cell that was set aside holds no value where its line stands."""
    for kind, column in con.execute(
        "SELECT DISTINCT kind, column_name FROM landing.quarantined_cells ORDER BY ALL"
    ).fetchall():
        table = f"tabulation.{'diary_days' if kind == 'diary' else kind}"
        filled = one_value(
            con,
            f"""SELECT count(*) FROM {table} AS line JOIN landing.quarantined_cells AS cell
            ON cell.kind = $kind AND cell.column_name = $column AND cell.file_id = line.file_id
                AND cell.line_number = line.line_number
            WHERE line.{column} IS NOT NULL AND NOT EXISTS (
                FROM landing.files AS file WHERE file.file_id = line.file_id AND file.lines_merged > 0)""",
            {"kind": kind, "column": column},
        )
        if filled:
            found.add("landing.quarantined_cells", f"{filled:,} cells of {kind}.{column} hold a value in {table}.")


def _lines_by_file(con: Connection, table: str) -> dict[str, int]:
    return dict(con.execute(f"SELECT file_id, count(*) FROM {table} GROUP BY file_id").fetchall())
