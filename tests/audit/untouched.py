"""What a kind of tampering is, and trees that nobody touched: other studies, histories, settings, blinded and signed or not."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

from flows.publishing.audit_entries import Attestation
from tests.audit.tree import Tree
from tests.cli.helpers import write_files, write_study
from tests.crash.deliveries import SETTINGS, deliveries
from tests.run import run_without_prefect


class Kind(NamedTuple):
    """Something that is done to a tree, and words of what verify has to say about it."""

    do: Callable[[Any], object]
    said: str
    asks: Literal["", "signers", "head"] = ""


def publish_at_random(folder: Path, seed: int, key: Path | None) -> Tree:
    """A study with a history of its own: one to three nights, each with deliveries, a withdrawal, other settings, a file
    that leaves the inbox, or nothing new; blinded or not; signed or not."""
    chance = Random(seed)
    waiting = deliveries()
    settings = SETTINGS.replace('"Test"', f'"Study {seed}"')
    if chance.random() < 0.3:
        settings = settings.replace("[study]", "[study]\nblinded = true")
    study = write_study(folder / "study", waiting.pop(0), settings)
    for night in range(chance.randint(1, 3)):
        for _ in range(chance.randint(0, 2)):
            if waiting:
                write_files(study, waiting.pop(0))
        if chance.random() < 0.2:
            settings = settings.replace(f"Study {seed}", f"Study {seed}, renamed")
        if chance.random() < 0.2 and "[[withdrawn]]" not in settings:
            settings += '\n[[withdrawn]]\nfile = "01/diary-b.csv"\nreason = "of another study"\n'
        if chance.random() < 0.2 and night:
            (study / "inbox/01/diary-a.csv").unlink(missing_ok=True)
        (study / "study.toml").write_text(settings)
        said = Attestation("a night" if chance.random() < 0.5 else None, key if chance.random() < 0.4 else None)
        run_without_prefect(study, folder / "out", attested=said)
    return Tree(folder / "out")
