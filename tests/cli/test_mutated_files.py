"""Sound files damaged at random places: no crash, and every line of every file still ends in exactly one place."""

import random

import pytest

from tests.cli.helpers import BASE, Outcome, process, write_study

SEED, NUMBER = 20_240_105, 60
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
    "injections": "subject_id,injection_date,muscle,units,sites",
    "subjects": "subject_id,arm,birth_year,consent_date,discontinued_date",
    "scores": "subject_id,score_date,instrument,score",
    "adverse_events": "subject_id,start_date,end_date,term,serious",
}


def sound_value(chance: random.Random, column: str) -> str:
    if column == "subject_id":
        return f"S{chance.randint(1, 9)}"
    if column.endswith(("_date", "_at")):
        return f"2024-{chance.randint(1, 9):02d}-{chance.randint(1, 28):02d}"
    return chance.choice(("0", "1", ""))


def damaged_file(chance: random.Random, kind: str) -> bytes:
    """A file of this kind with some wrong values and some bytes removed, added, changed or repeated."""
    columns = HEADERS[kind].split(",")
    share = chance.choice((0, 0.05, 0.3))
    rows = [HEADERS[kind]]
    for _ in range(chance.randint(1, 25)):
        row = [chance.choice(VALUES) if chance.random() < share else sound_value(chance, column) for column in columns]
        rows.append(",".join(row))
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


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    chance = random.Random(SEED)
    kinds = [chance.choice(list(HEADERS)) for _ in range(NUMBER)]
    return {f"{kind}-{number}.csv": damaged_file(chance, kind) for number, kind in enumerate(kinds)}


@pytest.fixture(scope="module")
def outcome(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return process(write_study(tmp_path_factory.mktemp("mutated") / "study", {**BASE, **files}))


def test_every_file_ends_somewhere(files: dict[str, bytes], outcome: Outcome) -> None:
    assert set(outcome.files) == set(files) | set(BASE)
    assert {file.status for file in outcome.files.values()} <= {"landed", "refused", "ignored"}
    landed = [file for file in outcome.files.values() if file.status == "landed"]
    assert len(landed) > NUMBER / 3  # else the damage is too great to test anything but refusals
    assert sum(file.quarantined for file in landed) > 20
    assert sum(file.current for file in landed) > 100


def test_every_line_ends_in_one_place(outcome: Outcome) -> None:
    assert not [path for path, file in outcome.files.items() if not file.is_conserved]


def test_lines_read_are_the_lines_of_the_file(files: dict[str, bytes], outcome: Outcome) -> None:
    """Counted independently where no quotation mark can join lines: every line but blank ones and the header."""
    counted = 0
    for path, content in files.items():
        if outcome.files[path].status != "landed" or b'"' in content or b"\0" in content:
            continue
        lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        assert outcome.files[path].read == len([line for line in lines if line.strip(b" \xef\xbb\xbf")]) - 1, path
        counted += 1
    assert counted > 5


def test_every_quarantined_line_has_its_raw_text(files: dict[str, bytes], outcome: Outcome) -> None:
    for (path, number), raw in outcome.raw.items():
        assert raw, f"{path}:{number}"
