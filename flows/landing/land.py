"""land: every line of every inbox file into landing.<kind>, typed, with its file and line number; nothing twice."""

from typing import NamedTuple

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.sql_text import one_value, transaction
from flows.base.suggestions import did_you_mean
from flows.landing.dates_come import find_dates_come, tomorrow
from flows.landing.hashed_before import load_hashed, write_hashed
from flows.landing.inbox import classify, list_inbox, list_refused
from flows.landing.kept_files import land_kept, undo_replaced
from flows.landing.landing_tables import create_landing_tables, forget_refused_files
from flows.landing.new_files import land_new_files
from flows.landing.refused_files import REPEATS_ANOTHER
from flows.landing.unused_settings import UNREAD, list_unused_settings, note_withdrawal
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptInputs

Connection = duckdb.DuckDBPyConnection


class Landing(NamedTuple):
    """What one landing step did; lines of injections of a blinded study are not counted."""

    files_seen: int
    files_landed: int
    lines_landed: int
    files_refused: int
    files_repeated: int = 0  # with the content of one that counts


def land(
    con: Connection, study: Study, kept: KeptInputs, knows_all_files: bool = True, rehash: bool = False
) -> Landing:
    """Land the inbox files that were never landed before; a file that cannot be read is refused by name and reason.

    Files go in the order of their paths. Kept files missing from the warehouse are landed again first, and what was
    landed but never listed as kept is undone. Files that do not count are listed in landing.refused_files, each with
    its status: refused, ignored or withdrawn. Where not all files that ever came are known (``check``, ``--as-of``), a
    withdrawal may name one of the others. A file that is as it was when an earlier run hashed it is not read again, unless
    ``rehash``.
    Raises ConfigurationError where no diary or no injections file is left, or a withdrawal names no file.
    """
    with transaction(con):
        create_landing_tables(con)
        forget_refused_files(con)
    kinds = land_kept(con, study, kept)
    files = list_inbox(study, {} if rehash else load_hashed(con))
    decided = [(file, classify(file, study, kept)) for file in files]
    list_refused(con, kept, decided)
    # A file that cannot be read counts as one of its kind: file.kind_needed then names it, and why.
    kinds |= {
        reading.kind
        for file, decision in decided
        if decision.status == "new" or file.fault
        for reading in file.readings
    }
    last_sequence = max((entry.sequence for entry in kept.files), default=0)
    new = [file for file, decision in decided if decision.status == "new"]
    landed = land_new_files(con, study, kept, new)
    undo_replaced(con, study, kept)
    in_inbox = [file.path for file in files if not file.is_folder]
    write_hashed(con, ((file.path, file.settled) for file in files if file.settled))
    con.execute("UPDATE landing.landed_files SET is_in_inbox = false WHERE path NOT IN (SELECT unnest($1))", [in_inbox])
    _check_withdrawals(con, study, kept, knows_all_files)
    _needs_files(con, study, kinds)
    find_dates_come(con, tomorrow())
    # Between two nights the lines of injections, which a blinded study does not publish, tell whose session was added.
    lines = one_value(
        con,
        "SELECT CAST(coalesce(sum(lines_read - lines_elsewhere), 0) AS BIGINT) FROM landing.landed_files"
        " WHERE sequence > $1 AND NOT ($2 AND kind = 'injections')",
        [last_sequence, study.facts.blinded],
    )
    repeated = one_value(con, f"SELECT count(*) FROM landing.refused_files WHERE {REPEATS_ANOTHER}")
    return Landing(len(in_inbox), len(landed) - landed.count(None), lines, landed.count(None), repeated)


def _check_withdrawals(con: Connection, study: Study, kept: KeptInputs, knows_all_files: bool) -> None:
    withdrawn = con.execute("SELECT path, sha256 FROM landing.refused_files WHERE status = 'withdrawn'").fetchall()
    paths = list_unused_settings(con, study, (entry.path for entry in kept.files))
    for entry in study.withdrawn:
        if any(entry.covers(path, *kept.hashes_of(sha256)) for path, sha256 in withdrawn):
            continue
        if knows_all_files:
            raise ConfigurationError(
                f"{study.folder / 'study.toml'}: [[withdrawn]] names '{entry.file}', which is no file of this study"
                f"{did_you_mean(entry.file, paths) or '.'} Give its path in inbox/ or its file_id (see landing.files)."
            )
        note_withdrawal(con, entry.file, paths)


def _needs_files(con: Connection, study: Study, kinds: set[str]) -> None:
    unread = con.execute(
        "SELECT path FROM landing.refused_files WHERE starts_with(reason, ?) ORDER BY path", [UNREAD]
    ).fetchall()
    lying = f" Nothing reads {', '.join(path for (path,) in unread[:5])}." if unread else ""
    for needed in (("diary", "attacks"), ("injections",)):
        if not kinds.intersection(needed):
            kind = needed[0]
            raise ConfigurationError(
                f"{study.inbox}: has no {kind} file; a run needs at least one ({kind}*.csv).{lying}"
            )
