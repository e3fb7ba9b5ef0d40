"""The study folder: what study.toml says, parsed once (the input contract)."""

import re
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.base.suggestions import did_you_mean
from flows.base.toml_files import Frozen, fault_at, read_toml
from flows.study.check_limits import CheckLimits, CheckOverrides, load_limits
from flows.study.dictionary import FILE_KINDS, file_columns
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
PACKED_SUFFIXES = (".gz", ".zip")


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


def unpacked_name(path: str) -> str:
    """The name by which a packed file is matched: diary.csv.gz and diary.zip are diary.csv."""
    for suffix in PACKED_SUFFIXES:
        if path.lower().endswith(suffix):
            bare = path[: -len(suffix)]
            return bare if "." in bare.rpartition("/")[2] else f"{bare}.csv"
    return path


class Scale(Frozen):
    """Another scale, and the first of its values for each of ours from 1 on: 0-10 with cuts 1, 4, 7 gives 0 to 3."""

    from_: str = Field(alias="from", pattern=r"^\d+-\d+$")
    cuts: tuple[int, ...] = Field(min_length=1)

    @property
    def bounds(self) -> tuple[int, int]:
        lowest, highest = map(int, self.from_.split("-"))
        return lowest, highest

    @model_validator(mode="after")
    def _ordered(self) -> "Scale":
        lowest, highest = self.bounds
        if not lowest < self.cuts[0] or list(self.cuts) != sorted(set(self.cuts)) or self.cuts[-1] > highest:
            raise ValueError(f"cuts rise from above {lowest} to at most {highest}")
        return self


class FileFormat(Frozen):
    """How a group of files is written; everything left out is recognised from the file itself."""

    pattern: str | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    date_format: str | None = None
    time_zone: str | None = None
    entries_per_day: Literal["one", "several"] | None = None  # of a diary
    units: dict[str, Literal["hours", "minutes", "day_fraction"]] = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("pattern")
    @classmethod
    def _names_files(cls, pattern: str | None) -> str | None:
        if pattern is not None and not PurePosixPath(pattern).parts:
            raise ValueError("names no file; write it as in 'diary*.csv' or 'site-2/*.csv'")
        return pattern

    @field_validator("delimiter")
    @classmethod
    def _possible_delimiter(cls, character: str | None) -> str | None:
        if character and (character in '"\n\r' or character.isalnum()):
            raise ValueError("a delimiter is neither a letter nor a digit, a quotation mark or a line end")
        return character

    @field_validator("columns")
    @classmethod
    def _each_column_once(cls, columns: dict[str, str]) -> dict[str, str]:
        theirs = [name.strip().casefold() for name in columns.values()]
        if len(set(theirs)) < len(theirs):
            raise ValueError("two of our columns are read from the same one of theirs")
        return columns

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                "".encode(name)
            except LookupError:
                raise ValueError(f"'{name}' is not an encoding Python knows") from None
        return name

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, name: str | None) -> str | None:
        if name is not None:
            import duckdb

            with duckdb.connect() as con:
                known = con.execute("SELECT count(*) FROM pg_timezone_names() WHERE name = ?", [name]).fetchall()
            if known == [(0,)]:
                raise ValueError(f"'{name}' is not a time zone; write it as in 'Europe/Vienna'")
        return name

    @field_validator("date_format")
    @classmethod
    def _whole_date(cls, text: str | None) -> str | None:
        if text is not None:
            directives = set(re.findall(r"%-?(.?)", text))
            if not ("d" in directives and directives & {"m", "b", "B"} and directives & {"y", "Y"}):
                raise ValueError("must hold %d, %m and %Y")
            if unknown := sorted(directives - set("dmbByYHMS%")):
                raise ValueError(f"%{unknown[0]} is not known; use %d, %m, %b, %B, %Y, %y, %H, %M, %S")
        return text

    def matches(self, path: str) -> bool:
        """Whether a file (path relative to inbox/), packed or not, belongs to this group."""
        pattern = self.pattern or "*"
        return any(PurePosixPath(name).match(pattern) for name in {path, unpacked_name(path)})


class Withdrawal(Frozen):
    """A file whose lines no longer count: named by its path in inbox/ (all it ever held) or by its file_id."""

    file: str = Field(min_length=1)
    reason: str = Field(min_length=1)

    def covers(self, path: str, *hashes: str) -> bool:
        """Whether this file is withdrawn; ``hashes`` are its SHA-256 and, in a blinded study, its keyed hash."""
        is_hash = len(self.file) >= SHORTEST_FILE_ID
        return self.file == path or (is_hash and any(name.startswith(self.file) for name in hashes))


class SubjectSettings(Frozen):
    """The [subjects] table: what identifiers may differ by and still be one subject's."""

    id_folding: tuple[Literal["case", "zeros", "blanks"], ...] = ()


class Intake(Frozen):
    """The [intake] table: what may lie in inbox/ and is not read, by patterns as '*.pdf' or 'notes/*'."""

    ignore: tuple[str, ...] = ()


class Publishing(Frozen):
    """The [publishing] table: nothing in it shapes a result."""

    keep_snapshots: int = Field(14, ge=1)


class StudyFile(Frozen):
    """study.toml as a whole."""

    study: StudyFacts
    withdrawn: tuple[Withdrawal, ...] = ()
    arms: dict[str, str] = Field(default_factory=dict)
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
        for kind, groups in self.files.items():
            if kind not in FILE_KINDS:
                known = f"known are {', '.join(FILE_KINDS)}"
                raise fault_at(
                    ("files", kind), f"there is no such kind of file; {known}{did_you_mean(kind, FILE_KINDS)}"
                )
            columns = sorted(column.name for column in file_columns(kind))
            for number, group in enumerate(groups):
                for where in ("columns", "values", "units", "scales"):
                    if unknown := sorted(set(getattr(group, where)) - set(columns)):
                        raise fault_at(
                            ("files", kind, number, where),
                            f"there is no column '{unknown[0]}'; known are {', '.join(columns)}"
                            + did_you_mean(unknown[0], columns),
                        )
        return self


class Study(Frozen):
    """Everything a run needs to know, frozen: the folder, its settings, the rule sets and the protocol."""

    folder: Path
    facts: StudyFacts
    arms: dict[str, str]
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

    def kind_of(self, path: str) -> tuple[str, FileFormat] | None:
        """Which kind of file an inbox path is, and how it is written; None when no pattern fits."""
        return next(((kind, group) for kind, group in self._groups() if group.matches(path)), None)

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
        return groups + [(kind, FileFormat(pattern=f"{kind}*.csv")) for kind in FILE_KINDS]

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
        files=settings.files,
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
    for name in ("inbox", "rules", "codelists"):
        if place.is_relative_to((folder / name).resolve()):
            raise ConfigurationError(f"{out}: lies in {name}/ of the study, which a run only reads; {default}")
