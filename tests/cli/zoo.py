"""Many odd files in one study, each with what must become of it: processed once, asserted file by file.

In a case ``@`` stands for the case's own subject, so that no two files speak of the same subject-day.
"""

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.helpers import BASE, SETTINGS, Outcome, process, write_study

HEADER = "subject_id,diary_date,headache\n"


@dataclass(frozen=True)
class Case:
    """One diary file and its outcome: refused with a reason, or read into days and quarantined lines."""

    content: str | bytes
    days: dict[str, bool | None] = field(default_factory=dict)
    quarantined: list[tuple[int, str]] = field(default_factory=list)
    duplicate: int = 0
    refused: str | None = None
    settings: str = ""
    encoding: str = "utf-8"
    cells: dict[tuple[int, str], str] = field(default_factory=dict)  # line, column -> check of a cell set aside


def zipped(files: dict[str, bytes]) -> bytes:
    """The bytes of a zip archive; always the same for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def file_name(name: str) -> str:
    return f"diary-{name.replace(' ', '-')}.csv"


def process_zoo(folder: Path, cases: dict[str, Case]) -> Outcome:
    """One study that holds every case beside two sound files."""
    files: dict[str, str | bytes] = dict(BASE)
    groups = ""
    for name, case in cases.items():
        content = case.content
        files[file_name(name)] = (
            content if isinstance(content, bytes) else content.replace("@", name).encode(case.encoding)
        )
        groups += f"[[files.diary]]\npattern = '{file_name(name)}'\n{case.settings}\n" if case.settings else ""
    return process(write_study(folder, files, SETTINGS + groups), whole=True)


def assert_as_expected(outcome: Outcome, name: str, case: Case) -> None:
    """The file's status, its days, its quarantined lines, and that no line of it is lost or counted twice."""
    file = outcome.files[file_name(name)]
    if case.refused:
        assert file.status == "refused"
        assert file.reason is not None
        assert case.refused in file.reason
    else:
        assert file.status == "landed", file.reason
    assert outcome.days_of(name) == case.days
    assert outcome.quarantine.get(file_name(name), []) == case.quarantined
    cells = {(n, column): check for (path, n, column), (_, check) in outcome.cells.items() if path == file_name(name)}
    assert cells == case.cells
    lines = len(case.days) + case.duplicate + len(case.quarantined)
    assert file[2:7] == (lines, len(case.days), 0, case.duplicate, len(case.quarantined))


def assert_others_stand(outcome: Outcome) -> None:
    """The sound files beside the odd ones were processed, and every file's lines add up."""
    assert outcome.days_of("BASE") == {"2024-01-01": True, "2024-01-02": False}
    assert [row[0] for row in outcome.injections].count("BASE") == 1
    assert all(file.is_conserved for file in outcome.files.values())
