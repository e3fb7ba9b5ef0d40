"""One study in many shapes: each way writes the same rows as a site might send them, with the entries that read them.

A way writes the file it is about under a name that no pattern of ours fits, so that without its entries nothing reads it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.landing.canonical import DIARY_DAYS, NAMES, SUBJECTS, Canonical, Row, canonical, start_of
from tests.landing.redcap_export import REDCAP_ENTRIES, dictionary, export
from tests.landing.written import Cells, csv_text, gzipped, plain, put, table, unless_empty, workbook, zipped

Files = dict[str, str | bytes]  # by path below the study folder
SETTINGS = """# One study, written in many ways.
[study]
id = "WAYS"
title = "One study in many shapes"
primary_rule_set = "nice_ta260"
rule_sets = ["nice_ta260"]
data_cutoff = 2024-08-31   # the same in every way

[arms]
placebo = "Placebo"
ona = "OnabotulinumtoxinA"
"""
DIARY = NAMES["diary"]
EXCEL_ORIGIN = datetime(1899, 12, 30)
SAS_ORIGIN = datetime(1960, 1, 1)
WORDS = ("None", "Mild", "Moderate", "Severe")


class Way(NamedTuple):
    """How the study is written.

    ``files``: the files beside the plain ones, which it writes itself where it names them. ``entries``: what study.toml
    says of them. ``names_missing``: what a draft of the entries has to ask for; None where it can tell all of it.
    ``diary``: the columns of a diary that this shape can hold.
    """

    name: str
    entries: str
    files: Callable[[Canonical], Files]
    names_missing: str | None = None
    diary: tuple[str, ...] = DIARY
    instead_of: tuple[str, ...] = ("diary",)  # kinds whose plain file it replaces
    needs: str | None = None  # a package that writes the file

    def write(self, folder: Path, with_entries: bool = True) -> Path:
        """Write the whole study folder."""
        files: Files = {
            f"inbox/{kind}.csv": csv_text(table(getattr(canonical(), kind), names))
            for kind, names in NAMES.items()
            if kind not in self.instead_of
        }
        files["study.toml"] = SETTINGS + (self.entries if with_entries else "")
        for name, content in (files | self.files(canonical())).items():
            put(folder / name, content)
        return folder


def plain_way(diary: tuple[str, ...] = DIARY) -> Way:
    """The files as the product names and writes them; ``diary``: of the columns of the diary these."""
    return Way("plain", "", lambda study: {"inbox/diary.csv": csv_text(table(study.diary, diary))}, diary=diary)


def _one(name: str, cells: Callable[[list[Row]], Cells], write: Callable[[Cells], str | bytes] = csv_text) -> Any:
    """A diary in one file of inbox/."""
    return lambda study: {f"inbox/{name}": write(cells(study.diary))}


def _entry(pattern: str, *lines: str, kind: str = "diary") -> str:
    return "\n".join(["", f"[[files.{kind}]]", f'pattern = "{pattern}"', *lines, ""])


def _diary(forms: Mapping[str, Any] | None = None, **renamed: str) -> Callable[[list[Row]], Cells]:
    """The diary with some columns renamed and some written in another form."""
    return lambda rows: table(rows, {name: renamed.get(name, name) for name in DIARY}, forms)


def _strftime(form: str) -> Callable[[Any], str]:
    return unless_empty(lambda value: value.strftime(form))


def _us_date(value: date) -> str:
    return f"{value.month}/{value.day}/{value:%y} 0:00"


def _excel_day(value: Any) -> str:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    days = (moment - EXCEL_ORIGIN) / timedelta(1)
    return f"{days:.0f}" if days == int(days) else f"{days:.10f}"


def _sas_moment(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{(value - SAS_ORIGIN) / timedelta(seconds=1):.0f}"
    return str((value - SAS_ORIGIN.date()).days)


def _hours_and_minutes(form: str) -> Callable[[Any], str]:
    return unless_empty(lambda hours: form.format(h=int(hours), m=int(hours * 60) % 60, all=int(hours * 60)))


def _pain(rows: list[Row]) -> Cells:
    """Pain from 0 to 10 where ours is 0 to 3: by the cuts 1, 4, 7, each number of a band in turn."""
    bands = ((0,), (1, 2, 3), (4, 5, 6), (7, 8, 9, 10))
    header, *lines = table(rows, DIARY)
    place = DIARY.index("severity")
    for number, line in enumerate(lines):
        band = bands[int(line[place])]
        line[place] = str(band[number % len(band)])
    return [["pain" if name == "severity" else name for name in header], *lines]


def _med_columns(rows: list[Row]) -> Cells:
    others = [name for name in DIARY if name != "acute_medication"]
    header = [*others, *(f"med{number}_name" for number in range(1, 6))]
    return [header, *([*map(plain, (r[n] for n in others)), *(r["acute_medication"] + [""] * 5)[:5]] for r in rows)]


def _two_columns(rows: list[Row]) -> Cells:
    names = {n: n for n in DIARY if n != "entered_at"}
    header, *lines = table(rows, names)
    moments = [row["entered_at"] for row in rows]
    return [
        [*header, "Entry Date", "Entry Time"],
        *([*line, f"{at:%Y-%m-%d}", f"{at:%H:%M}"] for line, at in zip(lines, moments, strict=True)),
    ]


def _wide(by_date: bool) -> Callable[[list[Row]], Cells]:
    """A row a subject; the columns are days of the study, or dates."""

    def cells(rows: list[Row]) -> Cells:
        answers = {(row["subject_id"], row["diary_date"]): plain(row["headache"]) for row in rows}
        dates = sorted({day for _, day in answers})
        if by_date:
            lines = [[s, *(answers.get((s, day), "") for day in dates)] for s in SUBJECTS]
            return [["subject_id", *map(plain, dates)], *lines]
        header = ["subject_id", "start", *(f"day{number}" for number in range(1, DIARY_DAYS + 1))]
        days = [timedelta(number) for number in range(DIARY_DAYS)]
        starts = {s: start_of(s) for s in SUBJECTS}
        return [
            header,
            *([s, plain(starts[s]), *(answers.get((s, starts[s] + day), "") for day in days)] for s in SUBJECTS),
        ]

    return cells


def _above(*lines: str) -> Callable[[Cells], str]:
    return lambda cells: "\n".join([*lines, csv_text(cells)])


def _per_patient(study: Canonical) -> Files:
    names = [name for name in DIARY if name != "subject_id"]
    files: Files = {}
    for row in study.subjects:
        subject, site = row["subject_id"], row["site"]
        diary = table((r for r in study.diary if r["subject_id"] == subject), names)
        files[f"inbox/{site}/pat-{subject}-days.csv"] = csv_text(diary)
        about = table([row], [name for name in NAMES["subjects"] if name not in ("subject_id", "site")])
        files[f"inbox/{site}/pat-{subject}-about.csv"] = csv_text(about)
    return files


def _cp1252(study: Canonical) -> Files:
    yes_no = lambda value: "ja" if value else "nein"  # noqa: E731
    comma = unless_empty(lambda value: f"{value:g}".replace(".", ","))
    names = dict(
        zip(
            DIARY,
            ("PatNr", "Datum", "Kopfschmerz", "Dauer_h", "Stärke", "Migräne", "Akutmedikation", "Eingabe"),
            strict=True,
        )
    )
    forms = {
        **{"headache": yes_no, "migraine": yes_no, "hours": comma},
        **{"diary_date": _strftime("%d.%m.%Y"), "entered_at": _strftime("%d.%m.%Y %H:%M")},
        "acute_medication": "+".join,
    }
    return {"inbox/kalender.csv": csv_text(table(study.diary, names, forms), ";").encode("cp1252")}


def _sheets(study: Canonical) -> Files:
    def typed(value: Any) -> Any:
        return ";".join(value) if isinstance(value, list) else int(value) if isinstance(value, bool) else value

    sheets = {
        title: table(getattr(study, kind), NAMES[kind], default=typed)
        for title, kind in (("Diary", "diary"), ("Injections", "injections"), ("Subjects", "subjects"))
    }
    return {"inbox/study-data.xlsx": workbook(sheets)}


def _one_sheet(study: Canonical) -> Files:
    """Identifiers are numbers in it, and dates are date cells."""
    typed = {"subject_id": int, "headache": int, "migraine": int, "acute_medication": ";".join}
    cells = table(study.diary, DIARY, typed, default=lambda value: value)
    return {"inbox/headache.xlsx": workbook({"Sheet1": cells})}


def _with_pyreadstat(name: str) -> Callable[[Canonical], Files]:
    """The diary as a file of a statistics program, written by pyreadstat."""

    def files(study: Canonical) -> Files:
        import tempfile

        import pandas as pd
        import pyreadstat

        frame = pd.DataFrame([row | {"acute_medication": ";".join(row["acute_medication"])} for row in study.diary])
        frame[["headache", "migraine"]] = frame[["headache", "migraine"]].astype(float)
        frame["hours"] = frame["hours"].astype(float)
        write = pyreadstat.write_xport if name.endswith(".xpt") else pyreadstat.write_sav
        with tempfile.TemporaryDirectory() as folder:
            write(frame, f"{folder}/{name}")
            return {f"inbox/{name}": Path(folder, name).read_bytes()}

    return files


def _per_site(write: Callable[[str, str], tuple[str, bytes]]) -> Callable[[Canonical], Files]:
    def files(study: Canonical) -> Files:
        found: Files = {}
        for site in ("1", "2"):
            text = csv_text(table((row for row in study.diary if row["subject_id"].startswith(site)), DIARY))
            name, content = write(f"log-site{site}.csv", text)
            found[f"inbox/{name}"] = content
        return found

    return files


def _redcap(study: Canonical) -> Files:
    return {"inbox/redcap-export.csv": csv_text(export(study)), "project-dictionary.csv": dictionary()}


ENGLISH = {
    "subject_id": "Participant",
    "diary_date": "Day of entry",
    "headache": "Headache today?",
    "hours": "Duration (hours)",
    "severity": "Intensity",
    "migraine": "Migraine?",
    "acute_medication": "Painkillers taken",
    "entered_at": "Timestamp",
}
FRENCH = dict(
    zip(
        DIARY,
        ("Identifiant", "Date", "Céphalée", "Durée", "Intensité", "Migraine", "Médicaments", "Saisi le"),
        strict=True,
    )
)


def _columns(theirs: Mapping[str, str]) -> str:
    pairs = (f'{ours} = "{name}"' for ours, name in theirs.items() if ours != name)
    return f"columns = {{ {', '.join(pairs)} }}"


def ways() -> list[Way]:
    """Every way, the plain one first."""
    return [
        plain_way(),
        Way(
            "semicolons, decimal commas and Windows-1252",
            _entry(
                "kalender.csv",
                'columns = { subject_id = "PatNr", diary_date = "Datum", headache = "Kopfschmerz", hours = "Dauer_h",'
                ' severity = "Stärke", migraine = "Migräne", acute_medication = "Akutmedikation", entered_at = "Eingabe" }',
            ),
            _cp1252,
        ),
        Way(
            "a title above the header",
            _entry("export.csv"),
            _one("export.csv", _diary(), _above("Headache diary of the study", "", "printed for the sponsor,,,", "")),
        ),
        Way(
            "one file per patient",
            _entry("*/pat-*-days.csv", 'file_name = "pat-{subject_id}-days.csv"')
            + _entry("*/pat-*-about.csv", 'file_name = "{site}/pat-{subject_id}-about.csv"', kind="subjects"),
            _per_patient,
            instead_of=("diary", "subjects"),
        ),
        Way(
            "a column a day",
            _entry(
                "calendar.csv",
                'layout = "wide"',
                'wide = { days = "day{n}", first_day = "start", value = "headache" }',
            ),
            _one("calendar.csv", _wide(by_date=False)),
            diary=DIARY[:3],
        ),
        Way(
            "a column a date",
            _entry("matrix.csv", 'layout = "wide"', 'wide = { dates = "%Y-%m-%d", value = "headache" }'),
            _one("matrix.csv", _wide(by_date=True)),
            diary=DIARY[:3],
        ),
        Way(
            "a flat REDCap export",
            REDCAP_ENTRIES,
            _redcap,
            instead_of=tuple(NAMES),
        ),
        Way(
            "a column for each medication",
            _entry(
                "app.csv",
                'columns = { acute_medication = ["med1_name", "med2_name", "med3_name", "med4_name", "med5_name"] }',
            ),
            _one("app.csv", _med_columns),
        ),
        Way("a workbook of one sheet", _entry("headache.xlsx"), _one_sheet, needs="openpyxl"),
        Way(
            "a workbook of several sheets",
            "".join(
                _entry("study-data.xlsx", f'sheet = "{kind.capitalize()}"', kind=kind)
                for kind in ("diary", "injections", "subjects")
            ),
            _sheets,
            instead_of=("diary", "injections", "subjects"),
            needs="openpyxl",
        ),
        Way(
            "date and time in two columns",
            _entry("log.csv", 'columns = { entered_at = ["Entry Date", "Entry Time"] }'),
            _one("log.csv", _two_columns),
        ),
        Way(
            "month first, short years, a time behind each date",
            _entry("log.csv", 'date_format = "%m/%d/%y %H:%M"'),
            _one("log.csv", _diary({"diary_date": _us_date, "entered_at": _strftime("%m/%d/%y %H:%M")})),
        ),
        Way(
            "half days",
            _entry("log.csv", 'date_format = "%m/%d/%Y %I:%M %p"'),
            _one(
                "log.csv",
                _diary({"diary_date": _strftime("%m/%d/%Y"), "entered_at": _strftime("%m/%d/%Y %I:%M %p")}),
            ),
        ),
        Way(
            "day numbers of a spreadsheet",
            _entry("log.csv", 'date_format = "excel"'),
            _one("log.csv", _diary({"diary_date": _excel_day, "entered_at": _excel_day})),
        ),
        Way(
            "days and seconds of SAS",
            _entry("log.csv", 'date_format = "sas"'),
            _one("log.csv", _diary({"diary_date": _sas_moment, "entered_at": _sas_moment})),
        ),
        Way(
            "hours as 4h 15m",
            _entry("log.csv"),
            _one("log.csv", _diary({"hours": _hours_and_minutes("{h}h {m}m")})),
        ),
        Way(
            "hours as 02:30",
            _entry("log.csv", 'units = { hours = "h:mm" }'),
            _one("log.csv", _diary({"hours": _hours_and_minutes("{h:02}:{m:02}")})),
        ),
        Way(
            "hours as 90 min",
            _entry("log.csv"),
            _one("log.csv", _diary({"hours": _hours_and_minutes("{all} min")})),
        ),
        Way(
            "hours in minutes",
            _entry("log.csv", 'columns = { hours = "duration_min" }', 'units = { hours = "minutes" }'),
            _one("log.csv", _diary({"hours": _hours_and_minutes("{all}")}, hours="duration_min")),
        ),
        Way(
            "pain from 0 to 10",
            _entry(
                "log.csv",
                'columns = { severity = "pain" }',
                'scales = { severity = { from = "0-10", cuts = [1, 4, 7] } }',
            ),
            _one("log.csv", _pain),
            names_missing="cuts",
        ),
        Way(
            "answers in words",
            _entry(
                "log.csv", f"values = {{ severity = {{ {', '.join(f'{w} = {n}' for n, w in enumerate(WORDS))} }} }}"
            ),
            _one(
                "log.csv",
                _diary(
                    {
                        "severity": WORDS.__getitem__,
                        "headache": lambda value: "Yes" if value else "No",
                        "migraine": lambda value: "yes" if value else "no",
                    }
                ),
            ),
        ),
        Way(
            "empty rows at the end",
            _entry("log.csv"),
            _one("log.csv", _diary(), lambda cells: csv_text([*cells, *[[""] * len(DIARY)] * 40])),
        ),
        Way(
            "other names of columns",
            _entry("tracker.csv", _columns(ENGLISH)),
            _one("tracker.csv", lambda rows: table(rows, ENGLISH)),
        ),
        Way(
            "French, tabs and UTF-16",
            _entry("carnet.txt", _columns(FRENCH)),
            _one("carnet.txt", lambda rows: table(rows, FRENCH), lambda cells: csv_text(cells, "\t").encode("utf-16")),
        ),
        Way(
            "gzip, one file a site",
            _entry("log-*.csv"),
            _per_site(lambda name, text: (f"{name}.gz", gzipped(text))),
        ),
        Way(
            "zip, one file a site",
            _entry("log-*.csv"),
            _per_site(lambda name, text: (f"{name.removesuffix('.csv')}.zip", zipped("diary export.csv", text))),
        ),
        Way("a SAS transport file", _entry("daily.xpt"), _with_pyreadstat("daily.xpt"), needs="pyreadstat"),
        Way("an SPSS file", _entry("daily.sav"), _with_pyreadstat("daily.sav"), needs="pyreadstat"),
    ]
