"""No number of the results is cut, however narrow the terminal."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from flows.runs.run_summary import RunSummary, print_rates

ARMS = ("OnabotulinumtoxinA 155 U", "placebo", "all")
RATES = tuple(
    {
        "cycle": cycle,
        "arm": arm,
        "n_subjects": 1384 + cycle,
        "n_evaluable": 1288 - cycle,
        "n_responders": 600 + cycle,
        "responder_pct": 47.25,
        "ci_low_pct": None if arm == "all" else 44.125,
        "ci_high_pct": None if arm == "all" else 50.5,
        "responder_nri_pct": 43.35,
    }
    for cycle in (1, 2, 10)
    for arm in ARMS
)


def printed(width: int) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    summary = RunSummary(
        snapshot=Path("s"),
        report=Path("r"),
        is_new=True,
        findings={},
        errors=(),
        primary_rule_set="nice_ta260",
        rates=RATES,
    )
    print_rates(console, summary)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_nothing_is_cut(width: int) -> None:
    text = printed(width)
    assert "…" not in text
    found = re.findall(r"\d+ of \d+|\d+\.\d to \d+\.\d", text)
    assert found.count("1287 of 1385") == len(ARMS)
    assert found.count("44.1 to 50.5") == 6
    for number in ("601", "602", "610", "47.2", "43.4"):
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", text), number
    assert text.count("OnabotulinumtoxinA 155 U") == 3


@pytest.mark.parametrize(("width", "is_table"), [(40, False), (60, False), (120, True)])
def test_a_table_where_there_is_room(width: int, is_table: bool) -> None:
    assert ("│" in printed(width)) == is_table
