"""Nobody can tell from a blinded snapshot which arm a subject is in: a classifier that is given all of it does as a coin.

Simulated studies in which the arm changes nothing but the treatment itself: it is drawn anew after the simulation, and
then decides dose, muscles, rows per session, faulty cells, lines set aside and the order of the lines in the files. Over
INFERENCE_SEEDS studies (two by default; twenty before a release) a random forest learns the arms of all studies but
one and guesses those of that one; and it learns those of two thirds of the subjects of a study and guesses the others'.
The same forest finds the arm as soon as one of the private tables stands for its published form.
"""

import os
import random
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from statsmodels.stats.proportion import proportion_confint

from flows.publishing.blinding import names_to_withhold, stop_on_arm_names, withhold_texts
from flows.publishing.snapshot_database import published_tables, write_database
from flows.simulation.settings import Preset, load_preset
from flows.warehouse.blinding_key import KEY_NAME
from tests.run import computed
from tests.simulation.blinded_features import features_of, read_tables
from tests.simulation.pipeline import simulate

SEEDS = range(1, 1 + int(os.environ.get("INFERENCE_SEEDS", "2")))
SUBJECTS = 24
TREES = 100
SESSIONS = {
    "low": [("frontalis", "20", 4), ("temporalis", "40", 8)],
    "high": [("frontalis", "20", 4), ("temporalis", "many", 8), ("occipitalis", "30", 6), ("masseter", "15", 3)],
}
# One private table in the place of its published form, and what of it is shown.
LEAKS = {
    "rows of a session": ("tabulation.injections", ["subject_id"]),
    "muscles": ("tabulation.injections", ["subject_id", "muscle"]),
    "lines of the subjects file": ("tabulation.subjects", ["subject_id", "line_number"]),
    "lines of injections set aside": ("landing.quarantine", ["subject_id", "kind"]),
    "cells of doses set aside": ("landing.quarantined_cells", ["subject_id", "column_name"]),
    "lines by identifier": ("landing.folded_ids", ["subject_id", "n_lines"]),
}
# Few subjects write their identifier in two ways: it takes the studies of a release to learn something from it.
SHOWN = [leak for leak in LEAKS if len(SEEDS) >= 20 or leak != "lines by identifier"]


