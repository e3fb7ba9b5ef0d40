"""The months of the primary population as arrays, for the imputation: what was seen, the covariates, and where seeing ended."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb
import numpy as np

from flows.base.logs import log
from flows.base.sql_text import rows_of
from flows.statistics.compared_subjects import PRIMARY_MEMBERS, arms_in_order
from flows.statistics.imputation import Draw, Visits, draws_of

SIGN_OF_LIFE_SECONDS = 10
MOST_KEPT = 2_000_000  # numbers of completed sets that two tables share, 16 MB; more are drawn for each
Row = dict[str, Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Months:
    """Subjects x months of the plan's cycles. ``own`` are the covariates, the reference arm's mean in the first column.

    ``reference`` are those a subject would have in the reference arm. ``last_seen`` counts the months up to the last one seen, of
    subjects of another arm whose later months are past; of everybody else it is the number of all months. ``counts`` are headache and
    recorded days of month and baseline.
    """

    places: list[tuple[int, int]]  # cycle and month
    arms: list[str]
    arm: Any
    values: Any
    own: Any
    reference: Any
    last_seen: Any
    counts: Any  # 4 x subjects x months
    n_without_baseline: int
    settings: Row

    @property
    def is_missing(self) -> Any:
        return np.isnan(self.values)

    def why_not(self) -> str | None:
        """Why nothing can be imputed; None where nothing speaks against it."""
        if len(set(self.arm)) < 2:
            return "fewer than two arms have subjects: no comparison"
        if self.arms[0] not in set(self.arm):
            return "the reference arm has no subject: no comparison"
        return Visits(self.values, self.own).why_not()

    def draws(self) -> Iterator[tuple[np.random.Generator, Draw]]:
        """The draws of the plan, each with random numbers of its own; a long one gives signs of life."""
        n, seed = self.settings["imputations"], self.settings["seed"]
        last = time.perf_counter()
        for number, draw in enumerate(self._draws(n, seed)):
            if time.perf_counter() - last > SIGN_OF_LIFE_SECONDS:
                last = time.perf_counter()
                log(f"impute     {number} of {n} imputations", step="impute", event="under_way", done=number, n=n)
            yield np.random.default_rng([seed, number]), draw

    def _draws(self, n: int, seed: int) -> Iterable[Draw]:
        if self.values.size * n > MOST_KEPT:
            return draws_of(Visits(self.values, self.own), n, seed)
        arrays = [(array.tobytes(), array.shape) for array in (self.values, self.own)]
        return _kept_draws(*(item for array in arrays for item in array), n, seed)


@lru_cache(maxsize=1)
def _kept_draws(values: bytes, visits: Shape, own: bytes, columns: Shape, n: int, seed: int) -> list[Draw]:
    """The draws of the last data asked for: the tables of an imputation analyse the same completed sets one after the other."""
    arrays = (np.frombuffer(numbers).reshape(shape) for numbers, shape in ((values, visits), (own, columns)))
    return list(draws_of(Visits(*arrays), n, seed))


def load_months(con: duckdb.DuckDBPyConnection, months: str = "analysis.expected_months") -> Months | None:
    """The months that the plan imputes, by what was seen of ``months``; None where it imputes none, or the study has no two arms."""
    arms = arms_in_order(con)
    declared = rows_of(
        con,
        """SELECT plan.*, study.primary_rule_set AS rule_set, study.population, protocol.month_days
        FROM meta.imputation AS plan CROSS JOIN meta.study AS study CROSS JOIN meta.protocol AS protocol""",
    )
    if len(arms) < 2 or not declared:
        return None
    (settings,) = declared
    found = con.execute(
        f"""SELECT item.subject_id, item.cycle, item.month, item.change, item.is_past, item.headache_days,
            item.recorded_days, baseline.headache_days AS baseline_headache_days,
            baseline.recorded_days AS baseline_recorded_days, baseline.per_month AS baseline, member.arm,
            strata.level AS overuse
        FROM {months} AS item
        JOIN ({PRIMARY_MEMBERS}) AS member ON member.subject_id = item.subject_id
        JOIN analysis.strata AS strata ON strata.subject_id = item.subject_id AND strata.stratum = 'overuse'
        LEFT JOIN analysis.headache_months AS baseline
            ON baseline.subject_id = item.subject_id AND baseline.cycle = 0
        WHERE item.cycle <= $cycles
        ORDER BY item.subject_id, item.cycle, item.month""",
        {"cycles": settings["cycles"]},
    ).df()
    n_all = found["subject_id"].nunique()
    found = found[found["baseline"].notna()]
    places = sorted(set(zip(found["cycle"].tolist(), found["month"].tolist(), strict=True)))
    shape = (found["subject_id"].nunique(), len(places))
    values = found["change"].to_numpy(dtype=float).reshape(shape)
    each = found.iloc[:: max(len(places), 1)]
    arm = each["arm"].to_numpy(dtype=object)
    names = ("headache_days", "recorded_days", "baseline_headache_days", "baseline_recorded_days")
    counts = np.stack([found[name].fillna(0).to_numpy(dtype=np.int64).reshape(shape) for name in names])
    own, reference = _covariates(each, arms)
    is_past = found["is_past"].to_numpy(dtype=bool).reshape(shape)
    return Months(
        places, arms, arm, values, own, reference, _last_seen(values, is_past, arm != arms[0]), counts,
        n_all - shape[0], settings,
    )  # fmt: skip


def _covariates(each: Any, arms: list[str]) -> tuple[Any, Any]:
    """Ones, each other arm that has subjects, the baseline and overuse less their means; what follows from others left out."""
    n, arm = len(each), each["arm"]
    columns = [np.ones(n), *((arm == name).to_numpy(dtype=float) for name in arms[1:] if (arm == name).any())]
    n_of_arms = len(columns)
    overuse = each["overuse"]
    further = [each["baseline"].to_numpy(dtype=float)]
    further += [(overuse == level).to_numpy(dtype=float) for level in sorted(overuse.unique())[1:]]
    for column in (column - column.mean() for column in further):
        if np.linalg.matrix_rank(np.column_stack([*columns, column])) > len(columns):
            columns.append(column)
    own = np.column_stack(columns)
    reference = own.copy()
    reference[:, 1:n_of_arms] = 0.0
    return own, reference


def _last_seen(values: Any, is_past: Any, is_other: Any) -> Any:
    """Months up to the last one seen, where the next one is past and unseen; else all of them."""
    n_months = values.shape[1]
    seen = ~np.isnan(values)
    last = np.where(seen.any(axis=1), n_months - np.argmax(seen[:, ::-1], axis=1), 0)
    has_ended = (last < n_months) & is_past[np.arange(len(last)), np.minimum(last, n_months - 1)]
    return np.where(has_ended & is_other, last, n_months)


def shared_columns(months: Months, reason: str | None) -> Row:
    """What every row of a table of imputed months says; ``reason`` is why it holds no number."""
    left_out = months.n_without_baseline
    notes = [reason, f"subjects without an evaluable baseline, who are not in it: {left_out}" if left_out else None]
    return {
        "rule_set": months.settings["rule_set"],
        "population": months.settings["population"],
        "reference_arm": months.arms[0],
        "n_imputations": months.settings["imputations"],
        "seed": months.settings["seed"],
        "note": "; ".join(note for note in notes if note) or None,
    }
