"""A GEE fitted to distinct courses with their frequencies: forty thousand subjects have some hundred courses.

statsmodels goes through the clusters one by one in Python. Subjects with equal rows are one cluster to it, weighted by
their number; what its weights do not mean for it (how many observations there are, and that subjects are independent)
is put right here. The result is that of the model fitted to every subject (tests/external/test_statistics.py).
"""

import warnings
from functools import cache
from typing import Any, NamedTuple

MAX_ITERATIONS = 100


class Fitted(NamedTuple):
    """Estimates and robust standard errors of the columns of the design, and the common correlation."""

    estimates: Any
    errors: Any
    correlation: float | None  # None where no subject was observed twice


def fit_courses(subject: Any, design: Any, response: Any) -> Fitted | None:
    """Logit link, exchangeable correlation, robust standard errors; None where the fit does not converge.

    One element (of ``design`` one row) per observation, sorted by subject.
    Source: Liang and Zeger 1986, Biometrika 73:13; computed by statsmodels.
    """
    import numpy as np
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    kinds, kind = _distinct(np.column_stack([design, response]))
    courses, frequencies = _counted(subject, kind)
    lengths = [len(course) for course in courses]
    rows = kinds[np.concatenate([np.asarray(course) for course in courses])]
    structure = _exchangeable_by_frequency()()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a fit that fails gives None
        try:
            model = GEE(
                rows[:, -1],
                rows[:, :-1],
                groups=np.repeat(np.arange(len(courses)), lengths),
                weights=np.repeat(frequencies, lengths).astype(float),
                family=Binomial(),
                cov_struct=structure,
            )
            fitted = model.fit(maxiter=MAX_ITERATIONS)
            estimates, errors = np.asarray(fitted.params), _robust_errors(model)
        except (np.linalg.LinAlgError, ValueError):
            return None
    is_sound = fitted.converged and np.isfinite(estimates).all() and np.isfinite(errors).all()
    correlation = structure.dep_params if max(lengths) > 1 else None
    return Fitted(estimates, errors, correlation) if is_sound else None


def _counted(subject: Any, kind: Any) -> tuple[list[tuple[int, ...]], Any]:
    """The distinct courses (each the kinds of a subject's observations in turn) in order, and how many have each."""
    import numpy as np

    starts = np.flatnonzero(np.concatenate([[True], subject[1:] != subject[:-1]]))
    lengths = np.diff([*starts, len(subject)])
    row = np.repeat(np.arange(len(starts)), lengths)
    of_subjects = np.full((len(starts), lengths.max()), -1)  # -1: no observation any more
    of_subjects[row, np.arange(len(subject)) - starts[row]] = kind
    courses, course_of = _distinct(of_subjects)
    return [tuple(course[course >= 0]) for course in courses], np.bincount(course_of)


def _distinct(rows: Any) -> tuple[Any, Any]:
    """The distinct rows in order, and which of them each row is: np.unique, in a fraction of its time."""
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame(rows)
    number = frame.groupby(list(frame.columns)).ngroup().to_numpy()
    return rows[np.unique(number, return_index=True)[1]], number


@cache
def _exchangeable_by_frequency() -> Any:
    """The exchangeable structure of statsmodels, whose sums count every subject of a course."""
    from statsmodels.genmod.cov_struct import Exchangeable

    class ExchangeableByFrequency(Exchangeable):
        def update(self, params: Any) -> None:
            model = self.model
            squares = products = observations = pairs = 0.0
            for endog, (mean, _), weights in zip(model.endog_li, model.cached_means, model.weights_li, strict=True):
                residuals = (endog - mean) / model.family.variance(mean) ** 0.5
                of_course = (residuals**2).sum()
                squares += weights[0] * of_course
                products += weights[0] * (residuals.sum() ** 2 - of_course) / 2
                observations += weights[0] * len(residuals)
                pairs += weights[0] * len(residuals) * (len(residuals) - 1) / 2
            scale = squares / (observations - model.ddof_scale)
            self.dep_params = products / scale / (pairs - model.ddof_scale) if pairs > model.ddof_scale else 0.0

    return ExchangeableByFrequency


def _robust_errors(model: Any) -> Any:
    """The sandwich with one term for each subject: weights alone would make those of a course one subject."""
    import numpy as np

    bread = meat = 0
    for i, weights in enumerate(model.weights_li):
        mean, predictor = model.cached_means[i]
        derivative = model.mean_deriv(model.exog_li[i], predictor)
        spread = np.sqrt(model.family.variance(mean))
        solved, residual = model.cov_struct.covariance_matrix_solve(
            mean, i, spread, (derivative, model.endog_li[i] - mean)
        )
        score = derivative.T @ residual
        bread = bread + weights[0] * derivative.T @ solved
        meat = meat + weights[0] * np.outer(score, score)
    inverse = np.linalg.pinv(bread)
    return np.sqrt(np.diag(inverse @ meat @ inverse))
