"""The (restricted) likelihood of a covariance matrix of the visits, and its derivatives by every entry of the matrix.

Derivatives by the parameters of a structure follow by the chain rule, so a structure needs only its own derivatives.
Matrices of one pattern of visits are inverted once for all its subjects, which stand in the few rows of condensing.py.
Source: Jennrich and Schluchter 1986, Biometrics 42:805; Lindstrom and Bates 1988, J Am Stat Assoc 83:1014.
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np

from flows.statistics.mmrm.designs import Design
from flows.statistics.mmrm.structures import Array, Derivatives


@dataclass(frozen=True)
class Point:
    """The likelihood at one covariance matrix, as -2 log likelihood in units of ``design.scale``."""

    value: float
    sigma: Array
    inverses: Array  # patterns x visits x visits, zero where a visit is not in the pattern
    weighted: Array  # the design times the inverse: rows x visits x coefficients
    gamma: Array  # coefficients of the orthonormal columns, beside those of least squares
    residual: Array  # rows x visits, times the inverse
    factor: Array  # F F' is the covariance of gamma


def point_at(design: Design, sigma: Array, is_reml: bool) -> Point | None:
    """The likelihood at ``sigma``; None where the matrix is not positive definite."""
    visits = len(sigma)
    masks = design.patterns[:, :, None] & design.patterns[:, None, :]
    try:
        np.linalg.cholesky(sigma)
        lower = np.linalg.cholesky(np.where(masks, sigma, np.eye(visits)))
    except np.linalg.LinAlgError:
        return None
    halves = np.linalg.solve(lower, np.broadcast_to(np.eye(visits), lower.shape))
    inverses = np.where(masks, halves.swapaxes(1, 2) @ halves, 0.0)
    log_determinant = 2 * float(design.sizes @ np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1))

    of_row = inverses[design.pattern_of]
    count = design.basis.shape[2]
    weighted = of_row @ design.basis
    flat = weighted.reshape(-1, count)
    information = design.basis.reshape(-1, count).T @ flat
    try:
        root = np.linalg.cholesky((information + information.T) / 2)
    except np.linalg.LinAlgError:
        return None
    factor = np.linalg.solve(root, np.eye(count)).T
    gamma = factor @ (factor.T @ (flat.T @ design.response.reshape(-1)))
    rest = design.response - design.basis @ gamma
    residual = np.einsum("iab,ib->ia", of_row, rest)
    n = design.n_observations - (count if is_reml else 0)
    value = n * log(2 * pi) + log_determinant + float(np.sum(rest * residual))
    if is_reml:
        value += 2 * float(np.log(root.diagonal()).sum())
    return Point(value, sigma, inverses, weighted, gamma, residual, factor) if np.isfinite(value) else None


@dataclass(frozen=True)
class Slopes:
    """Derivatives at a point by the entries of the covariance matrix; with D and E two directions of it, the second
    derivative is the sum of D[a, b] E[c, d] observed[a, b, c, d]."""

    gradient: Array  # visits x visits
    observed: Array  # visits x visits x visits x visits
    expected: Array
    turned: Array  # the design times the inverse and the factor: rows x visits x coefficients
    cross: Array  # cross-products of ``turned``: visits x visits x coefficients x coefficients


def slopes_at(design: Design, point: Point, is_reml: bool) -> Slopes:
    """First and second derivatives of -2 log likelihood, as they are observed and as they are expected."""
    rows, visits, count = design.basis.shape
    turned = point.weighted @ point.factor
    wide = turned.reshape(rows, visits * count)
    cross = (wide.T @ wide).reshape(visits, count, visits, count).swapaxes(1, 2)
    whole = design.sizes[:, None, None] * point.inverses
    outer = np.add.reduceat(point.residual[:, :, None] * point.residual[:, None, :], design.starts)
    loss = np.zeros_like(outer)
    if is_reml:
        loss = np.add.reduceat(turned @ turned.swapaxes(1, 2), design.starts)

    def crossed(other: Array) -> Array:
        """Of each pattern, inverse[b, c] other[d, a], as [a, b, c, d]."""
        flat = point.inverses.reshape(-1, visits**2).T @ other.reshape(-1, visits**2)
        return flat.reshape(visits, visits, visits, visits).transpose(3, 0, 1, 2)

    pulls = (wide.T @ point.residual).reshape(visits, count, visits).transpose(0, 2, 1)
    shape = (visits, visits, visits, visits)
    by_residual = np.tensordot(pulls, pulls, axes=([2], [2])).reshape(shape)
    observed = crossed(2 * (loss + outer) - whole) - 2 * by_residual
    expected = crossed(whole - 2 * loss)
    if is_reml:
        flat = cross.reshape(visits**2, count**2)
        both = (flat @ cross.swapaxes(2, 3).reshape(visits**2, count**2).T).reshape(shape)
        observed = observed - both
        expected = expected + both
    return Slopes((whole - loss - outer).sum(axis=0), observed, expected, turned, cross)


def gradient_of(slopes: Slopes, derivatives: Derivatives) -> Array:
    """By the parameters of a structure."""
    return np.tensordot(derivatives.first, slopes.gradient, axes=2)


def hessian_of(slopes: Slopes, derivatives: Derivatives, is_observed: bool) -> Array:
    """By the parameters of a structure, twice."""
    tensor = slopes.observed if is_observed else slopes.expected
    visits = len(slopes.gradient)
    flat = derivatives.first.reshape(-1, visits**2)
    hessian = flat @ tensor.reshape(visits**2, visits**2) @ flat.T
    if is_observed and derivatives.second is not None:
        hessian = hessian + np.tensordot(derivatives.second, slopes.gradient, axes=2)
    return (hessian + hessian.T) / 2
