"""A study of a few sites that send a file every night, and one of them that goes wrong on a certain night."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Literal

from tests.cli.helpers import write_files, write_study

Fault = Literal["breaks", "stops", "swaps"]
SUBJECTS = {"Graz": 9, "Linz": 6, "Wien": 14, "Wels": 8}
START = date(2024, 3, 1)
BACKLOG_DAYS = 28  # of the first delivery, before the injection
SETTINGS = """
[study]
id = "NIGHTS"
title = "Nights"
primary_rule_set = "nice_ta260"
rule_sets = ["nice_ta260"]
"""


class Nights:
    """Deliveries night by night. ``bad_site`` goes wrong from ``bad_night`` on: its lines lose a field, its files stay
    away, or its answers are swapped. All sites forget days and write a slip now and then, and Linz sends no file on
    Saturdays."""

    def __init__(
        self, folder: Path, seed: int, bad_site: str, bad_night: int, fault: Fault, settings: str = SETTINGS
    ) -> None:
        self.chance = Random(seed)
        self.bad_site, self.bad_night, self.fault = bad_site, bad_night, fault
        self.subjects = {
            site: [f"{site[:2]}{n:02}" for n in range(n_subjects)] for site, n_subjects in SUBJECTS.items()
        }
        self.often = {s: self.chance.uniform(0.3, 0.75) for subjects in self.subjects.values() for s in subjects}
        everybody = [(site, subject) for site, subjects in self.subjects.items() for subject in subjects]
        listed = "".join(f"{subject},{site}\n" for site, subject in everybody)
        injected = "".join(f"{subject},{START + timedelta(BACKLOG_DAYS)}\n" for _, subject in everybody)
        files = {
            "subjects.csv": f"subject_id,site\n{listed}",
            "injections.csv": f"subject_id,injection_date\n{injected}",
        }
        self.study = write_study(folder, files, settings)

    def deliver(self, night: int) -> None:
        """The files of a night; the first one brings the days before the injection as well."""
        last = START + timedelta(BACKLOG_DAYS + night - 1)
        for site, subjects in self.subjects.items():
            is_bad = site == self.bad_site and night >= self.bad_night
            days = [last] if night > 1 else [START + timedelta(n) for n in range(BACKLOG_DAYS + 1)]
            lines = [line for day in days for subject in subjects if (line := self._line(subject, day, is_bad))]
            is_away = (is_bad and self.fault == "stops") or (site == "Linz" and night > 1 and last.weekday() == 5)
            if not is_away:
                text = "subject_id,diary_date,headache,hours\n" + "".join(lines)
                write_files(self.study, {f"{site}/diary-{last}.csv": text})

    def _line(self, subject: str, day: date, is_bad: bool) -> str:
        if self.chance.random() < 0.07:
            return ""
        has_headache = self.chance.random() < self.often[subject]
        hours = self.chance.choice([2, 4, 8, 12]) if has_headache else 0
        written = "99" if self.chance.random() < 0.02 else str(hours)  # a slip: no day has so many hours
        if is_bad and self.fault == "breaks":
            return f"{subject},{day},{int(has_headache)}\n"
        answer = 1 if is_bad and self.fault == "swaps" else int(has_headache)
        return f"{subject},{day},{answer},{written}\n"
