"""What a power cut can leave behind: bytes that never reached the disk, in every file of OUT that a run writes."""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random


class PowerCuts:
    """Damage to the state of a study, one kind at a time. Remembers old logs, to put one beside a newer warehouse."""

    def __init__(self, out: Path, chance: Random) -> None:
        self.out, self.chance = out, chance
        self.warehouse = out / "state" / "warehouse.duckdb"
        self.log = out / "state" / "warehouse.duckdb.wal"
        self.old_log: bytes | None = None

    def strike(self) -> str | None:
        """Do one damage that is possible now; gives its name."""
        kinds: dict[str, Callable[[], bool]] = {
            "half a line in the index": self._half_index_line,
            "half a copy": self._half_copy,
            "half a snapshot": self._half_snapshot,
            "half a record of a publication": self._half_record,
            "log cut short": lambda: self._cut(self.log),
            "warehouse cut short": lambda: self._cut(self.warehouse),
            "log of an earlier time": self._stale_log,
        }
        for name in self.chance.sample(sorted(kinds), len(kinds)):
            if kinds[name]():
                return name
        return None

    def remember(self) -> None:
        """Keep the log of this moment, now and then."""
        if self.log.exists() and self.log.stat().st_size and (self.old_log is None or self.chance.random() < 0.3):
            self.old_log = self.log.read_bytes()

    def _half_index_line(self) -> bool:
        index = self.out / "state" / "inputs" / "index.jsonl"
        if not index.exists():
            return False
        with index.open("ab") as lines:
            lines.write(b'{"file_id": "0123456789ab", "sha256": "01234567'[: self.chance.randint(1, 46)])
        return True

    def _half_copy(self) -> bool:
        folder = self.out / "state" / "inputs"
        if folder.is_dir():
            (folder / "incoming.part").write_bytes(b"subject_id,diary_date,headache\nK01,2024-0")
        return folder.is_dir()

    def _half_snapshot(self) -> bool:
        folder = self.out / "snapshots" / f".building-{self.chance.getrandbits(64):016x}"
        (folder / "tables/analysis.responder").mkdir(parents=True, exist_ok=True)
        (folder / "outcomes.duckdb").write_bytes(b"half a database")
        (folder / "tables/analysis.responder/00001.parquet").write_bytes(b"PAR1")
        return True

    def _half_record(self) -> bool:
        folder = self.out / "state" / "publications" / f".{self.chance.getrandbits(64):016x}"
        if folder.parent.parent.is_dir():
            (folder / "study").mkdir(parents=True)
            (folder / "publication.json").write_bytes(b'{"snapshot_id')
        return folder.is_dir()

    def _cut(self, path: Path) -> bool:
        if not path.exists() or not path.stat().st_size:
            return False
        os.truncate(path, self.chance.randrange(path.stat().st_size))
        return True

    def _stale_log(self) -> bool:
        if self.old_log is None or not self.warehouse.exists():
            return False
        self.log.write_bytes(self.old_log)
        return True
