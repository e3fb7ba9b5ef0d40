"""Sound files damaged at random places: no crash, and every line of every file still ends in exactly one place.

``make fuzz`` tries thousands; a short run is a test.
"""

import argparse
import gzip
import random
import sys
import tempfile
from datetime import date
from pathlib import Path

from flows.base.ending import end_process
from tests.cli.csv_judge import Verdict, judge
from tests.cli.helpers import BASE, Outcome, land_only, process, write_study
from tests.cli.zoo import zipped

FILES_PER_STUDY = 250
BLANKS = " \t\u00a0"
PIECES = (
    b'"',
    b",",
    b"\n",
    b"\r",
    b";",
    b'""',
    b" ",
    b"\0",
    b"\xff",
    b"\xc3",
    b"'",
    b"1e9",
    b"-",
    b"nan",
    b"\xef\xbb\xbf",
)
VALUES = ("", "0", "1", "2", "x", "24.5", "2024-02-30", "1.2.2024", '"a,b"', '"a\nb"', '"', "é")
HEADERS = {
    "diary": "subject_id,diary_date,headache,hours,severity,entered_at",
    "attacks": "subject_id,attack_start,attack_end,severity,acute_medication",
    "injections": "subject_id,injection_date,muscle,units,sites",
    "subjects": "subject_id,arm,birth_year,consent_date,discontinued_date",
    "scores": "subject_id,score_date,instrument,score",
    "adverse_events": "subject_id,start_date,end_date,term,serious",
}


def sound_value(chance: random.Random, column: str, dates: str) -> str:
    if column == "subject_id":
        return f"S{chance.randint(1, 9)}"
    if column.endswith(("_date", "_at", "_start", "_end")):
        return date(2024, chance.randint(1, 9), chance.randint(1, 28)).strftime(dates)
    return chance.choice(("0", "1", ""))


def damaged_file(chance: random.Random, kind: str) -> bytes:
    """A file of this kind with some wrong values and some bytes removed, added, changed or repeated; one in ten is
    packed, one in thirty nothing but random bytes."""
    if chance.random() < 0.03:
        return chance.randbytes(chance.choice((0, 1, 3, 40, 2000)))
    content = damaged_text(chance, kind)
    packing = chance.random()
    if packing < 0.05:
        content = gzip.compress(content, mtime=0)
    elif packing < 0.1:
        content = zipped({"a.csv": content})
    if packing < 0.1 and chance.random() < 0.3:
        place = chance.randrange(len(content))
        return content[:place] + chance.choice(PIECES) + content[place + chance.randrange(9) :]
    return content


