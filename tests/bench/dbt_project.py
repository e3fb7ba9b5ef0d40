"""A dbt project out of the project's own SQL: what dbt-duckdb builds beside our run, from the same files.

Models: sql/{tabulation,analysis,summary}/*.sql as they are, with each table's name turned into ``ref`` or ``source``, and
the models of dbt_landing. Data tests: the suites' checks. A prepared database, attached read-only, holds what needs no
diary line: the settings (meta.*), the list of files, and the empty tables of kinds that nobody sent.
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
import sqlglot

from flows.checking.checks import Check, load_suites
from flows.landing.land import forget_refused_files
from flows.landing.landing_tables import create_landing_tables
from flows.study.dictionary import FILE_KINDS
from flows.study.study_folder import Study, load_study
from flows.warehouse.medication_table import read_landed_medication
from flows.warehouse.settings_tables import load_metadata
from flows.warehouse.sql_models import VIEWS, load_models, tables_read
from tests.bench.dbt_landing import ASIDE, LandedFile, Model, landed_file, landing_models

BUILT = (
    "analysis",
    "summary",
    "tabulation",
)  # sql/landing tells of files and quoted text, which the peer does not keep
# Suites about whole files, and a table that Python makes: the peer has none of them.
NOT_IN_THE_PEER = ("landing.broken_lines", "landing.files")
MADE_BY_PYTHON = "landing.subject_twins"
PREPARED = "prepared"
MEDICATION = "acute_medication"
JINJA = ("{{", "{%", "{#")
# dbt would write a schema's name behind that of the profile.
SCHEMA_NAME = (
    "{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or target.schema }}{% endmacro %}"
)
# The SQL's four functions, registered as dbt-duckdb has it. The file is loaded by its path: the package around it needs
# more than dbt's environment has.
PLUGIN = """
import importlib.util

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb.func import SPECIAL


class Plugin(BasePlugin):
    def initialize(self, plugin_config):
        spec = importlib.util.spec_from_file_location("proportions", plugin_config["file"])
        self.proportions = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.proportions)

    def configure_connection(self, conn):
        for name in ("wilson", "exact"):
            for side, place in (("low", 0), ("high", 1)):
                bound = self.bound(getattr(self.proportions, f"{name}_interval"), place)
                conn.create_function(f"{name}_{side}", bound, ["BIGINT", "BIGINT"], "DOUBLE", null_handling=SPECIAL)

    def bound(self, interval, place):
        def bound(count, n):
            bounds = interval(count, n)
            return bounds[place] if bounds else None

        return bound
