"""The settings as tables: meta.study, meta.protocol, meta.check_limits, meta.rule_sets, meta.arms, the codelists
and meta.dictionary.

The SQL reads every threshold from here, so no query holds one, and the snapshot shows what a run was made with.
"""

import tomllib
from datetime import date
from functools import cache
from typing import Any

import duckdb

from flows.base.resources import resource
from flows.base.sql_text import transaction
from flows.study.dictionary import load_dictionary, sql_columns
from flows.study.rule_parameters import parameter_values
from flows.study.rule_sets import RuleSet
from flows.study.rule_variants import AS_WRITTEN, variants_of
from flows.study.study_folder import Study
from flows.warehouse.plan_tables import plan_tables

Row = dict[str, Any]


def load_metadata(con: duckdb.DuckDBPyConnection, study: Study, cutoff: date | None) -> None:
    """Write all meta tables anew; ``cutoff`` (from the command line) goes before the study's own."""
    with transaction(con):  # a commit for each table takes longer than its rows
        _write_all(con, study, cutoff)


def _write_all(con: duckdb.DuckDBPyConnection, study: Study, cutoff: date | None) -> None:
    con.execute("CREATE SCHEMA IF NOT EXISTS meta")
    facts = study.facts
    write_table(
        con,
        "study",
        "study_id VARCHAR, title VARCHAR, primary_rule_set VARCHAR, population VARCHAR, data_cutoff DATE,"
        " is_blinded BOOLEAN",
        [
            {
                "study_id": facts.id,
                "title": facts.title,
                "primary_rule_set": facts.primary_rule_set,
                "population": study.analysis.population,
                "data_cutoff": cutoff or facts.data_cutoff,
                "is_blinded": facts.blinded,
            }
        ],
    )
    protocol = study.protocol.model_dump()
    write_table(con, "protocol", ", ".join(f"{name} INTEGER" for name in protocol), [protocol])
    limits = study.limits.model_dump()
    write_table(con, "check_limits", ", ".join(f"{name} INTEGER" for name in limits), [limits])
    write_table(
        con,
        "rule_sets",
        sql_columns("meta.rule_sets"),
        [rule_set_row(rule, i) for i, rule in enumerate(study.rule_sets)],
    )
    _write_variants(con, study)
    # A blinded snapshot holds neither code nor label of an arm.
    arms = {} if facts.blinded else study.arms
    write_table(
        con,
        "arms",
        "arm VARCHAR, label VARCHAR, position INTEGER",
        [{"arm": arm, "label": label, "position": i} for i, (arm, label) in enumerate(arms.items())],
    )
    for table, columns, rows in plan_tables(study):
        write_table(con, table, columns, rows)
    write_table(
        con,
        "instruments",
        "instrument VARCHAR, minimum INTEGER, maximum INTEGER, is_whole BOOLEAN",
        _codelist("instruments", "instrument"),
    )
    write_table(
        con, "muscles", "muscle VARCHAR, fixed_sites INTEGER, extra_sites INTEGER", _codelist("muscles", "muscle")
    )
    _write_readings(con)
    write_table(con, "dictionary", _DICTIONARY_COLUMNS, dictionary_rows())


def _codelist(name: str, key: str) -> list[Row]:
    """One row per code of data/codelists/<name>.toml."""
    return [{key: code, **facts} for code, facts in _listed(name).items()]


@cache
def _listed(name: str) -> dict[str, Any]:
    return tomllib.loads(resource(f"data/codelists/{name}.toml").read_text(encoding="utf-8"))


def _write_readings(con: duckdb.DuckDBPyConnection) -> None:
    """meta.score_changes, meta.score_bands: how a questionnaire is read; meta.adverse_events_of_interest and
    meta.discontinued_reasons: the words."""
    scores = _listed("scores").items()
    write_table(
        con,
        "score_changes",
        "instrument VARCHAR, better VARCHAR, points DOUBLE",
        [
            {"instrument": instrument, "better": facts["better"], "points": points}
            for instrument, facts in scores
            for points in facts["meaningful_changes"]
        ],
    )
    write_table(
        con,
        "score_bands",
        "instrument VARCHAR, position INTEGER, band VARCHAR, minimum DOUBLE, maximum DOUBLE",
        [
            {"instrument": instrument, "position": position, "band": band, "minimum": low, "maximum": high}
            for instrument, facts in scores
            for position, (band, (low, high)) in enumerate(facts.get("bands", {}).items(), start=1)
        ],
    )
    write_table(
        con,
        "adverse_events_of_interest",
        "interest VARCHAR, word VARCHAR",
        [
            {"interest": name, "word": word}
            for name, words in _listed("adverse_events_of_interest").items()
            for word in words
        ],
    )
    write_table(
        con,
        "discontinued_reasons",
        "word VARCHAR, reason VARCHAR",
        [
            {"word": word, "reason": name}
            for name, words in _listed("discontinued_reasons").items()
            for word in (name.replace("-", " "), *words)
        ],
    )


def _write_variants(con: duckdb.DuckDBPyConnection, study: Study) -> None:
    """meta.rule_variants: every rule set as written and with one assumption changed; meta.rule_variations: which
    variant stands for which value of which assumption."""
    rules, variations = [], []
    for position, rule in enumerate(study.rule_sets):
        rules.append({**rule_set_row(rule, position), "variant": AS_WRITTEN})
        for number, (changed, variant, parameter, value) in enumerate(variants_of(rule)):
            if variant != AS_WRITTEN:
                rules.append({**rule_set_row(changed, position), "variant": variant})
            variations.append(
                {
                    "rule_set": rule.id,
                    "parameter": parameter,
                    "value": str(value),
                    "variant": variant,
                    "position": number,
                }
            )
    write_table(con, "rule_variants", f"{sql_columns('meta.rule_sets')}, variant VARCHAR", rules)
    write_table(
        con,
        "rule_variations",
        "rule_set VARCHAR, parameter VARCHAR, value VARCHAR, variant VARCHAR, position INTEGER",
        variations,
    )


_DICTIONARY_COLUMNS = (
    "table_name VARCHAR, grain VARCHAR, position INTEGER, column_name VARCHAR, type VARCHAR, unit VARCHAR,"
    " is_key BOOLEAN, allowed VARCHAR, description VARCHAR"
)


def rule_set_row(rule: RuleSet, position: int) -> Row:
    """A rule set as one row of meta.rule_sets; absent parts are null."""
    return {"rule_set": rule.id, "position": position, **parameter_values(rule)}


def dictionary_rows() -> list[Row]:
    """The published data dictionary, one row per table and column."""
    return [
        {
            "table_name": table.full_name,
            "grain": table.grain,
            "position": position,
            "column_name": column.name,
            "type": "date" if column.type == "partial_date" else column.type,
            "unit": column.unit,
            "is_key": column.name in table.key,
            "allowed": ", ".join(column.allowed) or None,
            "description": column.description,
        }
        for table in load_dictionary().values()
        for position, column in enumerate(table.columns, start=1)
    ]


def write_table(con: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[Row]) -> None:
    """meta.<table> anew, with these columns and rows."""
    con.execute(f"CREATE OR REPLACE TABLE meta.{table} ({columns})")
    if rows:
        names = list(rows[0])
        con.execute(
            f"INSERT INTO meta.{table} ({', '.join(names)}) SELECT {', '.join(f'unnest(${name})' for name in names)}",
            {name: [row[name] for row in rows] for name in names},
        )
