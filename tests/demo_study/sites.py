"""How each site writes its diary: file, columns, delimiter, encoding, dates and numbers."""

from dataclasses import dataclass

from tests.demo_study.diary import DiaryDay

COLUMNS = ("subject_id", "diary_date", "headache", "hours", "severity", "migraine", "acute_medication", "entered_at")
REMARKS = ("Kopfdruck, müde", "früh gelegen", "Übelkeit", "Größe der Schmerzen schwankend", "Föhn")


@dataclass(frozen=True)
class Site:
    columns: dict[str, str]  # canonical name -> name in the file, in the file's order
    delimiter: str = ","
    encoding: str = "utf-8"
    bom: bytes = b""
    newline: str = "\n"
    date_format: str = "%Y-%m-%d"
    decimal: str = "."
    yes_no: tuple[str, str] = ("1", "0")
    writes_zeros: bool = False  # hours 0 and severity 0 on days without a headache; else empty

    def values(self, diary_day: DiaryDay) -> dict[str, str]:
        """The day's fields as this site writes them."""
        if diary_day.headache is None:  # a row without an answer
            return {
                "subject_id": diary_day.subject_id,
                "diary_date": diary_day.day.strftime(self.date_format),
            }
        yes, no = self.yes_no
        nothing = "0" if self.writes_zeros else ""
        hours = "" if diary_day.hours is None else f"{diary_day.hours:.2f}".rstrip("0").rstrip(".")
        return {
            "subject_id": diary_day.subject_id,
            "diary_date": diary_day.day.strftime(self.date_format),
            "headache": yes if diary_day.headache else no,
            "hours": hours.replace(".", self.decimal) if diary_day.headache else nothing,
            "severity": str(diary_day.severity) if diary_day.headache else nothing,
            "migraine": yes if diary_day.migraine else no,
            "acute_medication": ";".join(diary_day.medication),
            "entered_at": "" if diary_day.entered_at is None else diary_day.entered_at.isoformat(timespec="seconds"),
            "remark": REMARKS[diary_day.day.toordinal() % 37] if diary_day.day.toordinal() % 37 < len(REMARKS) else "",
        }

    def encode(self, text: str) -> bytes:
        return self.bom + text.replace("\n", self.newline).encode(self.encoding)


CANONICAL = {name: name for name in COLUMNS}
WITHOUT_CLOCK = {name: name for name in COLUMNS if name != "entered_at"}
GERMAN = {
    "subject_id": "PatNr",
    "diary_date": "Datum",
    "headache": "Kopfschmerz",
    "hours": "Dauer_h",
    "severity": "Stärke",
    "migraine": "Migräne",
    "acute_medication": "Akutmedikation",
    "remark": "Bemerkung",
}
SITES = {
    "site-01": Site(CANONICAL),
    "site-02": Site(WITHOUT_CLOCK, bom=b"\xef\xbb\xbf", newline="\r\n", writes_zeros=True),
    "site-03": Site(
        GERMAN,
        delimiter=";",
        encoding="cp1252",
        newline="\r\n",
        date_format="%d.%m.%Y",
        decimal=",",
        yes_no=("ja", "nein"),
    ),
    "site-04": Site(WITHOUT_CLOCK, encoding="utf-16-le", bom=b"\xff\xfe", newline="\r\n", date_format="%d/%m/%Y"),
    "site-05": Site(CANONICAL),
    "site-06": Site(WITHOUT_CLOCK),
}


def diary_path(diary_day: DiaryDay) -> str:
    """Site 02 sends a file a year; the name of a later file sorts later."""
    site = f"site-{diary_day.subject_id[:2]}"
    return f"{site}/diary_{diary_day.day.year}.csv" if site == "site-02" else f"{site}/diary.csv"


def correction_path(subject_id: str) -> str:
    """An underscore, because `diary-correction.csv` would sort before `diary.csv`."""
    return f"site-{subject_id[:2]}/diary_correction.csv"
