"""export --standard and --shells: the current snapshot as ADaM datasets or analysis results, or its tables without
numbers, in a folder of the reader's choice."""

from collections.abc import Sequence
from pathlib import Path

from flows.publishing.exported_tables import aside, check_target
from flows.publishing.exports import write_publication
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


def export_shells(place: Path, target: Path) -> list[Path]:
    """Write the publication tables without numbers into ``target`` as HTML, RTF and DOCX; gives the files.

    Raises ConfigurationError as ``export_standard`` does.
    """
    database = find_database(place)
    check_target(database, target)
    with aside(target) as scratch:
        names = [path.name for path in write_publication(database, scratch, are_shells=True)]
    return [target / name for name in names]
