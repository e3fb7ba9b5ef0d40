"""What is wrong with a study's settings is said in one or two plain sentences that name the file and the key."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.helpers import BASE, SETTINGS, Said, commands, write_study

RULES = """
id = "own"
title = "t"
citation = "c"
decision = "d"
[response]
conditions = [{ measure = "headache_free_days", comparator = ">=", threshold = 15 }]
"""


class Case(NamedTuple):
    """A broken study, and what must be said about it."""

    said: tuple[str, ...]
    settings: str | None = SETTINGS
    files: dict[str, str] = BASE
    rules: str | None = None


def settings(*changes: tuple[str, str], more: str = "") -> str:
    text = SETTINGS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text + more


def diary(line: str) -> str:
    return settings(more=f"[files.diary]\n{line}\n")


def own(rules: str, *said: str) -> Case:
    return Case(said, settings(("nice_ta260", "own")), rules=rules)


ENTRIES = "[[files.diary]]\npattern = 'a*'\n[[files.diary]]\npattern = 'b*'\n [[ files.diary ]]\npattern = 'c*'\n"
CASES = {
    "no study.toml": Case(("study.toml: there is no such file",), settings=None),
    "not TOML": Case(("study.toml", "is not valid TOML", "line 2"), "[study]\nid = T\n"),
    "not UTF-8": Case(("study.toml", "save it as UTF-8"), SETTINGS + "# \udce9"),
    "typo in a key": Case(("study.toml: study.blindet:", "did you mean 'blinded'?"), settings(more="blindet = true")),
    "typo in a table": Case(("study.toml: armz:", "did you mean 'arms'?"), settings(more="[armz]\na = 'b'")),
    "typo in the table of files": Case(
        ("study.toml: file: there is no such key; did you mean 'files'?",), settings(more="[file.diary]\npattern = 'x'")
    ),
    "key of another table": Case(
        ("study.toml: checks.keep_snapshots:", "it belongs under [publishing]"),
        settings(more="[checks]\nkeep_snapshots = 3"),
    ),
    "table inside another": Case(
        ("study.toml: study.arms:", "[arms] is a table of its own"), settings(more="arms = { a = 'b' }")
    ),
    "key with another name inside": Case(
        ("files.diary.scales.severity.form:", "did you mean 'from'?"),
        diary("scales = { severity = { form = '0-10', cuts = [1], from = '0-10' } }"),
    ),
    "one entry of several": Case(
        ("study.toml: [[files.diary]] of line 11 (pattern 'c*'): columns:",), settings(more=ENTRIES + "columns = 3\n")
    ),
    "one entry of several: column": Case(
        (
            "study.toml: [[files.diary]] of line 11 (pattern 'c*'): columns: there is no column 'hour'",
            "did you mean 'hours'?",
        ),
        settings(more=ENTRIES + "columns = { hour = 'x' }\n"),
    ),
    "one withdrawal of several": Case(
        ("study.toml: [[withdrawn]] of line 10: reason: this key is required",),
        settings(more="[[withdrawn]]\nfile = 'a'\nreason = 'b'\n[[withdrawn]]\nfile = 'c'\n"),
    ),
    "unknown column in units": Case(("files.diary.units: there is no column 'hour'",), diary("units={hour='minutes'}")),
    "typo in a files key": Case(
        ("delimeter: there is no such key; did you mean 'delimiter'?",), diary("delimeter=';'")
    ),
    "number for a text": Case(("study.toml: study.id:", "valid string"), settings(('"T"', "5"))),
    "number for yes or no": Case(("study.toml: study.blinded:", "valid boolean"), settings(more="blinded = 3")),
    "cut-off is no date": Case(("study.toml: study.data_cutoff:", "date"), settings(more="data_cutoff = 'soon'")),
    "required key missing": Case(("study.toml: study.title: this key is required",), settings(('title = "Test"', ""))),
    "unknown rule set": Case(
        ("rule_sets: there is no rule set 'nice'", "nice_ta260"), settings(("nice_ta260", "nice"))
    ),
    "no rule set": Case(("study.toml: study.rule_sets:", "at least 1"), settings(('["nice_ta260"]', "[]"))),
    "primary is not run": Case(
        ("study.toml: study: primary_rule_set 'nice_ta260' is not one of rule_sets",),
        settings(('["nice_ta260"]', '["article"]')),
    ),
    "unknown kind of file": Case(
        ("study.toml", "files.diaries: there is no such kind of file", "diary, attacks, subjects"),
        settings(more="[files.diaries]\npattern = 'x'"),
    ),
    "unknown column": Case(("files.diary.columns: there is no column 'subject'",), diary("columns={subject='x'}")),
    "unknown column in values": Case(("files.diary.values: there is no column 'head'",), diary("values={head={ja=1}}")),
    "unknown encoding": Case(("encoding: 'utf-9' is not an encoding",), diary("encoding='utf-9'")),
    "binary codec": Case(("encoding: 'hex' is not an encoding",), diary("encoding='hex'")),
    "date format in letters": Case(("date_format: must hold %d, %m and %Y",), diary("date_format='dd/mm/yyyy'")),
    "date format nobody knows": Case(
        ("study.toml", "date_format"),
        diary("date_format='%d/%m/%Y %K'"),
    ),
    "letter as delimiter": Case(("delimiter", "neither a letter"), diary("delimiter='x'")),
    "long delimiter": Case(("delimiter:", "at most 1 character"), diary("delimiter='tab'")),
    "decimal sign": Case(("decimal:", "'.' or ','"), diary("decimal=';'")),
    "no inbox": Case(("has no inbox/ folder",), files={}),
    "no diary file": Case(("has no diary file", "diary*.csv"), files={"injections.csv": BASE["injections.csv"]}),
    "no injections file": Case(("has no injections file", "injections*.csv"), files={"diary.csv": BASE["diary.csv"]}),
    "own rules: key": own(
        RULES + "treshold = 1", "own.toml: response.treshold:", "did you mean 'threshold' under [response.conditions]?"
    ),
    "own rules: table": own(RULES + "[windw]\ndays = 28", "own.toml: windw:", "did you mean 'window'?"),
    "own rules: id": own(RULES.replace('"own"', '"other"'), "own.toml: id: is 'other' but the file is named 'own'"),
    "own rules: comparator": own(
        RULES.replace(">=", "=>"), "own.toml: response.conditions (entry 1).comparator:", "'>='"
    ),
    "own rules: direction": own(RULES.replace(">=", "<"), "own.toml", "headache_free_days is compared with > or >="),
    "own rules: huge threshold": own(RULES.replace("15", "1" + "0" * 30), "own.toml", "threshold"),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """Every broken study checked."""
    root = tmp_path_factory.mktemp("studies")
    for number, case in enumerate(CASES.values()):
        study = write_study(root / str(number), case.files)
        (study / "study.toml").write_bytes((case.settings or "").encode(errors="surrogateescape"))
        if case.settings is None:
            (study / "study.toml").unlink()
        if not case.files:
            (study / "inbox").rmdir()
        if case.rules:
            (study / "rules").mkdir()
            (study / "rules/own.toml").write_text(case.rules)
    answers = commands([["check", root / str(number)] for number in range(len(CASES))])
    return dict(zip(CASES, answers, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_is_told_plainly(name: str, said: dict[str, Said]) -> None:
    assert_plain(said[name], *CASES[name].said)


def assert_plain(answer: Said, *fragments: str) -> None:
    """Exit 2, nothing on stdout, at most two sentences on stderr that hold the fragments."""
    assert (answer.code, answer.out) == (2, "")
    lines = answer.err.splitlines()
    assert 1 <= len(lines) <= 2
    assert "Traceback" not in answer.err
    assert "should not have happened" not in answer.err
    assert all(line.endswith((".", "?")) for line in lines)
    assert "(whole file)" not in answer.err
    for fragment in fragments:
        assert fragment in answer.err


CALLS: dict[str, tuple[Callable[[Path], list[str | Path]], tuple[str, ...]]] = {
    "no folder": (lambda study: ["check", study / "nowhere"], ("nowhere: there is no such study folder", "init DIR")),
    "a file as the study": (lambda study: ["check", study / "study.toml"], ("there is no such study folder",)),
    "cut-off in dots": (
        lambda study: ["run", study, "--cutoff", "31.12.2024"],
        ("--cutoff: '31.12.2024'", "YYYY-MM-DD"),
    ),
    "no such day": (lambda study: ["run", study, "--cutoff", "2024-02-30"], ("--cutoff: '2024-02-30' is not a date",)),
}
USAGE = (["chekc"], ["check", "--nope", "."], ["check"], ["check", ".", "--format", "xml"])


def test_arguments_are_told_plainly(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    answers = commands([arguments(study) for arguments, _ in CALLS.values()])
    for answer, (_, fragments) in zip(answers, CALLS.values(), strict=True):
        assert_plain(answer, *fragments)


def test_unknown_verbs_and_options_end_with_2() -> None:
    for answer in commands(USAGE):
        assert (answer.code, answer.out) == (2, "")
        assert "Usage:" in answer.err
        assert "Traceback" not in answer.err
