"""The formats in which ``check`` writes its findings. Each module renders one CheckReport as one text.

Paths start from a root folder: the study folder, or a folder above it (a repository) as CI services want them.
"""

from collections.abc import Callable
from pathlib import Path

from flows.checking.check_outcomes import CheckReport

Prefix = str  # what leads from the root to the study folder: empty, or ends with a slash
Renderer = Callable[[CheckReport, Prefix], str]


def prefix_of(study: Path, root: Path | None) -> Prefix:
    """The way from the root to the study folder; empty where the study does not lie below it."""
    folder = study.resolve()
    if root is None or not folder.is_relative_to(root.resolve()):
        return ""
    inside = folder.relative_to(root.resolve()).as_posix()
    return "" if inside == "." else f"{inside}/"


def renderers() -> dict[str, Renderer]:
    """The renderer of each format by its name."""
    from flows.checking.formats import github, json, junit, sarif, text

    return {
        "text": text.render,
        "json": json.render,
        "junit": junit.render,
        "sarif": sarif.render,
        "github": github.render,
    }
