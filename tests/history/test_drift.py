"""The checks on drift, on histories written by hand and on thirty simulated nights, without a run."""

from collections.abc import Sequence
from random import Random

import pytest

from flows.checking.drift import Compared, chance_of_more, find_drift, with_drift
from flows.study.check_limits import load_limits
from flows.warehouse.history_file import RunEntry, SiteRun

LIMITS = load_limits()
N_NIGHTS = 30


def entry(night: int, sites: Sequence[SiteRun]) -> RunEntry:
    return RunEntry(
        snapshot_id=f"{night:016}", published_at=None, cutoff_date=None, last_sequence=night, sites=tuple(sites)
    )


def site(name: str | None, lines: int = 20, faulty: int = 0, days: int = 20, headache: int = 10) -> SiteRun:
    return SiteRun(
        site=name, lines_received=lines, lines_faulty=faulty, diary_days=days, recorded_days=days, headache_days=headache,
        n_active=10,
    )  # fmt: skip


def flagged(nights: Sequence[Sequence[SiteRun]]) -> list[list[tuple[str, str | None]]]:
    """By night the checks and sites that are flagged, each night knowing what was flagged before."""
    history: list[RunEntry] = []
    found = []
    for night, sites in enumerate(nights, start=1):
        now = entry(night, sites)
        drift = find_drift(history, now, LIMITS)
        history.append(with_drift(now, drift))
        found.append([(one.check.id, one.site) for one in drift])
    return found


QUIET = [[site("A"), site("B")]] * 8


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (site("A", faulty=4), []),  # fewer than drift_min_faulty_lines
        (site("A", faulty=10), [("site.lines.faulty_share", "A")]),
        (site("A", headache=19), []),  # 45 points, and yet chance alone makes as much once in 1700
        (site("A", lines=80, days=80, headache=70), [("site.headache.share", "A")]),
        (site("A", lines=80, days=80, headache=10), [("site.headache.share", "A")]),
        (site("A", lines=800, days=800, headache=590), []),  # rarer than chance, and 24 points only
        (site("A", lines=0, days=0, headache=0), []),  # one silent run is none
    ],
)
def test_the_ninth_night(last: SiteRun, expected: list[tuple[str, str]]) -> None:
    assert flagged([*QUIET, [last, site("B")]]) == [[]] * 8 + [expected]


def test_a_share_is_held_against_what_the_site_is_used_to() -> None:
    used_to = [[site("A", lines=40, faulty=16), site("B")]] * 8
    assert flagged([*used_to, [site("A", lines=40, faulty=30), site("B")]])[-1] == []  # not twice 40 %
    a_tenth = [[site("A", lines=40, faulty=4), site("B")]] * 8
    assert flagged([*a_tenth, [site("A", lines=40, faulty=30), site("B")]])[-1] == [("site.lines.faulty_share", "A")]


def test_small_sites_are_looked_at_over_several_runs() -> None:
    """3 faulty lines are too few; of two runs 6 of 6 against 0 of 33, which chance makes once in C(39,6) = 3 262 623."""
    small = [[site("A", lines=3), site("B")]] * 12
    found = flagged([*small, *[[site("A", lines=3, faulty=3), site("B")]] * 3])
    assert found == [[]] * 13 + [[("site.lines.faulty_share", "A")]] * 2


def test_no_habit_no_alarm() -> None:
    """Night 1 is a backlog, and four nights after it are fewer than drift_min_runs."""
    assert flagged([*QUIET[:5], [site("A", faulty=20), site("B")]])[-1] == []
    assert flagged([*QUIET[:6], [site("A", faulty=20), site("B")]])[-1] != []


SILENT = site("A", lines=0, days=0, headache=0)


def test_silence_while_others_go_on() -> None:
    found = flagged([*QUIET, *[[SILENT, site("B")]] * 3, [site("A"), site("B")]])
    assert found == [[]] * 9 + [[("site.diary.stopped", "A")]] * 2 + [[]]


