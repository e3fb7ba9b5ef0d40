"""Subjects with the same visits in few rows, so that a fit takes as long for forty thousand of them as for hundreds.

The likelihood and its derivatives are sums over the subjects of one pattern of visits, of products of two entries of a
subject's design or response. Rows with the same sums of products give the same fit. The triangle of a QR decomposition has
them, in as many rows as there are different columns: usually one for each visit and each covariate of the subject.
Source: Golub and Van Loan 2013, Matrix Computations, section 5.2.
"""

from typing import Any, NamedTuple

import numpy as np

from flows.statistics.mmrm.structures import Array


class Condensed(NamedTuple):
    """Rows x visits (x columns), zero where a visit is not in the pattern; rows of one pattern stand together."""

    columns: Array
    response: Array
    patterns: Any  # patterns x visits, whether a visit is in the pattern
    sizes: Any  # subjects of each pattern
    starts: Any  # the first row of each pattern


def condensed(columns: Array, response: Array, subject: Any, visit: Any) -> Condensed:
    """Of observations sorted by subject and visit, both of them numbers from 0 on without a gap."""
    observed = np.zeros((subject.max() + 1, visit.max() + 1), dtype=bool)
    observed[subject, visit] = True
    patterns, pattern_of, sizes = np.unique(observed, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(pattern_of.ravel()[subject], kind="stable")
    ends = np.cumsum(sizes * patterns.sum(axis=1))
    of_patterns = zip(patterns, np.split(order, ends[:-1]), strict=True)
    parts = [_of_pattern(columns[chosen], response[chosen], seen) for seen, chosen in of_patterns]
    lengths = [len(values) for _, values in parts]
    return Condensed(
        np.concatenate([filled for filled, _ in parts]),
        np.concatenate([values for _, values in parts]),
        patterns,
        sizes,
        np.cumsum([0, *lengths[:-1]]),
    )


def _of_pattern(columns: Array, response: Array, seen: Any) -> tuple[Array, Array]:
    """The rows of one pattern. A column that is the same at several visits, as a covariate is, comes once into the triangle."""
    n_seen, count = int(seen.sum()), columns.shape[1]
    rows, values = columns.reshape(-1, n_seen, count), response.reshape(-1, n_seen)
    if len(values) > n_seen:  # of fewer subjects there are no fewer rows
        of_subjects = np.ascontiguousarray(rows.reshape(len(rows), -1).T)
        places: dict[bytes, int] = {}
        place_of = [places.setdefault(column.tobytes(), len(places)) for column in of_subjects]
        first = np.unique(place_of, return_index=True)[1]
        triangle: Any = np.linalg.qr(np.column_stack([of_subjects[first].T, values]), mode="r")
        rows, values = triangle[:, place_of].reshape(-1, n_seen, count), triangle[:, len(first) :]
    filled, response = np.zeros((len(values), len(seen), count)), np.zeros((len(values), len(seen)))
    filled[:, seen], response[:, seen] = rows, values
    return filled, response
