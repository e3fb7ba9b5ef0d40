"""A diary on the page: counts as a table, days as strips."""

from tests.spec.format import Spec, pipe_table
from tests.spec.layout import LETTERS, NO_ROW, days_of, diary_cells, injection_days, strip_of

GLYPHS = {"H": "\u2588", "F": "\u00b7", NO_ROW: " "}
MOST_STRIPS = 12
LINE = 28


def diary_markdown(spec: Spec) -> str:
    """Injections and cut-off in a sentence; the diary; who is registered and what was taken."""
    patients = diary_cells(spec)
    cells = alike(patients)
    parts = [timing(spec)]
    if len(patients) > 1 and len(cells) == len(patients):
        parts.append(counts_table(cells))
    lines = strip_lines(cells)
    if len(lines) <= MOST_STRIPS or len(cells) < len(patients):
        parts.append("```text\n" + "\n".join(lines) + "\n```")
    parts.append(legend(spec))
    for name, text in (("Medication", spec.medication), ("Subjects", spec.subjects)):
        if text:
            parts.append(f"{name}:\n\n{plain_table(text)}")
    return "\n\n".join(part for part in parts if part)


def alike(patients: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Patients of whom the diary says the same, under their common name: ``A, B`` or ``A to H``."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for patient, row in patients.items():
        groups.setdefault(tuple(row.items()), []).append(patient)
    return {common_name(names): dict(row) for row, names in groups.items()}


def common_name(names: list[str]) -> str:
    is_run = [ord(name) for name in names] == list(range(ord(names[0]), ord(names[0]) + len(names)))
    return f"{names[0]} to {names[-1]}" if is_run and len(names) > 2 else ", ".join(names)


def timing(spec: Spec) -> str:
    given = injection_days(spec)
    said = []
    if len({tuple(days) for days in given.values()}) == 1:
        said.append(f"{injections_of(next(iter(given.values())))}.")
    else:
        said.append("; ".join(f"{patient}: {injections_of(days, 'i')}" for patient, days in given.items()) + ".")
    if spec.cutoff is None:
        said.append("No cut-off is given.")
    elif not spec.eligibility or spec.expected or spec.months or spec.cycles:
        days = [str(day) for day in spec.cutoffs]
        said.append(f"Cut-off: Day {days[0]}." if len(days) == 1 else f"Cut-offs: Days {', '.join(days)}.")
    if spec.day_1 != Spec.__dataclass_fields__["day_1"].default:
        said.append(f"Day 1 is {spec.day_1.isoformat()}.")
    return " ".join(said)


def injections_of(days: list[int], initial: str = "I") -> str:
    if not days:
        return f"{'N' if initial == 'I' else 'n'}ot injected"
    dates = list(dict.fromkeys(days))
    rows = f" ({len(days)} rows)" if len(dates) < len(days) else ""
    return f"{initial}njected on Day{'s' * (len(dates) > 1)} {', '.join(map(str, dates))}{rows}"


def counts_table(cells: dict[str, dict[str, str]]) -> str:
    ranges = list(next(iter(cells.values())))
    names = [name if name.startswith("Day") else f"Days {name}" for name in ranges]
    lines = [["patient", *names], ["---"] * (len(ranges) + 1)]
    lines += [[patient, *(row[days] or "none" for days in ranges)] for patient, row in cells.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plain_table(text: str) -> str:
    rows = pipe_table(text)
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(row.values()) for row in rows)]
    return "\n".join(f"| {' | '.join('unknown' if cell == '?' else cell for cell in line)} |" for line in lines)


def strip_lines(cells: dict[str, dict[str, str]]) -> list[str]:
    """One line per patient and 28 days, aligned: who, which days, the strip, what was written."""
    lines = []
    width = max(len(patient) for patient in cells)
    for patient, row in cells.items():
        who = "" if [*cells] == ["A"] else f"{patient:<{width}}  "
        for words, cell in row.items():
            days = days_of(words)
            strip = strip_of(cell, len(days))
            for start in range(0, len(days), LINE):
                piece = "".join(GLYPHS.get(letter, letter) for letter in strip[start : start + LINE])
                here = days[start : start + LINE]
                label = f"{here[0]}..{here[-1]}" if len(here) > 1 else str(here[0])
                lines.append(f"{who}{label:>8}  {piece:<{LINE}}  {in_words(strip[start : start + LINE])}")
                who = " " * len(who)
    return lines


def in_words(strip: str) -> str:
    """``14 of 28``: days with headache of days with an answer."""
    answers = [LETTERS[letter].headache for letter in strip if letter != NO_ROW]
    recorded = [headache for headache in answers if headache is not None]
    return f"{sum(recorded)} of {len(recorded)}" if recorded else "no answer"


def legend(spec: Spec) -> str:
    """The letters of this diary that are not plain headache or free days."""
    used = {
        letter
        for row in diary_cells(spec).values()
        for words, cell in row.items()
        for letter in strip_of(cell, len(days_of(words)))
    }
    special = [f"`{letter}` {answer.words}" for letter, answer in LETTERS.items() if letter in used - {"H", "F"}]
    return f"{'; '.join(special)}." if special else ""
