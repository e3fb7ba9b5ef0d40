"""What the analysis plan fixes in study.toml beside the rule sets: the [analysis] table."""

from typing import Literal

from flows.base.toml_files import Frozen

Population = Literal["all_treated", "eligible", "evaluable"]


class AnalysisPlan(Frozen):
    """The [analysis] table. ``population`` is that of the primary analysis: of every fitted comparison of subjects."""

    population: Population = "all_treated"
