"""The specification format: a patient's diary and the rows expected of it, written as table literals.

A spec is data only. ``layout.py`` lays its diary out day by day, ``check.py`` holds an engine's rows against its
expected tables, ``render.py`` prints it as documentation.
"""

import copy
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

Row = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = tomllib.loads((ROOT / "data/protocol.toml").read_text())
CODELIST = tomllib.loads((ROOT / "tests/reference/medication.toml").read_text())
SHIPPED = {path.stem: tomllib.loads(path.read_text()) for path in sorted((ROOT / "data/rules").glob("*.toml"))}
ALL_SHIPPED = tuple(SHIPPED)

LATEST_DIARY_DAY = None  # a cut-off that is not given: the latest diary date of the study
DAY_1 = date(2024, 3, 4)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A shipped rule set with some parameters changed; a change to None takes the parameter or section away."""

    id: str
    base: str
    changes: Row


def variant(rule_id: str, base: str, **changes: Any) -> Variant:
    return Variant(id=rule_id, base=base, changes=changes)


def when(*conditions: str, require: str = "all") -> Row:
    """A [response] section from sentences such as ``"reduction_pct >= 30"``."""
    parts = [condition.split() for condition in conditions]
    return {
        "require": require,
        "conditions": [{"measure": m, "comparator": c, "threshold": int(t)} for m, c, t in parts],
    }


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One question about the rules, a diary that raises it, and the answer computed by hand.

    Days are study days: Day 1 = first injection, the day before is Day -1. ``cutoff`` is one day, several (the
    expected tables then name it) or the latest diary day. ``case`` names the row of the list of disputed definitions.
    In ``arithmetic`` every line becomes a bullet, and every formula in backticks is evaluated exactly by the tests.
    """

    title: str
    question: str
    rules: tuple[str | Variant, ...]
    diary: str
    expected: str = ""
    cycles: str = ""
    months: str = ""
    eligibility: str = ""
    injections: str = "1"
    cutoff: int | tuple[int, ...] | None = 84
    subjects: str = ""
    medication: str = ""
    arithmetic: str = ""
    source: str
    case: str = ""
    day_1: date = DAY_1

    @property
    def cutoffs(self) -> tuple[int | None, ...]:
        return self.cutoff if isinstance(self.cutoff, tuple) else (self.cutoff,)

    @property
    def rule_ids(self) -> list[str]:
        return [rule if isinstance(rule, str) else rule.id for rule in self.rules]


@dataclass(frozen=True)
class Chapter:
    """A page of specs; ``file`` is the page's name without suffix."""

    file: str
    title: str
    intro: str
    specs: tuple[Spec, ...]


def as_chapter(module: ModuleType) -> Chapter:
    file = module.__name__.rpartition(".specs_")[2].replace("_", "-")
    return Chapter(file, module.TITLE, (module.__doc__ or "").strip(), tuple(module.SPECS))


def resolve(rule: str | Variant) -> Row:
    """The rule set as its TOML file, or the changed file, would read."""
    if isinstance(rule, str):
        return copy.deepcopy(SHIPPED[rule])
    resolved = copy.deepcopy(SHIPPED[rule.base]) | {"id": rule.id}
    for name, change in copy.deepcopy(rule.changes).items():
        if change is None:
            resolved.pop(name, None)
        elif isinstance(change, dict):
            section = resolved.get(name, {}) | change
            resolved[name] = {key: value for key, value in section.items() if value is not None}
        else:
            resolved[name] = change
    return resolved


def pipe_table(text: str) -> list[dict[str, str]]:
    """The rows of a pipe table, header names as keys; a rule line under the header is optional."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if any(not (line.startswith("|") and line.endswith("|")) for line in lines):
        raise ValueError(f"not a pipe table: {text}")
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    body = [row for row in cells[1:] if not all(cell and set(cell) <= set("-:") and len(cell) > 2 for cell in row)]
    return [dict(zip(cells[0], row, strict=True)) for row in body]
