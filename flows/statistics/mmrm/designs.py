"""The frame as arrays: the design of the formula, subjects by visits, and what keeps a model from being fitted."""

from dataclasses import dataclass
from typing import Any

import formulaic
import numpy as np
import pandas as pd

from flows.statistics.mmrm.condensing import condensed
from flows.statistics.mmrm.structures import Array, Structure

DEPENDENT = 1e-8  # a column whose remainder, after those before it, is shorter than this share of it follows from them
NO_SPREAD = 1e-18  # share of the sum of squares below which what is left is the last digits of the arithmetic


@dataclass(frozen=True)
class Design:
    """Arrays of the observations, condensed to rows with the same sums of products (condensing.py).

    ``basis`` and ``response`` are rows x visits (x coefficients), zero where a visit is not in the pattern. The columns of
    ``basis`` are orthonormal: ``triangle`` leads from the coefficients to them. ``response`` is the residual of least
    squares, in units of ``scale``.
    """

    basis: Array
    response: Array
    patterns: Any  # patterns x visits, whether a visit is in the pattern
    sizes: Any  # subjects of each pattern
    starts: Any  # the first row of each pattern
    visits: list[Any]
    names: list[str]
    kept: list[int]  # positions of the coefficients in the model among the columns of the formula
    relation: Array  # columns of the formula as sums of the kept ones
    triangle: Array
    least_squares: Array  # coefficients of least squares, in the orthonormal columns
    scale: float
    spec: Any
    frame: pd.DataFrame
    n_left_out: int

    @property
    def n_subjects(self) -> int:
        return int(self.sizes.sum())

    @property
    def n_observations(self) -> int:
        return int(self.sizes @ self.patterns.sum(axis=1))

    @property
    def together(self) -> Any:
        """Visits x visits: the subjects that have both."""
        return self.patterns.T @ (self.sizes[:, None] * self.patterns)

    @property
    def pattern_of(self) -> Any:
        """The pattern of each row."""
        return np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.response)]))

    @property
    def aliased(self) -> list[str]:
        return [name for position, name in enumerate(self.names) if position not in self.kept]


def design_of(frame: pd.DataFrame, formula: str, subject: str, visit: str) -> Design | str:
    """Arrays of the complete observations; a text says why there is nothing to fit.

    Raises ValueError where a column does not exist, the formula has not one response, or a subject has a visit twice.
    """
    parsed = formulaic.Formula.from_spec(formula)
    wanted = sorted({str(name) for name in parsed.required_variables} | {subject, visit})
    if absent := [name for name in wanted if name not in frame.columns]:
        raise ValueError(f"The frame has no column {', '.join(absent)}; the model needs {', '.join(wanted)}.")
    complete = frame[wanted].dropna()
    n_left_out = len(frame) - len(complete)
    if complete.duplicated([subject, visit]).any():
        raise ValueError(f"A {subject} has a {visit} more than once; the model needs one row for each.")
    if complete.empty:
        return "there is no observation that is complete"
    complete = complete.sort_values([subject, visit], kind="stable", ignore_index=True)
    matrices = parsed.get_model_matrix(complete, context={}, na_action="raise", output="numpy")
    if not hasattr(matrices, "lhs") or matrices.lhs.shape[1] != 1:
        raise ValueError(f"The formula {formula} has not one response; write response ~ terms.")
    response = np.asarray(matrices.lhs, dtype=float)[:, 0]
    columns = np.asarray(matrices.rhs, dtype=float)
    if not (np.isfinite(response).all() and np.isfinite(columns).all()):
        return "a value is not a finite number"
    visits = sorted(complete[visit].unique().tolist(), key=_place(complete[visit]))
    place_of = {name: position for position, name in enumerate(visits)}
    rows = condensed(
        columns, response, pd.factorize(complete[subject])[0], complete[visit].map(place_of).to_numpy(dtype=int)
    )
    n, columns, response = len(response), rows.columns.reshape(-1, columns.shape[1]), rows.response.ravel()
    basis, kept = _orthonormal(columns)
    if n <= len(kept):
        return f"{n} observations are too few for {len(kept)} coefficients"
    least_squares = basis.T @ response
    rest = response - basis @ least_squares
    rest -= basis @ (basis.T @ rest)
    if rest @ rest <= NO_SPREAD * (response @ response):
        return "the model leaves no spread"
    scale = float(np.sqrt(rest @ rest / (n - len(kept))))
    triangle: Any = basis.T @ columns
    return Design(
        basis=basis.reshape(*rows.response.shape, -1),
        response=(rest / scale).reshape(rows.response.shape),
        patterns=rows.patterns,
        sizes=rows.sizes,
        starts=rows.starts,
        visits=visits,
        names=list(matrices.rhs.model_spec.column_names),
        kept=kept,
        relation=np.linalg.solve(triangle[:, kept], triangle),
        triangle=triangle[:, kept],
        least_squares=least_squares,
        scale=scale,
        spec=matrices.rhs.model_spec,
        frame=complete,
        n_left_out=n_left_out,
    )


