"""The lists in docs/standards.md: datasets, variables, parameters and code lists, from data/standards/.

``python -m flows.standards.standards_page`` writes them anew, between their two markers.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from flows.base.resources import resource
from flows.standards.adam_spec import (
    DatasetSpec,
    Facts,
    load_parameters_of_datasets,
    load_rule_set_codes,
    load_spec,
)
from flows.standards.codelists import load_codelists
from flows.standards.method_facts import load_packaged_facts

MARKED = re.compile(r"(<!-- Datasets: .*? -->\n).*?(<!-- End of the datasets -->\n)", flags=re.DOTALL)
EXAMPLE = "nice_ta260"  # the rule set whose words stand in the methods of the page


def render_datasets(page: str) -> str:
    """The page with its lists as the specification is now."""
    facts = load_packaged_facts(EXAMPLE)
    specs = [spec.for_study(is_blinded=False, facts=facts) for spec in load_spec().values()]
    parts = [_overview(), *(_dataset(spec, facts) for spec in specs), _rule_sets(), _codelists()]
    text = "\n".join(parts)
    return MARKED.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", page)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def _overview() -> str:
    rows = [(f"[{s.name}](#{s.name.lower()})", s.label, s.structure, ", ".join(s.keys)) for s in load_spec().values()]
    return _table(("dataset", "label", "structure", "keys"), rows)


def _dataset(spec: DatasetSpec, facts: Facts) -> str:
    rows = [
        (
            f"`{v.name}`{' ¹' if v.reveals_arm else ''}",
            v.label,
            f"{v.type}{f' {v.length}' if v.length else ''}",
            f"`{v.codelist}`" if v.codelist else "",
            v.origin,
            v.derivation,
        )
        for v in spec.variables
    ]
    text = f"### {spec.name}\n\n{spec.label}. {spec.structure}. {spec.derivation}\n\n"
    text += _table(("variable", "label", "type", "values", "origin", "how it is made"), rows)
    if parameters := load_parameters_of_datasets().get(spec.name):
        listed = [
            (f"`{p.paramcd}`{' ¹' if p.reveals_arm else ''}", p.param, p.type, p.derivation.format_map(facts))
            for p in parameters
        ]
        head = f"how it is made{f', here under {EXAMPLE}' if any(p.by_rule_set for p in parameters) else ''}"
        text += "\n" + _table(("PARAMCD", "PARAM", "type", head), listed)
    return text


def _rule_sets() -> str:
    rows = [(f"`{name}`", f"`{code}`") for name, code in load_rule_set_codes().items()]
    return "### Rule sets\n\n" + _table(
        ("{rule_set}", "{code}"), [*rows, ("a study's own", "`U` and its place in study.toml: `U01`")]
    )


def _codelists() -> str:
    rows = [
        (
            f"`{name}`",
            codelist.name,
            codelist.nci or "",
            "; ".join(f"`{code}` {text}" for code, text in codelist.items.items())
            + (" and what the files hold" if codelist.is_open else ""),
        )
        for name, codelist in load_codelists().items()
    ]
    return "### Code lists\n\n" + _table(("list", "name", "NCI code", "values"), rows)


def page_path() -> Path:
    """Where the page stands in a checkout."""
    return resource("docs") / "standards.md"


if __name__ == "__main__":
    page_path().write_text(render_datasets(page_path().read_text(encoding="utf-8")), encoding="utf-8")
