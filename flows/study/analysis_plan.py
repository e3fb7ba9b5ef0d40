"""What the analysis plan fixes in study.toml beside the rule sets: the [analysis] table."""

from typing import Any, Literal

from pydantic import Field, model_validator

from flows.base.suggestions import did_you_mean
from flows.base.toml_files import Frozen, fault_at
from flows.study.dictionary import load_dictionary

Population = Literal["all_treated", "eligible", "evaluable"]
Multiplicity = Literal["fixed_sequence", "holm", "hochberg", "gatekeeping"]
GIVEN_BY_STUDY = (
    "rule_set",
    "population",
    "arm",
)  # what a hypothesis need not name: the primary ones, the only other arm


class Hypothesis(Frozen):
    """One test of the plan: a p-value of a published table, by the columns of its key."""

    id: str = Field(min_length=1)
    table: str
    where: dict[str, int | str] = Field(default_factory=dict)
    family: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _place_is_one(self) -> "Hypothesis":
        tables = tested_tables()
        if self.table not in tables:
            raise fault_at(
                ("table",), f"there is no table of tests '{self.table}'; there are {', '.join(tables)}"
                f"{did_you_mean(self.table, tables)}",
            )  # fmt: skip
        key = tables[self.table]
        for name in self.where:
            if name not in key:
                raise fault_at(("where", name), f"{self.table} is told apart by {', '.join(key)}")
        if lacking := [name for name in key if name not in self.where and name not in GIVEN_BY_STUDY]:
            raise fault_at(("where",), f"{self.table} has many tests; give {', '.join(lacking)} as well")
        return self


class ImputationPlan(Frozen):
    """[analysis.imputation]: which missing months are imputed, how often, and from which seed.

    ``cycles``: those of the first so many cycles; ``largest_delta``: headache days per month up to which they are made worse.
    """

    cycles: int = Field(ge=1)
    imputations: int = Field(100, ge=5, le=1000)
    seed: int = Field(1, ge=0)
    largest_delta: int = Field(10, ge=0, le=28)


class PlannedEstimand(Frozen):
    """[[analysis.estimands]]: an estimand by the name of its file, and the time that it is about."""

    id: str
    cycle: int = Field(ge=1)
    month: int | None = Field(None, ge=1, le=3)


class AnalysisPlan(Frozen):
    """The [analysis] table. ``population`` is that of the primary analysis: of every fitted comparison of subjects.

    The first of ``estimands`` is the primary one. ``hypotheses`` are tested in their order by ``multiplicity``; ``within_family`` holds for gatekeeping.
    """

    population: Population = "all_treated"
    multiplicity: Multiplicity | None = None
    within_family: Literal["holm", "hochberg"] = "holm"
    alpha: float = Field(0.05, gt=0, lt=1)
    hypotheses: tuple[Hypothesis, ...] = ()
    imputation: ImputationPlan | None = None
    estimands: tuple[PlannedEstimand, ...] = ()

    @model_validator(mode="after")
    def _order_is_declared(self) -> "AnalysisPlan":
        if bool(self.hypotheses) != bool(self.multiplicity):
            raise ValueError(
                "names hypotheses and not how they are adjusted for each other; add multiplicity = \"fixed_sequence\","
                " \"holm\", \"hochberg\" or \"gatekeeping\""
                if self.hypotheses
                else "names multiplicity and no [[analysis.hypotheses]] to adjust"
            )  # fmt: skip
        estimands = [estimand.id for estimand in self.estimands]
        if len(set(estimands)) < len(estimands):
            raise ValueError("names an estimand twice")
        names = [hypothesis.id for hypothesis in self.hypotheses]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise fault_at(("hypotheses", number, "id"), f"'{name}' is the id of an earlier hypothesis")
        families = [hypothesis.family for hypothesis in self.hypotheses]
        if self.multiplicity != "gatekeeping" and set(families) - {1}:
            raise ValueError('gives families, which only multiplicity = "gatekeeping" has')
        if families and sorted(set(families)) != list(range(1, max(families) + 1)):
            raise ValueError("numbers its families with a gap; the first is 1, the next 2, and so on")
        return self

    def families(self) -> list[int]:
        """The family of each hypothesis in the order in which families are tested."""
        if self.multiplicity == "fixed_sequence":
            return list(range(1, len(self.hypotheses) + 1))
        return [hypothesis.family for hypothesis in self.hypotheses]


def tested_tables() -> dict[str, tuple[str, ...]]:
    """The published tables that hold p-values of an arm against the reference arm, with their keys."""
    return {
        name: table.key
        for name, table in load_dictionary().items()
        if table.schema_name == "summary"
        and {"arm", "p_value"} <= {column.name for column in table.columns}
        and name not in ("summary.hypotheses", "summary.estimates")
    }


def place_of_test(hypothesis: Hypothesis, primary_rule_set: str, population: str, arms: list[str]) -> dict[str, Any]:
    """The key of the row that holds the p-value, in the order of the table's key."""
    given: dict[str, Any] = {"rule_set": primary_rule_set, "population": population, "arm": (arms[1:] or [None])[0]}
    return {name: hypothesis.where.get(name, given.get(name)) for name in tested_tables()[hypothesis.table]}


def check_arms_of_tests(plan: AnalysisPlan, arms: list[str], rule_sets: tuple[str, ...]) -> None:
    """Raises a fault where a hypothesis is about an arm or a rule set that the study does not have, or about several arms."""
    for number, hypothesis in enumerate(plan.hypotheses):
        here = ("analysis", "hypotheses", number, "where")
        if (rule_set := hypothesis.where.get("rule_set", rule_sets[0])) not in rule_sets:
            raise fault_at((*here, "rule_set"), f"'{rule_set}' is not one of rule_sets")
        if len(arms) < 2:
            continue
        if "arm" not in hypothesis.where and len(arms) > 2:
            raise fault_at(here, f"names no arm; give one of {', '.join(arms[1:])}")
        if (arm := hypothesis.where.get("arm", arms[1])) not in arms[1:]:
            raise fault_at(
                (*here, "arm"), f"'{arm}' is not compared with the reference arm; {', '.join(arms[1:])} may be"
            )
