"""SAS transport files, version 5: what regulators ask for. pyreadstat writes them; what it would break silently is refused.

A name has 8 letters at most and a label 40 (adam_spec.py), a text 200 bytes of ASCII. The four date-times of the header,
where pyreadstat puts the clock, are those of the data cut-off, so that equal snapshots give equal bytes.
"""

from datetime import date
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.sql_text import one_row
from flows.standards.adam_datasets import Datasets, Study
from flows.standards.adam_spec import LONGEST_TEXT, DatasetSpec, Variable
from flows.standards.dataset_checks import first_row

VERSION = 5
DATE_TIMES = (144, 160, 464, 480)  # library made and modified, member made and modified: 16 letters each
LARGEST, SMALLEST = 7.2e75, 5.4e-79  # beyond these the IBM numbers of the format have no value
IS_ASCII = "regexp_full_match({name}, '[ -~]*')"


def write_transport(datasets: Datasets, spec: DatasetSpec, path: Path) -> None:
    """One dataset; dates are numbers of days since 1960-01-01 with the format DATE9.

    Raises ConfigurationError, with the place and no value, where the format does not hold a value.
    """
    import pyreadstat

    check_limits(datasets, spec)
    columns = ", ".join(f"{_as_stored(variable)} AS {variable.name}" for variable in spec.variables)
    frame = datasets.con.execute(f"SELECT {columns} FROM {spec.name} ORDER BY {', '.join(spec.keys)}").df()
    pyreadstat.write_xport(
        frame,
        str(path),
        file_label=spec.label,
        column_labels={variable.name: variable.label for variable in spec.variables},
        table_name=spec.name,
        file_format_version=VERSION,
        variable_format={variable.name: "DATE9." for variable in spec.variables if variable.type == "date"},
    )
    _set_date_times(path, datasets.study)


def check_limits(datasets: Datasets, spec: DatasetSpec) -> None:
    """Raises ConfigurationError for the first value that a transport file would cut, garble or lose."""
    faults = [(variable, condition, why) for variable in spec.variables for condition, why in _faults(variable)]
    counted = one_row(
        datasets.con, f"SELECT {', '.join(f'count_if({condition})' for _, condition, _ in faults)} FROM {spec.name}"
    )
    for (variable, condition, why), n in zip(faults, counted, strict=True):
        if n:
            row = first_row(datasets.con, spec, condition)
            raise ConfigurationError(
                f"{spec.name}.{variable.name}, record {row:,}{f' and {n - 1:,} more' if n > 1 else ''}: {why}. SAS"
                " transport files cannot hold it; write Dataset-JSON or Parquet, or correct the value in the input files."
            )


def _faults(variable: Variable) -> list[tuple[str, str]]:
    """What is a value that the format does not hold, as a condition, and in words."""
    name = variable.name
    if variable.is_text:
        return [
            (f"strlen({name}) > {LONGEST_TEXT}", f"the text has more than {LONGEST_TEXT} bytes"),
            (f"NOT {IS_ASCII.format(name=name)}", "the text has letters beyond ASCII, or a line break"),
        ]
    if variable.type == "float":
        bounds = f"abs({name}) > {LARGEST} OR ({name} <> 0 AND abs({name}) < {SMALLEST}) OR NOT isfinite({name})"
        return [(bounds, "the number is too large or too small")]
    return []


def _as_stored(variable: Variable) -> str:
    match variable.type:
        case "text":
            return f"coalesce({variable.name}, '')"
        case "date":
            return f"CAST({variable.name} - DATE '1960-01-01' AS DOUBLE)"
        case _:
            return f"CAST({variable.name} AS DOUBLE)"


def _set_date_times(path: Path, study: Study) -> None:
    moment = _moment(study.cutoff_date).encode("ascii")
    with path.open("r+b") as file:
        for offset in DATE_TIMES:
            file.seek(offset)
            file.write(moment)


MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _moment(day: date) -> str:
    """ddMMMyy:hh:mm:ss, in English whatever the language of the machine."""
    return f"{day.day:02}{MONTHS[day.month - 1]}{day.year % 100:02}:00:00:00"
