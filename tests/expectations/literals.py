"""Studies as table literals: small CSV files in which every line says which checks it fails.

    diary                                            a file of this kind begins; "diary cp1252" is written in cp1252
    subject_id, diary_date, headache, hours          its header
    @1, 2024-03-01, 1, 24                            a sound line; @1 is a subject of this case alone
    @1, 2024-03-02, 1, 25   <- diary.hours.x         a line that fails exactly this check
    @1, 2024-03-03..2024-03-05, 1, 6                 three lines; {day} is the line's date, {n} its number from 00
    (no file) @site   <- diary.site.x                a finding about no file, which names @site in its reason

A mark on the first line of a file is a finding about the file as a whole.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

MARK = re.compile(r"\s*<-\s*(.+?)\s*$")
SPAN = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
Place = tuple[str, int | None, str]  # path (or the name a finding without a file tells), line, check id


@dataclass
class Literal:
    """The files of one case and the findings its marks announce."""

    files: dict[str, bytes] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    expected: set[Place] = field(default_factory=set)
    lines: set[tuple[str, int | None]] = field(default_factory=set)  # every data line, and every file as (path, None)


def read_literal(name: str, text: str) -> Literal:
    """The case ``name``: its files are called <kind>-<name>-<number>.csv, in the order in which they stand."""
    case = Literal()
    path, encoding, written = "", "utf-8", []

    def close() -> None:
        if path:
            case.files[path] = "".join(f"{line}\n" for line in written).encode(encoding)

    for raw in text.strip("\n").splitlines():
        marked = MARK.search(raw)
        checks = marked[1].split(", ") if marked else []
        line = MARK.sub("", raw).strip()
        if line.startswith("(no file)"):
            named = line.removeprefix("(no file)").strip().replace("@", f"{name}/")
            case.expected |= {(named, None, check) for check in checks}
        elif re.fullmatch(r"\w+( [\w-]+)?", line) and not re.match(r"@", line):
            close()
            kind, _, encoding = line.partition(" ")
            encoding = encoding or "utf-8"
            path, written = f"{kind}-{name}-{len(case.files) + 1}.csv", []
            case.kinds.add(kind)
            case.lines.add((path, None))
            case.expected |= {(path, None, check) for check in checks}
        else:
            for expanded in _expanded(line):
                written.append(_tidy(expanded).replace("@", f"{name}/"))
                if len(written) > 1:
                    case.lines.add((path, len(written)))
                    case.expected |= {(path, len(written), check) for check in checks}
            case.subjects |= {f"{name}/{one}" for one in re.findall(r"^@(\w+)", line)}
    close()
    return case


def _expanded(line: str) -> list[str]:
    span = SPAN.search(line)
    if not span:
        return [line]
    first, last = (date.fromisoformat(text) for text in span.groups())
    days = [first + timedelta(offset) for offset in range((last - first).days + 1)]
    return [
        SPAN.sub(day.isoformat(), line).replace("{day}", day.isoformat()).replace("{n}", f"{number:02}")
        for number, day in enumerate(days)
    ]


def _tidy(line: str) -> str:
    return line if '"' in line else ",".join(cell.strip() for cell in line.split(","))
