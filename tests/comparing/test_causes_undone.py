"""Each changed status has causes, and undone they undo the change: random pairs of nights (tests/comparing/nights.py).

Of every pair: what the comparison names is what differs, found once more by Python from the outcomes of both nights;
nothing is ``unexplained``; and the later night's study, landed anew without the lines that a cause says came, with those
that it says went, and with the settings that it says changed as they were, has the outcome as it was. Where several
causes apply they are undone together, a cause named alone is undone alone.

COMPARED_PAIRS and COMPARED_SEED choose more and others: make diffs.
"""

import os
import shutil
from collections import Counter
from itertools import combinations
from pathlib import Path

import duckdb
import pytest

from flows.base.errors import OutcomesError
from flows.comparing.compare import compare
from tests.comparing.nights import Nights, Settings
from tests.comparing.quick_runs import Night, run_night, without_great_expectations
from tests.comparing.undoing import named, rounds, undoing_of, undone
from tests.generative.test_increments_equal_rebuild import landed

PAIRS = int(os.environ.get("COMPARED_PAIRS", "10"))
SEED = int(os.environ.get("COMPARED_SEED", "1"))
NIGHTS = 5  # of one study: ten pairs, for a night is compared with every one before it


def faults_of_pair(
    before: tuple[Night, Settings], after: tuple[Night, Settings], out: Path, scratch: Path, seen: Counter
) -> list[str]:
    """What is wrong with the comparison of two nights, in words."""
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        changes = compare(con, before[0].side, after[0].side).changes
    earlier, later = before[0].values, after[0].values
    differing = {key for key in earlier | later if earlier.get(key) != later.get(key)}
    keys = {(c.scope, c.rule_set, c.subject_id, c.cycle, c.column_name): c for c in changes}
    faults = [f"not named: {key}" for key in differing - keys.keys()]
    faults += [f"named, but not changed: {key}" for key in keys.keys() - differing]
    faults += [f"no cause: {key}" for key, change in keys.items() if "unexplained" in change.codes or not change.codes]
    for number, together in enumerate(rounds(undoing_of(change) for change in changes)):
        found = undone(together, before, after, out, scratch / str(number))
        for key, change in keys.items():
            if undoing_of(change) in together and found.get(key) != earlier.get(key):
                faults.append(
                    f"{key}: {earlier.get(key)} -> {later.get(key)}, undone {found.get(key)}: {named(change.causes)}"
                )
    seen.update(change.codes for change in changes)
    return faults


@pytest.mark.parametrize("seed", range(SEED, SEED + -(-PAIRS // (NIGHTS * (NIGHTS - 1) // 2))))
def test_every_cause_undone_undoes_the_change(seed: int, tmp_path: Path) -> None:
    seen: Counter = Counter()
    pairs = 0
    with without_great_expectations():
        site, out = Nights(tmp_path / "study", seed), tmp_path / "out"
        nights: list[tuple[Night, Settings]] = []
        for number in range(NIGHTS):
            if number:
                site.next_night(landed(out))
            try:
                night = run_night(site.folder, out, tmp_path / f"{number}.duckdb")
            except OutcomesError:  # a withdrawal that names no file: nothing is published that night
                continue
            nights.append((night, Settings(site, night.cutoff)))
        for before, after in combinations(nights, 2):
            faults = faults_of_pair(before, after, out, tmp_path / "undone", seen)
            shutil.rmtree(tmp_path / "undone", ignore_errors=True)
            told = f"seed {seed}, nights {before[0].side.snapshot_id} and {after[0].side.snapshot_id}:"
            assert not faults, "\n".join([told, *site.told, *faults])
            pairs += 1
    print(f"seed {seed}: {pairs} pairs, {sum(seen.values())} changes, by {dict(count_codes(seen))}")


def count_codes(seen: Counter) -> Counter:
    """How often each cause was named."""
    return Counter(code for codes, n in seen.items() for code in codes for _ in range(n))