def why_not(design: Design, structure: Structure) -> str | None:
    """Why this structure cannot be estimated from these visits; None where nothing speaks against it."""
    together, pattern_of = design.together, design.pattern_of
    if structure.has_own_variances:
        for position, visit in enumerate(design.visits):
            seen = design.patterns[pattern_of, position]
            design_there, rest = design.basis[seen, position], design.response[seen, position]
            rest = rest - design_there @ np.linalg.lstsq(design_there, rest)[0]
            if rest @ rest <= NO_SPREAD * len(rest):
                return f"the model leaves no spread at visit {visit}"
    lags = np.abs(np.subtract.outer(np.arange(len(together)), np.arange(len(together))))
    if structure.needs == "every pair" and not together.all():
        first, second = (design.visits[position] for position in np.argwhere(together == 0)[0])
        return f"no subject has both visit {first} and visit {second}"
    if structure.needs == "every lag":
        for lag in range(1, len(together)):
            if not together[lags == lag].any():
                return f"no subject has two visits that are {lag} apart"
    if len(together) > 1 and not together[lags > 0].any():
        return "no subject has two visits: their correlation is unknown"
    return None


def rough_covariance(design: Design) -> Array:
    """Products of the residuals of least squares over the subjects that have both visits, made positive definite."""
    products = design.response.T @ design.response / np.maximum(design.together, 1.0)
    deviations = np.sqrt(products.diagonal())
    divisors = np.where(deviations > 0, deviations, 1.0)  # a visit that the model fits without a rest has none
    correlation = np.clip(products / np.outer(divisors, divisors), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    lowest = np.linalg.eigvalsh(correlation)[0]
    if lowest < 0.05:
        share = 0.95 / (1.0 - lowest)
        correlation = share * correlation + (1.0 - share) * np.eye(len(correlation))
    return correlation * np.outer(deviations, deviations)


def _orthonormal(columns: Array) -> tuple[Array, list[int]]:
    """An orthonormal basis of the columns, and which of them add to those before."""
    basis: list[Array] = []
    kept = []
    for position, column in enumerate(columns.T):
        rest = column.copy()
        for _ in range(2):  # the second time takes away what rounding left of the first
            for vector in basis:
                rest = rest - (vector @ rest) * vector
        length = float(np.sqrt(rest @ rest))
        if length > DEPENDENT * float(np.sqrt(column @ column)):
            basis.append(rest / length)
            kept.append(position)
    return np.column_stack(basis) if basis else np.zeros((len(columns), 0)), kept


def _place(visits: "pd.Series[Any]") -> Any:
    """A key to sort visits by: the order of the categories, or of the values themselves."""
    if isinstance(visits.dtype, pd.CategoricalDtype):
        return list(visits.cat.categories).index
    return lambda value: value