def test_silence_of_all_is_no_sites_drift() -> None:
    nobody = [SILENT, site("B", lines=0, days=0, headache=0)]
    assert flagged([*QUIET, *[nobody] * 5]) == [[]] * 13


def test_silence_of_a_site_that_has_ended() -> None:
    ended = SILENT.model_copy(update={"n_active": 0})
    assert flagged([*QUIET, *[[ended, site("B")]] * 5]) == [[]] * 13


def test_a_weekly_site_is_silent_for_longer() -> None:
    """It sends on every seventh run: six silent ones are its habit, and thirteen are more than twice as many."""
    weekly = [[site("A") if night % 7 == 0 else SILENT, site("B")] for night in range(43)]
    found = flagged([*weekly, *[[SILENT, site("B")]] * 14])
    assert [night for night, one in enumerate(found) if one] == []
    often = LIMITS.model_copy(update={"drift_min_runs": 2})
    history = [entry(night, sites) for night, sites in enumerate([*weekly, *[[SILENT, site("B")]] * 14])]
    alarms = [night for night in range(20, 57) if find_drift(history[:night], history[night], often)]
    assert alarms == [55, 56]  # the last day came in run 42: 13 silent ones, 43 to 55


def test_an_alarm_lasts_until_the_new_level_is_the_habit() -> None:
    found = flagged([*QUIET, *[[site("A", faulty=10), site("B")]] * 20])
    lasting = [bool(one) for one in found[8:]]
    assert lasting == [True] * 10 + [False] * 10  # then fewer than 5 of the 14 recent runs were not flagged


def test_without_sites_the_study_is_looked_at_as_one() -> None:
    assert flagged([*[[site(None)]] * 8, [site(None, faulty=10)]])[-1] == [("site.lines.faulty_share", None)]
    assert flagged([*QUIET, [site(None, faulty=20), site("A"), site("B")]])[-1] == []


def test_chance_is_fishers_exact_test() -> None:
    """The lady tasting tea, 3 of 4 cups or better: 17 of 70 (Fisher 1935, The Design of Experiments, II)."""
    assert chance_of_more(Compared(3, 4, 1, 4, 5)) == pytest.approx(17 / 70)


def binomial(chance: Random, n: int, p: float) -> int:
    return sum(chance.random() < p for _ in range(n))


def simulated(seed: int, bad: str | None = None) -> list[list[SiteRun]]:
    """Thirty nights of ten sites of 4 to 40 subjects; a tenth of the days is forgotten, two lines in a hundred are faulty.
    Site 5 goes wrong on night 17 where ``bad`` says how."""
    chance = Random(seed)
    sites = {f"{n}": (chance.randint(4, 40), chance.uniform(0.3, 0.8)) for n in range(10)}
    nights = []
    for night in range(1, N_NIGHTS + 1):
        rows = []
        for name, (n_subjects, often) in sites.items():
            lines = binomial(chance, n_subjects * (28 if night == 1 else 1), 0.9)
            faulty, headache = binomial(chance, lines, 0.02), binomial(chance, lines, often)
            days = lines
            if name == "5" and night >= 17 and bad == "breaks":
                faulty, days, headache = lines, 0, 0
            if name == "5" and night >= 17 and bad == "stops":
                lines, faulty, days, headache = 0, 0, 0, 0
            rows.append(site(name, lines, faulty, days, headache))
        nights.append(rows)
    return nights


@pytest.mark.parametrize("bad", ["breaks", "stops"])
def test_night_17_is_told_on_night_18_at_the_latest(bad: str) -> None:
    for seed in range(10):
        found = flagged(simulated(seed, bad))
        assert found[:16] == [[]] * 16, seed
        assert found[16] or found[17], seed
        assert {name for one in found for _, name in one} == {"5"}, seed


def test_no_alarm_in_quiet_nights() -> None:
    """30 histories of 10 sites and 30 nights."""
    assert [seed for seed in range(100, 130) if any(flagged(simulated(seed)))] == []
