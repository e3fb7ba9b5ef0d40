"""What must hold of every MMRM fit: orders and units change nothing, and what cannot be fitted is said and not guessed."""

from math import isclose

import numpy as np
import pandas as pd
import pytest

from flows.statistics.mmrm import STRUCTURES, Estimate, Mmrm, fit_mmrm
from flows.statistics.mmrm.condensing import condensed
from tests.external.mmrm_data import fev, growth


def trial(seed: int, subjects: int = 60, visits: int = 4, missing: float = 0.2) -> pd.DataFrame:
    """A made trial with correlated visits; ``missing`` is the share of visits that are not seen, at random."""
    chance = np.random.default_rng(seed)
    lags = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    spread = np.linalg.cholesky(9.0 * 0.6**lags)
    arm = chance.integers(0, 2, subjects)
    base = chance.normal(20, 4, subjects)
    change = -3 - arm[:, None] - 0.2 * (base[:, None] - 20) + chance.normal(size=(subjects, visits)) @ spread.T
    subject, visit = np.nonzero(chance.random((subjects, visits)) >= missing)
    return pd.DataFrame(
        {
            "subject": [f"S{number:03}" for number in subject],
            "month": visit + 1,
            "arm": np.where(arm[subject] == 1, "ona", "placebo"),
            "base": base[subject],
            "change": change[subject, visit],
        }
    )


def fit(
    frame: pd.DataFrame, covariance: str = "unstructured", formula: str = "change ~ base + arm * C(month)", **more: str
) -> Mmrm:
    return fit_mmrm(frame, formula, subject="subject", visit="month", covariance=covariance, **more)  # type: ignore[arg-type]


def numbers(model: Mmrm) -> list[float]:
    items: list[Estimate] = [*model.coefficients, *model.differences("arm", "placebo").values()]
    return [value for item in items for value in (item.estimate, item.se, item.df) if value is not None]


@pytest.mark.parametrize("covariance", STRUCTURES)
@pytest.mark.parametrize("df", ["satterthwaite", "kenward-roger"])
def test_the_order_of_rows_changes_nothing_at_all(covariance: str, df: str) -> None:
    frame = trial(1)
    first = fit(frame, covariance, df=df)
    assert first.structure == covariance
    for seed in (1, 2):
        assert numbers(fit(frame.sample(frac=1, random_state=seed), covariance, df=df)) == numbers(first)


@pytest.mark.parametrize("covariance", STRUCTURES)
def test_the_names_of_subjects_change_nothing(covariance: str) -> None:
    frame = trial(2)
    turned = frame.assign(subject=frame["subject"].str[::-1])
    assert numbers(fit(turned, covariance)) == pytest.approx(numbers(fit(frame, covariance)), rel=1e-8)


@pytest.mark.parametrize("covariance", STRUCTURES)
@pytest.mark.parametrize("factor", [1e-4, 28.0, 1e5])
def test_another_unit_of_the_response_rescales(covariance: str, factor: float) -> None:
    frame = trial(3)
    first, other = (
        fit(table, covariance, df="kenward-roger") for table in (frame, frame.assign(change=factor * frame["change"]))
    )
    for one, two in zip(first.coefficients, other.coefficients, strict=True):
        assert isclose(two.estimate or 0, factor * (one.estimate or 0), rel_tol=1e-7, abs_tol=1e-9 * factor)
        assert isclose(two.se or 0, factor * (one.se or 0), rel_tol=1e-8)
        assert (two.df, two.p_value) == (pytest.approx(one.df, rel=1e-7), pytest.approx(one.p_value, rel=1e-6))
    count = first.n_observations - len(first.coefficients)
    shift = (other.minus_2_log_likelihood or 0) - (first.minus_2_log_likelihood or 0)
    assert isclose(shift, 2 * count * np.log(factor), rel_tol=1e-9)


def test_a_covariate_far_from_zero_changes_only_the_intercept() -> None:
    frame = trial(4)
    first, moved = fit(frame), fit(frame.assign(base=frame["base"] + 1e6))
    assert moved.coefficients[1].estimate == pytest.approx(first.coefficients[1].estimate, rel=1e-6)
    assert [item.estimate for item in moved.differences("arm", "placebo").values()] == pytest.approx(
        [item.estimate for item in first.differences("arm", "placebo").values()], rel=1e-6
    )


