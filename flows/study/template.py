"""init: a commented study folder to fill in, for files of a kind of source if one is named."""

import shutil
from enum import StrEnum
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.resources import resource

ENTRIES = "files.toml"  # of a source: what study.toml says of its files


class Origin(StrEnum):
    """Where the files come from: data/templates/<name>."""

    redcap = "redcap"
    spreadsheet = "spreadsheet"
    app_attacks = "app-attacks"
    app_days = "app-days"


def make_study_folder(folder: Path, origin: Origin | None = None) -> None:
    """Copy the template, with the entries that read the files of a source; an existing study is never overwritten.

    Raises ConfigurationError where the folder already holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder}: is not empty; nothing was written.")
    shutil.copytree(resource("data/template"), folder, dirs_exist_ok=True)
    if origin:
        source = resource(f"data/templates/{origin.value}")
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(ENTRIES))
        with (folder / "study.toml").open("a", encoding="utf-8") as settings:
            settings.write((source / ENTRIES).read_text(encoding="utf-8"))
