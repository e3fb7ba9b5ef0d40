"""One word for one thing in published columns: docs/naming.md, held over the dictionary."""

import re
from collections.abc import Iterator

import pytest

from flows.study.dictionary import Column, Table, load_dictionary
from tests.conftest import ROOT

NAMING = (ROOT / "docs/naming.md").read_text(encoding="utf-8")
# What a suffix holds: types and units. A column with such a unit has the suffix, too.
SUFFIXES = {
    "pct": ({"number", "integer"}, {"%", "percentage points"}),
    "days": ({"integer"}, {"days", "days/month"}),
    "hours": ({"integer", "number"}, {"h"}),
    "minutes": ({"integer"}, {"min"}),
    "months": ({"integer"}, {"months"}),
    "years": ({"integer"}, {"years"}),
    "date": ({"date", "partial_date"}, {None}),
    "at": ({"timestamp"}, {None}),
}
UNITS = {
    "%", "percentage points", "days", "days/month", "h", "min", "months", "years", "cycles", "subjects", "events", "points",
    "U", "lines", "files", "rows", "cells",
    "days (hours for headache_hours) per 28 days", "headache days per 28 days", "cycles, U, points, days or weeks, by measure", "as named in unit",
}  # fmt: skip
# Settings and columns of input files have their names from study.toml, the rule files and the files.
SETTINGS = {"meta.rule_sets", "meta.protocol", "meta.check_limits"}
# design contracts: lines of the diary, each one diary day
FIXED = {("meta.medication", "n_lines"), ("tabulation.subjects", "birth_year")}
WORDS = set(
    re.findall(
        r"\w+",
        """
    acute adjusted after age agreement all allowed alpha analysis anchor any applicable arm article as aside assumption at attack attacks attribute backfill band baseline before
    below better birth blinded both cause cells censored change characteristic check chronic ci citation class classes clear cmh column
    columns combination comparator compliance condition consent correlation course covariance crystal cumulative current cutoff cycle
    cycles date day days decision delimiter delta denominator description detail deviating deviation df diary difference discontinued
    drop duckdb due duplicate eligible elsewhere emergent encoding end entered entries entry ergot estimand estimate evaluable event events evidence
    exact excluded expectation expected extra failed failing family file files first fix fixed flow folding format free gap gaps given grain grouped
    has hazard headache high hours hypothesis ichd3 id identical ids improved imputations imputed in inbox injected injection instrument interest
    interpretation interval is joined judged kappa key kind known label landed late least level line lines log longest low ls
    max maximum mean measure median medication merged method migraine min minimum minutes missing mode model moderate month
    months muscle n name neither next nnt no non not note nri number observations odds ongoing only opioid or other outcome
    overuse p parameter part path pct per percent places points position preventives primary prior published q1 q3 quarantined question rank ratio raw reached
    read reason record recorded reduction reference refused rejected related require responder responders responding response risk rows
    row rule scope score scored sd se second seed serious set sets several severe severity sex sha256 shift simple site sites snapshot soc
    software source start state statistic status step stop strata strategy stratum study subject subjects substances success
    superseded suspicion table term test tested text threshold timed tip title to treated treatment triptan twin type unanimous unit
    units unknown used value verdict version whole window with without word written year years
    active chance conflict drift faulty findings new one persisting pooled population published received recent repeated resolved run runs silent
    times
    altered code deciding reasons
    """,
    )
)


def columns() -> Iterator[tuple[Table, Column]]:
    for table in load_dictionary().values():
        for column in table.columns:
            yield table, column


def has_own_name(table: Table, column: Column) -> bool:
    """Whether we named it: it is no setting and no column of an input file (or of its lines, carried on)."""
    files = {c.name for t in load_dictionary().values() if t.file for c in t.columns if not c.is_derived}
    return table.full_name not in SETTINGS and column.name not in files and (table.full_name, column.name) not in FIXED


OURS = [(table, column) for table, column in columns() if has_own_name(table, column)]
IDS = [f"{table.full_name}.{column.name}" for table, column in OURS]


def test_every_word_is_a_word_of_the_vocabulary() -> None:
    used = {word for _, column in columns() for word in column.name.split("_")}
    assert sorted(used - WORDS) == [], "write a new word here, or use the one that is there"
    assert sorted(WORDS - used) == [], "no column has these words any more"


def not_called() -> dict[str, str]:
    """Words that no column has, each with the word that stands for it: the second table of docs/naming.md."""
    (table,) = re.findall(r"\| word \| not called \|\n\|---\|---\|\n((?:\|.+\n)+)", NAMING)
    rows = (line.strip("|").split("|") for line in table.splitlines())
    return {re.sub(r"\(.+?\)", "", other).strip(): word.strip() for word, others in rows for other in others.split(",")}


@pytest.mark.parametrize(("other", "word"), not_called().items())
def test_there_are_no_synonyms(other: str, word: str) -> None:
    allowed = {
        "low": r".*ci_low(_pct)?",
        "high": r".*ci_high(_pct)?",
        "number": "line_number",
        "success": "success_.+",
        "time": "time_to_event.*",
    }
    found = [
        f"{table.full_name}.{column.name}"
        for table, column in OURS
        if re.search(rf"(^|_){other.replace(' ', '_')}(_|$)", column.name)
        and not re.fullmatch(allowed.get(other, "-"), column.name)
    ]
    found += [
        name
        for name, table in load_dictionary().items()
        if other.replace(" ", "_") in re.split(r"[._]", name) and not re.fullmatch(allowed.get(other, "-"), table.name)
    ]
    assert found == [], f"the word is {word}"


@pytest.mark.parametrize(("table", "column"), OURS, ids=IDS)
def test_a_suffix_says_what_the_column_holds(table: Table, column: Column) -> None:
    last = column.name.split("_")[-1]
    if last in SUFFIXES and not column.name.startswith("is_"):
        types, units = SUFFIXES[last]
        assert column.type in types
        assert column.unit in units
    for suffix, (_, units) in SUFFIXES.items():
        if column.unit in units - {None}:
            assert last == suffix or column.name.endswith("_per_month")
    assert column.unit is None or column.unit in UNITS


@pytest.mark.parametrize(("table", "column"), OURS, ids=IDS)
def test_a_prefix_says_what_the_column_holds(table: Table, column: Column) -> None:
    assert (column.type == "boolean") == column.name.startswith(("is_", "has_"))
    if column.type == "date":
        assert column.name.endswith("_date")
    if column.type == "timestamp":
        assert column.name.endswith("_at")
    if column.name == "n" or column.name.startswith("n_"):
        assert column.type == "integer"


def test_an_interval_is_ci_low_and_ci_high_with_the_unit_of_its_estimate() -> None:
    found = 0
    for table in load_dictionary().values():
        units = {column.name: column.unit for column in table.columns}
        for name, unit in units.items():
            bound = re.fullmatch(r"(?:(.+)_)?ci_(low|high)(_pct)?", name)
            is_bound = re.search(r"\bbound\b", next(c.description for c in table.columns if c.name == name))
            assert bool(bound) == bool(is_bound), f"{table.full_name}.{name}"
            if bound:
                found += 1
                other = name.replace("_low", "_high") if bound[2] == "low" else name.replace("_high", "_low")
                assert units.get(other, "none") == unit, f"{table.full_name}.{name} has no other bound"
                assert (bound[3] == "_pct") == (unit in SUFFIXES["pct"][1]), f"{table.full_name}.{name}: {unit}"
    assert found >= 40
