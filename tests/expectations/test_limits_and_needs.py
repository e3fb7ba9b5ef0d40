"""A study's own limits, and checks that cannot be made for want of a file or a column."""

from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.check_limits import CheckLimits
from flows.study.dictionary import load_dictionary
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, SETTINGS, write_study

DIARY = """subject_id,diary_date,headache,hours,entered_at
BASE,2024-01-01,1,,2024-01-02 23:00
BASE,2024-01-02,1,,2024-01-04 01:00
"""


def outcome(folder: Path, settings: str) -> tuple[dict[str, tuple[str, str | None, int]], list[tuple]]:
    """Status, what is missing and rows failing by check; the findings."""
    study = load_study(write_study(folder, BASE | {"diary.csv": DIARY}, settings))
    with open_warehouse(folder / "out", study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        rows = con.execute("SELECT check_id, status, not_applicable_reason, rows_failing FROM meta.checks").fetchall()
        found = con.execute("SELECT check_id, line_number FROM landing.findings ORDER BY ALL").fetchall()
    return {check: (status, missing, failing) for check, status, missing, failing in rows}, found


def test_what_was_not_sent_is_not_applicable_and_limits_are_the_study_s(tmp_path: Path) -> None:
    checks, found = outcome(tmp_path / "study", SETTINGS + "[checks]\nlate_entry_hours = 24\n")
    assert checks["diary.diary_date.before_consent"] == ("not_applicable", "there is no subjects file", 0)
    assert checks["scores.score.out_of_range"] == ("not_applicable", "there is no scores file", 0)
    assert checks["diary.severity.without_headache"] == ("not_applicable", "no diary file gives severity", 0)
    # The column stands in the header and nothing stands in the column.
    assert checks["diary.hours.out_of_range"] == ("not_applicable", "no diary file gives hours", 0)
    assert checks["diary.diary_date.future"] == ("passed", None, 0)
    # 25 hours after the end of the day: late under the study's own limit, in time under the default.
    assert checks["diary.entered_at.late"] == ("failed", None, 1)
    assert ("diary.entered_at.late", 3) in found


def test_a_limit_that_does_not_exist_is_named(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", settings=SETTINGS + "[checks]\nlate_entry_hour = 24\n")
    with pytest.raises(ConfigurationError, match=r"checks\.late_entry_hour: .*did you mean 'late_entry_hours'"):
        load_study(study)


@pytest.mark.parametrize(("limit", "value"), [("late_entry_hours", 0), ("identical_days", 1), ("backfill_days", 2.5)])
def test_a_limit_out_of_range_is_refused(tmp_path: Path, limit: str, value: float) -> None:
    study = write_study(tmp_path / "study", settings=SETTINGS + f"[checks]\n{limit} = {value}\n")
    with pytest.raises(ConfigurationError, match=rf"study\.toml: checks\.{limit}"):
        load_study(study)


def test_each_limit_is_a_column_of_the_dictionary() -> None:
    """Else the lineage of the checks that use it cannot be followed: data/dictionary/meta.toml, [check_limits.columns]."""
    columns = load_dictionary()["meta.check_limits"].columns
    assert [column.name for column in columns] == list(CheckLimits.model_fields)
