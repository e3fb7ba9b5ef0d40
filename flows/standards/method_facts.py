"""What the texts of the specification say in numbers: of the protocol, of the risks of interest and of the rule sets.

Read from a published database; for docs/standards.md from the files of this package.
"""

import tomllib
from typing import Any

import duckdb

from flows.base.resources import resource
from flows.base.sql_text import rows_of
from flows.base.toml_files import read_toml
from flows.standards.rule_words import words_of
from flows.study.rule_parameters import parameter_columns, parameter_values
from flows.study.rule_sets import load_rule_sets
from flows.study.study_folder import Protocol

Facts = dict[str, Any]
N_INTERESTS = 2  # variables CQ01NAM and CQ02NAM of ADAE


def load_facts(con: duckdb.DuckDBPyConnection) -> Facts:
    """The numbers of meta.protocol, and name and words of each risk of interest, as a snapshot has them."""
    protocol = _protocol(con)
    interests: dict[str, list[str]] = {}
    for row in rows_of(con, "FROM meta.adverse_events_of_interest ORDER BY interest, word"):
        interests.setdefault(row["interest"], []).append(row["word"])
    return _facts(protocol, interests)


def load_rule_words(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """What each rule set of a snapshot says, in the order in which the study names them."""
    protocol = _protocol(con)
    columns = ", ".join(parameter_columns())
    rules = rows_of(con, f"SELECT rule_set, {columns} FROM meta.rule_sets ORDER BY position")
    return {rule["rule_set"]: words_of(rule, protocol) for rule in rules}


def _protocol(con: duckdb.DuckDBPyConnection) -> Facts:
    """Each number by its name: one that a snapshot of another version lacks is an error of the query."""
    (protocol,) = rows_of(con, f"SELECT {', '.join(Protocol.model_fields)} FROM meta.protocol")
    return protocol


def load_packaged_facts(rule_set: str) -> Facts:
    """The same of this package, with what one of its rule sets says."""
    protocol = read_toml(resource("data/protocol.toml"), Protocol).model_dump()
    interests = tomllib.loads(resource("data/codelists/adverse_events_of_interest.toml").read_text(encoding="utf-8"))
    (rule,) = load_rule_sets((rule_set,), [resource("data/rules")])
    return _facts(protocol, interests) | words_of(parameter_values(rule), protocol)


def _facts(protocol: Facts, interests: dict[str, list[str]]) -> Facts:
    """As sql/standards/adam/ADAE.sql numbers them: in the order of their names."""
    named = {
        f"interest_{nth}": f"{name.replace('_', ' ').upper()} where ATERM holds one of: {', '.join(sorted(words))}"
        for nth, (name, words) in enumerate(sorted(interests.items()), start=1)
    }
    return protocol | {f"interest_{nth}": "Empty" for nth in range(1, N_INTERESTS + 1)} | named
