"""The study folder: what study.toml says, parsed once (the input contract)."""

from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.base.suggestions import did_you_mean
from flows.base.toml_files import Frozen, fault_at, read_toml
from flows.study.analysis_plan import AnalysisPlan, check_arms_of_tests
from flows.study.check_limits import CheckLimits, CheckOverrides, load_limits
from flows.study.codebook import with_choices
from flows.study.dictionary import FILE_KINDS
from flows.study.estimands import Estimand, load_estimands
from flows.study.file_format import FileFormat, Reading, faults_of_group, numbered_readings
from flows.study.medication_list import own_list
from flows.study.medication_models import DrugList
from flows.study.rule_sets import RuleSet, load_rule_sets


class Protocol(Frozen):
    """Definitions shared by all rule sets (data/protocol.toml); becomes the one-row table meta.protocol."""

    cycle_days: int
    month_days: int
    months_per_cycle: int
    baseline_days: int
    min_recorded_days: int
    chronic_days: int
    overuse_days: int
    overuse_simple_days: int
    min_preventives_failed: int
    min_sites: int
    max_sites: int
    units_per_site: int
    min_interval_days: int
    max_interval_days: int
    min_headache_hours: int
    min_moderate_severity: int


SHORTEST_FILE_ID = 12


class StudyFacts(Frozen):
    """The [study] table."""

    id: str = Field(min_length=1)
    title: str
    primary_rule_set: str
    rule_sets: tuple[str, ...] = Field(min_length=1)
    data_cutoff: date | None = None
    blinded: bool = False

    @model_validator(mode="after")
    def _primary_is_run(self) -> "StudyFacts":
        if self.primary_rule_set not in self.rule_sets:
            raise ValueError(f"primary_rule_set '{self.primary_rule_set}' is not one of rule_sets")
        if len(set(self.rule_sets)) < len(self.rule_sets):
            raise ValueError("rule_sets names a rule set twice")
        return self


class Withdrawal(Frozen):
    """A file whose lines no longer count: named by its path in inbox/ (all it ever held) or by its file_id."""

    file: str = Field(min_length=1)
    reason: str = Field(min_length=1)

    def covers(self, path: str, *hashes: str) -> bool:
        """Whether this file is withdrawn; ``hashes`` are its SHA-256 and, in a blinded study, its keyed hash."""
        file_id = self.file.partition(".")[0]  # of a part of a file: a file is withdrawn whole
        is_hash = len(file_id) >= SHORTEST_FILE_ID
        return self.file == path or (is_hash and any(name.startswith(file_id) for name in hashes))


class SubjectSettings(Frozen):
    """The [subjects] table: what identifiers may differ by and still be one subject's."""

    id_folding: tuple[Literal["case", "zeros", "blanks"], ...] = ()


class Intake(Frozen):
    """The [intake] table: what may lie in inbox/ and is not read, by patterns as '*.pdf' or 'notes/*'."""

    ignore: tuple[str, ...] = ()


READ_AS_CSV = frozenset({"analysis.responder", "analysis.eligibility"})
Standard = Literal["adam", "ars"]
DatasetFormat = Literal["dataset-json", "ndjson", "xpt", "parquet"]
XPT_NEEDS = "SAS transport files (xpt) need pyreadstat; install 'migraine-outcomes[cdisc]'"


class Publishing(Frozen):
    """The [publishing] table: nothing in it shapes a result."""

    keep_snapshots: int = Field(14, ge=1)
    csv: Literal["all", "summary", "none"] = "summary"  # which tables are published as CSV beside Parquet
    standards: tuple[Standard, ...] = ()  # written into standards/ of every snapshot
    standard_formats: tuple[DatasetFormat, ...] = Field(("dataset-json",), min_length=1)  # of the ADaM datasets

    @field_validator("standard_formats")
    @classmethod
    def _can_be_written(cls, formats: tuple[DatasetFormat, ...]) -> tuple[DatasetFormat, ...]:
        if "xpt" in formats and not find_spec("pyreadstat"):
            raise ValueError(XPT_NEEDS)
        return formats

    def has_csv(self, table: str) -> bool:
        """Whether a table is published as CSV: under ``summary`` those that people read, a few lines per subject at most."""
        return self.csv == "all" or (self.csv == "summary" and (table.startswith("summary.") or table in READ_AS_CSV))


class StudyFile(Frozen):
    """study.toml as a whole."""

    study: StudyFacts
    withdrawn: tuple[Withdrawal, ...] = ()
    arms: dict[str, str] = Field(default_factory=dict)
    analysis: AnalysisPlan = AnalysisPlan()
    subjects: SubjectSettings = SubjectSettings()
    intake: Intake = Intake()
    files: dict[str, tuple[FileFormat, ...]] = Field(default_factory=dict)
    checks: CheckOverrides = Field(default_factory=CheckOverrides)
    publishing: Publishing = Publishing()

    @field_validator("files", mode="before")
    @classmethod
    def _one_or_many(cls, files: Any) -> Any:
        if not isinstance(files, dict):
            raise ValueError("is a table with one entry per kind of file")
        return {kind: (group,) if isinstance(group, dict) else group for kind, group in files.items()}

    @field_validator("arms")
    @classmethod
    def _all_is_ours(cls, arms: dict[str, str]) -> dict[str, str]:
        if "all" in arms:
            raise ValueError("the code 'all' stands for all subjects together; give the arm another code")
        return arms

    @model_validator(mode="after")
    def _names_are_known(self) -> "StudyFile":
        check_arms_of_tests(self.analysis, list(self.arms), self.study.rule_sets)
        for kind, groups in self.files.items():
            if kind not in FILE_KINDS:
                known = f"known are {', '.join(FILE_KINDS)}"
                raise fault_at(
                    ("files", kind), f"there is no such kind of file; {known}{did_you_mean(kind, FILE_KINDS)}"
                )
            for number, group in enumerate(groups):
                for where, fault in faults_of_group(kind, group):
                    raise fault_at(("files", kind, number, *where), fault)
        return self