def damaged_text(chance: random.Random, kind: str) -> bytes:
    """The text of such a file."""
    columns = HEADERS[kind].split(",")
    dates = chance.choice(("%Y-%m-%d",) * 6 + ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"))
    share = chance.choice((0, 0.05, 0.3))
    rows = [HEADERS[kind]]
    for _ in range(chance.randint(1, 25)):
        row = [
            chance.choice(VALUES) if chance.random() < share else sound_value(chance, column, dates)
            for column in columns
        ]
        rows.append(",".join(row))
    if chance.random() < 0.2:  # as a program writes that quotes everything, or a text that needs it
        rows = [
            rows[0],
            *(",".join(f'"{cell}"' if '"' not in cell else cell for cell in row.split(",")) for row in rows[1:]),
        ]
    if chance.random() < 0.1:
        text = chance.choice(('"S 1, the ""first"""', '"S\n2"', '"S;3|4"', '"S\t5"'))
        place = chance.randrange(1, len(rows))
        rows[place] = ",".join([text, *rows[place].split(",")[1:]])
    if (delimiter := chance.choice((",", ",", ",", ";", "\t", "|"))) != ",":
        rows = [row.replace(",", delimiter) for row in rows]
    line_end = chance.choice(("\n", "\r\n", "\r"))
    content = bytearray(line_end.join([*rows, ""]).encode(chance.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252"))))
    for _ in range(chance.choice((0, 1, 2, 10))):
        place = chance.randrange(len(content))
        match chance.randrange(4):
            case 0:
                del content[place]
            case 1:
                content[place:place] = chance.choice(PIECES)
            case 2:
                content[place] = chance.randrange(256)
            case 3:
                content[place:place] = content[place : place + 40]
    return bytes(content)


def damaged_files(seed: int, number: int) -> dict[str, bytes]:
    """So many damaged files by name, always the same for a seed."""
    chance = random.Random(seed)
    kinds = [chance.choice(["diary", *HEADERS]) for _ in range(number)]
    return {f"{kind}-{place}.csv": damaged_file(chance, kind) for place, kind in enumerate(kinds)}


def broken_promises(files: dict[str, bytes], outcome: Outcome) -> list[str]:
    """What did not hold: a file that vanished, lines that do not add up or were miscounted, raw text that is gone."""
    told = [f"{path}: no outcome" for path in files if path not in outcome.files]
    told += [f"{path}: lines do not add up" for path, file in outcome.files.items() if not file.is_conserved]
    told += [
        f"{path}: refused without a reason"
        for path, f in outcome.files.items()
        if f.status != "landed" and not f.reason
    ]
    told += [f"{path}:{line}: no raw text" for (path, line), raw in outcome.raw.items() if not raw]
    for path, content in files.items():
        lines = countable_lines(content)
        if outcome.files[path].status == "landed" and lines is not None and outcome.files[path].read != lines:
            told.append(f"{path}: {outcome.files[path].read} lines read, {lines} are there")
        for column, there in countable_cells(path, content, outcome).items():
            if (found := outcome.filled.get((path, column), 0)) != there:
                told.append(f"{path}: column {column}: {found} cells with a value or set aside, {there} are there")
    return told


def countable_cells(path: str, content: bytes, outcome: Outcome) -> dict[str, int]:
    """Cells with a text by column, counted independently, of the lines that have the header's fields."""
    if outcome.files[path].status != "landed" or countable_lines(content) is None:
        return {}
    encoding, delimiter = outcome.written[path]
    lines = content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip(" ")]
    header = [name.strip(BLANKS).casefold() for name in numbered[0][1].split(delimiter)]
    broken = {number for number, check in outcome.quarantine.get(path, []) if check.endswith(".line.columns")}
    cells = dict.fromkeys((name for name in HEADERS[path.split("-")[0]].split(",") if header.count(name) == 1), 0)
    cells.pop("acute_medication", None)
    for number, line in numbered[1:]:
        fields = line.split(delimiter)
        if number not in broken and len(fields) == len(header):
            for name in cells:
                cells[name] += bool(fields[header.index(name)].strip(BLANKS))
    return cells


def countable_lines(content: bytes) -> int | None:
    """Data lines, counted independently, where no quotation mark can join lines and no byte is half a letter."""
    if b'"' in content or b"\0" in content or content.startswith((b"\x1f\x8b", b"PK")):
        return None
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return len([line for line in lines if line.strip(b" \xef\xbb\xbf")]) - 1


def land_and_judge(folder: Path, files: dict[str, bytes]) -> tuple[Verdict, dict[str, str]]:
    """Land a study of these files only; what the csv module says of it, and each file's status."""
    study = write_study(folder, {**BASE, **files})
    landed = land_only(study)
    verdict = judge(study / "out", study / "inbox")
    faults = [f"{path}: no outcome" for path in files if path not in landed]
    faults += [f"{path}: no reason" for path, (status, why) in landed.items() if status != "landed" and not why]
    faults += [
        f"{path}: {n} lines are there, and the file is {landed[path][0]}"
        for path, content in files.items()
        if landed[path][0] not in ("landed", "refused", "ignored") and (n := countable_lines(content))
    ]
    statuses = {path: landed[path][0] for path in files if path in landed}
    return verdict._replace(faults=verdict.faults + faults), statuses


def main() -> int:
    """Fuzz so many files; gives the number of broken promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--land-only", action="store_true", help="without checks: four times as many files an hour")
    asked = parser.parse_args()
    told: list[str] = []
    statuses = dict.fromkeys(("landed", "refused", "ignored"), 0)
    files = lines = cells = 0
    for start in range(0, asked.files, FILES_PER_STUDY):
        seed = asked.seed * 1_000_000 + start
        damaged = damaged_files(seed, min(FILES_PER_STUDY, asked.files - start))
        with tempfile.TemporaryDirectory() as folder:
            verdict, found = land_and_judge(Path(folder) / "study", damaged)
            told += [f"seed {seed}: {what}" for what in verdict.faults]
            if not asked.land_only:
                outcome = process(Path(folder) / "study", whole=True)
                told += [f"seed {seed}: {what}" for what in broken_promises(damaged, outcome)]
        for status in found.values():
            statuses[status] += 1
        files, lines, cells = files + len(damaged), lines + verdict.lines, cells + verdict.cells
        print(f"{files} files: {lines} lines and {cells} cells read by the csv module too; {len(told)} promises broken")
        sys.stdout.flush()
    print(
        f"{files} damaged files (seed {asked.seed}): {statuses['landed']} landed, {statuses['refused']} refused, "
        f"{statuses['ignored']} ignored; {lines} lines, {cells} cells; {len(told)} promises broken",
        *told,
        sep="\n",
    )
    return len(told)


if __name__ == "__main__":
    broken = main()
    end_process(1 if broken else 0)
