"""init: a commented study folder to fill in."""

import shutil
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.resources import resource


def make_study_folder(folder: Path) -> None:
    """Copy the template; an existing study is never overwritten.

    Raises ConfigurationError where the folder already holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder}: is not empty; nothing was written.")
    shutil.copytree(resource("data/template"), folder, dirs_exist_ok=True)
