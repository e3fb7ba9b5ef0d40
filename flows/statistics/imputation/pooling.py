"""Analysis of covariance of each completed set, visit by visit, and Rubin's rules."""

from typing import Any, NamedTuple

import numpy as np

from flows.statistics.imputation.chain import Array

LEVEL = 0.95


class Pooled(NamedTuple):
    """An estimate over all imputations, with its t interval and its test against 0."""

    estimate: float
    se: float
    df: float
    low: float
    high: float
    p_value: float


def analyse(values: Array, covariates: Array, contrasts: Array) -> tuple[Array, Array]:
    """Least squares of every visit on the covariates: estimates and variances, each contrasts x visits."""
    n, columns = covariates.shape
    inverse = np.linalg.inv(covariates.T @ covariates)
    coefficients = inverse @ (covariates.T @ values)
    rest = values - covariates @ coefficients
    spread = (rest**2).sum(axis=0) / (n - columns)
    return contrasts @ coefficients, np.einsum("ij,jk,ik->i", contrasts, inverse, contrasts)[:, None] * spread


def pooled(estimates: Any, variances: Any, complete_df: float) -> Pooled:
    """Rubin's rules over the imputations of one number, with the degrees of freedom of small samples.

    ``complete_df`` are those of the analysis without a missing value; infinity for a normal one.
    Source: Rubin 1987, Multiple Imputation for Nonresponse, ch. 3; Barnard and Rubin 1999, Biometrika 86:948.
    """
    from scipy.stats import t as student

    estimates, variances = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    m = len(estimates)
    estimate, within = float(estimates.mean()), float(variances.mean())
    between = float(estimates.var(ddof=1)) * (1 + 1 / m)
    total = within + between
    share = between / total if total > 0 else 0.0
    seen = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share) if np.isfinite(complete_df) else np.inf
    old = (m - 1) / share**2 if share > 0 else np.inf
    df = 1 / (1 / old + 1 / seen) if np.isfinite(old) or np.isfinite(seen) else np.inf
    se = float(np.sqrt(total))
    half = float(student.ppf((1 + LEVEL) / 2, df)) * se
    p_value = 2 * float(student.sf(abs(estimate) / se, df)) if se > 0 else float("nan")
    return Pooled(estimate, se, df, estimate - half, estimate + half, p_value)
