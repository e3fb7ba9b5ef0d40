"""Draws of parameters and missing values under the assumption that they are missing at random: data augmentation.

The visits of a subject are multivariate normal with a mean for each visit that is linear in the covariates, and a common
unstructured covariance. Two steps follow each other: parameters given the completed visits, missing visits given the
parameters. Source: Schafer 1997, Analysis of Incomplete Multivariate Data, ch. 5; prior of Jeffreys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]
BURN_IN = 200  # steps before the first draw
BETWEEN = 20  # steps from one draw to the next


@dataclass(frozen=True)
class Visits:
    """``values`` subjects x visits, missing ones NaN; ``covariates`` subjects x columns, independent of each other."""

    values: Array
    covariates: Array

    @property
    def is_missing(self) -> Any:
        return np.isnan(self.values)

    def why_not(self) -> str | None:
        """Why no draw can be made; None where nothing speaks against it."""
        n, visits = self.values.shape
        if n - self.covariates.shape[1] <= visits:
            return f"{n} subjects are too few for {visits} visits and {self.covariates.shape[1]} covariates"
        for visit in range(visits):
            seen = ~self.is_missing[:, visit]
            if np.linalg.matrix_rank(self.covariates[seen]) < self.covariates.shape[1]:
                return f"visit {visit + 1} is seen in too few subjects for its mean"
        return None


class Draw(NamedTuple):
    """One completed set with the parameters that it was drawn from."""

    values: Array
    coefficients: Array  # columns x visits
    covariance: Array  # visits x visits


def draws_of(visits: Visits, n_draws: int, seed: int, burn_in: int = BURN_IN, between: int = BETWEEN) -> Iterator[Draw]:
    """So many draws, the same from the same seed. Raises ValueError where ``why_not`` has a reason."""
    if reason := visits.why_not():
        raise ValueError(reason)
    random = np.random.default_rng(seed)
    x = visits.covariates
    inverse = np.linalg.inv(x.T @ x)
    root = np.linalg.cholesky(inverse)
    patterns, pattern_of = np.unique(visits.is_missing, axis=0, return_inverse=True)
    completed = _started(visits)
    for step in range(burn_in + (n_draws - 1) * between + 1):
        coefficients, covariance = _parameters(completed, x, inverse, root, random)
        completed = _imputed(visits, x @ coefficients, covariance, patterns, pattern_of.ravel(), random)
        if step >= burn_in and (step - burn_in) % between == 0:
            yield Draw(completed, coefficients, covariance)


def _started(visits: Visits) -> Array:
    """Missing values at their mean by least squares of the visit: where the chain begins."""
    completed = visits.values.copy()
    for visit in range(completed.shape[1]):
        missing = visits.is_missing[:, visit]
        fitted = np.linalg.lstsq(visits.covariates[~missing], completed[~missing, visit])[0]
        completed[missing, visit] = visits.covariates[missing] @ fitted
    return completed


def _parameters(
    completed: Array, x: Array, inverse: Array, root: Array, random: np.random.Generator
) -> tuple[Array, Array]:
    """Coefficients and covariance from their posterior: inverse Wishart, then normal given it."""
    n, visits = completed.shape
    columns = x.shape[1]
    least_squares = inverse @ (x.T @ completed)
    rest = completed - x @ least_squares
    # Bartlett's decomposition of a Wishart matrix with the inverse of the sum of squares as its scale.
    triangle = np.tril(random.standard_normal((visits, visits)), -1)
    triangle[np.diag_indices(visits)] = np.sqrt(random.chisquare(n - columns - np.arange(visits)))
    factor = np.linalg.cholesky(_symmetric(np.linalg.inv(rest.T @ rest))) @ triangle
    covariance = _symmetric(np.linalg.inv(factor @ factor.T))
    noise = root @ random.standard_normal((columns, visits)) @ np.linalg.cholesky(covariance).T
    return least_squares + noise, covariance


def _imputed(
    visits: Visits, means: Array, covariance: Array, patterns: Any, pattern_of: Any, random: np.random.Generator
) -> Array:
    """Missing values given those that were seen, from the precision matrix of each pattern's missing visits."""
    precision = _symmetric(np.linalg.inv(covariance))
    missing = patterns[pattern_of]
    both = patterns[:, :, None] & patterns[:, None, :]
    # Of a pattern: the precision of its missing visits, and 1 on the diagonal for the others, which stay at 0.
    blocks = np.where(both, precision, 0.0) + np.eye(means.shape[1]) * ~patterns[:, :, None]
    inverses = np.linalg.inv(blocks)
    factors = np.linalg.cholesky((inverses + inverses.swapaxes(1, 2)) / 2)
    seen = np.where(missing, 0.0, visits.values - means)
    pull = np.where(missing, -(seen @ precision), 0.0)
    noise = np.where(missing, random.standard_normal(means.shape), 0.0)
    shift = np.einsum("ijk,ik->ij", inverses[pattern_of], pull) + np.einsum("ijk,ik->ij", factors[pattern_of], noise)
    return np.where(missing, means + shift, visits.values)


def _symmetric(matrix: Array) -> Array:
    return (matrix + matrix.T) / 2
