"""define.html: what define.xml says, as a page. Browsers are giving up the stylesheets that make a page of XML."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, PackageLoader

from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import load_codelists


def write_define_page(datasets: Datasets, folder: Path, files: Mapping[str, str]) -> None:
    """One self-contained page; ``files`` names the file of each dataset, beside it."""
    templates = Environment(
        loader=PackageLoader("flows.standards"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    used = {variable.codelist for spec in datasets.specs for variable in spec.variables}
    text = templates.get_template("define.html").render(
        study=datasets.study,
        specs=datasets.specs,
        rows=datasets.rows,
        lengths=datasets.lengths,
        files=files,
        codelists={name: codelist for name, codelist in load_codelists().items() if name in used},
        parameters={
            spec.name: [parameter for parameter in datasets.parameters if parameter.dataset == spec.name]
            for spec in datasets.specs
        },
    )
    (folder / "define.html").write_text(text, encoding="utf-8", newline="\n")
