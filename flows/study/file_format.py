"""How a group of files is written: one [[files.<kind>]] entry of study.toml. What is left out is found in the file."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, field_validator, model_validator

from flows.base.suggestions import did_you_mean
from flows.base.toml_files import Frozen
from flows.study.dictionary import file_columns

PACKED_SUFFIXES = (".gz", ".zip")
SHEET_SUFFIXES = (".xlsx", ".xlsm")
STATISTICS_SUFFIXES = (".sav", ".sas7bdat", ".xpt")
FIELD = re.compile(r"\{(\w+)\}")
# A 12-hour clock behind the day in a format: such times are read after every date, declared or not.
CLOCK_OF_12 = re.compile(r"[ T]%-?I.*$")
JOINED = ("date", "timestamp", "partial_date", "text", "codes")  # types of columns that several of theirs may make
SERIAL_DATES = ("excel", "sas")  # days since the last of 1899, or seconds and days since 1960


def _texts(value: Any) -> Any:
    """One text, number or answer, or several: as a tuple of texts."""
    if isinstance(value, list | tuple):
        return tuple(str(item) if isinstance(item, int | float) else item for item in value)
    return (str(value),) if isinstance(value, int | float | str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts), Field(min_length=1)]
Conditions = dict[str, Texts]  # their column -> the texts of which one stands there


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


class Wide(Frozen):
    """One row per subject with a column a day: the columns ``day1``, ``day2`` ... count from ``first_day``, or the
    columns' names are dates themselves. ``value`` is our column that their cells hold."""

    value: str
    days: str | None = None  # "day{n}"
    first_day: str | None = None  # their column with the date of day 1
    dates: str | None = None  # the format of dates that are columns' names

    @model_validator(mode="after")
    def _one_way(self) -> "Wide":
        if (self.dates is None) == (self.days is None) or (self.days is None) != (self.first_day is None):
            raise ValueError('give days = "day{n}" with first_day = "their column", or dates = "%Y-%m-%d"')
        if self.days is not None and self.days.count("{n}") != 1:
            raise ValueError("days names the column of a day with {n} in the place of its number, as in 'day{n}'")
        return self