class Trial(NamedTuple):
    """A published study: its tables, the private ones, and the truth."""

    tables: dict[str, pd.DataFrame]
    private: dict[str, pd.DataFrame]
    arms: pd.Series  # by subject, true = high

    def features(self, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        return features_of(tables, list(self.arms.index))


def one_arm() -> Preset:
    """The preset with everybody in one arm, one site and two cycles."""
    preset = load_preset("preempt")
    arm = next(arm for arm in preset.arms if arm.switches_to is None).model_copy(update={"subjects": SUBJECTS})
    study = preset.study.model_copy(update={"cycles": 2, "enrolment_days": 60, "rule_sets": ("preempt", "article")})
    return preset.model_copy(update={"arms": (arm,), "study": study})


def trial(folder: Path, seed: int) -> Trial:
    study = simulate(folder, SUBJECTS, seed, preset=one_arm())
    inbox = study / "inbox"
    subjects = pd.read_csv(inbox / "subjects.csv", dtype=str)
    ids = list(subjects["subject_id"])
    high = set(random.Random(seed).sample(ids, SUBJECTS // 2))
    arms = pd.Series({subject: subject in high for subject in ids})
    subjects["arm"] = np.where(subjects["subject_id"].isin(high), "high", "low")
    subjects.sort_values(["arm", "subject_id"]).to_csv(inbox / "subjects.csv", index=False)
    sessions = pd.read_csv(inbox / "injections.csv", dtype=str)[["subject_id", "injection_date"]].drop_duplicates()
    lines = [
        f"{subject.lower()},{day},{muscle},{units},{sites}"
        for is_high in (True, False)
        for subject, day in sessions.itertuples(index=False)
        if (subject in high) == is_high
        for muscle, units, sites in SESSIONS["high" if is_high else "low"]
    ]
    lines += [f"{s},,{muscle},1,1" for s in ids for muscle, *_ in SESSIONS["high" if s in high else "low"]]
    (inbox / "injections.csv").write_text("subject_id,injection_date,muscle,units,sites\n" + "\n".join(lines) + "\n")
    settings = (study / "study.toml").read_text().partition("[arms]")[0].replace("[study]", "[study]\nblinded = true")
    (study / "study.toml").write_text(
        settings + '[arms]\nlow = "Low dose"\nhigh = "High dose"\n[subjects]\nid_folding = ["case"]\n'
    )
    out = study / "published"
    (out / "state").mkdir(parents=True, mode=0o700)
    (out / "state" / KEY_NAME).write_text(f"{seed:064x}\n")  # the same hashes in every run of this test
    with computed(study, out) as run:
        tables = published_tables(run.con)
        names = names_to_withhold(run.con, run.study)
        stop_on_arm_names(run.con, tables, names)
        withhold_texts(run.con, tables, names)
        write_database(run.con, out / "outcomes.duckdb", run.study)
        private = {
            leak: run.con.execute(f"SELECT {', '.join(shown)} FROM {table}").df()
            for leak, (table, shown) in LEAKS.items()
        }
    return Trial(read_tables(out / "outcomes.duckdb"), private, arms)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    return [trial(tmp_path_factory.mktemp("trial") / "study", seed) for seed in SEEDS]


def forest() -> RandomForestClassifier:
    return RandomForestClassifier(TREES, random_state=1)


def interval(right: Iterable[bool], name: str) -> tuple[float, float]:
    """The exact 95% interval of the share guessed right."""
    guesses = list(right)
    low, high = proportion_confint(sum(guesses), len(guesses), method="beta")
    print(f"{name}: {sum(guesses)} of {len(guesses)} right, {low:.3f} to {high:.3f}")
    return low, high


def guesses_from_other_studies(features: list[pd.DataFrame], trials: list[Trial]) -> list[bool]:
    """Of each subject whether the arm was guessed right, by what holds in all other studies."""
    every = pd.concat(features, keys=range(len(features))).fillna(-1.0)
    arms = np.concatenate([trial.arms.to_numpy() for trial in trials])
    study = every.index.get_level_values(0)
    right: list[bool] = []
    for left_out in range(len(trials)):
        fitted = forest().fit(every[study != left_out].to_numpy(), arms[study != left_out])
        right += list(fitted.predict(every[study == left_out].to_numpy()) == arms[study == left_out])
    return right


def guesses_within_the_study(features: list[pd.DataFrame], trials: list[Trial]) -> list[bool]:
    """Of each subject whether the arm was guessed right, by the known arms of two thirds of the study."""
    right: list[bool] = []
    for of_trial, trial in zip(features, trials, strict=True):
        folds = StratifiedKFold(3, shuffle=True, random_state=1)
        arms = trial.arms.to_numpy()
        right += list(cross_val_predict(forest(), of_trial.to_numpy(), arms, cv=folds) == arms)
    return right


def test_nobody_guesses_the_arm_from_what_is_published(trials: list[Trial]) -> None:
    features = [trial.features(trial.tables) for trial in trials]
    assert all(len(of_trial.columns) > 500 for of_trial in features)
    low, high = interval(guesses_from_other_studies(features, trials), "from other studies")
    assert low <= 0.5 <= high
    low, _ = interval(guesses_within_the_study(features, trials), "within the study")
    assert low <= 0.5  # below it is no better: of few subjects the left-out ones are of the rarer arm


@pytest.mark.parametrize("leak", SHOWN)
def test_the_same_guesses_find_a_leak(leak: str, trials: list[Trial]) -> None:
    """One private table among the published ones; without this the test above could not fail."""
    table, _ = LEAKS[leak]
    features = [trial.features({table: trial.private[leak]}) for trial in trials]
    low, _ = interval(guesses_from_other_studies(features, trials), leak)
    assert low > 0.6
