"""How a diary file is written: plain, or in one of the ways that sites export them."""

import re
from typing import NamedTuple

from flows.simulation.chance import Chance, Purpose, uniform
from flows.simulation.planting import FLAGGED, IGNORED, REFUSED, Mark
from flows.simulation.settings import Dirt

PLAIN = "plain"
_DATE = re.compile(r"^([^,]*),(\d{4})-(\d\d)-(\d\d),", re.MULTILINE)
_REMARKS = ("", "", "", "müde", "Föhn", "Übelkeit")


class Writing(NamedTuple):
    """One way to write a diary file; ``marks`` are findings on the file as a whole."""

    encoding: str = "utf-8"
    byte_order_mark: bytes = b""
    marks: tuple[str, ...] = ()
    outcome: str = FLAGGED
    is_bare: bool = False  # no dirt on single lines


WRITINGS = {
    PLAIN: Writing(),
    "byte_order_mark": Writing(byte_order_mark=b"\xef\xbb\xbf"),
    "german": Writing(),
    "utf_16": Writing(encoding="utf-16-le", byte_order_mark=b"\xff\xfe"),
    "latin_1": Writing(encoding="cp1252", marks=("file.encoding_guessed", "file.extra_columns")),
    "attack_only": Writing(marks=("diary.file.attack_only",), is_bare=True),
    "minutes": Writing(marks=("diary.hours.other_unit",), is_bare=True),
    "scale_of_ten": Writing(marks=("diary.severity.other_unit",), is_bare=True),
    "twice_a_day": Writing(is_bare=True),
    "month_first": Writing(is_bare=True),
    "dates_mixed": Writing(marks=("file.refused",), outcome=REFUSED, is_bare=True),
}
UTF_8_LINES = (PLAIN, "byte_order_mark", "attack_only", "minutes", "scale_of_ten")  # the lines are canonical
# Further files beside a site's own.
BESIDE = {
    "copied": Mark("copied", "file.ignored", IGNORED),
    "header_only": Mark("header_only", "file.no_rows", FLAGGED),
}
GERMAN_SETTINGS = 'delimiter = ";"\ndecimal = ","\ndate_format = "%d.%m.%Y"\n'


# What study.toml has to declare of a file that is written in this way.
SETTINGS = {"german": GERMAN_SETTINGS, "twice_a_day": 'entries_per_day = "several"\n'}


def draw_writings(dirt: Dirt, rate: float, seed: int, sites: int) -> tuple[list[str], dict[int, str]]:
    """The writing of each site's diary, and what lies beside it (site -> kind); the first site's is plain and alone."""
    draws = uniform(Chance(seed, 0, sites).words(Purpose.DIRT_FILES, 2))
    chosen, beside = [], {}
    for site in range(sites):
        edge_own = edge_beside = 0.0
        own = PLAIN
        for name, weight in dirt.files.items():
            share = min(rate * weight, 1.0)
            if name in BESIDE:
                if site and edge_beside <= draws[site, 1] < edge_beside + share:
                    beside[site] = name
                edge_beside += share
            else:
                if site and edge_own <= draws[site, 0] < edge_own + share:
                    own = name
                edge_own += share
        chosen.append(own)
    # A second name for a file that is refused, or for one that ends up the same, would have another finding.
    return chosen, {site: name for site, name in beside.items() if chosen[site] != "dates_mixed"}


def header(name: str, text: str) -> bytes:
    """The first line."""
    writing = WRITINGS[name]
    if name == "german":
        text = text.replace(",", ";")
    elif name == "latin_1":
        text += ",remark"
    return writing.byte_order_mark + f"{text}\n".encode(writing.encoding)


def lines_in_file(name: str, line: int, check_id: str) -> list[int]:
    """The lines that a fault of a line of the canonical form is found in.

    Of a day with two entries it is the first; a subject who is not known is not known in either.
    """
    if name != "twice_a_day":
        return [line]
    first = 2 * (line - 1)
    return [first, first + 1] if check_id.endswith(".subject_id.unknown") else [first]


def _evening(line: str) -> str:
    """The second entry of a day, which adds nothing to the first: no headache since, or no answer either."""
    subject, day, headache, *others = line.split(",")
    return ",".join([subject, day, "0" if headache else "", *("" for _ in others)])


def _either_order(found: re.Match[str]) -> str:
    """Odd days are written day first, even ones month first."""
    subject, year, month, day = found.groups()
    return f"{subject},{day}/{month}/{year}," if int(day) % 2 else f"{subject},{month}/{day}/{year},"


def written(name: str, piece: bytes) -> bytes:
    """Lines of the canonical form in the file's own writing."""
    if name in UTF_8_LINES:
        return piece
    text = piece.decode()
    if name == "german":
        text = _DATE.sub(r"\1,\4.\3.\2,", text).replace(";", "+").replace(",", ";").replace(".", ",")
        text = re.sub(r"^([^;]*;\d\d),(\d\d),(\d{4};)", r"\1.\2.\3", text, flags=re.MULTILINE)
    elif name == "twice_a_day":
        text = "".join(f"{line}\n{_evening(line)}\n" for line in text.splitlines())
    elif name == "month_first":
        text = _DATE.sub(r"\1,\3/\4/\2,", text)
    elif name == "dates_mixed":
        text = _DATE.sub(_either_order, text)
    elif name == "latin_1":
        lines = text.splitlines()
        text = "".join(f"{line},{_REMARKS[sum(line.encode()) % len(_REMARKS)]}\n" for line in lines)
    return text.encode(WRITINGS[name].encoding)