"""


class Project(NamedTuple):
    """What was written: names of the models, and by the name of each dbt test the check it stands for."""

    folder: Path
    models: tuple[str, ...]
    tests: dict[str, str]


def write_project(study_folder: Path, folder: Path, memory_limit: str, threads: int = 2) -> Project:
    """Write the dbt project of a study into an empty folder."""
    study = load_study(study_folder)
    files = [
        landed_file(study, path, hashlib.sha256(path.read_bytes()).hexdigest()[:12])
        for path in sorted(study.inbox.iterdir())
    ]
    checks = peer_checks(files)
    folder.mkdir(parents=True)
    sources = _write_prepared(folder / f"{PREPARED}.duckdb", study, files)
    models = {**landing_models(files, checks, FILE_KINDS), **own_models()}
    known = Names(frozenset(models), frozenset(sources))
    for name, model in models.items():
        _write(folder / "models" / f"{dbt_name(name)}.sql", known.model_text(name, model))
    tests = {f"check__{check.id.replace('.', '__')}": check for check in checks}
    for name, check in tests.items():
        _write(folder / "tests" / f"{name}.sql", known.as_dbt(check.failing_rows()))
    _write_settings(folder, sources, memory_limit, threads)
    return Project(folder, tuple(models), {name: check.id for name, check in tests.items()})


def own_models() -> dict[str, Model]:
    """sql/{tabulation,analysis,summary}. Subjects come first in the product: the checks on other lines read them."""
    first = {"tabulation.subjects": {ASIDE: f"{ASIDE}_subjects"}}
    return {
        name: Model(select, first.get(name, {}), name in VIEWS)
        for name, select in load_models().items()
        if name.partition(".")[0] in BUILT
    }


def peer_checks(files: list[LandedFile]) -> list[Check]:
    """The checks on rows that apply to these files, in the order of the suites."""
    sent = {file.kind for file in files} | {f"{file.kind}.{column}" for file in files for column in file.columns}
    return [
        check
        for table, checks in load_suites().items()
        if table not in NOT_IN_THE_PEER
        for check in checks
        if set(check.needs) <= sent and MADE_BY_PYTHON not in tables_read(check.failing_rows())
    ]


def dbt_name(table: str) -> str:
    """A name that is unique in the project: summary.adverse_events and tabulation.adverse_events are two."""
    return table.replace(".", "__")


class Names(NamedTuple):
    """Which tables are models of the project, and which stand in the prepared database."""

    models: frozenset[str]
    sources: frozenset[str]

    def model_text(self, name: str, model: Model) -> str:
        """The file of a model: where it is built, and its SELECT."""
        schema, _, table = name.partition(".")
        kind = "view" if model.is_view else "table"
        config = f"{{{{ config(schema='{schema}', alias='{table}', materialized='{kind}') }}}}"
        return f"{config}\n{self.as_dbt(model.select, model.instead)}"

    def as_dbt(self, select: str, instead: dict[str, str] | None = None) -> str:
        """The SELECT with each table's name as ``ref`` or ``source``; all else stays as it is, character by character.

        Raises ValueError for a table that is neither, and for text that dbt would take for a template.
        """
        if any(mark in select for mark in JINJA):
            raise ValueError(f"dbt would read this as a template: {select[:60]}")
        read, written, end = tables_read(select), [], 0
        tokens = sqlglot.tokenize(select, read="duckdb")
        for schema, dot, table in zip(tokens, tokens[1:], tokens[2:], strict=False):
            name = f"{schema.text}.{table.text}"
            if dot.text == "." and name in read:
                written += [select[end : schema.start], self._reference((instead or {}).get(name, name))]
                end = table.end + 1
        return "".join([*written, select[end:]])

    def _reference(self, name: str) -> str:
        if name in self.models:
            return f"{{{{ ref('{dbt_name(name)}') }}}}"
        if name not in self.sources:
            raise ValueError(f"{name}: neither a model nor prepared")
        schema, _, table = name.partition(".")
        return f"{{{{ source('{schema}', '{table}') }}}}"


def _write_prepared(path: Path, study: Study, files: list[LandedFile]) -> list[str]:
    """Settings, the list of files and empty tables, as before the first line is landed; gives the names of all."""
    with duckdb.connect(path) as con:
        load_metadata(con, study, None)
        create_landing_tables(con)
        forget_refused_files(con)
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        con.executemany(
            "INSERT INTO landing.landed_files (file_id, path, kind, landed_at, sequence) VALUES (?, ?, ?, ?, ?)",
            [(file.file_id, file.path, file.kind, now, place) for place, file in enumerate(files, start=1)],
        )
        # What was written as acute medication is read by Python; dbt gets the finished readings.
        for file in files:
            if MEDICATION in file.columns:
                texts = f"SELECT DISTINCT {MEDICATION} FROM ({file.select})"
                con.execute(f"INSERT INTO landing.{file.kind} ({MEDICATION}) {texts}")
        read_landed_medication(con, study)
        for kind in FILE_KINDS:
            con.execute(f"DELETE FROM landing.{kind}")
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    return [name for (name,) in tables]


def _write_settings(folder: Path, sources: list[str], memory_limit: str, threads: int) -> None:
    """The project's and the profile's settings. JSON is YAML."""
    project = {
        "name": "peer",
        "version": "1.0.0",
        "profile": "peer",
        "model-paths": ["models"],
        "test-paths": ["tests"],
        "macro-paths": ["macros"],
        # A failing check is a finding and stops nothing; failing rows are counted and not kept.
        "data_tests": {"+severity": "warn", "+store_failures": False},
        "flags": {"send_anonymous_usage_stats": False},
    }
    target = {
        "type": "duckdb",
        "path": str(folder / "peer.duckdb"),
        "threads": threads,
        "settings": {"memory_limit": memory_limit},
        "attach": [{"path": str(folder / f"{PREPARED}.duckdb"), "alias": PREPARED, "read_only": True}],
        "module_paths": [str(folder)],
        "plugins": [{"module": "bounds", "config": {"file": str(_proportions())}}],
    }
    by_schema = {
        schema: [{"name": name.partition(".")[2]} for name in sources if name.startswith(f"{schema}.")]
        for schema in ("landing", "meta")
    }
    listed = [{"name": s, "database": PREPARED, "schema": s, "tables": tables} for s, tables in by_schema.items()]
    profile = {"peer": {"target": "bench", "outputs": {"bench": target}}}
    _write(folder / "dbt_project.yml", json.dumps(project))
    _write(folder / "profiles.yml", json.dumps(profile))
    _write(folder / "models" / "sources.yml", json.dumps({"version": 2, "sources": listed}))
    _write(folder / "macros" / "generate_schema_name.sql", SCHEMA_NAME)
    _write(folder / "bounds.py", PLUGIN)


def _proportions() -> Path:
    from flows.statistics import proportions

    return Path(proportions.__file__)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