class Study(Frozen):
    """Everything a run needs to know, frozen: the folder, its settings, the rule sets and the protocol."""

    folder: Path
    facts: StudyFacts
    arms: dict[str, str]
    analysis: AnalysisPlan = AnalysisPlan()
    estimands: tuple[Estimand, ...] = ()
    files: dict[str, tuple[FileFormat, ...]]
    withdrawn: tuple[Withdrawal, ...] = ()
    rule_sets: tuple[RuleSet, ...]
    protocol: Protocol
    id_folding: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    limits: CheckLimits = Field(default_factory=load_limits)
    publishing: Publishing = Publishing()
    own_medication: DrugList | None = None

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def withdrawal_of(self, path: str, *hashes: str) -> Withdrawal | None:
        """The entry of study.toml that withdraws a file, if any."""
        return next((entry for entry in self.withdrawn if entry.covers(path, *hashes)), None)

    def readings_of(self, path: str) -> tuple[Reading, ...]:
        """How an inbox path is read: as one kind of file by the first entry that fits, or in parts where entries take a
        part only (``where``, ``answered``, ``sheet``): by each of these, and by the first that fits and takes all.

        Empty where no pattern fits.
        """
        groups = self._groups()
        n_declared = sum(map(len, self.files.values()))
        declared = [(kind, group) for kind, group in groups[:n_declared] if group.matches(path)]
        whole = next((pair for pair in declared if not pair[1].takes_a_part), None)
        found = [pair for pair in declared if pair[1].takes_a_part or pair is whole]
        if not found:
            found = [(kind, group) for kind, group in groups[n_declared:] if group.matches(path)][:1]
        return numbered_readings(found)

    def kind_of(self, path: str) -> tuple[str, FileFormat] | None:
        """Which kind of file an inbox path is, by its first reading, and how it is written; None when no pattern fits."""
        return next(((reading.kind, reading.group) for reading in self.readings_of(path)), None)

    def _groups(self) -> list[tuple[str, FileFormat]]:
        """Every entry with its pattern, in the order in which they are tried."""
        declared = [(kind, group) for kind in FILE_KINDS for group in self.files.get(kind, ())]
        # A pattern that the study wrote counts before ours of another kind.
        groups = [(kind, group) for kind, group in declared if group.pattern]
        groups += [
            (kind, group.model_copy(update={"pattern": f"{kind}*.csv"}))
            for kind, group in declared
            if not group.pattern
        ]
        return [*groups, *_own_patterns()]

    def patterns(self, declared: bool = False) -> list[tuple[str, str]]:
        """(kind, pattern) of every entry; of those that study.toml has, where ``declared``."""
        n_declared = sum(map(len, self.files.values()))
        groups = self._groups()[:n_declared] if declared else self._groups()
        return [(kind, group.pattern or "") for kind, group in groups]

    def ignores(self, pattern: str, path: str) -> bool:
        """Whether a pattern of [intake] ignore fits a path below inbox/; ``notes/*`` holds for folders in notes/ too."""
        return fnmatchcase(path, pattern) or PurePosixPath(path).match(pattern)

    def may_ignore(self, path: str) -> bool:
        """Whether a file may lie in inbox/ unread."""
        return any(self.ignores(pattern, path) for pattern in self.ignore)


@cache
def _own_patterns() -> tuple[tuple[str, FileFormat], ...]:
    """How a file is read that no entry names: made once, for it is asked for of every file."""
    return tuple((kind, FileFormat(pattern=f"{kind}*.csv")) for kind in FILE_KINDS)


def load_study(folder: Path) -> Study:
    """Read a study folder.

    Raises ConfigurationError when study.toml, a rule set or the inbox is missing or wrong.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: there is no such study folder; 'migraine-outcomes init DIR' makes one.")
    settings = read_toml(folder / "study.toml", StudyFile)
    if not (folder / "inbox").is_dir():
        raise ConfigurationError(f"{folder}: has no inbox/ folder; put the CSV files there.")
    return Study(
        folder=folder,
        facts=settings.study,
        arms=settings.arms,
        analysis=settings.analysis,
        estimands=load_estimands(settings.analysis, [resource("data/estimands"), folder / "estimands"]),
        files={kind: tuple(with_choices(group, folder) for group in groups) for kind, groups in settings.files.items()},
        withdrawn=settings.withdrawn,
        id_folding=tuple(sorted(set(settings.subjects.id_folding))),
        ignore=settings.intake.ignore,
        rule_sets=load_rule_sets(settings.study.rule_sets, [resource("data/rules"), folder / "rules"]),
        protocol=read_toml(resource("data/protocol.toml"), Protocol),
        limits=load_limits(settings.checks),
        publishing=settings.publishing,
        own_medication=own_list(folder),
    )


def check_out(folder: Path, out: Path) -> None:
    """Raises ConfigurationError where OUT is a study folder itself, or lies in one of the folders a study is made of:
    what is published would stand among what is read.
    """
    place = out.resolve()
    default = f"choose another --out, or leave it out to publish to {folder / 'published'}."
    if place == folder.resolve() or (place / "study.toml").exists():
        raise ConfigurationError(f"{out}: is a study folder itself, which a run only reads; {default}")
    for name in ("inbox", "rules", "estimands", "codelists"):
        if place.is_relative_to((folder / name).resolve()):
            raise ConfigurationError(f"{out}: lies in {name}/ of the study, which a run only reads; {default}")
