"""Runs killed at random moments, again and again: nothing is lost, nothing damaged, the tables come out the same.

    python -m tests.crash.kills --kills 200 --seed 1

A study whose files arrive one delivery after the other. Each attempt at a run is killed (SIGKILL) at a random moment
of its duration, or its disk is full, or another run is started beside it; after some kills the bytes that a power cut
would take are taken. After each, OUT/current, if it is there, has to open and hold what was published. At the end of
each round a run is left to finish, and every published cell is compared with a run that was never disturbed.
"""

import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.cli.helpers import write_files, write_study
from tests.crash.cuts import PowerCuts
from tests.crash.deliveries import SETTINGS, deliveries
from tests.crash.night import (
    DISK_FULL,
    ask,
    differences_of_current,
    end_of,
    faults_of_current,
    published_cells,
    run_night,
    start,
    warehouse_opens,
)

KILLS_PER_ROUND = 10
FULL_DISK, SECOND_RUN, POWER_CUT, NEW_DELIVERY = 0.12, 0.08, 0.3, 0.6  # chances at each attempt
LARGEST_FILE = 1_500_000  # bytes; the warehouse of the crash study grows beyond it


class Damaged(AssertionError):
    """A run did not recover, or something published was lost or altered."""


class Round:
    """One study from its first delivery to its last, with kills in between."""

    def __init__(self, folder: Path, chance: Random, seconds: float, counts: Counter[str]) -> None:
        self.chance, self.seconds, self.counts = chance, seconds, counts
        self.waiting = deliveries()
        self.study = write_study(folder / "study", self.waiting.pop(0), SETTINGS)
        self.out, self.log, self.scratch = folder / "out", folder / "log.txt", folder / "scratch"
        self.cuts = PowerCuts(self.out, chance)
        self.was_published, self.was_readable = False, True

    def kill(self) -> int:
        """One attempt at a run, and what is checked after it; gives the number of kills (0 or 1)."""
        kind = self.chance.random()
        killed = self._fill_the_disk() if kind < FULL_DISK else self._kill(with_second=kind < FULL_DISK + SECOND_RUN)
        self._check("a full disk" if kind < FULL_DISK else "a kill")
        if killed and self.chance.random() < POWER_CUT:
            struck = self.cuts.strike()
            self.counts[f"power cut: {struck}"] += 1
            self._count_unreadable("a power cut")
        if self.waiting and self.chance.random() < NEW_DELIVERY:
            write_files(self.study, self.waiting.pop(0))
        return killed

    def finish(self) -> dict[str, list[str]]:
        """Everything has arrived and a run is left to finish; gives what is published."""
        while self.waiting:
            write_files(self.study, self.waiting.pop(0))
        code = end_of(self._start())
        if code:
            raise Damaged(f"A run that was left alone ended with {code}:\n{self.log.read_text()}")
        self._check("a run that was left alone")
        told = ask(lambda: differences_of_current(self.out))
        if told:
            raise Damaged("The last snapshot does not verify:\n" + "\n".join(told))
        left = [path.name for path in (self.out / "snapshots").iterdir() if path.name.startswith(".")]
        left += [path.name for path in (self.out / "state" / "inputs").glob("*.part")]
        if left:
            raise Damaged(f"Half-made files stay behind: {', '.join(left)}")
        return ask(lambda: published_cells(self.out))

    def _start(self, largest_file: int | None = None) -> int:
        return start(lambda: run_night(self.study, self.out), self.log, largest_file)

    def _kill(self, with_second: bool) -> int:
        child = self._start()
        time.sleep(self.chance.uniform(0, 1.05 * self.seconds))
        os.kill(child, signal.SIGSTOP)
        if with_second and self._is_locked():
            code = end_of(self._start())
            self.counts["second runs turned away"] += 1
            if code != 3:
                raise Damaged(f"A second run beside the first ended with {code}, not 3.")
        os.kill(child, signal.SIGKILL)
        code = end_of(child)
        if code > 0:
            raise Damaged(f"A run ended with {code}:\n{self.log.read_text()}")
        if code == 0:
            self.counts["runs that ended before they were killed"] += 1
        return int(code == -signal.SIGKILL)

    def _is_locked(self) -> bool:
        lock = self.out / "state" / "lock"
        if not lock.exists():
            return False
        with lock.open("r") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            fcntl.flock(handle, fcntl.LOCK_UN)
        return False

    def _fill_the_disk(self) -> int:
        code = end_of(self._start(int(LARGEST_FILE * self.chance.random() ** 3)))
        self.counts["full disks" if code else "runs that fitted on the disk"] += 1
        if code not in (0, 2, DISK_FULL):
            raise Damaged(f"A run on a full disk ended with {code}:\n{self.log.read_text()}")
        return 0

    def _check(self, cause: str) -> None:
        faults = ask(lambda: faults_of_current(self.out))
        is_published = (self.out / "current").is_symlink()
        if faults or (self.was_published and not is_published):
            raise Damaged("OUT/current: " + "; ".join(faults or ["is gone"]))
        self.was_published = is_published
        if is_published:
            self.counts["snapshots found whole after a disturbance"] += 1
        self._count_unreadable(cause)

    def _count_unreadable(self, cause: str) -> None:
        """It is made anew by the next run. A disk that is full within the first kilobytes leaves such a file, a kill none."""
        is_readable = ask(lambda: warehouse_opens(self.out, self.scratch))
        self.counts[f"warehouses that {cause} made unreadable"] += self.was_readable and not is_readable
        self.was_readable = is_readable
        self.cuts.remember()


