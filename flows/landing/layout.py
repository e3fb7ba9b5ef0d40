"""The layout of a CSV file: its header line, delimiter and columns, found by the column names it must hold."""

from collections.abc import Container
from itertools import islice
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.landing.describing import Description
from flows.landing.plain_text import PlainText
from flows.landing.records import fields_of, records
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.study.file_format import Reading

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SHOWN_NAMES = 12  # of columns in a message
LATEST_HEADER = 30  # a title and notes may stand above the header; further down there is none


class Layout(NamedTuple):
    """How one file is written: found in the file, or as study.toml declares."""

    encoding: str
    delimiter: str
    width: int  # number of columns
    header_line: int  # line number of the header
    positions: dict[str, int]  # canonical column -> position
    extra_columns: tuple[str, ...]
    evidence: str  # what tells encoding and delimiter
    has_blanks: bool
    kind: str
    theirs: dict[str, str]  # the study's name of a column, folded -> canonical
    header: tuple[str, ...]  # the names of all columns, folded
    description: Description | None = None  # where rows of ours are made of its lines

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts in which its lines become rows: the columns of a file with a column a day, else one without a name.
        Lines that make no row belong to the first."""
        return self.description.parts if self.description else ("",)

    @property
    def described(self) -> "Layout":
        """The layout of the rows that are made of its lines."""
        if self.description is None:
            return self
        return self._replace(positions={name: place for place, name in enumerate(self.description.names)})

    def folds_boxes_of(self, field: str) -> bool:
        """Whether a question of theirs stands there as a box for each answer."""
        return bool(self.description and self.description.boxes_of(field))

    def fits(self, raw: str) -> bool:
        """Whether a record has as many fields as the header, and runs over lines only within a text.

        Two stray quotation marks make one record of all lines from one to the other: a record of which a line could
        stand alone is none.
        """
        fields = fields_of(raw, self.delimiter) or []
        if len(fields) != self.width:
            return False
        if "\n" not in raw:
            return True
        texts = {self.positions.get(c.name) for c in file_columns(self.kind) if c.type not in ("text", "codes")}
        if any("\n" in field and place in texts for place, field in enumerate(fields)):
            return False
        first, *inner, last = raw.rstrip("\n").split("\n")
        # A line that ends one quoted text and begins another holds marks within its fields: it is no line of its own.
        whole = (line for line in inner if not any('"' in field for field in fields_of(line, self.delimiter) or ['"']))
        if any(self._stands_alone(line, line) for line in whole):
            return False
        return not (self._stands_alone(first, first + '"') and self._stands_alone(last, last))

    def _stands_alone(self, line: str, mended: str) -> bool:
        """Whether a line has all fields, its quotation marks taken for characters or mended, and digits for a date."""
        dates = [
            self.positions[c.name]
            for c in file_columns(self.kind)
            if c.required and c.type in ("date", "timestamp") and c.name in self.positions
        ]
        for fields in (line.split(self.delimiter), fields_of(mended, self.delimiter) or []):
            if len(fields) == self.width > 1 and all(any(c.isdigit() for c in fields[place]) for place in dates):
                return True
        return False


def find_layout(plain: PlainText, reading: Reading, path: str = "") -> Layout:
    """Delimiter and column positions from the header line, by the column names it must hold.

    The header is the line that study.toml names; else the first; else the first among the first thirty that holds all
    required columns. Raises FileRefused where a required column is missing or a column stands twice.
    """
    group = reading.group
    candidates = _first_lines(plain, group.header_line)
    number, header = candidates[0]
    layout, fault = _layout_of(plain, reading, path, number, header)
    if fault and not group.header_line:
        for number, header in candidates[1:]:
            other, none = _layout_of(plain, reading, path, number, header)
            if none is None:
                why = f"header on line {number}, the first with all required columns"
                return other._replace(evidence=f"{other.evidence}; {why}")
    if fault:
        raise FileRefused(fault)
    return layout


def _first_lines(plain: PlainText, header_line: int | None) -> list[tuple[int, str]]:
    """(number, text) of the lines that may be the header."""
    with plain.path.open(encoding="utf-8", newline=None) as text:
        # A header stands on one line: a quote left open in it must not draw the lines below into a column's name.
        lines = list(islice(records(text, lambda raw: False), header_line or LATEST_HEADER))
    if header_line:
        lines = [line for line in lines if line[0] == header_line]
        if not lines:
            raise FileRefused(f"has no header on line {header_line}, as header_line in study.toml says")
    return [(number, line.lstrip("\ufeff")) for number, line in lines if number <= LATEST_HEADER or header_line] or [
        (1, "")
    ]


def _layout_of(
    plain: PlainText, reading: Reading, path: str, header_line: int, header: str
) -> tuple[Layout, str | None]:
    """The layout by one line taken for the header, and why it cannot be one."""
    kind, group = reading.kind, reading.group
    named = {theirs[0].strip().casefold(): ours for ours, theirs in group.columns.items() if len(theirs) == 1}
    known = {column.name: column for column in file_columns(kind)}
    best: Layout | None = None
    twice = None
    for delimiter in (group.delimiter,) if group.delimiter else DELIMITERS:
        names = [name.strip() for name in fields_of(header, delimiter) or []]
        positions: dict[str, int] = {}
        extra = []
        for position, name in enumerate(names):
            canonical = named.get(name.casefold(), name.casefold())
            if canonical not in known:
                extra.append(name)
            elif canonical in positions:
                twice = twice or canonical
            else:
                positions[canonical] = position
        if best is None or (len(positions), len(names)) > (len(best.positions), best.width):
            why = f"delimiter {DELIMITER_NAMES.get(delimiter, delimiter)} "
            why += "as study.toml says" if group.delimiter else f"gives {len(positions)} known columns"
            best = Layout(
                plain.encoding,
                delimiter,
                len(names),
                header_line,
                positions,
                tuple(extra),
                f"{plain.evidence}; {why}",
                plain.has_blanks,
                kind,
                named,
                tuple(name.casefold() for name in names),
            )
    assert best is not None
    if twice:
        return best, f"line {header_line}: column '{twice}' stands twice in the header"
    if group.is_described:
        header_names = [name.strip() for name in fields_of(header, best.delimiter) or []]
        try:
            description = Description(reading, path, header_names)
        except FileRefused as refusal:
            about_header = f"line {header_line}: the header " if str(refusal).startswith("holds") else ""
            return best, f"{about_header}{refusal}"
        best = best._replace(description=description, extra_columns=description.unread)
    if missing := _missing(kind, best.positions, best.description):
        # Header names are shown only where the line is surely a header: a headerless file would show diary values, of
        # which one may read like a column's name, and one is a date.
        is_header = best.positions and not any(c.isdigit() for c in header)
        names, more = best.extra_columns[:SHOWN_NAMES], len(best.extra_columns) - SHOWN_NAMES
        shown = f" (it has {', '.join(names)}{f' and {more} more' if more > 0 else ''})" if is_header and names else ""
        in_name = ", or, where the file's name tells it, file_name" if missing[0] == "subject_id" else ""
        return best, (
            f"line {header_line}: required column '{missing[0]}' is missing{shown}; "
            f'name it in study.toml, e.g. [files.{kind}] columns = {{ {missing[0]} = "their name" }}{in_name}'
        )
    return best, None


def needs_a_date(kind: str) -> bool:
    return any(column.required and column.type in ("date", "timestamp") for column in file_columns(kind))


def header_words(layout: Layout) -> set[str]:
    """Every name that a header may hold where this one has the subject's: what tells a header among the lines."""
    known = {column.name for kind in FILE_KINDS for column in file_columns(kind)}
    return known | set(layout.theirs) | {name.casefold() for name in layout.extra_columns}


def next_layout(header: list[str], line_number: int, layout: Layout) -> tuple[Layout, str | None]:
    """(layout, None) of a further header, or why the lines below it cannot be read."""
    names = [name.strip().casefold() for name in header]
    known = {column.name: column for column in file_columns(layout.kind)}
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        canonical = layout.theirs.get(name, name)
        if canonical in known and canonical in positions:
            return layout, f"stands below the header of line {line_number}, in which column '{canonical}' stands twice"
        if canonical in known:
            positions[canonical] = position
    description = None
    if layout.description:
        try:
            description = layout.description.for_header(header)
        except FileRefused as refusal:
            return layout, f"stands below the header of line {line_number}, which {refusal}"
    if missing := _missing(layout.kind, positions, description):
        return layout, f"stands below the header of line {line_number}, which lacks the column '{missing[0]}'"
    if positions == layout.positions and len(names) == layout.width and description is None:
        return layout, None
    return (
        layout._replace(width=len(names), positions=positions, header=tuple(names), description=description),
        None,
    )


def _missing(kind: str, positions: Container[str], description: Description | None) -> list[str]:
    there = description.names if description else positions
    return [column.name for column in file_columns(kind) if column.required and column.name not in there]
