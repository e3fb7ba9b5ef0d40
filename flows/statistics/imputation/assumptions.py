"""What is assumed of the visits after the last one that was seen, once treatment has ended.

Source: Carpenter, Roger and Kenward 2013, J Biopharm Stat 23:1352.
"""

from typing import Any

import numpy as np

from flows.statistics.imputation.chain import Array, Draw

# Of the mean of a subject of another arm than the reference arm, after the last visit that was seen.
ASSUMPTIONS = {
    "missing_at_random": "as subjects of the same arm who stayed",
    "jump_to_reference": "from then on as the reference arm",
    "copy_reference": "as if the subject had always been in the reference arm",
    "copy_increments": "the distance from the reference arm that was reached stays, changes are those of the reference arm",
}


def impute_under(
    assumption: str, draw: Draw, own: Array, reference: Array, last_seen: Any, random: np.random.Generator
) -> Array:
    """The completed set of ``draw``, with the visits after ``last_seen`` imputed anew under an assumption.

    ``own`` and ``reference`` are the covariates of each subject, and those it would have in the reference arm;
    ``last_seen`` counts the visits up to the last one that was seen, and is the number of all visits where nothing after it is to
    be moved. Visits that are missing before it stay at random. Equal states of ``random`` give equal noise.
    """
    visits = draw.values.shape[1]
    own_mean, reference_mean = own @ draw.coefficients, reference @ draw.coefficients
    noise = random.standard_normal(draw.values.shape)
    completed = draw.values.copy()
    for seen in range(visits):
        who = np.flatnonzero(last_seen == seen)
        if not len(who):
            continue
        before, after = _means(assumption, own_mean[who], reference_mean[who], seen)
        early, late = slice(None, seen), slice(seen, None)
        slope = np.linalg.solve(draw.covariance[early, early], draw.covariance[early, late])
        rest = draw.covariance[late, late] - draw.covariance[late, early] @ slope
        factor = np.linalg.cholesky((rest + rest.T) / 2)
        given = after + (draw.values[who, :seen] - before) @ slope
        completed[who, seen:] = given + noise[who, seen:] @ factor.T
    return completed


def _means(assumption: str, own: Array, reference: Array, seen: int) -> tuple[Array, Array]:
    """Means of the visits up to the last one seen, and of those after it."""
    match assumption:
        case "missing_at_random":
            return own[:, :seen], own[:, seen:]
        case "jump_to_reference":
            return own[:, :seen], reference[:, seen:]
        case "copy_reference":
            return reference[:, :seen], reference[:, seen:]
        case "copy_increments":
            # Before the first visit stands the baseline, at which the arms are equal.
            reached = (own - reference)[:, seen - 1 : seen] if seen else np.zeros((len(own), 1))
            return own[:, :seen], reference[:, seen:] + reached
    raise ValueError(f"assumption is {assumption}; it may be {', '.join(ASSUMPTIONS)}.")
