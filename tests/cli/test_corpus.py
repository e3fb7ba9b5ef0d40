"""All odd files at once, as an operator sees them: one call of check, every refusal told, no traceback, no value."""

import json
from pathlib import Path

import pytest

from tests.cli import test_file_formats, test_wrong_files, test_wrong_lines
from tests.cli.helpers import BASE, SETTINGS, Said, commands, write_study
from tests.cli.zoo import Case, file_name

CORPUS: dict[str, Case] = test_file_formats.CASES | test_wrong_files.CASES | test_wrong_lines.CASES


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    files: dict[str, str | bytes] = dict(BASE)
    groups = ""
    for name, case in CORPUS.items():
        text = case.content
        files[file_name(name)] = text if isinstance(text, bytes) else text.replace("@", name).encode(case.encoding)
        groups += f"[[files.diary]]\npattern = '{file_name(name)}'\n{case.settings}\n" if case.settings else ""
    study: Path = write_study(tmp_path_factory.mktemp("corpus") / "study", files, SETTINGS + groups)
    return commands([["check", study, "--format", "json", "--limit", "1000"]])[0]


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) == sum(len(part.CASES) for part in (test_file_formats, test_wrong_files, test_wrong_lines))
    assert len(CORPUS) >= 60


def test_no_traceback_and_exit_1(said: Said) -> None:
    assert said.code == 1, said.err[-2000:]
    for text in (said.out, said.err):
        assert "Traceback" not in text
        assert "should not have happened" not in text


def test_every_refusal_is_told_by_file_and_reason(said: Said) -> None:
    checks = {check["check_id"]: check for check in json.loads(said.out)["checks"]}
    told = {place["path"]: place["reason"] for place in checks["file.refused"]["places"]}
    wanted = {f"inbox/{file_name(name)}": case.refused for name, case in CORPUS.items() if case.refused}
    assert set(told) == set(wanted)
    assert [path for path, reason in wanted.items() if reason not in told[path]] == []


def test_no_value_of_a_refused_file_is_told(said: Said) -> None:
    for secret in test_wrong_files.SECRETS:
        assert secret not in said.out + said.err
