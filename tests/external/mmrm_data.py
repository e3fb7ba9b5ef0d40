"""The data sets and reference numbers of test_mmrm.py; their sources stand in tests/external/mmrm/README.md."""

import csv
import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

FOLDER = Path(__file__).parent / "mmrm"


class Number(NamedTuple):
    """One number of R: of which case (data/structure/method), by which package, and what it is."""

    case: str
    software: str
    quantity: str
    name: str
    value: float


def growth() -> pd.DataFrame:
    """Potthoff and Roy 1964: one row per person and age."""
    wide = pd.read_csv(FOLDER / "growth.csv")
    long = wide.melt(id_vars=["person", "gender"], var_name="age", value_name="y")
    return long.assign(age=long["age"].str.removeprefix("age").astype(int))


def fev() -> pd.DataFrame:
    """The artificial trial of the R package mmrm: one row per subject and visit, value missing where not seen."""
    wide = pd.read_csv(FOLDER / "fev.csv")
    return wide.melt(id_vars=["subject", "arm"], var_name="visit", value_name="fev")


def later_fev() -> pd.DataFrame:
    """The same with the first visit as a covariate of the others."""
    wide = pd.read_csv(FOLDER / "fev.csv")
    return wide.melt(id_vars=["subject", "arm", "visit1"], var_name="visit", value_name="fev")


def numbers_of_r() -> list[Number]:
    with (FOLDER / "reference.csv").open(newline="") as file:
        return [Number(*row[:4], float(row[4])) for row in list(csv.reader(file))[1:]]


def name_of_r(name: str) -> str:
    """A coefficient's name as R writes it: arm[T.TRT]:visit[T.visit2] is armTRT:visitvisit2."""
    return re.sub(r"\[T\.(.*?)\]", r"\1", name).replace("Intercept", "(Intercept)")
