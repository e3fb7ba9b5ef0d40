"""Nights of a study with one site that goes wrong: the drift checks name it in the second such night at the latest, and
nothing else.

Seven nights always, with limits that know a habit after two runs; all thirty, with the limits as they are, where
MIGRAINE_OUTCOMES_NIGHTS=30 is set.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.history.light_runs import Flagged, run_lightly, without_great_expectations
from tests.history.nights import SETTINGS, Fault, Nights

IS_LONG = os.environ.get("MIGRAINE_OUTCOMES_NIGHTS") == "30"


@pytest.fixture(autouse=True)
def _lightly() -> Iterator[None]:
    with without_great_expectations():
        yield


def flagged_by_night(nights: Nights, out: Path, last: int) -> dict[int, Flagged]:
    found = {}
    for night in range(1, last + 1):
        nights.deliver(night)
        found[night] = run_lightly(nights.study, out)
    return found


def test_a_site_whose_lines_break_is_told_and_no_other(tmp_path: Path) -> None:
    few = SETTINGS + "[checks]\ndrift_min_runs = 2\n"
    found = flagged_by_night(Nights(tmp_path / "study", 1, "Graz", 5, "breaks", few), tmp_path / "out", 6)
    assert [night for night, flagged in found.items() if flagged and night < 5] == []
    assert ("site.lines.faulty_share", "Graz") in found[5]
    assert {site for flagged in found.values() for _, site in flagged} == {"Graz"}


@pytest.mark.skipif(not IS_LONG, reason="MIGRAINE_OUTCOMES_NIGHTS=30 runs the thirty nights")
@pytest.mark.parametrize("fault", ["breaks", "stops"])
def test_thirty_nights(fault: Fault, tmp_path: Path) -> None:
    found = flagged_by_night(Nights(tmp_path / "study", 17, "Wels", 17, fault), tmp_path / "out", 30)
    print({night: sorted(flagged) for night, flagged in found.items() if flagged})
    assert [night for night, flagged in found.items() if flagged and night < 17] == []
    assert found[17] or found[18]
    assert {site for flagged in found.values() for _, site in flagged} == {"Wels"}
