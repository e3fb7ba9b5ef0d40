"""Standard errors and degrees of freedom: Satterthwaite, and the small-sample adjustment of Kenward and Roger."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from flows.statistics.mmrm.designs import DEPENDENT, Design
from flows.statistics.mmrm.likelihood import hessian_of
from flows.statistics.mmrm.scoring import Maximum, inverse_of
from flows.statistics.mmrm.structures import Array

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A sum of coefficients with its t interval and test against 0; ``reason`` says why there is none."""

    name: str
    estimate: float | None
    se: float | None = None
    df: float | None = None
    t: float | None = None
    p_value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Inference:
    """What standard errors are made from. Coefficients are those of the orthonormal columns, turned by ``factor``, in
    units of ``design.scale``: their covariance is then the unit matrix, or ``adjusted``."""

    design: Design
    gamma: Array
    factor: Array
    adjusted: Array
    by_parameter: Array  # parameters x coefficients x coefficients: minus the derivatives of the information
    spread: Array  # the covariance matrix of the parameters

    def estimate(self, name: str, weights: Array) -> Estimate:
        """Of a weight for each column of the formula. Source: Giesbrecht and Burns 1985, Biometrics 41:477."""
        design = self.design
        kept = weights[design.kept]
        if np.abs(weights - kept @ design.relation).max() > DEPENDENT * max(np.abs(weights).max(), 1.0):
            return Estimate(name, None, reason="cannot be estimated: no subject tells about it")
        basis = np.linalg.solve(design.triangle.T, kept)
        value = float(basis @ self.gamma)
        turned = self.factor.T @ basis
        se = design.scale * float(np.sqrt(turned @ self.adjusted @ turned))
        if not se > 0:
            return Estimate(name, value, reason="no coefficient has a weight")
        # Of one sum of coefficients the degrees of freedom of Kenward and Roger are those of Satterthwaite.
        variance = float(turned @ turned)
        slope = np.einsum("kpq,p,q->k", self.by_parameter, turned, turned)
        df = 2 * variance**2 / float(slope @ self.spread @ slope)
        half = float(student.ppf((1 + LEVEL) / 2, df)) * se
        ratio = value / se
        return Estimate(name, value, se, df, ratio, 2 * float(student.sf(abs(ratio), df)), value - half, value + half)

    def covariance(self) -> Array:
        """The covariance matrix of the coefficients that are in the model."""
        turned = np.linalg.solve(self.design.triangle, self.factor)
        return self.design.scale**2 * turned @ self.adjusted @ turned.T


def inference_of(design: Design, maximum: Maximum, is_adjusted: bool, is_observed: bool) -> Inference | str:
    """What standard errors are made from, with the adjustment of Kenward and Roger where ``is_adjusted``.

    The covariance of the parameters is the inverse of their information, observed (as SAS has it) or expected (as in the
    article). Source: Kenward and Roger 1997, Biometrics 53:983, equations 3 to 7.
    """
    point, slopes, derivatives = maximum.point, maximum.slopes, maximum.derivatives
    inverse = inverse_of(hessian_of(slopes, derivatives, is_observed))
    if inverse is None:
        return "the visits do not determine the covariance matrix"
    spread = 2 * inverse
    by_parameter = np.tensordot(derivatives.first, slopes.cross, axes=2)
    adjusted = np.eye(len(point.gamma))
    if is_adjusted:
        visits = len(point.sigma)
        flat = derivatives.first.reshape(len(spread), -1)
        # [a, b, c, d] to [b, c, a, d]: with the inverse of a pattern it gives the weight between a and d
        paired = (flat.T @ spread @ flat).reshape(visits, visits, visits, visits).transpose(1, 2, 0, 3)
        between = np.tensordot(point.inverses, paired, axes=2)
        turned = slopes.turned
        second = np.tensordot(turned, between[design.pattern_of] @ turned, axes=([0, 1], [0, 1]))
        mixed = np.tensordot(spread, by_parameter, axes=1)
        second = second - np.tensordot(by_parameter, mixed, axes=([0, 2], [0, 1]))
        if derivatives.second is not None:
            bend = np.tensordot(spread, derivatives.second, axes=2)
            second = second - np.tensordot(bend, slopes.cross, axes=2) / 4
        adjusted = adjusted + (second + second.T)
        if np.linalg.eigvalsh(adjusted)[0] <= 0:
            return "the adjusted covariance of the coefficients is not positive definite"
    gamma = design.least_squares + design.scale * point.gamma
    return Inference(design, gamma, point.factor, adjusted, by_parameter, spread)
