"""The maximum of the likelihood: Newton steps, Fisher scoring where the likelihood is not yet curved as at a maximum."""

from dataclasses import dataclass

import numpy as np

from flows.statistics.mmrm.designs import Design, rough_covariance, why_not
from flows.statistics.mmrm.likelihood import Point, Slopes, gradient_of, hessian_of, point_at, slopes_at
from flows.statistics.mmrm.structures import Array, Derivatives, Structure

MAX_STEPS = 100
CLOSE = 1e-16  # what the next step would still gain in -2 log likelihood
NEAR = 1e-6  # a gain too small to be seen beside the rounding of the likelihood: the step is taken unseen
SINGULAR = 1e-8  # smallest eigenvalue of a correlation matrix of visits, or of a scaled information matrix


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is largest under one structure, with its derivatives there."""

    theta: Array
    point: Point
    slopes: Slopes
    derivatives: Derivatives
    steps: int


def maximum_of(design: Design, structure: Structure, is_reml: bool) -> Maximum | str:
    """The maximum, or a text that says why there is none."""
    if reason := why_not(design, structure):
        return reason
    visits = len(design.visits)
    theta = structure.start(rough_covariance(design))
    point = point_at(design, structure.covariance(theta, visits), is_reml)
    if point is None:
        return "no starting value is a covariance matrix"
    is_close = False
    for step in range(MAX_STEPS):
        if _is_singular(point.sigma):
            return "the likelihood grows without end towards a singular covariance matrix"
        slopes, derivatives = slopes_at(design, point, is_reml), structure.derivatives(theta, visits)
        gradient = gradient_of(slopes, derivatives)
        direction = _solved(hessian_of(slopes, derivatives, is_observed=True), gradient)
        is_newton = direction is not None
        if direction is None:
            direction = _solved(hessian_of(slopes, derivatives, is_observed=False), gradient)
        if direction is None:
            return "the visits do not determine the covariance matrix"
        gain = float(gradient @ direction) / 2
        if is_newton and gain < CLOSE:
            if is_close:  # one step more, for a step doubles the digits that are right
                return Maximum(theta, point, slopes, derivatives, step)
            is_close = True
        size, found = 1.0, None
        while size > 1e-10:
            candidate = theta - size * direction
            found = point_at(design, structure.covariance(candidate, visits), is_reml)
            if found is not None and (found.value <= point.value - 1e-4 * size * gain or gain < NEAR):
                break
            size, found = size / 2, None
        if found is None:
            return "no step improves the likelihood"
        theta, point = candidate, found
    return f"it did not converge in {MAX_STEPS} steps"


def _is_singular(sigma: Array) -> bool:
    deviations = np.sqrt(sigma.diagonal())
    return bool(np.linalg.eigvalsh(sigma / np.outer(deviations, deviations))[0] < SINGULAR)


def _solved(hessian: Array, gradient: Array) -> Array | None:
    """The step to where the gradient is zero; None where the matrix is not that of a maximum."""
    inverse = inverse_of(hessian)
    return None if inverse is None else inverse @ gradient


def inverse_of(hessian: Array) -> Array | None:
    """The inverse of a positive definite matrix; None of any other."""
    if not (np.isfinite(hessian).all() and (hessian.diagonal() > 0).all()):
        return None
    scale = 1.0 / np.sqrt(hessian.diagonal())
    values, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
    if values[0] < SINGULAR * values[-1]:
        return None
    half = scale[:, None] * vectors / np.sqrt(values)
    return half @ half.T
