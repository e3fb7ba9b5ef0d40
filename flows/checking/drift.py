"""Drift: a site against its own recent runs. Warnings only; no line is set aside for them.

What is compared is what came with each run, never a sum over all runs, in which a fault of last night drowns. A run that
brought little is looked at together with the ones before it. An alarm needs a change that is large and that chance makes
once in ``drift_chance_one_in`` looks. Runs that were flagged are no habit: a site is compared with the others, until none
of them is recent any more.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from flows.study.check_limits import CheckLimits
from flows.warehouse.history_file import RunEntry, SiteRun


class DriftCheck(NamedTuple):
    """What a check on drift says of itself; it reads the history, so it stands in no suite."""

    id: str
    reason: str
    fix: str
    source: str


SOURCE = "ICH E6(R3) 3.11.4: centralised monitoring looks for sites that change"
FAULTY = DriftCheck(
    "site.lines.faulty_share",
    "the share of faulty lines of a site rose sharply against its own recent runs (drift_faulty_times)",
    "ask the site what changed: a form, an export, an app; look at landing.quarantine and landing.quarantined_cells",
    SOURCE,
)
STOPPED = DriftCheck(
    "site.diary.stopped",
    "no new diary day comes from a site any more while others go on (drift_silent_runs)",
    "ask the site whether its files still go out; look at the refused files; the days are unknown, not free of headache",
    SOURCE,
)
HEADACHE = DriftCheck(
    "site.headache.share",
    "the share of headache days of a site jumped against its own recent runs (drift_headache_percent)",
    "ask the site whether the question or its coding changed: answers that are swapped or left at a default look like this",
    SOURCE,
)
DRIFT_CHECKS = (FAULTY, STOPPED, HEADACHE)
PREFIX = "site."


class Drift(NamedTuple):
    """A site that a check flagged, and what it saw, in words without a value of a subject."""

    check: DriftCheck
    site: str | None
    detail: str


def find_drift(before: Sequence[RunEntry], now: RunEntry, limits: CheckLimits) -> list[Drift]:
    """What changed at each site in the latest publication. Where no site is known the study is looked at as one.

    ``before`` holds the earlier publications in their order.
    """
    sites = [row.site for row in now.sites if row.site is not None] or [None]
    found = []
    for site in sites:
        rows = [row for entry in (*before, now) if (row := entry.of(site))]
        found += _faulty_share(rows, limits)
        found += _headache_share(rows, limits)
        if site is not None:
            found += _stopped([*before, now], site, limits)
    return found


def with_drift(entry: RunEntry, found: Sequence[Drift]) -> RunEntry:
    """The publication with the checks that flagged each site."""
    flagged = {site: tuple(drift.check.id for drift in found if drift.site == site) for site in {d.site for d in found}}
    rows = tuple(row.model_copy(update={"drift": flagged.get(row.site, ())}) for row in entry.sites)
    return entry.model_copy(update={"sites": rows})


class Compared(NamedTuple):
    """Events among so many, now and in the recent runs."""

    events: int
    n: int
    events_before: int
    n_before: int
    runs_before: int


def _compare(
    rows: list[SiteRun], check: DriftCheck, counts: Callable[[SiteRun], tuple[int, int]], limits: CheckLimits
) -> Iterator[Compared]:
    """The latest row of a site against those before it; where it brought little, then also together with the ones before.

    Nothing where they show no habit. The first row is left out: what a study or a site begins with is a backlog and no run
    like the others.
    """
    followed = [row for row in rows if counts(row)[1]][1:]
    if not followed or followed[-1] is not rows[-1]:
        return
    for latest in range(1, limits.drift_pooled_runs + 1):
        recent = followed[:-latest][-limits.drift_recent_runs :]
        habit = [counts(row) for row in recent if check.id not in row.drift]
        if len(habit) < limits.drift_min_runs:
            return
        now = [counts(row) for row in followed[-latest:]]
        n = sum(of for _, of in now)
        yield Compared(
            sum(events for events, _ in now),
            n,
            sum(events for events, _ in habit),
            sum(of for _, of in habit),
            len(habit),
        )
        if n >= limits.drift_min_lines:
            return


def _faulty_share(rows: list[SiteRun], limits: CheckLimits) -> list[Drift]:
    for found in _compare(rows, FAULTY, lambda row: (row.lines_faulty, row.lines_new), limits):
        if (
            found.events >= limits.drift_min_faulty_lines
            and found.events * found.n_before >= limits.drift_faulty_times * found.events_before * found.n
            and chance_of_more(found) * limits.drift_chance_one_in < 1
        ):
            return [_drift(FAULTY, rows[-1].site, "faulty lines", found)]
    return []


def _headache_share(rows: list[SiteRun], limits: CheckLimits) -> list[Drift]:
    for found in _compare(rows, HEADACHE, lambda row: (row.headache_days, row.recorded_days), limits):
        difference = found.events * found.n_before - found.events_before * found.n
        is_large = 100 * abs(difference) >= limits.drift_headache_percent * found.n * found.n_before
        if found.n < limits.drift_min_lines or not is_large:
            continue
        other = found._replace(events=found.n - found.events, events_before=found.n_before - found.events_before)
        chance = 2 * chance_of_more(found if difference > 0 else other)  # a fall is as much a change as a rise
        if chance * limits.drift_chance_one_in < 1:
            return [_drift(HEADACHE, rows[-1].site, "headache days among the recorded ones", found)]
    return []


def _stopped(entries: list[RunEntry], site: str, limits: CheckLimits) -> list[Drift]:
    """A silence of a site: longer than twice its longest one in the recent runs, and of ``drift_silent_runs`` at least.

    Only runs count in which another site sent new days, and this one had a subject whose diary was expected.
    """
    came = []
    for entry in entries:
        row = entry.of(site)
        others = sum(other.diary_days for other in entry.sites if other.site not in (None, site))
        if row and (row.diary_days or (others and row.n_active)):
            came.append(row.diary_days > 0)
    last = entries[-1].of(site)
    if not last or last.diary_days or not last.n_active:
        return []
    silent = len(list(takewhile(lambda has_come: not has_come, reversed(came))))
    recent = came[: len(came) - silent][-limits.drift_recent_runs :]
    longest, current = 0, 0
    for has_come in recent:
        current = 0 if has_come else current + 1
        longest = max(longest, current)
    if sum(recent) < limits.drift_min_runs or silent < max(limits.drift_silent_runs, 2 * longest + 1):
        return []
    detail = f"nothing in the last {silent} runs in which others went on, before never more than {longest} without"
    return [Drift(STOPPED, site, detail)]


def _drift(check: DriftCheck, site: str | None, what: str, found: Compared) -> Drift:
    return Drift(
        check,
        site,
        f"{found.events} of {found.n} {what} ({100 * found.events / found.n:.0f}%), in the {found.runs_before} recent runs"
        f" {found.events_before} of {found.n_before} ({100 * found.events_before / found.n_before:.0f}%)",
    )


def chance_of_more(found: Compared) -> float:
    """The chance of so many events or more among the latest, if nothing had changed: Fisher's exact test, one-sided."""
    from scipy.stats import hypergeom  # a second of imports, which most runs do without

    total, events = found.n + found.n_before, found.events + found.events_before
    return float(hypergeom.sf(found.events - 1, total, events, found.n))
