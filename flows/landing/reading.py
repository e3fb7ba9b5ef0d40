"""The records of a file below its header, as rows with our columns."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from flows.landing.describing import Elsewhere
from flows.landing.layout import Layout, header_words, needs_a_date, next_layout
from flows.landing.plain_text import PlainText
from flows.landing.records import fields_of, records


class Record(NamedTuple):
    """One data line: its fields by the header that stands above it, or why it has none."""

    line_number: int
    raw: str
    fields: list[str]
    broken: str | None
    layout: Layout  # of the fields: of the rows that are made of the line, where the file is described
    part: str = ""
    elsewhere: Elsewhere | None = None  # why the line is none of this reading's

    @property
    def is_read(self) -> bool:
        """Whether it holds values."""
        return self.broken is None and self.elsewhere is None


def data_records(plain: PlainText, layout: Layout) -> Iterator[Record]:
    """Every record below the header. A file pasted from several has a header again, maybe with its columns in another
    order: the lines below it are read by it, or are broken where it is not one of this kind of file."""
    current, why, described = layout, None, layout.described
    words = header_words(layout)
    subjects = {"subject_id"} | {theirs for theirs, ours in layout.theirs.items() if ours == "subject_id"}
    with plain.path.open(encoding="utf-8", newline=None) as text:
        above = layout.header_line - 1  # a header alone on its line stands below them
        stream = records(islice(text, above, None), lambda raw: current.fits(raw))
        for line_below, raw in islice(stream, 1, None):
            line_number = line_below + above
            fields = fields_of(raw, current.delimiter)
            folded = raw.casefold()
            # A header names the subject's column and one more.
            names = [name.strip().casefold() for name in fields or ()] if any(s in folded for s in subjects) else []
            if subjects & set(names) and len(words & set(names)) > 1:
                before = why
                current, why = next_layout(fields or [], line_number, current)
                described = current.described
                # A header that changes nothing is a line like any other, with a name where a date should be.
                if why or before or current is not layout or not needs_a_date(current.kind):
                    yield _broken(line_number, raw, why or "is a header once more: the lines below follow it", current)
                    continue
            if why:
                yield _broken(line_number, raw, why, current)
            elif fields is None:
                yield _broken(line_number, raw, "a quotation mark is opened and not closed in this record", current)
            elif len(fields) != current.width:
                reason = f"has {len(fields)} fields, the header has {current.width}"
                yield _broken(line_number, raw, reason, current)
            elif current.description is None:
                yield Record(line_number, raw, fields, None, current)
            else:
                yield from _rows(line_number, raw, fields, current, described)


def _rows(line_number: int, raw: str, fields: list[str], layout: Layout, described: Layout) -> Iterator[Record]:
    assert layout.description is not None
    made = layout.description.rows(fields)
    if isinstance(made, Elsewhere):
        yield Record(line_number, raw, [], None, described, layout.parts[0], made)
    else:
        for row in made:
            yield Record(line_number, raw, row.fields, None, described, row.part)


def _broken(line_number: int, raw: str, why: str, layout: Layout) -> Record:
    """A broken line; of a file that is read in parts, it is the first reading's."""
    elsewhere = None
    if layout.description and not layout.description.reading.is_first:
        elsewhere = Elsewhere(is_claimed=True)
    return Record(line_number, raw, [], why if elsewhere is None else None, layout, layout.parts[0], elsewhere)
