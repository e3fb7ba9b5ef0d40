"""A simulated study is clean, its truth is what the pipeline computes, and the same seed gives the same bytes."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.base.resources import resource
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.simulation.course import CELLS, simulate_run, spans
from flows.simulation.settings import load_preset
from flows.simulation.statuses import NAMES, NOT_GIVEN, statuses
from flows.simulation.write import sizes_of
from flows.study.rule_sets import load_rule_sets
from flows.study.rule_variants import AS_WRITTEN, variants_of
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.conftest import ROOT
from tests.simulation.pipeline import process, read_statuses, simulate

# Frozen from the first run on Linux, x86-64: the same bytes are wanted on every machine. A deliberate change of the
# simulator or of the preset changes it; then state the new one here.
FINGERPRINT = "a4fedc46c5ddb9ac9673a2dde75da93f0fd151c2afbea61e6f07999666c8d907"


def fingerprint(folder: Path) -> str:
    """SHA-256 over all files of a study."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


@pytest.mark.parametrize(("preset", "seed"), [("preempt", 11), ("compel", 12), ("registry", 13)])
def test_clean_study_has_no_finding_and_its_truth_is_the_result(preset: str, seed: int, tmp_path: Path) -> None:
    folder = simulate(tmp_path / "study", 24, seed, preset=load_preset(preset))
    outcome, truth = process(folder), read_statuses(folder)
    assert outcome.findings == set()
    assert outcome.set_aside == set()
    assert {rule_set for rule_set, _, _ in truth} == set(load_preset(preset).study.rule_sets)
    assert {status for status, _, _ in truth.values()} >= {"responder", "non_responder", "not_evaluable"}
    assert outcome.statuses == truth


def test_statuses_of_every_variant_are_those_of_the_pipeline(tmp_path: Path) -> None:
    """Missing-day policies, fewest recorded days and headache days, on which the validity studies rest."""
    preset, sizes = sizes_of(load_preset("registry"), 24, None)
    folder = simulate(tmp_path / "study", 24, 21, preset=load_preset("registry"))
    study = load_study(folder)
    with open_warehouse(tmp_path / "out", study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        computed = {
            (rule_set, variant, subject, cycle): status
            for rule_set, variant, subject, cycle, status in con.execute(
                "SELECT rule_set, variant, subject_id, cycle, status FROM analysis.response"
            ).fetchall()
        }
    run = simulate_run(preset, 21, sizes, 0, sum(sizes))
    counted = {}
    for rule_set in load_rule_sets(preset.study.rule_sets, [resource("data/rules")]):
        for variant in [*variants_of(rule_set)]:
            codes = statuses(run, variant.rule)
            for subject in range(len(codes)):
                for cycle, code in enumerate(codes[subject], 1):
                    if code != NOT_GIVEN:
                        counted[rule_set.id, variant.name, f"S{subject + 1:04d}", cycle] = NAMES[code]
    assert {variant for _, variant, _, _ in counted} > {AS_WRITTEN, "missing_days = headache", "min_recorded_days = 23"}
    assert counted == computed


def test_fully_observed_status_is_the_pipeline_s_where_no_day_is_missing(tmp_path: Path) -> None:
    preset = load_preset("preempt")
    whole = preset.model_copy(
        update={
            "missing": preset.missing.model_copy(update={"scattered": 0.0, "blocks_per_year": 0.0}),
            "drop_out": preset.drop_out.model_copy(update={"at_random": 0.0}),
        }
    )
    folder = simulate(tmp_path / "study", 20, 5, preset=whole)
    computed = {key: status for key, (status, _, _) in process(folder).statuses.items()}
    full = {}
    for line in (folder / "truth/statuses.csv").read_text().splitlines()[1:]:
        rule_set, subject, cycle, _, status, *_ = line.split(",")
        full[rule_set, subject, int(cycle)] = status
    assert computed == full


def test_same_seed_same_bytes_another_seed_others(tmp_path: Path) -> None:
    first, second, other = (
        fingerprint(simulate(tmp_path / name, 30, seed, 0.05)) for name, seed in (("a", 3), ("b", 3), ("c", 4))
    )
    assert first == second
    assert first != other


def test_bytes_are_the_frozen_ones(tmp_path: Path) -> None:
    assert fingerprint(simulate(tmp_path / "study", 60, 2026, 0.1)) == FINGERPRINT


def test_bytes_do_not_depend_on_threads_or_on_what_the_processor_can_do(tmp_path: Path) -> None:
    """One thread and none of the vector instructions NumPy may choose: as on an old, small machine."""
    here = fingerprint(simulate(tmp_path / "here", 60, 2026, 0.1))
    settings = os.environ | {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "NPY_DISABLE_CPU_FEATURES": disabled_features(),
        "PYTHONHASHSEED": "1",
    }
    code = (
        "from pathlib import Path; from tests.simulation.pipeline import simulate;"
        f"simulate(Path({str(tmp_path / 'there')!r}), 60, 2026, 0.1)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=settings, cwd=ROOT, check=True, timeout=120)
    assert fingerprint(tmp_path / "there") == here


def disabled_features() -> str:
    """The vector instructions beyond the baseline that this machine has and NumPy would use."""
    import numpy as np

    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return " ".join(found)


def test_subjects_do_not_depend_on_the_run_they_are_simulated_in() -> None:
    preset, sizes = sizes_of(load_preset("preempt"), 24, None)
    whole = simulate_run(preset, 8, sizes, 0, 24)
    for first, count in ((0, 5), (5, 1), (6, 18)):
        part = simulate_run(preset, 8, sizes, first, count)
        for name in ("headache", "quarters", "severity", "migraine", "intake", "likely"):
            columns = getattr(whole.diary, name)[:, first : first + count]
            assert (getattr(part.diary, name) == columns).all(), name
        assert (part.recorded.has_row == whole.recorded.has_row[:, first : first + count]).all()
        assert (part.schedule.injection == whole.schedule.injection[first : first + count]).all()


def test_dirt_leaves_the_course_of_the_study_as_it_was(tmp_path: Path) -> None:
    """Subjects without a planted interval have the same truth with and without dirt."""
    clean, dirty = (simulate(tmp_path / name, 30, 6, rate) for name, rate in (("clean", 0.0), ("dirty", 0.1)))
    assert (clean / "truth/subjects.csv").read_bytes() != b""
    assert _most_alike(clean / "truth/subjects.csv", dirty / "truth/subjects.csv") >= 28
    assert _most_alike(clean / "truth/statuses.csv", dirty / "truth/statuses.csv") > 350


def _most_alike(first: Path, second: Path) -> int:
    return len(set(first.read_text().splitlines()) & set(second.read_text().splitlines()))


def test_runs_are_bounded_in_memory() -> None:
    preset = load_preset("compel")
    assert all(count * 900 <= 1.2 * CELLS for _, count in spans(preset, 10_000))
    assert sum(count for _, count in spans(preset, 10_000)) == 10_000
