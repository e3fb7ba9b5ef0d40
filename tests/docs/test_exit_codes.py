"""One table of exit codes: README.md, docs/operating.md and --help of each verb hold it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.base.exit_codes import ALL_VERBS, EXIT_CODES, markdown_table, sentence_of
from flows.cli.main import app

ROOT = Path(__file__).parents[2]
VERBS = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}


def helped(*words: str) -> str:
    """--help as one line, without the frames around it."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert shown.exit_code == 0
    return " ".join(shown.output.replace("│", " ").split())


@pytest.mark.parametrize("page", ["README.md", "docs/operating.md"])
def test_the_pages_hold_the_table(page: str) -> None:
    assert markdown_table() in (ROOT / page).read_text(encoding="utf-8")


def test_every_verb_has_its_row() -> None:
    assert set(EXIT_CODES) == VERBS


@pytest.mark.parametrize("verb", sorted(EXIT_CODES))
def test_help_says_the_codes_of_the_verb(verb: str) -> None:
    assert sentence_of(verb) in helped(verb)


def test_help_says_the_codes_of_all_verbs() -> None:
    assert ALL_VERBS in helped()


def test_version_and_completion_are_offered() -> None:
    shown = helped()
    for option in ("--version", "--install-completion", "--show-completion"):
        assert option in shown
    assert CliRunner().invoke(app, ["--version"]).output.startswith("migraine-outcomes ")