@pytest.mark.parametrize("covariance", STRUCTURES)
def test_two_runs_are_equal_to_the_last_bit(covariance: str) -> None:
    one, two = (fit(trial(5), covariance, df="kenward-roger") for _ in range(2))
    assert numbers(one) == numbers(two)
    assert one.minus_2_log_likelihood == two.minus_2_log_likelihood


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
def test_random_patterns_of_missing_visits(seed: int, missing: float) -> None:
    """Whatever is fitted is a maximum: every covariance matrix near it has a lower likelihood, by our own plain formula."""
    frame = trial(10 + seed, subjects=50, missing=missing)
    model = fit(frame)
    assert model.reason is None
    assert model.n_observations == len(frame)
    assert model.covariance is not None
    best = plain_likelihood(frame, model.covariance)
    if model.structure == "unstructured":
        assert isclose(best, model.minus_2_log_likelihood or 0, abs_tol=1e-8)
        chance = np.random.default_rng(seed)
        for _ in range(5):
            step = chance.normal(size=model.covariance.shape)
            assert plain_likelihood(frame, model.covariance + 0.02 * (step + step.T)) > best


def plain_likelihood(frame: pd.DataFrame, covariance: np.ndarray) -> float:  # type: ignore[type-arg]
    """-2 restricted log likelihood, subject by subject."""
    months = sorted(frame["month"].unique())
    columns = [np.ones(len(frame)), frame["base"], frame["arm"] == "placebo"]
    columns += [frame["month"] == month for month in months[1:]]
    columns += [(frame["month"] == month) & (frame["arm"] == "placebo") for month in months[1:]]
    design = np.column_stack(columns).astype(float)
    information, right, total = 0.0, 0.0, 0.0
    for _, rows in frame.reset_index(drop=True).groupby("subject"):
        places = [months.index(month) for month in rows["month"]]
        part = covariance[np.ix_(places, places)]
        x, y = design[rows.index], rows["change"].to_numpy()
        information = information + x.T @ np.linalg.solve(part, x)
        right = right + x.T @ np.linalg.solve(part, y)
        total += float(np.linalg.slogdet(part)[1] + y @ np.linalg.solve(part, y))
    total -= float(right @ np.linalg.solve(information, right))
    return total + float(np.linalg.slogdet(information)[1]) + (len(frame) - design.shape[1]) * float(np.log(2 * np.pi))


def test_derivatives_are_those_of_the_structure() -> None:
    """First and second derivatives of each covariance structure against differences."""
    for name, kind in STRUCTURES.items():
        rough = np.array([[4.0, 1.5, 1.0, 0.2], [1.5, 5.0, 2.0, 0.7], [1.0, 2.0, 6.0, 2.5], [0.2, 0.7, 2.5, 3.0]])
        theta = kind.start(rough)
        got = kind.derivatives(theta, 4)
        small = 1e-5
        for place in range(len(theta)):
            step = small * np.eye(len(theta))[place]
            up, down = (kind.covariance(theta + sign * step, 4) for sign in (1, -1))
            assert got.first[place] == pytest.approx((up - down) / (2 * small), abs=1e-7), name
            ups, downs = (kind.derivatives(theta + sign * step, 4).first for sign in (1, -1))
            second = np.zeros_like(ups) if got.second is None else got.second[place]
            assert second == pytest.approx((ups - downs) / (2 * small), abs=1e-7), name


def test_incomplete_rows_are_left_out_and_counted() -> None:
    frame = trial(6)
    holes = pd.concat([frame, frame.assign(month=frame["month"] + 0, change=np.nan, subject=frame["subject"] + "x")])
    model = fit(holes)
    assert (model.n_left_out, numbers(model)) == (len(frame), pytest.approx(numbers(fit(frame)), rel=1e-10))


def test_visits_stand_in_the_order_of_their_categories() -> None:
    frame = trial(7)
    names = {1: "first", 2: "second", 3: "third", 4: "later"}
    named = frame.assign(month=pd.Categorical(frame["month"].map(names), categories=list(names.values())))
    model = fit(named, "ar1_h", "change ~ base + arm * month")
    assert model.visits == ("first", "second", "third", "later")
    assert model.minus_2_log_likelihood == pytest.approx(fit(frame, "ar1_h").minus_2_log_likelihood, rel=1e-9)


# What cannot be fitted


def test_too_few_subjects_for_unstructured_fall_back_along_the_list_and_say_so() -> None:
    frame = trial(8, subjects=5, visits=6, missing=0.0)
    model = fit(frame, formula="change ~ C(month)")
    assert [name for name, _ in model.tried] == list(STRUCTURES)[: len(model.tried)]
    assert model.tried[0][0] == "unstructured"
    assert model.structure == list(STRUCTURES)[len(model.tried)]
    assert (model.note or "").startswith("unstructured covariance was not fitted: ")
    assert f"{STRUCTURES[model.structure].title} covariance instead" in (model.note or "")
    alone = fit_mmrm(frame, "change ~ C(month)", subject="subject", visit="month", fallback=False)
    assert (alone.structure, alone.coefficients, alone.covariance) == (None, (), None)
    assert alone.reason == f"unstructured covariance: {model.tried[0][1]}"


