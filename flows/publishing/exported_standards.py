"""export --standard: the current snapshot as ADaM datasets or analysis results, in a folder of the reader's choice."""

from collections.abc import Sequence
from pathlib import Path

from flows.publishing.exported_tables import aside, check_target
from flows.standards.written_standards import write_standard
from flows.study.study_folder import DatasetFormat, Standard
from flows.warehouse.snapshots import find_database


def export_standard(place: Path, standard: Standard, formats: Sequence[DatasetFormat], target: Path) -> list[Path]:
    """Write a standard into ``target``; gives the files. Files of those names are replaced, all of them or none.

    Raises ConfigurationError where nothing is published, a value does not fit into a format, or the folder belongs to a
    study or to what is published.
    """
    database = find_database(place)
    check_target(database, target)
    with aside(target) as scratch:
        names = [path.name for path in write_standard(standard, database, scratch, formats)]
    return [target / name for name in names]
