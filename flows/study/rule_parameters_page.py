"""The table of parameters in docs/rule-parameters.md, from the fields of ``flows/study/rule_sets.py``.

``python -m flows.study.rule_parameters_page`` writes it anew, between its two markers.
"""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from flows.base.resources import resource
from flows.study.rule_parameters import load_parameters
from flows.study.rule_sets import RuleSet

MARKED = re.compile(r"(<!-- Parameters: .*? -->\n).*?(<!-- End of the parameters -->\n)", flags=re.DOTALL)


def render_parameters(page: str, model: type[BaseModel] = RuleSet) -> str:
    """The page with the table of parameters as the fields are now."""
    rows = "".join(
        f"| `{'.'.join(parameter.path)}` | {_values(parameter.field)} | {parameter.field['description']} |\n"
        for parameter in load_parameters(model)
    )
    table = f"| key | values (default) | meaning |\n|---|---|---|\n{rows}"
    return MARKED.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", page)


def _values(field: dict[str, Any]) -> str:
    """What may stand there, with its unit, and the default in brackets."""
    if "enum" in field:
        values = ", ".join(f"`{value}`" for value in field["enum"])
    elif field["type"] == "integer":
        values = _bounds(field) + (f" {field['unit']}" if "unit" in field else "")
    else:
        values = {"boolean": "true, false", "string": "text", "array": "texts"}[field["type"]]
    default = field.get("default")
    if default in (None, []):
        return values
    return f"{values} ({f'`{default}`' if isinstance(default, str) else json.dumps(default)})"


def _bounds(field: dict[str, Any]) -> str:
    lowest, highest = field.get("minimum"), field.get("maximum")
    if highest is None:
        return "whole number" if lowest is None else f"{lowest} or more"
    return f"up to {highest}" if lowest is None else f"{lowest}..{highest}"


def page_path() -> Path:
    """Where the page stands in a checkout."""
    return resource("docs") / "rule-parameters.md"


if __name__ == "__main__":
    page_path().write_text(render_parameters(page_path().read_text(encoding="utf-8")), encoding="utf-8")
