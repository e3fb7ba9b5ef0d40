"""Estimands as data (``data/estimands/*.toml`` or a study's own ``estimands/*.toml``), by the attributes of ICH E9(R1)."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from flows.base.errors import ConfigurationError
from flows.base.toml_files import Frozen, fault_at, read_toml
from flows.study.analysis_plan import GIVEN_BY_STUDY, AnalysisPlan, tested_tables

Kind = Literal["stopped", "rescue", "new_preventive", "other_treatment", "death"]
Strategy = Literal["treatment_policy", "hypothetical", "composite", "while_on_treatment", "principal_stratum"]
TIME = ("cycle", "month")  # of the key of an estimator: given by the study


class IntercurrentEvent(Frozen):
    """What may happen after the start of treatment, and how the estimand takes it."""

    kind: Kind
    strategy: Strategy
    how: str = Field(min_length=1)


class Estimator(Frozen):
    """A published table of comparisons, and the columns of its key that choose one of each arm and time."""

    table: str
    where: dict[str, int | str] = Field(default_factory=dict)
    how: str = Field(min_length=1)

    @model_validator(mode="after")
    def _place_is_one(self) -> "Estimator":
        tables = {name: key for name, key in tested_tables().items() if set(TIME) & set(key)}
        if self.table not in tables:
            raise fault_at(("table",), f"'{self.table}' has no comparison by cycle; there are {', '.join(tables)}")
        own = [name for name in tables[self.table] if name not in (*TIME, *GIVEN_BY_STUDY)]
        if set(self.where) != set(own):
            raise fault_at(("where",), f"{self.table} is told apart by {', '.join(own) or 'nothing further'}")
        return self


class Estimand(Frozen):
    """One estimand: population, treatment, variable, intercurrent events, summary measure, and how it is estimated.

    ``{cycle}`` and ``{month}`` in its texts are those that the study names.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    citation: str
    population: str
    treatment: str
    variable: str
    summary_measure: str
    intercurrent_events: tuple[IntercurrentEvent, ...] = Field(min_length=1)
    estimator: Estimator
    sensitivity: tuple[Estimator, ...] = ()

    def estimators(self) -> list[tuple[str, Estimator]]:
        """The main estimator and those of the sensitivity analyses."""
        return [("main", self.estimator), *(("sensitivity", estimator) for estimator in self.sensitivity)]


def load_estimands(plan: AnalysisPlan, folders: list[Path]) -> tuple[Estimand, ...]:
    """The estimands of a plan in its order; a later folder (the study's own) wins over an earlier one.

    Raises ConfigurationError where one is not there, or its estimator needs what the plan does not have.
    """
    files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    loaded = []
    for planned in plan.estimands:
        if planned.id not in files:
            known = ", ".join(sorted(files))
            raise ConfigurationError(f"study.toml: analysis: there is no estimand '{planned.id}'; known are {known}.")
        estimand = read_toml(files[planned.id], Estimand)
        if estimand.id != planned.id:
            raise ConfigurationError(
                f"{files[planned.id].name}: id: is '{estimand.id}' but the file is named '{planned.id}'."
            )
        for _, estimator in estimand.estimators():
            if "month" in tested_tables()[estimator.table] and planned.month is None:
                raise ConfigurationError(
                    f"study.toml: analysis: the estimand '{planned.id}' is about a month of a cycle; add month = 1, 2 or 3."
                )
            if estimator.table == "summary.imputed_change" and plan.imputation is None:
                raise ConfigurationError(
                    f"study.toml: analysis: the estimand '{planned.id}' imputes missing months; add [analysis.imputation]."
                )
        loaded.append(estimand)
    return tuple(loaded)


def place_of_estimate(
    estimator: Estimator, cycle: int, month: int | None, primary_rule_set: str, population: str, arm: str
) -> dict[str, Any]:
    """The key of the row that holds the comparison of an arm, in the order of the table's key."""
    given = {"cycle": cycle, "month": month, "rule_set": primary_rule_set, "population": population, "arm": arm}
    return {name: estimator.where.get(name, given.get(name)) for name in tested_tables()[estimator.table]}
