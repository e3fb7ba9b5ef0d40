"""The demo study in every format of the standards, exported once."""

from pathlib import Path
from typing import NamedTuple

import pytest

from flows.publishing.exported_standards import export_standard
from flows.standards.written_standards import WRITERS
from tests.conftest import Published


class Exported(NamedTuple):
    """The folder of the files, and the database that they were made from."""

    folder: Path
    database: Path


@pytest.fixture(scope="session")
def exported(demo: Published, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("standards")
    export_standard(demo.out, "adam", tuple(WRITERS), folder)
    export_standard(demo.out, "ars", (), folder)
    return Exported(folder, demo.current / "outcomes.duckdb")
