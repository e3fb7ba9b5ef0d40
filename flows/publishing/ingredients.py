"""What a snapshot is made from, part by part: its id hashes the parts, and a new id can be explained by those that changed."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version

import duckdb

from flows.base.own_files import own_files
from flows.base.sql_text import one_value
from flows.landing.refused_files import REPEATS_ANOTHER
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs


def digest_ingredients(con: duckdb.DuckDBPyConnection, study: Study, files: Iterable[KeptFile]) -> dict[str, str]:
    """SHA-256 of each part that a snapshot is made from, by its name in words."""
    parts = {
        "the files that were landed": [entry.model_dump(mode="json") for entry in files],
        "the files that were not read": con.execute(
            f"SELECT path, sha256, status, reason FROM landing.refused_files WHERE NOT ({REPEATS_ANOTHER}) ORDER BY ALL"
        ).fetchall(),
        "the files that are gone from inbox/": con.execute(
            "SELECT path FROM landing.landed_files WHERE NOT is_in_inbox ORDER BY ALL"
        ).fetchall(),
        "dates that have come": con.execute(
            "SELECT file_id, CAST(last_date AS VARCHAR), n_dates FROM landing.dates_come ORDER BY ALL"
        ).fetchall(),
        "the data cut-off": one_value(con, "SELECT CAST(data_cutoff AS VARCHAR) FROM meta.study"),
        "study.toml, a rule set or a code list": study.model_dump(mode="json", exclude={"folder", "publishing"}),
        "which tables are published as CSV": study.publishing.csv,
        "the code, rules or checks of this software": sorted(own_files().items()),
        "the versions of its libraries": versions(),
    }
    if study.publishing.standards:
        parts["which standards are published"] = [study.publishing.standards, study.publishing.standard_formats]
    return {name: _sha256(part) for name, part in parts.items()}


@cache
def versions() -> dict[str, str]:
    """The versions of this software and of the libraries that compute."""
    names = ("migraine-outcomes", "duckdb", "great-expectations", "statsmodels", "numpy", "scipy", "formulaic")
    return {name: version(name) for name in names}


def id_of(digests: dict[str, str], kept: KeptInputs) -> str:
    """The name of the snapshot that these ingredients lead to."""
    return kept.digest_of(json.dumps(digests, sort_keys=True))[:16]


def changed_since(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """The names of the parts that differ; none where it is not known what was before."""
    return [name for name in now | before if before and before.get(name) != now.get(name)]


def _sha256(part: object) -> str:
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()
