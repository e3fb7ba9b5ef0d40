"""Three engines, one table: what pandas and polars computed by hand must be analysis.responder, row for row.

``python -m tests.bench.agreement SNAPSHOT PANDAS.csv POLARS.csv``. The scripts validate nothing, so a subject of whom a
line was set aside (quarantined, superseded or sent twice) is only counted; every other row must be equal.
"""

import sys
from pathlib import Path

import duckdb

RULE_SET = "mbs_18377"
COLUMNS = """subject_id, cycle, recorded_days, headache_days, baseline_recorded_days, baseline_headache_days, status"""
TABLES = f"""
CREATE TEMP TABLE published AS SELECT {COLUMNS} FROM snapshot.analysis.responder WHERE rule_set = '{RULE_SET}';
CREATE TEMP TABLE faulty AS
SELECT subject_id FROM snapshot.landing.quarantine UNION SELECT subject_id FROM snapshot.tabulation.diary_history;
"""


def compare(snapshot: Path, pandas: Path, polars: Path) -> str:
    """What was compared, in a sentence. Raises SystemExit where two tables differ."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{snapshot}/outcomes.duckdb' AS snapshot (READ_ONLY)")
        con.execute(TABLES)
        for name, path in (("pandas", pandas), ("polars", polars)):
            types = "all_varchar = true, auto_detect = false, header = true"
            names = ", ".join(f"'{column}': 'VARCHAR'" for column in COLUMNS.split(", "))
            con.execute(
                f"CREATE TEMP TABLE {name} AS SELECT {COLUMNS} FROM read_csv('{path}', {types}, columns = {{{names}}})"
            )
        con.execute(f"CREATE TEMP TABLE duckdb AS SELECT COLUMNS(*)::VARCHAR FROM (SELECT {COLUMNS} FROM published)")
        con.execute("CREATE TEMP VIEW clean AS FROM duckdb ANTI JOIN faulty USING (subject_id)")
        con.execute("CREATE TEMP VIEW clean_pandas AS FROM pandas ANTI JOIN faulty USING (subject_id)")
        if _differing(con, "pandas", "polars") or _differing(con, "polars", "pandas"):
            raise SystemExit("pandas and polars computed different tables")
        if rows := _differing(con, "clean", "clean_pandas") + _differing(con, "clean_pandas", "clean"):
            raise SystemExit(
                f"{rows:,} rows of subjects without a faulty line differ from analysis.responder: {_first(con)}"
            )
        (equal,) = _row(con, "SELECT count(*) FROM clean")
        if not equal:
            raise SystemExit("no subject is without a faulty line: nothing was compared")
        (others,) = _row(con, "SELECT count(*) FROM duckdb SEMI JOIN faulty USING (subject_id)")
        return (
            f"pandas = polars = analysis.responder ({RULE_SET}) in {equal:,} rows. Of {others:,} rows of subjects with a line"
            f" set aside, {_differing(con, 'duckdb', 'pandas'):,} differ, for the scripts count those lines."
        )


def _differing(con: duckdb.DuckDBPyConnection, left: str, right: str) -> int:
    return _row(con, f"SELECT count(*) FROM (FROM {left} EXCEPT ALL FROM {right})")[0]


def _first(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    return _row(con, "SELECT subject_id, cycle FROM (FROM clean EXCEPT ALL FROM clean_pandas) ORDER BY ALL LIMIT 1")


def _row(con: duckdb.DuckDBPyConnection, query: str) -> tuple:
    return con.execute(query).fetchall()[0]


if __name__ == "__main__":
    print(compare(*map(Path, sys.argv[1:])))
