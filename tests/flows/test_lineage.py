"""Where a column comes from: the walk through a SELECT, the list in data/lineage.csv, and meta.lineage of a snapshot."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from flows.base.sql_text import one_value
from flows.publishing.declared_sources import columns_known, declared_results
from flows.publishing.lineage import origins_of
from flows.publishing.lineage_file import render_lineage
from flows.study.dictionary import load_dictionary
from flows.warehouse.lineage_table import ROWS, downstream, load_lineage, upstream
from flows.warehouse.sql_models import load_models
from tests.conftest import ROOT, Published

KNOWN = {"a.days": ("subject_id", "day", "hours"), "a.subjects": ("subject_id", "arm")}
RATE = ("summary.responder_rates", "responder_pct")


def test_steps_unions_stars_and_counts_are_followed() -> None:
    result = origins_of(
        "a.made",
        """WITH long AS (SELECT *, row_number() OVER day AS entry FROM a.days WHERE hours > 4 WINDOW day AS (PARTITION BY day)),
        all_of_them AS (SELECT subject_id, day AS value FROM long UNION ALL SELECT subject_id, hours FROM long)
        SELECT person.arm, count(*) AS n, max(value) AS highest, 'any' AS kind,
            (SELECT min(hours) FROM a.days AS other WHERE other.subject_id = person.subject_id) AS least
        FROM all_of_them JOIN a.subjects AS person ON person.subject_id = all_of_them.subject_id
        GROUP BY person.arm, person.subject_id""",
        KNOWN,
    )
    assert result.columns == {
        "arm": {("a.subjects", "arm")},
        "n": {("a.made", ROWS)},
        "highest": {("a.days", "day"), ("a.days", "hours")},
        "kind": set(),
        "least": {("a.days", "hours"), ("a.days", "subject_id"), ("a.days", ROWS), ("a.subjects", "subject_id")},
    }
    assert result.rows == {
        ("a.days", ROWS),
        ("a.days", "hours"),
        ("a.days", "subject_id"),
        ("a.subjects", ROWS),
        ("a.subjects", "subject_id"),
        ("a.subjects", "arm"),
    }


def test_what_only_decides_on_rows_is_an_origin_of_the_rows() -> None:
    select = "SELECT day.hours FROM a.days AS day ANTI JOIN a.subjects AS gone ON gone.subject_id = day.subject_id"
    result = origins_of("a.made", select, KNOWN)
    assert result.columns == {"hours": {("a.days", "hours")}}
    assert result.rows == {
        ("a.days", ROWS),
        ("a.days", "subject_id"),
        ("a.subjects", ROWS),
        ("a.subjects", "subject_id"),
    }


@pytest.mark.parametrize("select", ["SELECT * FROM a.unknown", "SELECT hours + weight AS x FROM a.days, a.subjects"])
def test_a_column_that_cannot_be_followed_is_an_error(select: str) -> None:
    with pytest.raises(Exception, match=r"a\.made|esolve"):
        origins_of("a.made", select, KNOWN)


def test_the_list_is_current() -> None:
    assert (ROOT / "data/lineage.csv").read_text(encoding="utf-8") == render_lineage(), "make expectations"


def test_the_responder_rate_reaches_the_headache_of_the_diary_and_what_decides_with_it() -> None:
    above = upstream(RATE)
    assert ("landing.diary", "headache") in above
    assert ("analysis.responder", "status") in above
    assert ("meta.rule_variants", "response_headache_free_days_threshold") in above
    assert RATE in downstream(("landing.diary", "headache"))
    # No questionnaire goes into a status.
    assert not any(table in ("landing.scores", "tabulation.scores") for table, _ in above)


# Columns whose values stand in the SQL itself, as a list or a name: a spine of levels, a method.
STAND_IN_THE_SQL = {
    "analysis.populations": {"is_all_treated"},
    "analysis.strata": {"stratum"},
    "summary.adverse_events": {"level", "ci_method"},
    "summary.deviations": {"deviation"},
    "summary.diary_gaps": {"characteristic"},
    "summary.disposition": {"position", "step", "denominator"},
    "summary.estimand_events": {"position"},
    "summary.exposure": {"measure"},
    "summary.methods": {"table_name", "statistic", "method", "source"},
    "summary.quality_of_life_improved": {"ci_method"},
    "summary.reduction_distribution": {"min_reduction_pct"},
    "summary.responder_rates": {"ci_method", "exact_ci_method"},
    "summary.responder_rates_by_population": {"population", "ci_method"},
    "summary.responder_rates_by_stratum": {"ci_method"},
    "summary.response_courses": {"course"},
    "summary.response_thresholds": {"threshold", "position", "ci_method"},
    "summary.response_outcomes": {"position", "outcome"},
    "summary.rule_set_pairs": {"question"},
    "summary.shifts": {"state", "baseline_level", "level"},
    "summary.verdicts": {"verdict"},
}


def test_every_analysis_and_summary_column_has_a_source() -> None:
    without: dict[str, set[str]] = {}
    for table in load_dictionary().values():
        for column in table.columns:
            if table.schema_name in ("analysis", "summary") and not load_lineage()[table.full_name, column.name]:
                without.setdefault(table.full_name, set()).add(column.name)
    assert without == STAND_IN_THE_SQL


def test_every_chain_ends_in_the_files_or_the_settings() -> None:
    """A source that no line of the list describes would break the chain."""
    assert {source for sources in load_lineage().values() for source in sources} <= set(load_lineage())
    ends = {table for (table, column), sources in load_lineage().items() if column == ROWS and not sources}
    assert all(name.startswith(("landing.", "meta.")) for name in ends - {"summary.methods"})


def statements(con: duckdb.DuckDBPyConnection) -> Iterator[exp.Expression]:
    logged = con.execute("SELECT DISTINCT message FROM duckdb_logs WHERE type = 'QueryLog'").fetchall()
    for (statement,) in logged:
        if "FROM" in statement:
            yield from (tree for tree in sqlglot.parse(statement, read="duckdb") if tree)


def tables_in(tree: exp.Expression) -> set[str]:
    return {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db}


def written_by(tree: exp.Expression) -> str | None:
    """The table that a statement fills; null where it only reads."""
    if not isinstance(tree, exp.Create | exp.Insert):
        return None
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    return f"{target.db}.{target.name}" if isinstance(target, exp.Table) else None


# Set aside by findings: the declaration goes straight to what the checks on landed lines read. meta.findings is made anew
# from itself where the study is blinded.
THROUGH = {"landing.set_aside": {"landing.findings", "landing.set_aside"}}


def test_what_is_declared_is_what_a_run_reads(tmp_path: Path) -> None:
    """Every statement that fills a table made in Python reads only tables that are declared as its sources."""
    from flows.publishing.publish import _write_run
    from flows.runs.sequence import compute, take_in
    from flows.statistics.fitted_tables import FITTED
    from flows.study.study_folder import load_study
    from flows.warehouse.database import only_run, open_warehouse

    shutil.copytree(ROOT / "data/studies/demo", tmp_path / "demo")
    study = load_study(tmp_path / "demo")
    with only_run(tmp_path / "out"), open_warehouse(tmp_path / "out", study) as (con, kept):
        con.execute("CALL enable_logging('QueryLog')")
        take_in(con, study, kept)
        compute(con, study, kept)
        _write_run(con, "x", study)
        read: dict[str, set[str]] = {}
        for tree in statements(con):
            if (name := written_by(tree)) and name not in load_models():
                read.setdefault(name, set()).update(tables_in(tree) - {name})
        for name, fit in FITTED.items():
            con.execute("CALL truncate_duckdb_logs()")
            fit(con)
            read[name] = set().union(*(tables_in(tree) for tree in statements(con)))
        columns = dict(
            con.execute(
                "SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()"
                " WHERE NOT internal GROUP BY ALL"
            ).fetchall()
        )
    declared = {
        name: {table for table, _ in result.rows.union(*result.columns.values())}
        for name, result in declared_results().items()
    }
    declared = {name: tables | THROUGH.get(name, set()) for name, tables in declared.items()}
    assert {
        name: tables - declared.get(name, set()) for name, tables in read.items() if tables - declared.get(name, set())
    } == {}
    assert set(FITTED) | {"landing.known_diary", "landing.set_aside", "meta.runs"} <= {
        name for name, t in read.items() if t
    }
    for name, known in columns_known().items():
        if name in columns:
            assert set(known) == set(columns[name]), name


def test_the_recipe_of_the_cookbook_follows_the_chain(demo: Published) -> None:
    """The recursive query gives the same as the walk in Python."""
    text = (ROOT / "docs/cookbook.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(WITH RECURSIVE[^`]*meta\.lineage[^`]*)```", text)
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        found = con.execute(query).fetchall()
        published = one_value(con, "SELECT count(*) FROM meta.lineage")
    assert set(found) == {o for o in upstream(RATE) if o[0] in ("landing.diary", "landing.injections") and o[1] != ROWS}
    assert ("landing.diary", "headache") in found
    assert published == sum(len(set(sources)) for sources in load_lineage().values())