def compare(published: dict[str, list[str]], undisturbed: dict[str, list[str]]) -> None:
    """Raises Damaged where any published cell differs from the run that was never disturbed."""
    tables = [name for name in published.keys() | undisturbed.keys() if published.get(name) != undisturbed.get(name)]
    if tables:
        raise Damaged(f"Tables differ from those of an undisturbed run: {', '.join(sorted(tables))}")


def undisturbed_run(folder: Path) -> tuple[dict[str, list[str]], float]:
    """What is published of all deliveries by one run, and how many seconds the run takes."""
    study = write_study(folder / "study", settings=SETTINGS, files={})
    for delivery in deliveries():
        write_files(study, delivery)
    began = time.monotonic()
    code = end_of(start(lambda: run_night(study, folder / "out"), folder / "log.txt"))
    if code:
        raise Damaged(f"The undisturbed run ended with {code}:\n{(folder / 'log.txt').read_text()}")
    return ask(lambda: published_cells(folder / "out")), time.monotonic() - began


def disturb(kills: int, seed: int, folder: Path, kills_per_round: int = KILLS_PER_ROUND) -> Counter[str]:
    """Rounds of kills until there were so many; gives what happened, counted. Raises Damaged at the first harm."""
    chance, counts = Random(seed), Counter[str]()
    wanted, seconds = undisturbed_run(folder / "undisturbed")
    counts["rows compared in each round"] = sum(map(len, wanted.values()))
    while counts["kills"] < kills:
        counts["rounds"] += 1
        place = folder / f"round-{counts['rounds']}"
        this = Round(place, chance, seconds, counts)
        for _ in range(kills_per_round):
            counts["kills"] += this.kill()
        compare(this.finish(), wanted)
        shutil.rmtree(place)
        sys.stderr.write(f"\r{counts['kills']} kills in {counts['rounds']} rounds ")
    sys.stderr.write("\n")
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-round", type=int, default=KILLS_PER_ROUND)
    asked = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="kills-"))
    try:
        counted = disturb(asked.kills, asked.seed, place, asked.per_round)
    except Damaged as harm:
        sys.exit(f"seed {asked.seed}: {harm}\n(the study is left in {place})")
    shutil.rmtree(place)
    print(json.dumps({"seed": asked.seed, **dict(sorted(counted.items()))}, indent=1))
