"""landing.refused_files: the files that do not count, each with its status (refused, ignored, withdrawn) and the reason."""

import duckdb

from flows.warehouse.kept_inputs import KeptInputs

Connection = duckdb.DuckDBPyConnection
Refused = tuple[str, str, str | None, str, str]  # path, SHA-256, kind, status, reason
# A file with the content of one that counts. It lands nothing and makes no new snapshot.
REPEATS_ANOTHER = "status = 'ignored' AND content_id IN (SELECT sha256 FROM landing.landed_files)"


def refuse(
    con: Connection, kept: KeptInputs, path: str, sha256: str, kind: str | None, status: str, reason: str
) -> None:
    write_refused(con, kept, [(path, sha256, kind, status, reason)])


def write_refused(con: Connection, kept: KeptInputs, files: list[Refused]) -> None:
    """Files that do not count, into landing.refused_files; ``sha256`` is the plain one, which stays in OUT/state."""
    if files:
        rows = [(*file, kept.content_id(file[1])) for file in files]
        con.execute(
            "INSERT INTO landing.refused_files SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]),"
            " unnest($4::VARCHAR[]), unnest($5::VARCHAR[]), unnest($6::VARCHAR[])",
            [list(column) for column in zip(*rows, strict=True)],
        )
