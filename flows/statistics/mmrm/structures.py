"""Covariance structures: the matrix of the visits from its parameters, with first and second derivatives.

Parameters are those of SAS PROC MIXED (variances and covariances, or variances and correlations), because the adjusted
standard errors of Kenward and Roger depend on the parametrisation where a structure is not linear in it.
Source: SAS/STAT User's Guide, The MIXED Procedure, REPEATED statement, table of covariance structures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


class Derivatives(NamedTuple):
    """Of the covariance matrix: ``first`` parameters x visits x visits; ``second`` parameters twice, None if all zero."""

    first: Array
    second: Array | None


@dataclass(frozen=True)
class Structure:
    """One covariance structure. ``start`` gives parameters close to a positive definite matrix."""

    title: str
    start: Callable[[Array], Array]
    covariance: Callable[[Array, int], Array]
    derivatives: Callable[[Array, int], Derivatives]
    has_own_variances: bool  # one for each visit
    needs: str  # of pairs of visits in one subject: "every pair", "every lag" or "one pair"


def _linear(
    title: str, basis: Callable[[int], Array], start: Callable[[Array], Array], has_own_variances: bool, needs: str
) -> Structure:
    """A structure that is a sum of fixed matrices, each times one parameter."""

    def covariance(theta: Array, visits: int) -> Array:
        return np.tensordot(theta, basis(visits), axes=1)

    def derivatives(theta: Array, visits: int) -> Derivatives:
        return Derivatives(basis(visits), None)

    return Structure(title, start, covariance, derivatives, has_own_variances, needs)


def _unstructured_basis(visits: int) -> Array:
    rows, columns = np.tril_indices(visits)
    basis = np.zeros((len(rows), visits, visits))
    number = np.arange(len(rows))
    basis[number, rows, columns] = basis[number, columns, rows] = 1.0
    return basis


def _symmetric_basis(visits: int) -> Array:
    return np.stack([np.eye(visits), np.ones((visits, visits))])


def _symmetric_start(rough: Array) -> Array:
    covariance = rough[~np.eye(len(rough), dtype=bool)].mean()
    return np.array([rough.diagonal().mean() - covariance, covariance])


# The correlations of a heterogeneous structure: the matrix and its derivatives by the parameters of correlation.
Correlations = Callable[[Array, int], tuple[Array, Array, Array]]


def _heterogeneous(title: str, correlations: Correlations, start: Callable[[Array], Array], needs: str) -> Structure:
    """A variance for each visit, first, and correlations that have parameters of their own."""

    def split(theta: Array, visits: int) -> tuple[Array, Array, tuple[Array, Array, Array]]:
        variances = theta[:visits]
        with np.errstate(invalid="ignore"):
            deviations = np.sqrt(variances)
        return variances, np.outer(deviations, deviations), correlations(theta[visits:], visits)

    def covariance(theta: Array, visits: int) -> Array:
        _, products, (matrix, _, _) = split(theta, visits)
        return products * matrix

    def derivatives(theta: Array, visits: int) -> Derivatives:
        variances, products, (matrix, first_of, second_of) = split(theta, visits)
        # An entry i, j goes with the variance of visit a to the power power[a, i, j]: 1/2, or 1 on the diagonal.
        unit = np.eye(visits)
        power = (unit[:, :, None] + unit[:, None, :]) / 2
        by_variance = power / variances[:, None, None]
        sigma = products * matrix
        first = np.concatenate([sigma * by_variance, products * first_of])
        count = len(first)
        second = np.zeros((count, count, visits, visits))
        twice = by_variance[:, None] * by_variance[None, :]
        own = np.arange(visits)
        twice[own, own] -= power / variances[:, None, None] ** 2
        second[:visits, :visits] = sigma * twice
        mixed = by_variance[:, None] * (products * first_of)[None, :]
        second[:visits, visits:] = mixed
        second[visits:, :visits] = mixed.swapaxes(0, 1)
        second[visits:, visits:] = products * second_of
        return Derivatives(first, second)

    def begin(rough: Array) -> Array:
        deviations = np.sqrt(rough.diagonal())
        return np.concatenate([rough.diagonal(), start(rough / np.outer(deviations, deviations))])

    return Structure(title, begin, covariance, derivatives, True, needs)


def _lags(visits: int) -> Any:
    return np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))


def _toeplitz(rho: Array, visits: int) -> tuple[Array, Array, Array]:
    lags = _lags(visits)
    first = np.stack([(lags == lag).astype(float) for lag in range(1, visits)])
    return np.concatenate([[1.0], rho])[lags], first, np.zeros((visits - 1, visits - 1, visits, visits))


def _toeplitz_start(rough: Array) -> Array:
    visits = len(rough)
    rho = np.array([np.diagonal(rough, lag).mean() for lag in range(1, visits)])
    while np.linalg.eigvalsh(_toeplitz(rho, visits)[0])[0] < 0.05:
        rho = 0.8 * rho
    return rho


def _autoregressive(rho: Array, visits: int) -> tuple[Array, Array, Array]:
    lags, r = _lags(visits), float(rho[0])
    first = lags * r ** np.maximum(lags - 1, 0)
    second = lags * (lags - 1) * r ** np.maximum(lags - 2, 0)
    return r**lags, first[None], second[None, None]


def _autoregressive_start(rough: Array) -> Array:
    return np.clip([np.diagonal(rough, 1).mean()], -0.95, 0.95)


def _uniform(rho: Array, visits: int) -> tuple[Array, Array, Array]:
    other = 1.0 - np.eye(visits)
    return np.eye(visits) + rho[0] * other, other[None], np.zeros((1, 1, visits, visits))


def _uniform_start(rough: Array) -> Array:
    visits = len(rough)
    return np.clip([rough[~np.eye(visits, dtype=bool)].mean()], -0.9 / (visits - 1), 0.95)


STRUCTURES: dict[str, Structure] = {
    "unstructured": _linear(
        "unstructured", _unstructured_basis, lambda rough: rough[np.tril_indices(len(rough))], True, "every pair"
    ),
    "toeplitz_h": _heterogeneous("heterogeneous Toeplitz", _toeplitz, _toeplitz_start, "every lag"),
    "ar1_h": _heterogeneous(
        "heterogeneous first-order autoregressive", _autoregressive, _autoregressive_start, "one pair"
    ),
    "cs_h": _heterogeneous("heterogeneous compound symmetry", _uniform, _uniform_start, "one pair"),
    "cs": _linear("compound symmetry", _symmetric_basis, _symmetric_start, False, "one pair"),
}