class FileFormat(Frozen):
    """How a group of files is written; everything left out is recognised from the file itself."""

    pattern: str | None = None
    sheet: str | None = None  # of a workbook
    header_line: int | None = Field(None, ge=1)
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    date_format: str | None = None
    time_zone: str | None = None
    entries_per_day: Literal["one", "several"] | None = None  # of a diary
    file_name: str | None = None  # "{site}/diary-{subject_id}.csv"
    where: Conditions = Field(default_factory=dict)  # their column -> the texts of a line that is read
    answered: Conditions = Field(default_factory=dict)  # their column -> the texts of a form that was filled in
    columns: dict[str, Texts] = Field(default_factory=dict)  # our column -> theirs
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    units: dict[str, Literal["hours", "minutes", "h:mm", "day_fraction"]] = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)  # our column -> their box -> the code it stands for
    codebook: str | None = None  # a project dictionary in the study folder: codes become labels
    choices: dict[str, dict[str, str]] = Field(default_factory=dict)  # read from it: their column -> code -> label
    layout: Literal["wide"] | None = None
    wide: Wide | None = None
    replaces_same_name: bool = False

    @property
    def takes_a_part(self) -> bool:
        """Whether other entries may read the rest of the file."""
        return bool(self.where or self.answered or self.sheet)

    @property
    def is_described(self) -> bool:
        """Whether lines of the file must be rewritten before they are typed: one of our columns is not one of theirs."""
        return bool(
            self.where
            or self.answered
            or self.file_name
            or self.codes
            or self.codebook
            or self.wide
            or any(len(theirs) > 1 for theirs in self.columns.values())
        )

    @property
    def path_columns(self) -> tuple[str, ...]:
        """Our columns that the file's name tells."""
        return tuple(FIELD.findall(self.file_name or ""))

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
    def _each_column_once(cls, columns: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        alone = [theirs[0].strip().casefold() for theirs in columns.values() if len(theirs) == 1]
        if len(set(alone)) < len(alone):
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
        if text is None or text in SERIAL_DATES:
            return text
        text = CLOCK_OF_12.sub("", text)
        directives = set(re.findall(r"%-?(.?)", text))
        if not ("d" in directives and directives & {"m", "b", "B"} and directives & {"y", "Y"}):
            raise ValueError("must hold %d, %m and %Y, or be 'excel' or 'sas'")
        if unknown := sorted(directives - set("dmbByYHMS%")):
            raise ValueError(f"%{unknown[0]} is not known; use %d, %m, %b, %B, %Y, %y, and after it %H, %I, %M, %S, %p")
        return text

    @field_validator("codebook")
    @classmethod
    def _lies_in_the_study(cls, path: str | None) -> str | None:
        if path is not None and (PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts):
            raise ValueError("lies in the study folder; write it as in 'project-dictionary.csv'")
        return path

    @field_validator("file_name")
    @classmethod
    def _names_columns(cls, text: str | None) -> str | None:
        if text is not None:
            names = FIELD.findall(text)
            if not names or len(set(names)) < len(names):
                raise ValueError("names each column it tells once, as in '{site}/diary-{subject_id}.csv'")
            if "}{" in text:
                raise ValueError("something stands between two columns, or nobody could tell where one ends")
        return text

    @model_validator(mode="after")
    def _wide_is_whole(self) -> "FileFormat":
        if (self.layout is None) != (self.wide is None):
            raise ValueError('layout = "wide" and wide = { ... } belong together')
        return self

    def matches(self, path: str) -> bool:
        """Whether a file (path relative to inbox/), packed or not, belongs to this group."""
        pattern = self.pattern or "*"
        return any(PurePosixPath(name).match(pattern) for name in {path, unpacked_name(path), csv_name(path)})


class Reading(NamedTuple):
    """One way in which a file is read: as which kind, by which entry.

    ``part`` names it among several, and is empty where it is the only one. The first reading of a sheet tells of the
    lines that none takes: ``others`` are the conditions of the rest.
    """

    part: str
    kind: str
    group: FileFormat
    others: tuple[Conditions, ...] = ()
    is_first: bool = True


def numbered_readings(entries: list[tuple[str, FileFormat]]) -> tuple[Reading, ...]:
    """The readings of one file by (kind, entry)."""
    of_kind: Counter[str] = Counter()
    of_sheet: dict[str | None, list[Conditions]] = defaultdict(list)
    for _, group in entries:
        of_sheet[group.sheet].append(group.where)
    readings = []
    for kind, group in entries:
        of_kind[kind] += 1
        part = "" if len(entries) == 1 else kind if of_kind[kind] == 1 else f"{kind}-{of_kind[kind]}"
        conditions = of_sheet[group.sheet]
        is_first = not any(reading.group.sheet == group.sheet for reading in readings)
        readings.append(Reading(part, kind, group, tuple(conditions[1:]) if is_first else (), is_first))
    return tuple(readings)


def mixes_injections(readings: Iterable[Reading]) -> bool:
    """Whether injections stand on one sheet with lines of another kind."""
    kinds: dict[str | None, set[str]] = defaultdict(set)
    for reading in readings:
        kinds[reading.group.sheet].add(reading.kind)
    return any("injections" in of_sheet and len(of_sheet) > 1 for of_sheet in kinds.values())


def faults_of_group(kind: str, group: FileFormat) -> Iterator[tuple[tuple[str, ...], str]]:
    """(key, what is wrong) of everything in an entry that this kind of file cannot have."""
    types = {column.name: column.type for column in file_columns(kind)}
    named = {where: list(getattr(group, where)) for where in ("columns", "values", "units", "scales", "codes")}
    named |= {"file_name": list(group.path_columns), "wide": [group.wide.value] if group.wide else []}
    for where, names in named.items():
        if unknown := sorted(set(names) - set(types)):
            yield (
                (where,),
                f"there is no column '{unknown[0]}'; known are {', '.join(sorted(types))}{did_you_mean(unknown[0], types)}",
            )
            return
    for name, theirs in group.columns.items():
        if len(theirs) > 1 and types[name] not in JOINED:
            yield ("columns", name), f"'{name}' is a {types[name]}: it is read from one column"
    for name, theirs in group.values.items():
        if "" in theirs:
            yield ("values", name), "an empty cell is an unknown answer and never stands for a value"
    hours = {column.name for column in file_columns(kind) if column.unit == "h"}
    if wrong := sorted(set(group.units) - hours):
        yield ("units", wrong[0]), f"'{wrong[0]}' is no number of hours"
    for name in group.codes:
        if types[name] != "codes":
            yield ("codes", name), f"'{name}' holds no codes; boxes fold into acute_medication and its like"
    if group.wide and (day := day_column(kind)) is None:
        yield ("wide",), f"a file of this kind ({kind}) has no row a day"
    elif group.wide and group.wide.value == day:
        yield ("wide",), f"'{day}' is told by the column's name; 'value' is what its cells hold"


def day_column(kind: str) -> str | None:
    """The date that a row of this kind of file stands for, if each row has one."""
    return next((c.name for c in file_columns(kind) if c.required and c.type == "date"), None)


def unpacked_name(path: str) -> str:
    """The name by which a packed file is matched: diary.csv.gz and diary.zip are diary.csv."""
    for suffix in PACKED_SUFFIXES:
        if path.lower().endswith(suffix):
            bare = path[: -len(suffix)]
            return bare if "." in bare.rpartition("/")[2] else f"{bare}.csv"
    return path


def csv_name(path: str) -> str:
    """The name by which a workbook or a file of a statistics program is matched: diary.xlsx is diary.csv."""
    for suffix in (*SHEET_SUFFIXES, *STATISTICS_SUFFIXES):
        if path.lower().endswith(suffix):
            return f"{path[: -len(suffix)]}.csv"
    return path
