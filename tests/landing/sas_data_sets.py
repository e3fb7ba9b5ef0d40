"""Makes diary.sas7bdat beside it, which SAS alone writes: with the writer inside the library that reads such files.

Run from the top folder: python -m tests.landing.sas_data_sets
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path

DIARY = Path(__file__).with_name("diary.sas7bdat")
STRING, DOUBLE = 0, 5
Variable = tuple[str, int, int, str | None]  # name, type, width, format

VARIABLES: list[Variable] = [
    ("subject_id", STRING, 8, None),
    ("diary_date", DOUBLE, 8, "DATE9."),
    ("headache", DOUBLE, 8, None),
    ("hours", DOUBLE, 8, "8.2"),
    ("entered_at", DOUBLE, 8, "DATETIME20."),
    ("began", DOUBLE, 8, "TIME8."),
]
ROWS: list[Sequence[str | float | None]] = [
    ("0101", 23419.0, 1.0, 4.5, 2023486200.0, 85500.0),  # 13 February 2024, 23:30:00, 23:45:00
    ("0101", 23420.0, 0.0, 0.0, 2023488000.0, 0.0),  # entered at midnight
    ("0102", 23419.0, None, None, None, None),
]


def write(target: Path, variables: Sequence[Variable], rows: Sequence[Sequence[str | float | None]]) -> None:
    """An uncompressed data set."""
    import pyreadstat._readstat_writer as library

    written = ctypes.CDLL(library.__file__)
    for name in ("readstat_writer_init", "readstat_add_variable"):
        getattr(written, name).restype = ctypes.c_void_p
    take = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
    with target.open("wb") as out:
        writes = take(lambda data, length, _: out.write(ctypes.string_at(data, length)))
        writer = ctypes.c_void_p(written.readstat_writer_init())
        written.readstat_set_data_writer(writer, writes)
        made = []
        for name, kind, width, code in variables:
            variable = written.readstat_add_variable(writer, name.encode(), kind, ctypes.c_size_t(width))
            made.append(ctypes.c_void_p(variable))
            if code:
                written.readstat_variable_set_format(made[-1], code.encode())
        written.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(len(rows)))
        for row in rows:
            written.readstat_begin_row(writer)
            for variable, value in zip(made, row, strict=True):
                if value is None:
                    written.readstat_insert_missing_value(writer, variable)
                elif isinstance(value, str):
                    written.readstat_insert_string_value(writer, variable, value.encode())
                else:
                    written.readstat_insert_double_value(writer, variable, ctypes.c_double(value))
            written.readstat_end_row(writer)
        if written.readstat_end_writing(writer):
            raise RuntimeError("the data set was not written")
        written.readstat_writer_free(writer)


if __name__ == "__main__":
    write(DIARY, VARIABLES, ROWS)
