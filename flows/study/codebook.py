"""The project dictionary of REDCap: which code stands for which answer."""

import csv
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import ConfigurationError
from flows.study.file_format import FileFormat

FIELD_NAMES = ("variable / field name", "field_name", "field name", "variable")
CHOICES_NAMES = ("choices, calculations, or slider labels", "select_choices_or_calculations", "choices")
TYPE_NAMES = ("field type", "field_type")
FORM_NAMES = ("form name", "form_name")
WITH_CHOICES = ("radio", "dropdown", "checkbox")


class Codebook(NamedTuple):
    """A project dictionary: its file's name, and by field, in lower case, the label of each code and the form."""

    name: str
    choices: dict[str, dict[str, str]]
    forms: dict[str, str]


def with_choices(group: FileFormat, folder: Path) -> FileFormat:
    """The entry with the choices of its codebook, a file in the study folder.

    Raises ConfigurationError where the codebook cannot be read or is none.
    """
    if not group.codebook:
        return group
    return group.model_copy(update={"choices": read_codebook(folder / group.codebook).choices})


def read_codebook(path: Path) -> Codebook:
    """A project dictionary.

    Raises ConfigurationError where the file cannot be read or lacks the columns of a project dictionary.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    except OSError as error:
        raise ConfigurationError(f"{path}: the codebook cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, csv.Error):
        raise ConfigurationError(f"{path}: is no CSV text in UTF-8; export the project dictionary again.") from None
    names = {name.strip().casefold(): name for name in (rows[0] if rows else {}) if isinstance(name, str)}
    field, choices, kind, form = (
        next((names[name] for name in known if name in names), None)
        for known in (FIELD_NAMES, CHOICES_NAMES, TYPE_NAMES, FORM_NAMES)
    )
    if field is None or choices is None:
        raise ConfigurationError(
            f"{path}: is no project dictionary: it needs the columns 'Variable / Field Name' and 'Choices, Calculations,"
            " OR Slider Labels'."
        )
    fields = [(_folded(row[field]), row) for row in rows]
    labels = {
        name: _labels(row[choices])
        for name, row in fields
        if row[choices] and (kind is None or _folded(row[kind]) in WITH_CHOICES)
    }
    return Codebook(path.name, labels, {name: (row[form] or "").strip() for name, row in fields} if form else {})


def _folded(text: str | None) -> str:
    return (text or "").strip().casefold()


def _labels(text: str) -> dict[str, str]:
    """``0, None | 1, Mild`` by code. A comma within a label is the label's."""
    pairs = (choice.partition(",") for choice in text.split("|"))
    return {code.strip(): label.strip() for code, comma, label in pairs if comma}
