"""A fitted MMRM: coefficients, covariance of the visits, LS means by visit and their differences."""

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from flows.statistics.mmrm.inference import Estimate, Inference
from flows.statistics.mmrm.structures import Array


@dataclass(frozen=True)
class Mmrm:
    """The result of ``fit_mmrm``. Where ``reason`` is set, no model could be fitted and there is no number.

    ``structure`` is the covariance structure that was fitted; ``tried`` names those that failed before it, and why.
    ``covariance`` is that of the visits, in the square of the response's unit; ``n_left_out`` counts incomplete rows.
    """

    structure: str | None
    tried: tuple[tuple[str, str], ...]
    reason: str | None
    note: str | None
    n_subjects: int
    n_observations: int
    n_left_out: int
    visits: tuple[Any, ...] = ()
    coefficients: tuple[Estimate, ...] = ()
    covariance: Array | None = None
    coefficient_covariance: Array | None = None
    minus_2_log_likelihood: float | None = None
    n_parameters: int = 0
    visit: str = ""
    inference: Inference | None = field(default=None, repr=False)

    def contrast(self, name: str, weights: Any) -> Estimate:
        """A sum of coefficients, with a weight for each of ``coefficients`` in their order."""
        if self.inference is None:
            return Estimate(name, None, reason=self.reason)
        return self.inference.estimate(name, np.asarray(weights, dtype=float))

    def ls_means(self, arm: str, weights: str = "equal") -> dict[tuple[Any, Any], Estimate]:
        """The LS mean of each arm at each visit, by (visit, arm).

        Numeric covariates stand at their mean over the observations. Of other factors every combination of levels counts
        equally (``weights="equal"``: as SAS and emmeans do), or as often as it was observed (``"observed"``: as with
        option OM). An arm without an observation at a visit has no LS mean there.
        """
        return {
            key: self.contrast(f"{arm} {key[1]} at {self.visit} {key[0]}", row)
            for key, row in self._rows(arm, weights).items()
        }

    def differences(self, arm: str, reference: Any, weights: str = "equal") -> dict[tuple[Any, Any], Estimate]:
        """The LS mean of each other arm less that of the reference arm at each visit, by (visit, arm)."""
        rows = self._rows(arm, weights)
        if rows and reference not in {name for _, name in rows}:
            raise ValueError(f"The model has no {arm} {reference}.")
        return {
            (visit, name): self.contrast(
                f"{arm} {name} - {reference} at {self.visit} {visit}", row - rows[visit, reference]
            )
            for (visit, name), row in rows.items()
            if name != reference
        }

    def _rows(self, arm: str, weights: str) -> dict[tuple[Any, Any], Array]:
        """The mean row of the design for each visit and arm."""
        if weights not in ("equal", "observed"):
            raise ValueError(f"weights is {weights}; it may be equal or observed.")
        if self.inference is None:
            return {}
        design = self.inference.design
        if arm not in design.frame.columns:
            raise ValueError(f"The formula has no {arm}.")
        grid = design.frame if weights == "observed" else _grid(design.frame, design.spec, {arm, self.visit})
        keys = list(product(design.visits, _levels(design.frame[arm])))
        placed = pd.concat([grid] * len(keys), ignore_index=True)
        for position, column in enumerate((self.visit, arm)):
            values = [key[position] for key in keys for _ in range(len(grid))]
            placed[column] = pd.Series(values, dtype=design.frame[column].dtype)
        matrix = np.asarray(design.spec.get_model_matrix(placed, context={}, output="numpy"), dtype=float)
        return dict(zip(keys, matrix.reshape(len(keys), len(grid), -1).mean(axis=1), strict=True))


def _grid(frame: pd.DataFrame, spec: Any, placed: set[str]) -> pd.DataFrame:
    """Every combination of the levels of the factors that are not placed, with numbers at their mean."""
    names = [name for name in frame.columns if name in {str(v) for v in spec.required_variables} and name not in placed]
    factors = _factors(frame, spec)
    levels = [_levels(frame[name]) if name in factors else [frame[name].mean()] for name in names]
    combinations = list(product(*levels))
    grid = pd.DataFrame(
        {name: [row[i] for row in combinations] for i, name in enumerate(names)}, index=range(len(combinations))
    )
    return grid.astype({name: frame[name].dtype for name in names if name in factors})


def _factors(frame: pd.DataFrame, spec: Any) -> set[str]:
    """Columns that the formula takes as categories: by their type, or because it wraps them in C()."""
    by_formula = {
        str(variable)
        for factor, variables in spec.factor_variables.items()
        if spec.factor_contrasts.get(factor) is not None
        for variable in variables
    }
    return {name for name in frame.columns if name in by_formula or not pd.api.types.is_numeric_dtype(frame[name])}


def _levels(column: "pd.Series[Any]") -> list[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return sorted(column.unique().tolist())
