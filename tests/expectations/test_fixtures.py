"""Every check fails where it should, line by line, and nowhere else."""

from collections import Counter

import pytest

from flows.checking.checks import load_suites
from tests.expectations.batch import CASES, DEFECTS, Batch
from tests.expectations.mutants import EQUIVALENT, mutants

SETTINGS = tuple(f"settings.{name}.unused" for name in ("pattern", "columns", "values", "withdrawn", "ignore"))
SEVERITIES = {"file.earlier_version_counts": "info", "file.lines_unclaimed": "error"}
WARNINGS = ("file.absent", "file.dates_come", "subjects.arm.undeclared", *SETTINGS)  # not about the pipeline
ALL_CHECKS = {check.id: check for checks in load_suites().values() for check in checks}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return Batch(tmp_path_factory.mktemp("cases") / "study")


def test_every_check_has_a_fixture_and_every_fixture_a_check() -> None:
    assert sorted([*CASES, *DEFECTS]) == sorted(ALL_CHECKS)


@pytest.mark.parametrize("name", CASES)
def test_exactly_the_marked_lines_fail(batch: Batch, name: str) -> None:
    assert batch.found_in(name) == batch.cases[name].expected


@pytest.mark.parametrize("name", CASES)
def test_a_case_holds_something_that_fails_and_something_that_passes(batch: Batch, name: str) -> None:
    case = batch.cases[name]
    failing = {(path, line) for path, line, check in case.expected if check == name}
    assert failing
    if failing & case.lines:
        is_about_files = all(line is None for _, line in failing)
        kinds = {str(path).split("-")[0] for path, _ in failing} if not is_about_files else None
        passing = {
            (path, line)
            for path, line in case.lines - failing
            if (line is None) == is_about_files and (kinds is None or path.split("-")[0] in kinds)
        }
        assert passing


def test_nothing_is_found_outside_the_cases(batch: Batch) -> None:
    told = sum(len(batch.found_in(name)) for name in CASES)
    assert told == len({(path, line, check, path or reason) for path, line, check, reason in batch.found})


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_of_the_pipeline_is_seen(batch: Batch, name: str) -> None:
    assert batch.status[name] == "passed"
    assert batch.defects[name].failing == DEFECTS[name][1]
    assert ALL_CHECKS[name].severity == SEVERITIES.get(name, "warning" if name in WARNINGS else "critical")


def test_every_check_was_made(batch: Batch) -> None:
    """None was skipped for want of a file or column."""
    assert set(batch.status.values()) == {"passed", "failed"}


@pytest.mark.parametrize("name", sorted({mutant.check_id for mutant in mutants()}))
def test_a_check_broken_in_one_place_is_noticed(batch: Batch, name: str) -> None:
    unseen = Counter(
        mutant.removed for mutant, is_unseen in batch.mutants.items() if is_unseen and mutant.check_id == name
    )
    assert unseen == {removed: places for (check_id, removed), (places, _) in EQUIVALENT.items() if check_id == name}
