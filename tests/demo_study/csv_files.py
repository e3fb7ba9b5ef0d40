"""CSV text, line by line, and a note of every planted line with its physical line number."""

from dataclasses import dataclass, field

from tests.demo_study.sites import Site

QUARANTINED, DUPLICATE, SUPERSEDED, FLAGGED = "quarantined", "duplicate", "superseded", "flagged"
CELL = "cell"  # the line counts, one of its cells does not


@dataclass(frozen=True)
class Planted:
    path: str
    line_number: int | None  # None: the finding is about the whole file
    outcome: str
    check_id: str
    column: str = ""  # the cell set aside

    def sort_key(self):
        return self.path, self.line_number or 0, self.outcome, self.check_id


@dataclass
class Line:
    """One data line. `values` may hold two extras that break it: `+column` adds a field, `cut` leaves the first n."""

    values: dict[str, str]
    outcome: str = ""
    check_id: str = ""
    column: str = ""
    sort_key: tuple = field(default=())
    implied: tuple[str, ...] = ()  # flags that come with the planted dirt, such as a batch with its late entries

    def plant(self, outcome: str, check_id: str = "", **values: str) -> None:
        assert not self.outcome, (self.values, "a line carries one kind of dirt")
        self.outcome, self.check_id = outcome, check_id
        self.values.update(values)
        if outcome == CELL:
            (self.column,) = values


def render(path: str, lines: list[Line], site: Site) -> tuple[bytes, list[Planted]]:
    """The file's bytes; the header is line 1."""
    text = [site.delimiter.join(site.columns.values())]
    planted = []
    for number, line in enumerate(lines, 2):
        text.append(_text(line.values, site))
        if line.outcome:
            planted.append(Planted(path, number, line.outcome, line.check_id, line.column))
        planted += [Planted(path, number, FLAGGED, check_id) for check_id in line.implied]
    return site.encode("\n".join(text) + "\n"), planted


def _text(values: dict[str, str], site: Site) -> str:
    fields = []
    for column in site.columns:
        fields.append(_quoted(values.get(column, ""), site.delimiter))
        if f"+{column}" in values:
            fields.append(values[f"+{column}"])
    return site.delimiter.join(fields[: int(values["cut"])] if "cut" in values else fields)


def _quoted(text: str, delimiter: str) -> str:
    return '"' + text.replace('"', '""') + '"' if delimiter in text or '"' in text else text


def render_table(path: str, columns: tuple[str, ...], lines: list[Line]) -> tuple[bytes, list[Planted]]:
    """A plain UTF-8 file with commas."""
    return render(path, lines, Site({name: name for name in columns}))
