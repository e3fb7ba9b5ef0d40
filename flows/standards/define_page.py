"""define.html: what define.xml says, as a page. Browsers are giving up the stylesheets that make a page of XML."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, PackageLoader

from flows.standards.adam_datasets import Datasets
from flows.standards.define_texts import EXPORT_TEXT
from flows.standards.study_lists import list_oid, study_lists


def write_define_page(datasets: Datasets, folder: Path, files: Mapping[str, str]) -> None:
    """One self-contained page; ``files`` names the file of each dataset, beside it."""
    templates = Environment(
        loader=PackageLoader("flows.standards"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    lists = study_lists(datasets)
    text = templates.get_template("define.html").render(
        study=datasets.study,
        specs=datasets.specs,
        rows=datasets.rows,
        lengths=datasets.lengths,
        files=files,
        lists=lists,
        list_of={(s.name, v.name): lists.get(list_oid(s.name, v) or "") for s in datasets.specs for v in s.variables},
        about=EXPORT_TEXT,
        rule_words=datasets.rule_words,
        parameters={
            spec.name: [(p, datasets.method_of(p)) for p in datasets.parameters if p.dataset == spec.name]
            for spec in datasets.specs
        },
    )
    (folder / "define.html").write_text(text, encoding="utf-8", newline="\n")