def test_two_visits_that_nobody_has_both() -> None:
    frame = trial(9, missing=0.0)
    odd = frame["subject"].str[-1].isin(list("13579"))
    frame = frame[~((frame["month"] == 1) & odd) & ~((frame["month"] == 4) & ~odd)]
    model = fit(frame)
    assert model.tried[0] == ("unstructured", "no subject has both visit 1 and visit 4")
    assert model.tried[1] == ("toeplitz_h", "no subject has two visits that are 3 apart")
    assert model.structure == "ar1_h"


def test_one_visit_a_subject_has_no_correlation() -> None:
    frame = trial(10, missing=0.0).groupby("subject").sample(1, random_state=1)
    model = fit(frame)
    assert model.structure is None
    assert len(model.tried) == len(STRUCTURES)
    assert "no subject has two visits" in (model.reason or "")
    assert model.differences("arm", "placebo") == {}


def test_an_arm_that_nobody_has() -> None:
    frame = trial(11).assign(arm=lambda table: pd.Categorical(table["arm"], ["placebo", "ona", "high"]))
    model = fit(frame)
    difference = model.differences("arm", "placebo")
    assert difference[1, "high"].estimate is None
    assert difference[1, "high"].reason == "cannot be estimated: no subject tells about it"
    assert "arm[T.high]" in (model.note or "")
    without = fit(trial(11)).differences("arm", "placebo")
    assert difference[1, "ona"].estimate == pytest.approx(without[1, "ona"].estimate, rel=1e-9)


def test_an_arm_that_nobody_has_at_one_visit() -> None:
    frame = trial(12, missing=0.0)
    frame = frame[~((frame["arm"] == "ona") & (frame["month"] == 4))]
    model = fit(frame, formula="change ~ arm * C(month)")
    means, differences = model.ls_means("arm"), model.differences("arm", "placebo")
    assert (means[4, "ona"].estimate, differences[4, "ona"].estimate) == (None, None)
    assert (differences[4, "ona"].p_value, differences[4, "ona"].se) == (None, None)
    for key in ((3, "ona"), (4, "placebo")):
        assert means[key].estimate is not None
    seen = frame[(frame["arm"] == "ona") & (frame["month"] == 3)]["change"]
    assert means[3, "ona"].estimate == pytest.approx(seen.mean(), rel=1e-9)


def test_one_arm_has_means_and_no_difference() -> None:
    frame = trial(13).assign(arm="ona")
    model = fit(frame, formula="change ~ base + C(month)")
    assert model.reason is None
    with pytest.raises(ValueError, match="The formula has no arm"):
        model.differences("arm", "placebo")
    with_arm = fit(frame, formula="change ~ base + arm * C(month)")
    assert with_arm.differences("arm", "ona") == {}
    assert {key: mean.reason for key, mean in with_arm.ls_means("arm").items()} == dict.fromkeys(
        [(m, "ona") for m in (1, 2, 3, 4)]
    )


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (trial(14).head(0), "there is no observation that is complete"),
        (trial(14).assign(base=np.nan), "there is no observation that is complete"),
        (trial(14).head(3), "3 observations are too few for"),
        (trial(14).assign(change=4.0), "the model leaves no spread"),
        (trial(14).assign(change=lambda table: table["base"] * 2 + 1), "the model leaves no spread"),
        (
            trial(14).assign(change=lambda table: table["change"].where(table["month"] != 1, np.inf)),
            "not a finite number",
        ),
    ],
)
def test_what_gives_no_number_says_why(frame: pd.DataFrame, reason: str) -> None:
    for covariance in STRUCTURES:
        model = fit(frame, covariance)
        assert reason in (model.reason or "")
        assert (model.coefficients, model.structure, model.minus_2_log_likelihood) == ((), None, None)


def test_a_visit_without_spread_has_no_variance_of_its_own() -> None:
    """The same value for everybody, or as few subjects as coefficients: left to the structure with one variance."""
    frame = trial(14)
    constant = frame.assign(change=frame["change"].where(frame["month"] != 2, 0.0))
    few = frame[(frame["month"] != 2) | frame["subject"].isin(["S001", "S002"])]
    for table in (constant, few):
        model = fit(table)
        assert model.structure == "cs"
        assert {why for _, why in model.tried} == {"the model leaves no spread at visit 2"}


