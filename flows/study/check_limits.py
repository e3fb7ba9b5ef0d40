"""Where the data-quality checks draw their lines: data/checks.toml, and what a study sets in its stead."""

from typing import Annotated, Any

from pydantic import Field, create_model

from flows.base.resources import resource
from flows.base.toml_files import Frozen, read_toml

Count = Annotated[int, Field(ge=1)]
Percent = Annotated[int, Field(ge=1, le=100)]


class CheckLimits(Frozen):
    """The lines that are judgement; becomes the one-row table meta.check_limits."""

    late_entry_hours: Count
    backfill_days: Annotated[int, Field(ge=2)]
    backfill_minutes: Count
    identical_days: Annotated[int, Field(ge=2)]
    longest_attack_days: Count
    attack_only_lines: Count
    unit_suspicion_lines: Count
    unit_suspicion_percent: Percent
    several_entries_days: Count
    several_entries_percent: Percent
    compliance_drop_percent: Percent
    compliance_min_days: Count
    min_age_years: Annotated[int, Field(ge=0)]
    max_age_years: Count
    drift_recent_runs: Annotated[int, Field(ge=2)]
    drift_min_runs: Annotated[int, Field(ge=2)]
    drift_pooled_runs: Count
    drift_min_lines: Count
    drift_min_faulty_lines: Count
    drift_faulty_times: Annotated[int, Field(ge=2)]
    drift_headache_percent: Percent
    drift_chance_one_in: Annotated[int, Field(ge=20)]
    drift_silent_runs: Count


# The [checks] table of study.toml: any of them, none required.
CheckOverrides: Any = create_model(  # ty: ignore
    "CheckOverrides",
    __base__=Frozen,
    **{name: (Annotated[int, *field.metadata] | None, None) for name, field in CheckLimits.model_fields.items()},
)


def load_limits(overrides: Frozen | None = None) -> CheckLimits:
    """The project's limits with the study's own in their stead."""
    own = read_toml(resource("data/checks.toml"), CheckLimits)
    return own.model_copy(update=overrides.model_dump(exclude_none=True) if overrides else {})
