"""fit_mmrm: the model fitted under the first covariance structure of a list under which it converges."""

from math import log

import numpy as np
import pandas as pd

from flows.statistics.mmrm.designs import Design, design_of
from flows.statistics.mmrm.inference import inference_of
from flows.statistics.mmrm.model import Mmrm
from flows.statistics.mmrm.scoring import maximum_of
from flows.statistics.mmrm.structures import STRUCTURES

METHODS = ("reml", "ml")
DEGREES = ("satterthwaite", "kenward-roger")
INFORMATION = ("observed", "expected")


def fit_mmrm(
    frame: pd.DataFrame,
    formula: str,
    *,
    subject: str,
    visit: str,
    covariance: str = "unstructured",
    method: str = "reml",
    df: str = "satterthwaite",
    fallback: bool = True,
    information: str = "observed",
) -> Mmrm:
    """Fit ``formula`` to one row per subject and visit; errors of one subject are correlated, of two are independent.

    ``covariance`` is a name of STRUCTURES. Where it does not converge, those after it in STRUCTURES follow in their
    order (unless ``fallback`` is false), and ``note`` says so. Rows with a missing value are left out and counted: they
    are taken to be missing at random. ``df`` gives degrees of freedom and standard errors of the coefficients, from the
    ``information`` about the covariance parameters that was observed (as in SAS), or that is expected.

    A visit is a category or a number; the order of the visits is that of the categories, or of the values.
    Raises ValueError on a wrong argument; data that cannot be fitted give a result with ``reason`` and no number.
    Source: Mallinckrodt, Clark and David 2001, J Biopharm Stat 11:9; SAS/STAT User's Guide, The MIXED Procedure.
    """
    for name, value, allowed in (
        ("covariance", covariance, STRUCTURES),
        ("method", method, METHODS),
        ("df", df, DEGREES),
        ("information", information, INFORMATION),
    ):
        if value not in allowed:
            raise ValueError(f"{name} is {value}; it may be {', '.join(allowed)}.")
    if method == "ml" and df == "kenward-roger":
        raise ValueError("The adjustment of Kenward and Roger is for method reml; ml has satterthwaite.")
    design = design_of(frame, formula, subject, visit)
    if isinstance(design, str):
        return Mmrm(None, (), design, None, 0, 0, 0)
    names = list(STRUCTURES)[list(STRUCTURES).index(covariance) :] if fallback else [covariance]
    if len(design.visits) == 1:
        names = ["unstructured"]  # of one visit there is one variance, whatever the structure
    tried: list[tuple[str, str]] = []
    counts = (design.n_subjects, design.n_observations, design.n_left_out)
    for name in names:
        maximum = maximum_of(design, STRUCTURES[name], method == "reml")
        if isinstance(maximum, str):
            tried.append((name, maximum))
            continue
        inference = inference_of(design, maximum, df == "kenward-roger", information == "observed")
        if isinstance(inference, str):
            tried.append((name, inference))
            continue
        notes = [f"{STRUCTURES[before].title} covariance was not fitted: {why}" for before, why in tried]
        if tried:
            notes.append(f"{STRUCTURES[name].title} covariance instead")
        if design.aliased:
            notes.append(
                f"left out, because they follow from the others or nobody has them: {', '.join(design.aliased)}"
            )
        unit = range(len(design.names))
        return Mmrm(
            structure=name,
            tried=tuple(tried),
            reason=None,
            note="; ".join(notes) or None,
            n_subjects=counts[0],
            n_observations=counts[1],
            n_left_out=counts[2],
            visits=tuple(design.visits),
            coefficients=tuple(
                inference.estimate(design.names[i], row) for i, row in zip(unit, np.eye(len(unit)), strict=True)
            ),
            covariance=design.scale**2 * maximum.point.sigma,
            coefficient_covariance=inference.covariance(),
            minus_2_log_likelihood=_likelihood(design, maximum.point.value, method == "reml"),
            n_parameters=len(maximum.theta),
            visit=visit,
            inference=inference,
        )
    reason = "; ".join(f"{STRUCTURES[name].title} covariance: {why}" for name, why in tried)
    return Mmrm(None, tuple(tried), reason, None, *counts)


def _likelihood(design: Design, value: float, is_reml: bool) -> float:
    """-2 log likelihood in the unit of the response and with the columns of the formula."""
    count = len(design.kept) if is_reml else 0
    value += 2 * (design.n_observations - count) * log(design.scale)
    if is_reml:
        value += 2 * float(np.log(np.abs(np.linalg.det(design.triangle))))
    return value
