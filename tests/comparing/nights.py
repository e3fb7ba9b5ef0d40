"""Random nights with more that can change a status: other rules and limits, identifiers, consent, attacks of days."""

from datetime import date, timedelta
from pathlib import Path

from tests.generative.deliveries import DIARY, FIRST_DAY, SUBJECTS, Site

ROOT = Path(__file__).parents[2]
# What a study may write in its own copy of a shipped rule set: (what stands there, what may stand in its stead).
OWN_RULES = (
    ('headache_day = "any"', 'headache_day = "hours_4"'),
    ('headache_day = "any"', 'headache_day = "hours_4_or_acute"'),
    ('[window]\n', '[window]\nmin_recorded_days = 15\n'),
    ('[window]\n', '[window]\nmin_recorded_days = 26\n'),
    ('[window]\n', '[window]\nmissing_days = "headache"\n'),
    ('anchor = "first_injection"', 'anchor = "each_injection"'),
    ('position = "last"', 'position = "whole"'),
)  # fmt: skip


class Nights(Site):
    """A study whose first delivery reaches into the second cycle, so that there are statuses to change."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.own_rules: dict[str, tuple[str, str]] = {}
        self.longest_attack_days = 28
        self.folding: tuple[str, ...] = ()
        super().__init__(folder, seed)
        for _ in range(3):
            self.new_days()
        self._write("00/injections-2.csv", self._injections(1))
        self._write_settings()

    def next_night(self, landed: dict[str, str], only_new: bool = False) -> None:
        """As before, and now and then one more thing."""
        for what in (self.rule_changed, self.limit_changed, self.folding_changed, self.long_attack, self.other_files):
            if self.chance.random() < 0.25:
                what()
        super().next_night(landed, only_new)

    def rule_changed(self) -> None:
        """The study writes its own copy of a rule set, or does without it again."""
        name = self.chance.choice(self.rule_sets)
        if name in self.own_rules:
            del self.own_rules[name]
        else:
            self.own_rules[name] = self.chance.choice(OWN_RULES)
        self.told.append(f"{self.night}: rules {self.own_rules}")

    def limit_changed(self) -> None:
        """Longer attacks are believed, or are not."""
        self.longest_attack_days = 28 if self.longest_attack_days < 28 else 3
        self.told.append(f"{self.night}: longest attack {self.longest_attack_days} days")

    def folding_changed(self) -> None:
        """Identifiers in small letters are the same subject's, or are not."""
        self.folding = () if self.folding else ("case",)
        self.told.append(f"{self.night}: id_folding {self.folding}")

    def long_attack(self) -> None:
        """An attack of several days, mostly where there is no diary day yet."""
        subject = self.chance.choice(SUBJECTS)
        start = FIRST_DAY + timedelta(days=self.reached[subject] - self.chance.randint(-20, 20))
        end = start + timedelta(days=self.chance.randint(1, 14))
        self._write(self._new("attacks"), f"subject_id,attack_start,attack_end\n{subject},{start}T20:00,{end}T03:00\n")

    def _write(self, path: str, content: str) -> None:
        """Now and then the lines of one subject in small letters."""
        if content.startswith(DIARY) and self.night and self.chance.random() < 0.2:
            subject = self.chance.choice(SUBJECTS)
            content = content.replace(f"\n{subject},", f"\n{subject.lower()},")
        super()._write(path, content)

    def _subjects(self) -> str:
        """With what eligibility and the checks on consent need."""
        rows = []
        for subject in SUBJECTS:
            arm = self.chance.choice(("placebo", "ona"))
            consent = self.chance.choice((FIRST_DAY, FIRST_DAY, FIRST_DAY + timedelta(days=self.chance.randint(1, 20))))
            failed, excluded = self.chance.choice((1, 2, 3, "")), self.chance.choice((0, 1, 1, ""))
            rows.append(f"{subject},{arm},{subject[0]},{consent},{failed},{excluded}\n")
        return "subject_id,arm,site,consent_date,prior_preventives_failed,overuse_excluded\n" + "".join(rows)

    def _write_settings(self) -> None:
        write_settings(self.folder, self.settings(), self.own_rules)

    def settings(self) -> str:
        """study.toml but for the cut-off and the rule sets, which stand first."""
        super()._write_settings()
        text = (self.folder / "study.toml").read_text(encoding="utf-8")
        text += f"[checks]\nlongest_attack_days = {self.longest_attack_days}\n"
        folding = ", ".join(f'"{name}"' for name in self.folding)
        return text + f"[subjects]\nid_folding = [{folding}]\n"


def write_settings(folder: Path, text: str, own_rules: dict[str, tuple[str, str]]) -> None:
    """study.toml, and the study's own rule sets."""
    (folder / "study.toml").write_text(text, encoding="utf-8")
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    for path in rules.iterdir():
        path.unlink()
    for name, (shipped, own) in own_rules.items():
        rule = (ROOT / f"data/rules/{name}.toml").read_text(encoding="utf-8")
        (rules / f"{name}.toml").write_text(rule.replace(shipped, own, 1), encoding="utf-8")


class Settings:
    """The settings of one night, of which parts can be those of the night before."""

    def __init__(self, site: Nights, cutoff: date | None) -> None:
        self.cutoff, self.rule_sets, self.own_rules = cutoff, site.rule_sets, dict(site.own_rules)
        self.longest_attack_days, self.folding = site.longest_attack_days, site.folding

    def with_those_of(self, other: "Settings", codes: frozenset[str]) -> "Settings":
        """What each cause stands for as the other night had it."""
        mixed: Settings = object.__new__(Settings)
        mixed.cutoff = (other if "cutoff" in codes else self).cutoff
        mixed.rule_sets = (other if "rule" in codes else self).rule_sets
        mixed.own_rules = (other if "rule" in codes else self).own_rules
        mixed.longest_attack_days = (other if "check" in codes else self).longest_attack_days
        mixed.folding = (other if "setting" in codes else self).folding
        return mixed

    @property
    def key(self) -> str:
        """Equal for equal settings."""
        return repr(
            (self.cutoff, self.rule_sets, sorted(self.own_rules.items()), self.longest_attack_days, self.folding)
        )

    def write(self, folder: Path) -> None:
        """study.toml and the rule sets, without withdrawals: a withdrawn file is left out of the inbox instead."""
        rules = ", ".join(f'"{name}"' for name in self.rule_sets)
        folding = ", ".join(f'"{name}"' for name in self.folding)
        lines = ["[study]", 'id = "T"', 'title = "Test"', f'primary_rule_set = "{self.rule_sets[0]}"']
        lines += [f"rule_sets = [{rules}]", f"data_cutoff = {self.cutoff}" if self.cutoff else ""]
        lines += ["[arms]", 'placebo = "Placebo"', 'ona = "OnabotulinumtoxinA"']
        lines += [
            "[checks]",
            f"longest_attack_days = {self.longest_attack_days}",
            "[subjects]",
            f"id_folding = [{folding}]",
        ]
        write_settings(folder, "\n".join(lines) + "\n", self.own_rules)
