"""The expectations that follow from the dictionary: types, limits, allowed values, keys.

``python -m flows.checking.dictionary_checks`` writes them into the suites anew, before the hand-written ones.
"""

import json
from pathlib import Path
from typing import Any

from flows.base.resources import resource
from flows.study.dictionary import FILE_KINDS, Column, file_columns, input_tables

Entry = dict[str, Any]


def _entry(
    check_id: str,
    severity: str,
    reason: str,
    fix: str,
    needs: list[str],
    kind: str,
    kwargs: Entry,
    sets_aside: str | None = None,
) -> Entry:
    cell = {"sets_aside": sets_aside} if sets_aside else {}
    return {
        "type": kind,
        "kwargs": kwargs,
        "severity": "critical" if severity == "error" else severity,
        "description": reason,
        "meta": {
            "check_id": check_id,
            "severity": severity,
            "fix": fix,
            "source": "dictionary",
            **cell,
            "needs": needs,
            "from": "dictionary",
        },
    }


def _where(
    check_id: str,
    severity: str,
    reason: str,
    fix: str,
    needs: list[str],
    condition: str,
    sets_aside: str | None = None,
) -> Entry:
    kwargs = {"condition": condition}
    return _entry(check_id, severity, reason, fix, needs, "expect_no_row_where", kwargs, sets_aside)


def _names(listed: str, column: Column) -> str:
    """Whether the comma-separated list of a landed line names the column."""
    return f"list_contains(string_split({listed}, ','), '{column.name}')"


_WRITTEN_AS = {
    "date": "a date, written as declared or as the file's other dates show (else year-month-day)",
    "timestamp": (
        "a date and time of the patient's clock, written as declared or as the file's others show (else year-month-day and"
        " time; one in UTC, with a Z at its end, needs time_zone)"
    ),
    "partial_date": "a date, nor one known in part (2024-03, 2024, UNK), written as the file's other dates show",
    "boolean": "1 or 0 (yes or no)",
    "integer": "a whole number",
    "number": "a number",
}


def _column_checks(kind: str, column: Column) -> list[Entry]:
    """The checks that follow from a column's type, limits and whether it may be empty."""
    made = []
    place = f"{kind}.{column.name}"
    needs = [kind] if column.required else [kind, place]
    # A column that holds nothing readable is named in ``unreadable``; it is not empty.
    is_unreadable = _names("unreadable", column)
    # Without a required cell a line says nothing; another cell costs only itself.
    sets_aside = None if column.required else column.name
    if column.type in _WRITTEN_AS:
        made.append(
            _where(
                f"{place}.unreadable",
                column.severity,
                f"{column.name} is not {_WRITTEN_AS[column.type]}",
                f"correct the value, or declare the coding of {column.name} in study.toml",
                needs,
                is_unreadable,
                sets_aside,
            )
        )
    if column.required and not column.may_be_empty:
        made.append(
            _where(
                f"{place}.missing",
                "error",
                f"{column.name} is empty",
                f"fill in {column.name}",
                needs,
                f"{column.name} IS NULL AND NOT coalesce({is_unreadable}, false)",
            )
        )
    if column.minimum is not None or column.maximum is not None:
        limits = {"column": column.name, "min_value": column.minimum, "max_value": column.maximum}
        if column.maximum is None:
            bounds = f"below {column.minimum:g}"
        else:
            bounds = f"outside {column.minimum:g} to {column.maximum:g}"
        what = f"{column.name} is {bounds}{f' {column.unit}' if column.unit else ''}"
        fix = "check the unit or scale the site uses"
        if column.has_limits:
            check_id = f"{place}.out_of_range"
            made.append(_where(check_id, column.severity, what, fix, needs, _names("out_of_range", column), sets_aside))
            made.append(_other_unit_check(kind, column, needs))
        else:
            made.append(
                _entry(
                    f"{place}.out_of_range",
                    column.severity,
                    what,
                    fix,
                    needs,
                    "expect_column_values_to_be_between",
                    {name: value for name, value in limits.items() if value is not None},
                )
            )
    if column.allowed:
        made.append(
            _entry(
                f"{place}.unknown",
                column.severity,
                f"{column.name} is none of {', '.join(column.allowed)}",
                f"correct the value, or map it in study.toml under values.{column.name}",
                needs,
                "expect_column_values_to_be_in_set",
                {"column": column.name, "value_set": list(column.allowed)},
            )
        )
    return made


