"""Estimands as data (``data/estimands/*.toml`` or a study's own ``estimands/*.toml``), by the attributes of ICH E9(R1)."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.base.toml_files import Frozen, fault_at, read_toml
from flows.study.analysis_plan import GIVEN_BY_STUDY, AnalysisPlan, tested_tables

Kind = Literal["stopped", "rescue", "new_preventive", "other_treatment", "death"]
Strategy = Literal["treatment_policy", "hypothetical", "composite", "while_on_treatment", "principal_stratum"]
TIME = ("cycle", "month")  # of the key of an estimator: given by the study
# What each table can do about an event. A model that fills in what is not seen takes a month that is set aside for one
# without the event, which is hypothetical; a composite is an outcome, and days of headache have none for it.
FILLED_IN: tuple[Strategy, ...] = ("treatment_policy", "hypothetical")
AS_SEEN: tuple[Strategy, ...] = (*FILLED_IN, "while_on_treatment")
JUDGED: tuple[Strategy, ...] = (*AS_SEEN, "composite")
POSSIBLE: dict[str, tuple[Strategy, ...]] = {
    "summary.arm_differences": JUDGED,
    "summary.arm_differences_by_population": JUDGED,
    "summary.change_from_baseline": AS_SEEN,
    "summary.imputed_change": FILLED_IN,
    "summary.mmrm_change": FILLED_IN,
    "summary.mmrm_quality_of_life": FILLED_IN,
    "summary.quality_of_life": AS_SEEN,
    "summary.repeated_response": JUDGED,
}
# Who was not judged does not respond there: what is set aside would count as no response.
NOT_JUDGED_FAILS: tuple[Strategy, ...] = ("treatment_policy", "composite")


class IntercurrentEvent(Frozen):
    """What may happen after the start of treatment, and how the estimand takes it."""

    kind: Kind
    strategy: Strategy
    how: str = Field(min_length=1)
    reasons: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _can_be_seen(self) -> "IntercurrentEvent":
        if self.strategy == "principal_stratum":
            raise fault_at(
                ("strategy",), "principal_stratum needs to know who would have had the event in the other arm, which no table"
                f" here estimates; possible are {', '.join(JUDGED)}",
            )  # fmt: skip
        if self.kind == "death" and self.strategy == "treatment_policy":
            raise fault_at(("strategy",), "nothing is seen after a death, so that treatment_policy cannot take it")
        if self.reasons and self.kind != "stopped":
            raise fault_at(("reasons",), 'only kind = "stopped" has reasons')
        if unknown := set(self.reasons) - known_reasons():
            raise fault_at(
                ("reasons",),
                f"'{min(unknown)}' is no reason for stopping; known are {', '.join(sorted(known_reasons()))}",
            )
        return self


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

    def possible(self) -> tuple[Strategy, ...]:
        """The strategies for an intercurrent event that this estimator can follow."""
        if self.where.get("analysis") == "non_responder_imputed":
            return NOT_JUDGED_FAILS
        return POSSIBLE.get(self.table, ("treatment_policy",))


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

    @model_validator(mode="after")
    def _strategies_can_be_followed(self) -> "Estimand":
        seen: set[tuple[str, str | None]] = set()
        for number, event in enumerate(self.intercurrent_events):
            for reason in event.reasons or (None,):
                if (event.kind, reason) in seen:
                    raise fault_at(
                        ("intercurrent_events", number, "kind"),
                        f"'{event.kind}' has an earlier entry that is about the same",
                    )
                seen.add((event.kind, reason))
        places: list[tuple[str | int, ...]] = [
            ("estimator",),
            *(("sensitivity", n) for n in range(len(self.sensitivity))),
        ]
        for place, (_, estimator) in zip(places, self.estimators(), strict=True):
            for event in self.intercurrent_events:
                if event.strategy not in estimator.possible():
                    where = "".join(f", {name} = {value}" for name, value in estimator.where.items())
                    raise fault_at(
                        (*place, "table"), f"{estimator.table}{where} cannot take '{event.kind}' by the strategy"
                        f" {event.strategy}; possible there: {', '.join(estimator.possible())}",
                    )  # fmt: skip
        return self

    def estimators(self) -> list[tuple[str, Estimator]]:
        """The main estimator and those of the sensitivity analyses."""
        return [("main", self.estimator), *(("sensitivity", estimator) for estimator in self.sensitivity)]


@cache
def known_reasons() -> frozenset[str]:
    """The reasons for leaving the study that are known: data/codelists/discontinued_reasons.toml, without completion and death."""
    listed = tomllib.loads(resource("data/codelists/discontinued_reasons.toml").read_text(encoding="utf-8"))
    return frozenset(listed) - {"completed", "death"}


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
