"""docs/analysis-plan.md goes into protocols: its table is that of the dictionary, and its facts are those of the code."""

import re
import tomllib

import pytest

from flows.publishing.publication_tables import load_publication_tables
from flows.statistics.fitted_tables import FITTED
from flows.statistics.imputation.chain import BETWEEN, BURN_IN
from flows.statistics.imputed_responders import MIN_REDUCTIONS
from flows.statistics.mmrm import STRUCTURES
from flows.statistics.mmrm_tables import MOST_UNSTRUCTURED
from flows.statistics.tipping import MOST_ROWS
from flows.study.analysis_plan import AnalysisPlan, ImputationPlan
from flows.study.dictionary import load_dictionary
from flows.study.rule_variants import VALUES
from tests.conftest import ROOT

TEXT = (ROOT / "docs/analysis-plan.md").read_text(encoding="utf-8")
PROSE = " ".join(TEXT.split())
ROWS = re.findall(
    r"^\| (\d+) \| `summary\.(\w+)` \| (\S+) \| `(\S+)` \|$", TEXT.partition("\n## Tables\n")[2], re.MULTILINE
)


def test_every_summary_table_stands_in_the_table_once_and_no_other() -> None:
    summary = [table.name for table in load_dictionary().values() if table.schema_name == "summary"]
    assert sorted(name for _, name, _, _ in ROWS) == sorted(summary)
    assert {section for section, *_ in ROWS} <= set(re.findall(r"^## (\d+)\. ", TEXT, re.MULTILINE))


def test_publication_tables_are_those_that_read_the_table() -> None:
    read: dict[str, set[str]] = {}
    for table in load_publication_tables():
        query = re.sub(r"--.*", "", table.query)
        for name in re.findall(r"\bsummary\.(\w+)", query):
            read.setdefault(name, set()).add(str(int(table.name[:2])))
    assert {name: numbers for _, name, numbers, _ in ROWS} == {
        name: ", ".join(sorted(read.get(name, {"–"}))) for _, name, _, _ in ROWS
    }


def test_sources_are_where_the_numbers_are_made() -> None:
    for _, name, _, source in ROWS:
        fit = FITTED.get(f"summary.{name}")
        assert source == (f"{fit.__module__.replace('.', '/')}.py" if fit else f"sql/summary/{name}.sql")


def test_every_file_and_folder_that_is_named_exists() -> None:
    named = set(re.findall(r"`((?:flows|sql|tests|data)/[^`]*)`", TEXT))
    assert len(named) > 40
    assert {path for path in named if not (ROOT / path).exists()} == set()


IMPUTATION = ImputationPlan(cycles=1)


@pytest.mark.parametrize(
    "words",
    [
        "; ".join(structure.title for structure in list(STRUCTURES.values())[1:]),
        f"If the data have more than {MOST_UNSTRUCTURED} months",
        f"{BURN_IN} steps before the first draw, {BETWEEN} steps between two",
        "at least {}, {} and {}% fewer".format(*MIN_REDUCTIONS),
        "fewest recorded days of window and baseline ({}, {}, {})".format(*VALUES["min_recorded_days"]),
        f"of more than {MOST_ROWS - 1} missing subjects {MOST_ROWS} numbers",
        f"will be imputed [{IMPUTATION.imputations}] times, with seed [{IMPUTATION.seed}]",
        f"plus [1 to {IMPUTATION.largest_delta}] headache days",
        f"at alpha = [{AnalysisPlan().alpha}]",
    ],
)
def test_numbers_of_the_methods_are_those_of_the_code(words: str) -> None:
    assert words in PROSE


def test_numbers_of_the_protocol_are_those_of_its_file() -> None:
    protocol = tomllib.loads((ROOT / "data/protocol.toml").read_text(encoding="utf-8"))
    for words in (
        "Days -{baseline_days} to -1 before the first injection",
        "evaluable* with at least {min_recorded_days} recorded days",
        "Day {cycle_days} of the cycle",
        "at least {min_preventives_failed} preventive treatments",
        "on at least {overuse_days} days in {month_days}",
        "on at least {overuse_simple_days} days of simple analgesics",
        "fewer than {min_sites} or more than {max_sites} points, not {units_per_site} units a point",
        "after the last one, {max_interval_days} days",
    ):
        assert words.format(**protocol) in PROSE
