"""Analysis of covariance of a change from baseline: adjusted means of the arms and their differences."""

from dataclasses import dataclass
from typing import Any

from flows.statistics.rounding import finite

METHOD = (
    "ANCOVA by least squares: change ~ arm + baseline + overuse (yes, no, unknown);"
    " LS means at the mean baseline and the observed shares of overuse"
)


@dataclass(frozen=True)
class Adjusted:
    """The LS mean of one arm, and its difference from the reference arm (null for the reference arm itself)."""

    mean: float | None
    se: float | None
    low: float | None
    high: float | None
    difference: float | None = None
    difference_se: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    p_value: float | None = None


@dataclass(frozen=True)
class Covariance:
    """The adjusted arms by code, the number of subjects in the model, and why an arm or the model is missing."""

    arms: dict[str, Adjusted]
    n: int
    note: str | None


def fit_covariance(change: Any, baseline: Any, arm: Any, stratum: Any, arms: list[str]) -> Covariance:
    """Fit change ~ arm + baseline + stratum to arrays of equal length, one element per subject.

    ``arms`` names the arms in order; the first is the reference. Arms without subjects are left out. Covariates are
    centred, so that an arm's own coefficient is its LS mean. Source: Snedecor and Cochran 1967, ch. 14; computed by
    statsmodels.
    """
    import numpy as np
    from scipy.stats import t as student
    from statsmodels.regression.linear_model import OLS

    present = [name for name in arms if (arm == name).any()]
    n = len(change)
    if len(present) < 2:
        return Covariance({}, n, "fewer than two arms have subjects: no comparison")
    covariates = [baseline, *((stratum == level) for level in np.unique(stratum)[1:])]
    centred = [column - column.mean() for column in (np.asarray(c, dtype=float) for c in covariates)]
    indicators = [(arm == name).astype(float) for name in present]
    # A triangle with the same sums of products gives the same fit as the rows of the subjects (Golub and Van Loan 2013, 5.3).
    triangle: Any = np.linalg.qr(np.column_stack([*indicators, *centred, np.asarray(change, dtype=float)]), mode="r")
    response, columns = triangle[:, -1], list(range(len(present)))
    # A covariate that is the same for everybody, or that follows from the arms, cannot be estimated.
    for column in range(len(present), len(present) + len(centred)):
        if np.linalg.matrix_rank(triangle[:, [*columns, column]], rtol=n * np.finfo(float).eps) > len(columns):
            columns.append(column)
    degrees = n - len(columns)
    if degrees < 1:
        return Covariance({}, n, f"{n} subjects are too few for {len(columns)} coefficients")
    dropped = len(present) + len(centred) - len(columns)
    fitted = OLS(response, triangle[:, columns]).fit()
    spread, quantile = fitted.normalized_cov_params * fitted.ssr / degrees, float(student.ppf(0.975, degrees))
    has_spread = fitted.ssr > 1e-18 * float(response @ response)
    adjusted = {}
    for position, name in enumerate(present):
        # Where nothing is left to vary, what remains are the last digits of the arithmetic, not an interval.
        mean, se = fitted.params[position], np.sqrt(max(spread[position, position], 0.0)) if has_spread else np.nan
        parts: dict[str, float | None] = {}
        if present[0] == arms[0] and position:
            weights = np.zeros(len(columns))
            weights[position], weights[0] = 1.0, -1.0
            difference = float(weights @ fitted.params)
            error = float(np.sqrt(max(weights @ spread @ weights, 0.0))) if has_spread else np.nan
            parts = {
                "difference": finite(difference),
                "difference_se": finite(error),
                "difference_low": finite(difference - quantile * error),
                "difference_high": finite(difference + quantile * error),
                "p_value": finite(2 * student.sf(abs(difference) / error, degrees)) if has_spread else None,
            }
        adjusted[name] = Adjusted(
            finite(mean), finite(se), finite(mean - quantile * se), finite(mean + quantile * se), **parts
        )
    notes = [f"no subject in arm {name}" for name in arms if name not in present]
    if not has_spread:
        notes.append("the model leaves no spread: no interval, no p-value")
    if dropped:
        notes.append(f"{dropped} covariate(s) left out: constant, or told by the others")
    return Covariance(adjusted, n, "; ".join(notes) or None)
