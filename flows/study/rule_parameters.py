"""The parameters of a rule set as columns of ``meta.rule_sets``, from the fields of ``flows/study/rule_sets.py``.

One rule gives the name: the path in the rule file with ``_`` for ``.``, so that ``stop_success.months`` is
``stop_success_months``. A rule set has one condition at most for each measure, so the measure stands in the place of
``conditions``: ``response_headache_free_days_threshold``.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from flows.study.rule_sets import MEASURES, RuleSet

CONDITIONS = ("response", "conditions")
KEY = ("id",)  # no parameter: it is ``rule_set`` in every table that has it
TYPES = {"string": "text", "array": "text", "integer": "integer", "boolean": "boolean"}
Facts = dict[str, Any]


class Parameter(NamedTuple):
    """One key of a rule file: its path, and its field as JSON schema (type, limits, default, description, unit)."""

    path: tuple[str, ...]
    field: Facts
    optional_table: str | None  # the table around it, if a rule set may do without that table


def load_parameters(model: type[BaseModel] = RuleSet) -> Iterator[Parameter]:
    """Every key of a rule file in the order of the fields."""
    schema = model.model_json_schema()
    yield from _keys(schema, schema["$defs"], (), None)


def _keys(table: Facts, tables: Facts, path: tuple[str, ...], optional_table: str | None) -> Iterator[Parameter]:
    for name, field in table["properties"].items():
        # A table, a table that may be absent, a list of tables: each of them refers to the model of the table.
        choices = field.get("anyOf", [field])
        inner = next((c["$ref"] for c in (*choices, field.get("items", {})) if "$ref" in c), None)
        if inner is None:  # a value that may be absent is one of two choices, the other is null
            given = next(choice for choice in choices if choice.get("type") != "null")
            yield Parameter((*path, name), {**field, **given}, optional_table)
        else:
            absent = name if "anyOf" in field else optional_table
            yield from _keys(tables[inner.rsplit("/", 1)[1]], tables, (*path, name), absent)


def parameter_columns(model: type[BaseModel] = RuleSet) -> dict[str, Facts]:
    """The dictionary entries of the columns, by column name: type, description, unit and allowed values."""
    return {"_".join(path): entry for path, entry in _columns(model).items()}


def parameter_values(rule: RuleSet) -> Facts:
    """The value of each column for this rule set; None where it has no such table or condition."""
    tables = rule.model_dump()
    response = tables["response"]
    response |= {condition["measure"]: condition for condition in response["conditions"]}
    return {"_".join(path): _value(tables, path) for path in _columns(type(rule))}


@cache  # a study has dozens of variants of its rule sets, and the schema takes milliseconds
def _columns(model: type[BaseModel]) -> dict[tuple[str, ...], Facts]:
    """The dictionary entry of each column by its path."""
    columns = {}
    parameters = [parameter for parameter in load_parameters(model) if parameter.path != KEY]
    of_conditions = {p.path[-1]: p for p in parameters if p.path[:-1] == CONDITIONS}
    for parameter in parameters:
        if parameter.path[:-1] != CONDITIONS:
            words = parameter.field["description"]
            null_means = f"{', or' if '; null = ' in words else '; null ='} no {parameter.optional_table}"
            columns[parameter.path] = _entry(parameter.field, words + null_means * bool(parameter.optional_table))
        elif parameter is of_conditions["measure"]:
            for measure, compared in MEASURES.items():
                facts = {"comparator": {"allowed": compared.comparators}, "threshold": {"unit": compared.unit}}
                for name, more in facts.items():
                    field = of_conditions[name].field
                    words = f"{compared.description}: {field['description']}; null = no such condition"
                    columns["response", measure, name] = _entry(field, words) | more
    return columns


def _entry(field: Facts, description: str) -> Facts:
    entry: Facts = {"type": TYPES[field["type"]], "description": description}
    if "enum" in field:
        entry["allowed"] = tuple(field["enum"])
    if "unit" in field:
        entry["unit"] = field["unit"]
    return entry


def _value(tables: Facts, path: tuple[str, ...]) -> Any:
    found: Any = tables
    for name in path:
        found = found.get(name) if found is not None else None
    return ("\n".join(found) or None) if isinstance(found, tuple) else found
