"""A warehouse that has grown night by night publishes what one made anew from the same inputs publishes.

Random nights (tests/generative/deliveries.py): new files, files corrected under the same name, later files that correct
single days, files withdrawn and taken back, vanished, returned or sent twice, files refused, the cut-off and the rule
sets changed. After every night two runs by the plain steps:

- *grown*: in the one OUT that has seen all nights so far;
- *rebuilt*: in a fresh OUT that holds nothing but a copy of the kept inputs (``state/inputs``: the bytes, and the order
  and time in which they were landed), so that all files are landed again in one go.

Both read the same inbox and study.toml. The snapshots' names and every cell of every published table have to be equal, in
order (``meta.runs``, written when publishing, follows from the name). What depends on history by design is in the kept
inputs: which of two files came later, and that a vanished file still counts.

Where files are only ever added, the inbox alone tells that order: then a fresh OUT that never saw the kept inputs has to
give the same tables as well, but for ``landed_at``.

GENERATED_SEQUENCES and GENERATED_SEED choose more and others (make generative). The two of every test run hold a return, a
withdrawal taken back and a broken line that is withdrawn, so that a warehouse that forgets to undo one of them is noticed.
"""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from flows.base.errors import OutcomesError
from flows.publishing.blinding import published_select
from flows.publishing.snapshot_database import published_tables
from tests.generative.deliveries import Site
from tests.run import computed

SEQUENCES = int(os.environ.get("GENERATED_SEQUENCES", "2"))
SEED = int(os.environ.get("GENERATED_SEED", "20240111"))
NIGHTS = 4
NAME, REFUSED = "name of the snapshot", "nothing is published"
Tables = dict[str, list[str]]


def tables_of(study: Path, out: Path) -> Tables:
    """Every row of what a run is about to publish, by table; or why it publishes nothing."""
    try:
        with computed(study, out) as run:
            tables = {NAME: [run.snapshot_id]}
            for table in published_tables(run.con):
                names = [column.name for column in table.columns]
                rows = run.con.execute(published_select(table, run.study)).fetchall()
                tables[table.full_name] = [repr(dict(zip(names, row, strict=True))) for row in rows]
            return tables
    except OutcomesError as error:
        return {REFUSED: [str(error).replace(str(out), "OUT")]}


def differences(grown: Tables, rebuilt: Tables) -> list[str]:
    """The tables whose rows differ, each with the first row that only one side has."""
    told = []
    for name in sorted(grown.keys() | rebuilt.keys()):
        left, right = grown.get(name, ["no such table"]), rebuilt.get(name, ["no such table"])
        if left != right:
            only = [[row for row in rows if row not in others][:1] for rows, others in ((left, right), (right, left))]
            told.append(
                f"{name}: {len(left)} rows grown, {len(right)} rebuilt; only grown {only[0]}, only rebuilt {only[1]}"
            )
    return told


def landed(out: Path) -> dict[str, str]:
    """Paths landed so far, each with the file_id of its last version."""
    index = out / "state" / "inputs" / "index.jsonl"
    entries = [json.loads(line) for line in index.read_text().splitlines()[1:]] if index.exists() else []
    return {entry["path"]: entry["file_id"] for entry in entries}


@pytest.mark.parametrize("seed", range(SEED, SEED + SEQUENCES))
def test_grown_equals_rebuilt(seed: int, tmp_path: Path) -> None:
    site, grown, rebuilt = Site(tmp_path / "study", seed), tmp_path / "grown", tmp_path / "rebuilt"
    names = []
    for night in range(NIGHTS):
        if night:
            site.next_night(landed(grown))
        now = tables_of(site.folder, grown)
        names += now.get(NAME, [])
        if not night:
            continue  # nothing has grown yet
        shutil.copytree(grown / "state" / "inputs", rebuilt / "state" / "inputs")
        found = differences(now, tables_of(site.folder, rebuilt))
        assert not found, "\n".join([f"seed {seed}, night {night}:", *site.told, *found])
        shutil.rmtree(rebuilt)
    assert names, f"seed {seed} published nothing: {now[REFUSED]}"


def test_files_added_night_by_night_equal_the_inbox_landed_at_once(tmp_path: Path) -> None:
    site, grown = Site(tmp_path / "study", SEED), tmp_path / "grown"
    tables_of(site.folder, grown)
    for _ in range(2):
        site.next_night(landed(grown), only_new=True)
        now = tables_of(site.folder, grown)
    found = differences(*(without_time(tables) for tables in (now, tables_of(site.folder, tmp_path / "fresh"))))
    assert not found, "\n".join([f"seed {SEED}:", *site.told, *found])


def without_time(tables: Tables) -> Tables:
    """The tables without the time of landing, and the name that is made from it."""
    at = re.compile(r"'landed_at': (None|datetime\.datetime\([^)]*\))")
    return {name: [at.sub("", row) for row in rows] for name, rows in tables.items() if name != NAME}


def test_a_difference_is_told() -> None:
    same: dict[str, Any] = {NAME: ["a"], "summary.x": ["{'n': 1}", "{'n': 2}"]}
    assert differences(same, dict(same)) == []
    assert len(differences(same, same | {"summary.x": ["{'n': 1}", "{'n': 3}"]})) == 1
    assert len(differences(same, {NAME: ["b"]})) == 2
    assert differences(same, same | {"summary.x": ["{'n': 2}", "{'n': 1}"]}) != []  # the order of rows counts
