"""Random nights at an inbox: what sites and data managers do to it between two runs."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

FIRST_DAY = date(2024, 1, 1)
SUBJECTS = ("A1", "A2", "B1", "B2", "C1")
RULE_SETS = ("nice_ta260", "article", "ehf_2018")
DIARY = "subject_id,diary_date,headache,hours,acute_medication,entered_at\n"
# Nothing of these is ever withdrawn or taken away: a run needs a diary and injections.
BASE = ("00/diary.csv", "00/injections.csv")


class Site:
    """A study folder whose inbox changes from night to night; the same seed gives the same nights.

    ``told`` lists what happened, for a failure to be understood. Folders are numbered by night, so the order of the paths
    of new files is the order of their arrival.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance = folder, Random(seed)
        self.inbox = folder / "inbox"
        self.inbox.mkdir(parents=True)
        self.night = 0
        self.told: list[str] = []
        self.reached = dict.fromkeys(SUBJECTS, 60)
        self.gone: dict[str, bytes] = {}
        self.withdrawn: dict[str, str] = {}  # the path or file_id as named in study.toml -> the path
        self.cutoff: date | None = None
        self.rule_sets = RULE_SETS[:2]
        self._write("00/diary.csv", DIARY + "".join(self._line(s, day) for s in SUBJECTS for day in range(60)))
        self._write("00/injections.csv", self._injections(0))
        self._write("00/subjects.csv", self._subjects())
        for _ in range(2):
            self.new_days()  # enough that something can go
        self._write_settings()

    def next_night(self, landed: dict[str, str], only_new: bool = False) -> None:
        """Two to six things happen. ``landed``: the paths landed so far, each with the file_id of its last version.

        Something new arrives in any case. What can leave the history of a warehouse behind, a file that goes and one that
        comes back, is as likely as not: drawn evenly, most short sequences would hold neither.
        """
        self.night += 1
        there = self._present()
        self.chance.choice((self.new_days, self.single_days))()
        if only_new:
            self.chance.choice((self.new_days, self.single_days, self.other_files, self.unreadable_file))()
        else:
            rest = [self.corrected_file, self.same_content, self.unreadable_file, self.other_files]
            self.chance.choice([*rest, self.cutoff_moved, self.other_rule_sets, self.nothing])()
            for comes_back in (self.returned, self.taken_back):
                if self.chance.random() < 0.5:
                    comes_back()
            if self.chance.random() < 0.7:
                self.withdrawal(there, landed)
            if self.chance.random() < 0.5:
                self.vanished(landed)
        self._write_settings()

    def new_days(self) -> None:
        """The next days of some subjects, the last ones sent once more; now and then a line that cannot stand."""
        lines = []
        for subject in self.chance.sample(SUBJECTS, self.chance.randint(1, len(SUBJECTS))):
            first = self.reached[subject] - self.chance.choice((0, 0, 3))
            self.reached[subject] = first + self.chance.randint(5, 60)
            lines += [self._line(subject, day) for day in range(first, self.reached[subject])]
        faults = ("A1,2024-99-99,1,,,\n", "B1,2024-02-02,1,30,,\n", "C1,2024-02-03\n", lines[0], ",2024-02-02,1,,,\n")
        lines += self.chance.sample(faults, self.chance.choice((0, 2, 4)))
        self._write(self._new("diary"), DIARY + "".join(lines))

    def single_days(self) -> None:
        """A later file with another answer to days sent before, with or without a later time of entry."""
        subject, entered = self.chance.choice(SUBJECTS), self.chance.choice((None, 0, 40))
        days = self.chance.sample(range(self.reached[subject]), 8)
        lines = [self._line(subject, day, turned=True, entered=entered) for day in days]
        self._write(self._new("diary"), DIARY + "".join(lines))

    def other_files(self) -> None:
        """Injections, subjects, scores, adverse events or attacks."""
        kind = self.chance.choice(("injections", "subjects", "scores", "adverse_events", "attacks"))
        subject, day = self.chance.choice(SUBJECTS), FIRST_DAY + timedelta(days=self.chance.randint(0, 150))
        content = {
            "injections": self._injections(self.chance.randint(0, 2)),
            "subjects": self._subjects(),
            "scores": f"subject_id,score_date,instrument,score\n{subject},{day},HIT6,{self.chance.randint(30, 78)}\n",
            "adverse_events": f"subject_id,start_date,term\n{subject},{day},Neck pain\n",
            "attacks": f"subject_id,attack_start,attack_end\n{subject},{day}T20:00,{day + timedelta(days=1)}T03:00\n",
        }
        self._write(self._new(kind), content[kind])

    def unreadable_file(self) -> None:
        """A file that is refused whole: a column it cannot do without is missing."""
        self._write(self._new("diary"), f"subject_id,day\nA1,{self.chance.randint(1, 99)}\n")

    def corrected_file(self) -> None:
        """A file under the same name with other bytes: answers turned, a line more or a line less."""
        path = self.chance.choice([*self._present("diary")])
        header, *lines = (self.inbox / path).read_text().splitlines(keepends=True)
        if header != DIARY:
            header, lines = DIARY, [self._line("A1", day) for day in range(5)]  # the refused one, mended
        place = self.chance.randrange(len(lines))
        subject, number = self.chance.choice(SUBJECTS), self.chance.randint(0, 150)
        lines[place : place + self.chance.choice((0, 1))] = [self._line(subject, number, turned=True)]
        self._write(path, header + "".join(lines))

    def same_content(self) -> None:
        """A file sent twice, under another name."""
        path = self.chance.choice([*self._present("diary")])
        self._write(self._new("diary"), (self.inbox / path).read_text())

    def vanished(self, landed: dict[str, str]) -> None:
        """A file is gone from the inbox. One that is withdrawn goes only after it was landed: else it names no file."""
        paths = [path for path in self._present() if path in landed or path not in self.withdrawn.values()]
        if paths:
            path = self.chance.choice(paths)
            self.gone[path] = (self.inbox / path).read_bytes()
            (self.inbox / path).unlink()
            self.told.append(f"{self.night}: {path} vanished")

    def returned(self) -> None:
        """A file that had vanished is there again."""
        if self.gone:
            path = next(iter(self.gone))
            content = self.gone.pop(path)
            self._write(path, content.decode())

    def withdrawal(self, there: list[str], landed: dict[str, str]) -> None:
        """study.toml withdraws a file by its path, or one version of it by its file_id; most often one landed before."""
        paths = there if there and self.chance.random() < 0.8 else self._present()
        if paths:
            path = self.chance.choice(paths)
            named = landed.get(path, path) if self.chance.random() < 0.5 else path
            self.withdrawn[named] = path
            self.told.append(f"{self.night}: {named} ({path}) withdrawn")

    def taken_back(self) -> None:
        """A withdrawal is taken out of study.toml."""
        if self.withdrawn:
            named = next(iter(self.withdrawn))
            self.told.append(f"{self.night}: {named} ({self.withdrawn.pop(named)}) no longer withdrawn")

    def cutoff_moved(self) -> None:
        """Another cut-off, earlier or later, or none."""
        self.cutoff = self.chance.choice((None, FIRST_DAY + timedelta(days=self.chance.randint(70, 260))))
        self.told.append(f"{self.night}: cut-off {self.cutoff}")

    def other_rule_sets(self) -> None:
        """The study is judged by other rules."""
        self.rule_sets = tuple(self.chance.sample(RULE_SETS, self.chance.randint(1, 3)))
        self.told.append(f"{self.night}: rule sets {self.rule_sets}")

    def nothing(self) -> None:
        """A night without a delivery."""
        self.told.append(f"{self.night}: nothing")

    def _present(self, kind: str = "") -> list[str]:
        paths = sorted(path.relative_to(self.inbox).as_posix() for path in self.inbox.rglob("*.csv"))
        return [path for path in paths if path.split("/")[1].startswith(kind) and (kind or path not in BASE)]

    def _new(self, kind: str) -> str:
        there = [int(path.stem.split("-")[1]) for path in self.inbox.glob(f"{self.night:02}/*-*.csv")]
        return f"{self.night:02}/{kind}-{1 + max(there, default=0)}.csv"

    def _write(self, path: str, content: str) -> None:
        (self.inbox / path).parent.mkdir(exist_ok=True)
        (self.inbox / path).write_text(content)
        self.gone.pop(path, None)
        self.told.append(f"{self.night}: {path} ({content.count(chr(10)) - 1} lines)")

    def _line(self, subject: str, day: int, turned: bool = False, entered: int | None = 0) -> str:
        number = SUBJECTS.index(subject)
        answer = (day * 5 + number * 3) % 7 < (5 if day < 28 + number else 3)
        headache = "" if (day + number) % 19 == 0 else int(answer != turned)
        hours = (day % 9) + 1 if headache == 1 and day % 4 else ""
        taken = "sumatriptan" if headache == 1 and day % 5 == 0 else ""
        when = FIRST_DAY + timedelta(days=day)
        at = "" if entered is None else f"{when + timedelta(days=entered)}T20:00:00"
        return f"{subject},{when},{headache},{hours},{taken},{at}\n"

    def _injections(self, cycle: int) -> str:
        days = {s: 28 + i + cycle * (84 + self.chance.choice((-9, 0, 14))) for i, s in enumerate(SUBJECTS)}
        rows = [f"{s},{FIRST_DAY + timedelta(days=day)},155,31\n" for s, day in days.items()]
        return "subject_id,injection_date,units,sites\n" + "".join(rows[: self.chance.randint(3, 5)] if cycle else rows)

    def _subjects(self) -> str:
        rows = [f"{s},{self.chance.choice(('placebo', 'ona'))},{s[0]}\n" for s in SUBJECTS]
        return "subject_id,arm,site\n" + "".join(rows)

    def _write_settings(self) -> None:
        rules = ", ".join(f'"{name}"' for name in self.rule_sets)
        lines = ["[study]", 'id = "T"', 'title = "Test"', f'primary_rule_set = "{self.rule_sets[0]}"']
        lines += [f"rule_sets = [{rules}]", f"data_cutoff = {self.cutoff}" if self.cutoff else ""]
        lines += ["[arms]", 'placebo = "Placebo"', 'ona = "OnabotulinumtoxinA"']
        for named in self.withdrawn:
            lines += ["[[withdrawn]]", f'file = "{named}"', 'reason = "sent for another study"']
        (self.folder / "study.toml").write_text("\n".join(lines) + "\n")