def test_a_visit_that_repeats_another_is_singular() -> None:
    """Two visits with equal residuals: the likelihood has no maximum, under no structure with a variance of its own."""
    frame = trial(15, missing=0.0)
    first = frame.loc[frame["month"] == 1].set_index("subject")["change"]
    frame.loc[frame["month"] == 2, "change"] = frame.loc[frame["month"] == 2, "subject"].map(first)
    model = fit(frame)
    assert model.tried[0][0] == "unstructured"
    assert "singular" in model.tried[0][1]


def test_an_aliased_covariate_is_left_out_and_named() -> None:
    frame = trial(16)
    model = fit(frame.assign(twice=2 * frame["base"]), formula="change ~ base + twice + arm * C(month)")
    assert model.note == "left out, because they follow from the others or nobody has them: twice"
    by_name = {item.name: item for item in model.coefficients}
    assert by_name["twice"].estimate is None
    assert by_name["base"].reason == "cannot be estimated: no subject tells about it"
    expected, got = fit(frame).differences("arm", "placebo"), model.differences("arm", "placebo")
    assert {key: item.estimate for key, item in got.items()} == pytest.approx(
        {key: item.estimate for key, item in expected.items()}
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"covariance": "spatial"}, "covariance is spatial; it may be unstructured, toeplitz_h, ar1_h, cs_h, cs"),
        ({"method": "map"}, "method is map; it may be reml, ml"),
        ({"df": "residual"}, "df is residual; it may be satterthwaite, kenward-roger"),
        ({"information": "average"}, "information is average; it may be observed, expected"),
        ({"method": "ml", "df": "kenward-roger"}, "The adjustment of Kenward and Roger is for method reml"),
        ({"formula": "change ~ weight"}, "The frame has no column weight"),
        ({"formula": "change + base ~ arm"}, "one response"),
        ({"formula": "~ arm"}, "one response"),
    ],
)
def test_a_wrong_argument_is_an_error(more: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(trial(17), **more)


def test_a_visit_twice_is_an_error() -> None:
    frame = trial(18)
    with pytest.raises(ValueError, match="A subject has a month more than once"):
        fit(pd.concat([frame, frame.head(1)]))


def test_a_reference_that_is_not_in_the_model_is_an_error() -> None:
    model = fit(trial(19))
    with pytest.raises(ValueError, match="The model has no arm sham"):
        model.differences("arm", "sham")
    with pytest.raises(ValueError, match="weights is some"):
        model.ls_means("arm", "some")


def test_many_subjects_take_a_moment() -> None:
    """300 subjects with nine months: in processor time, for the machine may be busy."""
    from time import process_time

    frame = trial(20, subjects=300, visits=9)
    before = process_time()
    model = fit(frame, df="kenward-roger", formula="change ~ base * C(month) + arm * C(month)")
    model.differences("arm", "placebo")
    assert model.structure == "unstructured"
    assert process_time() - before < 6


def test_the_published_data_are_as_published() -> None:
    """Sums of the two files: a slip in them would be a slip in every comparison."""
    assert (len(growth()), round(growth()["y"].sum(), 1)) == (108, 2594.5)
    assert int(fev()["fev"].notna().sum()) == 537


def test_condensed_rows_have_the_sums_of_products_of_the_subjects() -> None:
    """Three patterns of visits, one of them of a single subject; a covariate that changes from visit to visit."""
    random = np.random.default_rng(8)
    seen = np.array([[True, True, True]] * 40 + [[False, True, True]] * 30 + [[True, False, False]])
    subject, visit = np.nonzero(seen[random.permutation(len(seen))])
    columns = np.column_stack([np.ones(len(visit)), visit == 1, random.random(71)[subject], random.random(len(visit))])
    response = random.random(len(visit))
    rows = condensed(columns, response, subject, visit)
    assert sorted(rows.sizes.tolist()) == [1, 30, 40]
    assert len(rows.response) < 25
    both = np.dstack([rows.columns, rows.response])
    for pattern, part in zip(rows.patterns, np.split(both, rows.starts[1:]), strict=True):
        members = [i for i in range(71) if set(visit[subject == i]) == set(np.flatnonzero(pattern))]
        whole = np.zeros((len(members), 3, 5))
        for place, member in enumerate(members):
            whole[place, visit[subject == member]] = np.column_stack([columns, response])[subject == member]
        flat, expected = part.reshape(len(part), -1), whole.reshape(len(members), -1)
        assert np.allclose(flat.T @ flat, expected.T @ expected, rtol=1e-12, atol=1e-12)