def _other_unit_check(kind: str, column: Column, needs: list[str]) -> Entry:
    """One finding a file whose column was set aside when it was landed (flows/landing/other_units.py)."""
    setting = f'units = {{{{ {column.name} = "minutes" }}}}' if column.unit == "h" else "scales or values"
    return _entry(
        f"{kind}.{column.name}.other_unit",
        column.severity,
        f"many values of {column.name} in the file lie outside {column.minimum:g} to {column.maximum:g}, as if another unit"
        " or scale had been used; the whole column of the file is set aside",
        f"ask which unit or scale the site uses and declare it for these files in study.toml with {setting.format()}",
        needs,
        "unexpected_rows_expectation",
        {
            "unexpected_rows_query": "SELECT DISTINCT file_id, NULL AS line_number, NULL AS subject_id FROM {batch}"
            f" WHERE {_names('other_unit', column)}"
        },
        column.name,
    )


def _conflict_check(kind: str) -> Entry:
    """Two different rows of one key in one file, with no entry time to tell them apart."""
    table = input_tables()[kind]
    key = ", ".join(table.key)
    names = [column.name for column in file_columns(kind)]
    content = ", ".join(name for name in names if name not in (*table.key, "entered_at"))
    # A cell that was set aside agrees with every other one: what it said nobody knows.
    differs = " OR ".join(
        f"count(DISTINCT {name}) + CAST(bool_or({name} IS NULL AND NOT {_is_aside(name)}) AS INTEGER) > 1"
        for name in content.split(", ")
    )
    # With entry times the later one is a correction, unless two different rows bear the same time.
    untold = "true"
    if "entered_at" in names:
        untold = (
            f"(count(entered_at) < count(*) OR count(DISTINCT ({content}, entered_at)) > count(DISTINCT entered_at))"
        )
    has_key = " AND ".join(f"{name} IS NOT NULL" for name in table.key)
    if kind == "diary":  # where a day has several entries, they differ by right
        has_key += " AND file_id NOT IN (SELECT file_id FROM landing.landed_files WHERE entries_per_day = 'several')"
    # A line that is unusable by itself contradicts no other: a slip must not take the good line of the day along.
    unusable = " OR ".join(
        f"coalesce({_names('unreadable', column)}, false)"
        for column in file_columns(kind)
        if column.required and column.name not in table.key and column.type in _WRITTEN_AS
    )
    usable = f" AND NOT ({unusable})" if unusable else ""
    query = (
        f"WITH usable AS (FROM landing.repeated_{kind} WHERE {has_key}{usable}),"
        f" in_conflict AS (SELECT file_id, {key} FROM usable GROUP BY ALL HAVING ({differs}) AND {untold})"
        f" SELECT file_id, line_number, subject_id FROM usable JOIN in_conflict USING (file_id, {key})"
    )
    unit = {
        "diary": "subject_day",
        "attacks": "subject_start",
        "subjects": "subject",
        "scores": "subject_date_instrument",
    }[kind]
    return _entry(
        f"{kind}.{unit}.conflict",
        "error",
        f"the file holds different rows for the same {' and '.join(table.key)} and nothing tells which is right",
        "send a file that holds the right row only",
        [kind],
        "unexpected_rows_expectation",
        {"unexpected_rows_query": query},
    )


def _is_aside(name: str) -> str:
    return f"list_contains(string_split(concat_ws(',', unreadable, out_of_range, other_unit), ','), '{name}')"


def _broken_line_checks() -> list[Entry]:
    """A line that is no record of the file's columns, for each kind of file."""
    return [
        _entry(
            f"{kind}.line.columns",
            "error",
            "the line does not have the fields that the header names",
            "quote texts that hold the delimiter, and close every quotation mark",
            [kind],
            "unexpected_rows_expectation",
            {
                "unexpected_rows_query": "SELECT file_id, line_number, NULL AS subject_id, reason AS detail"
                f" FROM {{batch}} WHERE kind = '{kind}'"
            },
        )
        for kind in FILE_KINDS
    ]


def dictionary_expectations() -> dict[str, list[Entry]]:
    """Every expectation that follows from the dictionary, by suite."""
    made = {"landing.broken_lines": _broken_line_checks()}
    for kind in FILE_KINDS:
        made[f"landing.{kind}"] = [check for column in file_columns(kind) for check in _column_checks(kind, column)]
        if input_tables()[kind].same_file_rows == "conflict":
            made[f"landing.{kind}"].append(_conflict_check(kind))
    return made


def write_dictionary_expectations(folder: Path) -> None:
    """Write the dictionary-made entries into the suites, before the hand-written ones."""
    for name, made in dictionary_expectations().items():
        path = folder / f"{name}.json"
        present = json.loads(path.read_text(encoding="utf-8"))["expectations"] if path.exists() else []
        written = made + [entry for entry in present if entry["meta"].get("from") != "dictionary"]
        path.write_text(
            json.dumps({"name": name, "expectations": written}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    write_dictionary_expectations(resource("expectations"))
