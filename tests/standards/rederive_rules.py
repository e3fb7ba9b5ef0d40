"""Status and verdict of each cycle once more, from the exported ADaM files alone, as define.xml tells the two rule sets.

Nothing of this package is used but the reader of the files beside it. The article: at least half of the recorded days of the
window are headache-free; stop where they are not, or after two cycles without relief. NICE: 30% fewer than at baseline; stop
where they are not from cycle 2 on, or after three months below 15 headache days.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from tests.standards.rederive import read

CYCLE_DAYS, LEAST = 84, 20
Key = tuple[str, int]


def lookup(frame: pd.DataFrame, paramcd: str, name: str = "AVAL") -> dict[Key, Any]:
    """A variable of a parameter by subject and AVISITN, and None where it is empty."""
    chosen = frame[frame["PARAMCD"] == paramcd]
    values = chosen[name].astype(object).where(chosen[name].notna(), None)
    return dict(zip(zip(chosen["USUBJID"], chosen["AVISITN"].astype(int), strict=True), values, strict=True))


class Cycles:
    """What the files say of the cycles: who was given which (ADEX), the windows (ADDIARY), the baseline (ADSL)."""

    def __init__(self, folder: Path, code: str) -> None:
        self.diary, exposure = read(folder, "ADDIARY"), read(folder, "ADEX")
        subjects = read(folder, "ADSL")
        self.treated = subjects[subjects["SAFFL"] == "Y"].set_index("USUBJID")
        started = exposure[exposure["PARAMCD"] == "DOSE"]
        self.starts = {
            (row.USUBJID, int(row.ACYCLE)): row.ASTDT for row in started[["USUBJID", "ACYCLE", "ASTDT"]].itertuples()
        }
        self.recorded, self.headache = (lookup(self.diary, f"{word}{code}") for word in ("WREC", "WHDN"))

    def counts(self, subject: str, cycle: int) -> tuple[int, int, int, int]:
        """H and D of the window, BH and BD of the baseline; a window without a day has no record, and counts 0."""
        place = (subject, 100 * cycle + 99)
        row = self.treated.loc[subject]
        return (
            int(self.headache.get(place) or 0), int(self.recorded.get(place) or 0), int(row["BLHDN"]), int(row["BLRECN"]),
        )  # fmt: skip

    def status(self, subject: str, cycle: int, code: str) -> str:
        row = self.treated.loc[subject]
        cutoff = row["DCUTDT"]  # dates are days since 1960
        if (subject, cycle) not in self.starts:
            is_past = row["TRTSDT"] + CYCLE_DAYS * cycle - 1 <= cutoff
            return "NOT GIVEN" if is_past else "NOT REACHED"
        end = self.starts[subject, cycle] + CYCLE_DAYS - 1
        if following := self.starts.get((subject, cycle + 1)):
            end = min(end, following - 1)
        if end > cutoff:
            return "NOT DUE"
        h, d, bh, bd = self.counts(subject, cycle)
        if d < LEAST or (code == "NICE" and (bd < LEAST or bh == 0)):
            return "NOT EVALUABLE"
        is_met = (d - h) * 30 >= 15 * d if code == "ART" else 100 * h * bd <= (100 - 30) * bh * d
        return "RESPONDER" if is_met else "NON RESPONDER"


def statuses(folder: Path, code: str) -> dict[Key, str]:
    """AVALC of RESP for each treated subject in each cycle that the study gave to anybody."""
    cycles = Cycles(folder, code)
    numbers = sorted({cycle for _, cycle in cycles.starts})
    return {
        (subject, cycle): cycles.status(subject, cycle, code) for subject in cycles.treated.index for cycle in numbers
    }


def verdicts(folder: Path, code: str) -> dict[Key, str]:
    """AVALC of VERD for each cycle given."""
    cycles, found = Cycles(folder, code), {}
    months, rates = lookup(cycles.diary, "DIARYN"), lookup(cycles.diary, "HDAY28")
    for subject in cycles.treated.index:
        before, no_relief, in_a_row = "UNDETERMINED", 0, 0
        for cycle in sorted(cycle for who, cycle in cycles.starts if who == subject):
            status = cycles.status(subject, cycle, code)
            is_judged = status in ("RESPONDER", "NON RESPONDER")
            h, d, bh, bd = cycles.counts(subject, cycle)
            longest = 0
            for place in (100 * cycle + month for month in (1, 2, 3)):
                if (subject, place) in months:
                    rate = rates.get((subject, place))
                    in_a_row = in_a_row + 1 if rate is not None and rate < 15 else 0
                    longest = max(longest, in_a_row)
            can_tell = is_judged and bd >= LEAST and bh > 0
            if can_tell:
                no_relief = 0 if h * bd < bh * d else no_relief + 1
            if code == "NICE":
                is_stop = cycle >= 2 and status == "NON RESPONDER"
            else:
                is_stop = status == "NON RESPONDER" or (can_tell and no_relief >= 2)
            if code == "NICE" and longest >= 3:
                verdict = "STOP SUCCESS"
            elif is_stop:
                verdict = "STOP NO RESPONSE"
            elif is_judged:
                verdict = "CONTINUE"
            else:
                verdict = before if before.startswith("STOP") else "UNDETERMINED"
            found[subject, cycle] = before = verdict
    return found
