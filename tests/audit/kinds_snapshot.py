"""Kinds of tampering with what is published: the snapshot, its manifest, and which one is current."""

import os
import shutil
from pathlib import Path

from tests.audit.tree import Tree, change_tables, cover_up, edit_manifest, flip_byte, replace_in
from tests.audit.untouched import Kind

UNFIT = "its manifest.json is not the one that was published"
STATUS = ("analysis.responder", "status = 'responder'")
SIX_TABLES = (
    STATUS,
    ("summary.responder_rates", "n_responders = n_evaluable, responder_pct = 100"),
    ("summary.first_response", "n_first = n_subjects, cumulative_pct = 100"),
    ("summary.verdicts", "verdict = 'continue'"),
    ("summary.change_from_baseline", "n = n + 1"),
    ("summary.disposition", "n = n + 1"),
)


def altered(name: str) -> str:
    return f"files: {name} is not what was published"


def one_byte(name: str, at: float = 0.5) -> Kind:
    """A file of the snapshot, one byte of which is another."""
    return Kind(lambda tree: flip_byte(tree.snapshot / name, at), altered(name))


def covered(name: str, old: str, new: str) -> Kind:
    """A file of the snapshot with another text, and manifest.json made to fit."""

    def do(tree: Tree) -> None:
        replace_in(tree.snapshot / name, old, new)
        cover_up(tree.snapshot)

    return Kind(do, UNFIT)


def _take_away(tree: Tree) -> None:
    (tree.snapshot / "tables/summary.verdicts.csv").unlink()


def _add(tree: Tree) -> None:
    (tree.snapshot / "tables/notes.csv").write_text("a,b\n")


def _add_covered(tree: Tree) -> None:
    _add(tree)
    cover_up(tree.snapshot)


def _take_away_covered(tree: Tree) -> None:
    (tree.snapshot / "queries.csv").unlink()
    cover_up(tree.snapshot)


def _older_under_new_name(tree: Tree) -> None:
    """Yesterday's results once more, under today's name."""
    shutil.copytree(tree.older, tree.snapshot, dirs_exist_ok=True)
    edit_manifest(tree.snapshot, lambda manifest: manifest.update(snapshot_id=tree.snapshot.name))
    cover_up(tree.snapshot)


def _point_to(tree: Tree, folder: Path) -> None:
    (tree.out / "current").unlink()
    os.symlink(Path("snapshots") / folder.name, tree.out / "current")


def _never_published(tree: Tree) -> None:
    invented = Path(shutil.copytree(tree.snapshot, tree.snapshot.with_name("0123456789abcdef")))
    shutil.rmtree(invented / "signatures", ignore_errors=True)
    edit_manifest(invented, lambda manifest: manifest.update(snapshot_id=invented.name))
    _point_to(tree, invented)


SNAPSHOT: dict[str, Kind] = {
    "a byte of the report": one_byte("report.html"),
    "a byte of a CSV file": one_byte("tables/analysis.responder.csv"),
    "a byte of a Parquet file": one_byte("tables/analysis.responder/00001.parquet"),
    "a byte of the database": one_byte("outcomes.duckdb", 0.4),
    "a byte of the queries": one_byte("queries.csv"),
    "a byte of the manifest": Kind(
        lambda tree: replace_in(tree.snapshot / "manifest.json", '"cutoff_date": "2024', '"cutoff_date": "2025'), UNFIT
    ),
    "a file taken away": Kind(_take_away, "files: tables/summary.verdicts.csv is missing."),
    "a file added": Kind(_add, "files: tables/notes.csv does not belong to the snapshot"),
    "a file taken away, covered up": Kind(_take_away_covered, UNFIT),
    "a file added, covered up": Kind(_add_covered, UNFIT),
    "statuses in a CSV file, covered up": covered("tables/analysis.responder.csv", "not_due", "responder"),
    "the report, covered up": covered("report.html", "Another title", "A better title"),
    "the queries, covered up": covered("queries.csv", "K05", "K06"),
    "the validation page, covered up": covered("validation/index.html", "diary", "diery"),
    "statuses in all places, covered up": Kind(lambda tree: change_tables(tree.snapshot, STATUS), UNFIT),
    "six tables in all places, covered up": Kind(lambda tree: change_tables(tree.snapshot, *SIX_TABLES), UNFIT),
    "a count of the lines, covered up": Kind(
        lambda tree: change_tables(tree.snapshot, ("meta.runs", "lines_quarantined = 0")), UNFIT
    ),
    "the date of publication": Kind(
        lambda tree: edit_manifest(
            tree.snapshot, lambda manifest: manifest.update(published_at="2020-01-01T00:00:00Z")
        ),
        UNFIT,
    ),
    "the software it was made with": Kind(
        lambda tree: edit_manifest(tree.snapshot, lambda manifest: manifest.update(own_files={})), UNFIT
    ),
    "the hash of an input in the manifest": Kind(
        lambda tree: edit_manifest(tree.snapshot, lambda manifest: manifest["inputs"][0].update(sha256="0" * 64)), UNFIT
    ),
    "a file and the manifest of an older snapshot": Kind(
        lambda tree: change_tables(tree.older, STATUS), "manifest.json is not the one that was published (line 1)"
    ),
    "the results of yesterday under the name of today": Kind(_older_under_new_name, UNFIT),
    "current leads to the older snapshot": Kind(lambda tree: _point_to(tree, tree.older), "current: leads to snapshot"),
    "current leads to a snapshot that no run made": Kind(
        _never_published, "holds no publication of snapshot 0123456789abcdef"
    ),
    "the manifest taken away": Kind(
        lambda tree: (tree.snapshot / "manifest.json").unlink(), "manifest.json is missing or cannot be read"
    ),
}
