"""Reads plan.md: what each subject's diary is to say. The notation is explained there."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

CUTOFF = date(2025, 6, 30)
RULE_SETS = ("article", "nice_ta260")
MONTH = 28
CYCLE = 84


@dataclass(frozen=True)
class Month:
    """Headache days among recorded days, and how they are to lie in the month."""

    headaches: int
    recorded: int
    stretches: tuple[tuple[int, int], ...]
    from_start: bool  # the recorded days are the first ones


@dataclass(frozen=True)
class Cycle:
    number: int
    start: date
    interval: int | None  # days to the next injection that counts; None: there is none
    months: tuple[Month | None, ...]  # months 1 to 3
    gap: Month | None  # Day 85 to the day before the next injection

    @property
    def last_day(self) -> int:
        """Number of the cycle's last day: Day 84, or the day before the next injection."""
        return CYCLE if self.interval is None else min(CYCLE, self.interval)

    def month_start(self, month: int) -> date:
        return self.start + timedelta(MONTH * (month - 1))

    def month_length(self, month: int) -> int:
        return max(0, min(MONTH, self.last_day - MONTH * (month - 1)))


@dataclass(frozen=True)
class Subject:
    subject_id: str
    arm: str
    day_1: date  # first injection; for a subject never treated, the day planned for it
    injections: tuple[date, ...]  # every session held, also one after the cut-off
    baseline: Month
    cycles: tuple[Cycle, ...]  # the cycles that count
    failed: int | None
    excluded: int | None
    medication: tuple[tuple[tuple[str, ...], int], ...]  # (codes of one day, number of such baseline days)
    left: date | None
    left_reason: str
    intended: dict[str, list[str]]

    @property
    def site(self) -> str:
        return f"site-{self.subject_id[:2]}"


def read_plan(path: Path) -> list[Subject]:
    table = [line.strip().strip("|").split("|") for line in path.read_text("utf-8").splitlines() if line[:1] == "|"]
    head = [name.strip() for name in table[0]]
    return [_subject(dict(zip(head, map(str.strip, cells), strict=True))) for cells in table[2:]]


def _subject(row: dict[str, str]) -> Subject:
    is_treated = not row["first injection"].startswith("(")
    day_1 = date.fromisoformat(row["first injection"].strip("()"))
    injections = [day_1] if is_treated else []
    for interval in row["intervals"].split():
        injections.append(injections[-1] + timedelta(int(interval)))
    counted = [injection for injection in injections if injection <= CUTOFF]
    cells = [row[f"cycle {number}"] for number in (1, 2, 3)]
    assert len(counted) == sum(cell != "-" for cell in cells), (row["subject"], "cycles and injections differ")
    cycles = []
    for number, start in enumerate(counted, 1):
        following = (counted[number] - start).days if number < len(counted) else None
        cycles.append(_cycle(number, start, following, cells[number - 1]))
    left, _, left_reason = row["left"].partition(" ")
    return Subject(
        row["subject"],
        row["arm"],
        day_1,
        tuple(injections),
        _month(row["baseline"]),
        tuple(cycles),
        int(row["failed"]) if row["failed"] else None,
        int(row["excluded"]) if row["excluded"] else None,
        tuple(_medication(entry) for entry in row["baseline medication"].split()),
        _date_left(left, day_1, cycles) if left else None,
        left_reason,
        {rule_set: row[rule_set].split() for rule_set in RULE_SETS},
    )


def _cycle(number: int, start: date, interval: int | None, cell: str) -> Cycle:
    months = [None if text == "-" else _month(text) for text in cell.split()]
    gap = months.pop() if len(months) == 4 else None
    cycle = Cycle(number, start, interval, tuple(months), gap)
    for month, counts in enumerate(months, 1):
        assert (counts is None) == (cycle.month_length(month) == 0), (start, "month and interval do not agree")
    return cycle


def _month(text: str) -> Month:
    parts = [part.partition("/") for part in text.rstrip("<").split("+")]
    stretches = tuple((int(headaches), int(recorded)) for headaches, _, recorded in parts)
    headaches, recorded = (sum(column) for column in zip(*stretches, strict=True))
    assert headaches <= recorded <= MONTH, text
    return Month(headaches, recorded, stretches, text.endswith("<"))


def _medication(text: str) -> tuple[tuple[str, ...], int]:
    codes, days = text.split(":")
    return tuple(codes.split("+")), int(days)


def _date_left(text: str, day_1: date, cycles: list[Cycle]) -> date:
    number, day = map(int, text.split("."))
    return day_1 + timedelta(day) if number == 0 else cycles[number - 1].start + timedelta(day - 1)
