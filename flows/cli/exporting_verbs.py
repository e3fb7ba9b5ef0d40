"""The verb that hands a snapshot on: export."""

from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.base.errors import ConfigurationError
from flows.base.exit_codes import sentence_of
from flows.cli.app import LogFormat, Logs, app

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.study.study_folder import DatasetFormat


class ExportFormat(StrEnum):
    """Formats of export: of tables, and of the datasets of a standard."""

    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"
    dataset_json = "dataset-json"
    ndjson = "ndjson"
    xpt = "xpt"


class StandardName(StrEnum):
    """Standards of export."""

    adam = "adam"
    ars = "ars"


@app.command(epilog=sentence_of("export"))
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="where a run has published")],
    tables: Annotated[
        list[str] | None, typer.Argument(metavar="[TABLE]...", help="as in summary.responder_rates; default all")
    ] = None,
    formats: Annotated[
        list[ExportFormat] | None,
        typer.Option(
            "--format",
            help="of the files, repeatable; of tables csv (default), parquet or xlsx, of ADaM dataset-json (default), ndjson,"
            " xpt or parquet",
        ),
    ] = None,
    standard: Annotated[
        StandardName | None,
        typer.Option("--standard", help="ADaM datasets with define.xml, or the analysis results, in place of tables"),
    ] = None,
    shells: Annotated[
        bool,
        typer.Option("--shells", help="the publication tables without numbers (HTML, RTF, Word), for an analysis plan"),
    ] = False,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="folder to write into")] = Path(),
    log_format: Logs = LogFormat.text,
) -> None:
    """Tables of the current snapshot, one file each (CSV, Parquet, Excel workbook), or the snapshot in a standard."""
    from flows.base.logs import print_result, set_up

    set_up(log_format.value)
    wanted = [form.value for form in formats or ()]
    if shells:
        from flows.publishing.exported_standards import export_shells

        if standard or tables or wanted:
            raise ConfigurationError(
                "--shells: are all of the publication tables; leave TABLE, --format and --standard out."
            )
        written = export_shells(out, to)
    elif standard:
        from flows.publishing.exported_standards import export_standard

        written = export_standard(out, standard.value, _dataset_formats(standard.value, tables, wanted), to)
    else:
        from flows.publishing.exported_tables import FORMATS, export_tables

        if other := [form for form in wanted if form not in FORMATS]:
            raise ConfigurationError(
                f"--format: tables are written as {', '.join(FORMATS)}; {other[0]} is for --standard adam."
            )
        written = [path for form in wanted or FORMATS[:1] for path in export_tables(out, tables or (), form, to)]
    for path in written:
        print_result(str(path), event="written")


def _dataset_formats(standard: str, tables: list[str] | None, wanted: list[str]) -> "Sequence[DatasetFormat]":
    """The formats of the datasets of a standard; raises ConfigurationError for what cannot go with it."""
    from flows.standards.written_standards import DEFAULT_FORMATS, WRITERS
    from flows.study.study_folder import XPT_NEEDS

    if tables:
        raise ConfigurationError(f"--standard {standard}: is written as a whole; leave {tables[0]} out.")
    if standard != "adam" and wanted:
        raise ConfigurationError(f"--format: --standard {standard} has its own formats; leave it out.")
    if other := [form for form in wanted if form not in WRITERS]:
        raise ConfigurationError(f"--format: ADaM is written as {', '.join(WRITERS)}, and not as {other[0]}.")
    if "xpt" in wanted and not find_spec("pyreadstat"):
        raise ConfigurationError(f"--format: {XPT_NEEDS}.")
    return [form for form in WRITERS if form in wanted] or DEFAULT_FORMATS
