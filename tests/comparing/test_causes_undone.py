"""Each changed status has causes, and undone they undo the change: random pairs of nights (tests/comparing/nights.py).

Of every pair: what the comparison names is what differs, found once more by Python from the outcomes of both nights;
nothing is ``unexplained``; and the later night's study, landed anew without the lines that a cause says came, with those
that it says went, and with the settings that it says changed as they were, has the outcome as it was. Where several
causes apply they are undone together, a cause named alone is undone alone.

The six pairs of every test run are the nights of one study of four. COMPARED_PAIRS and COMPARED_SEED choose more, of
studies of five nights, and others: make diffs.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from flows.base.errors import OutcomesError
from flows.comparing.causes import UNEXPLAINED, Change
from flows.comparing.compare import compare
from tests.comparing.nights import Nights, Settings
from tests.comparing.quick_runs import Night, run_night, without_great_expectations
from tests.comparing.undoing import Undoing, named, undoing_of, undone
from tests.generative.test_increments_equal_rebuild import landed

PAIRS = int(os.environ.get("COMPARED_PAIRS", "6"))
SEED = int(os.environ.get("COMPARED_SEED", "1"))
NIGHTS = 4 if PAIRS == 6 else 5  # of one study: six or ten pairs, for a night is compared with every one before it


Published = tuple[Night, Settings]


def compared(before: Published, after: Published) -> tuple[list[Change], list[str]]:
    """What differs by the comparison, and where it is wrong about that."""
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        changes = list(compare(con, before[0].side, after[0].side).changes)
    earlier, later = before[0].values, after[0].values
    differing = {key for key in earlier | later if earlier.get(key) != later.get(key)}
    keys = {key_of(change): change for change in changes}
    faults = [f"not named: {key}" for key in differing - keys.keys()]
    faults += [f"named, but not changed: {key}" for key in keys.keys() - differing]
    faults += [f"no cause: {key}" for key, change in keys.items() if UNEXPLAINED in change.codes or not change.codes]
    return changes, faults


def key_of(change: Change) -> tuple[str | int | None, ...]:
    return change.scope, change.rule_set, change.subject_id, change.cycle, change.column_name


def faults_of_night(earlier: list[Published], after: Published, out: Path, scratch: Path, seen: Counter) -> list[str]:
    """What is wrong with the comparisons of a night with each one before it, in words."""
    faults: list[str] = []
    tried: dict[str, tuple[Settings, list[tuple[Undoing, Change, Published]]]] = {}
    for before in earlier:
        changes, found = compared(before, after)
        faults += found
        seen.update(change.codes for change in changes)
        for change in changes:
            undoing = undoing_of(change)
            settings = after[1].with_those_of(before[1], undoing.settings)
            tried.setdefault(settings.key, (settings, []))[1].append((undoing, change, before))
    for number, (settings, asked) in enumerate(tried.values()):
        undoings = list(dict.fromkeys(undoing for undoing, _, _ in asked))
        values = dict(zip(undoings, undone(undoings, settings, after[0], out, scratch / str(number)), strict=True))
        for undoing, change, before in asked:
            key = key_of(change)
            was, now = before[0].values.get(key), values[undoing].get(key)
            if was != now:
                told = f"{before[0].side.snapshot_id}: {key} was {was}, is {change.value_after}, undone {now}"
                faults.append(f"{told}: {named(change.causes)}")
    return faults


@pytest.mark.parametrize("seed", range(SEED, SEED + -(-PAIRS // (NIGHTS * (NIGHTS - 1) // 2))))
def test_every_cause_undone_undoes_the_change(seed: int, tmp_path: Path) -> None:
    seen: Counter = Counter()
    pairs = 0
    with without_great_expectations():
        site, out = Nights(tmp_path / "study", seed), tmp_path / "out"
        nights: list[Published] = []
        for number in range(NIGHTS):
            if number:
                site.next_night(landed(out))
            try:
                night = run_night(site.folder, out, tmp_path / f"{number}.duckdb")
            except OutcomesError:  # a withdrawal that names no file: nothing is published that night
                continue
            after = night, Settings(site, night.cutoff)
            faults = faults_of_night(nights, after, out, tmp_path / f"undone-{number}", seen)
            shutil.rmtree(tmp_path / f"undone-{number}", ignore_errors=True)
            assert not faults, "\n".join([f"seed {seed}, night {number}:", *site.told, *faults])
            pairs += len(nights)
            nights.append(after)
    assert seen
    print(f"seed {seed}: {pairs} pairs, {sum(seen.values())} changes, by {dict(count_codes(seen))}")


def count_codes(seen: Counter) -> Counter:
    """How often each cause was named."""
    return Counter(code for codes, n in seen.items() for code in codes for _ in range(n))
