"""Identifiers written in more than one way: told as probable twins, joined where study.toml says so."""

import csv
import json
from pathlib import Path

import pytest

from flows.landing.identities import are_twins, fold_id
from tests.cli.helpers import SETTINGS, write_files, write_study
from tests.run import run_study

FOLDED = SETTINGS + '[subjects]\nid_folding = ["case", "zeros", "blanks"]\n'


def days(subject: str, first: int, last: int, headache: int = 1) -> str:
    return "".join(f"{subject},2024-01-{day:02},{headache}\n" for day in range(first, last + 1))
