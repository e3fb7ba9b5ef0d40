"""Which standards are written, in which formats, into which folder: for ``export --standard`` and for every snapshot."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.sql_text import quoted
from flows.standards.adam_datasets import Datasets, adam_datasets
from flows.standards.adam_spec import DatasetSpec
from flows.standards.dataset_json import write_json, write_ndjson
from flows.standards.define_page import write_define_page
from flows.standards.define_xml import write_define
from flows.standards.reporting_event import write_results
from flows.standards.transport_files import write_transport
from flows.study.study_folder import DatasetFormat, Standard


def write_parquet(datasets: Datasets, spec: DatasetSpec, path: Path) -> None:
    """One dataset, with its label and those of its variables in the metadata of the file."""
    labels = {"label": spec.label} | {f"label.{variable.name}": variable.label for variable in spec.variables}
    listed = ", ".join(f"{quoted(key)}: {quoted(text)}" for key, text in labels.items())
    names = ", ".join(variable.name for variable in spec.variables)
    datasets.con.execute(
        f"COPY (SELECT {names} FROM {spec.name} ORDER BY {', '.join(spec.keys)}) TO {quoted(str(path))}"
        f" (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{listed}}})"
    )


# In the order in which define.xml refers to them: to the first that is written.
WRITERS: dict[DatasetFormat, tuple[str, Callable[[Datasets, DatasetSpec, Path], None]]] = {
    "xpt": ("xpt", write_transport),
    "dataset-json": ("json", write_json),
    "ndjson": ("ndjson", write_ndjson),
    "parquet": ("parquet", write_parquet),
}
DEFAULT_FORMATS: tuple[DatasetFormat, ...] = ("dataset-json",)


def write_adam(database: Path, folder: Path, formats: Sequence[DatasetFormat] = DEFAULT_FORMATS) -> list[Path]:
    """The ADaM datasets of a published database in these formats, with define.xml and define.html; gives the files.

    Raises ConfigurationError where a value does not fit into a format.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {form: WRITERS[form] for form in WRITERS if form in formats}
    with adam_datasets(database) as datasets:
        for ending, write in written.values():
            for spec in datasets.specs:
                write(datasets, spec, folder / f"{spec.name.lower()}.{ending}")
        first_ending = next(iter(written.values()))[0]
        files = {spec.name: f"{spec.name.lower()}.{first_ending}" for spec in datasets.specs}
        write_define(datasets, folder, files)
        write_define_page(datasets, folder, files)
    return sorted(path for path in folder.iterdir() if path.is_file())


def write_standard(
    standard: Standard, database: Path, folder: Path, formats: Sequence[DatasetFormat] = DEFAULT_FORMATS
) -> list[Path]:
    """The files of one standard; ``formats`` are those of the ADaM datasets.

    Raises ConfigurationError for a snapshot of another version, and where a value does not fit into a format.
    """
    try:
        return write_adam(database, folder, formats) if standard == "adam" else write_results(database, folder)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise ConfigurationError(
            "The snapshot was published by another version of migraine-outcomes, and lacks a table or column that the"
            " standards are made from. 'migraine-outcomes run' publishes it anew."
        ) from error
