"""docs/files.md: each example of a file is read by the entry that stands below it, every line of it."""

import re
from pathlib import Path
from typing import Any

import pytest

from flows.checking.quarantine import quote_quarantined
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, SETTINGS, write_study
from tests.conftest import ROOT

TEXT = (ROOT / "docs/files.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("## Your file looks like this")[2].partition("\n## ")[0]
BLOCK = re.compile(r"```(\w+) ?(\S*)\n(.*?)```", re.DOTALL)
# (diary days, injections) of each example, without those of the file that every study here has.
HEADACHE = {
    "diary-export.csv": {("A01", "2024-03-01", True), ("A01", "2024-03-02", False)},
    "site-3/tagebuch-A01.csv": {("A01", "2024-03-01", True), ("A01", "2024-03-13", False)},
    "days.csv": {
        *(("A01", "2024-03-01", True), ("A01", "2024-03-02", False)),
        *(("A02", "2024-03-05", False), ("A02", "2024-03-07", True)),
    },
    "app.csv": {("A01", "2024-02-13", True), ("A01", "2024-02-14", False)},
    "words.csv": {("A01", "2024-03-01", True), ("A01", "2024-03-02", False)},
    "export.csv": {("A01", "2024-03-01", True)},
}
MORE = {
    "app.csv": "SELECT hours, acute_medication, CAST(entered_at AS VARCHAR) FROM landing.diary WHERE hours > 0",
    "words.csv": "SELECT severity FROM landing.diary WHERE subject_id = 'A01' ORDER BY diary_date",
    "export.csv": "SELECT acute_medication FROM landing.diary WHERE subject_id = 'A01'",
}
FOUND = {
    "app.csv": [(4.25, "ibuprofen;sumatriptan", "2024-02-13 23:30:00")],
    "words.csv": [(2,), (0,)],
    "export.csv": [("sumatriptan",)],
}


def examples() -> dict[str, tuple[dict[str, str], str]]:
    """By the file's path below inbox/: the files and the settings of each example."""
    found: dict[str, tuple[dict[str, str], str]] = {}
    files: dict[str, str] = {}
    for paragraph in re.split(r"\n(?=\*\*)", SECTION):
        blocks = BLOCK.findall(paragraph)
        files = {name: text for language, name, text in blocks if language == "csv"}
        if files:
            settings = "\n".join(text for language, name, text in blocks if language == "toml" and not name)
            (path,) = (name.removeprefix("inbox/") for name in files if name.startswith("inbox/"))
            found[path] = (files, settings)
    return found


EXAMPLES = examples()


def test_all_examples_are_here() -> None:
    assert EXAMPLES.keys() == HEADACHE.keys()


@pytest.mark.parametrize("path", EXAMPLES)
def test_every_line_is_read_as_the_page_says(path: str, tmp_path: Path) -> None:
    files, settings = EXAMPLES[path]
    folder = write_study(tmp_path / "study", BASE, SETTINGS + settings)
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text, encoding="utf-8")
    study = load_study(folder)
    with open_warehouse(tmp_path / "out", study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        quote_quarantined(con, study, kept)

        def rows(query: str) -> list[tuple[Any, ...]]:
            return con.execute(query).fetchall()

        days = rows(
            "SELECT subject_id, CAST(diary_date AS VARCHAR), headache FROM landing.diary WHERE subject_id ^@ 'A'"
        )
        assert set(days) == HEADACHE[path]
        assert len(days) == len(HEADACHE[path])
        assert path not in MORE or rows(MORE[path]) == FOUND[path]
        assert rows("SELECT reason FROM landing.quarantine") == []
        assert rows("SELECT * FROM landing.unused_settings WHERE \"check\" NOT IN ('pattern', 'values')") == []
        for part, *counts in rows("SELECT part, lines_read, lines_current, lines_elsewhere FROM landing.files"):
            assert counts[0] == counts[1] + counts[2], part
