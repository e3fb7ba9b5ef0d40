"""export --standard and --shells: what goes together, where files may be written, and all of them or none."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from flows.base.errors import ConfigurationError
from flows.cli import exporting_verbs
from flows.cli.main import app
from flows.publishing.exported_standards import export_standard
from flows.publishing.ingredients import changed_since
from flows.study import study_folder
from flows.study.study_folder import load_study
from tests.cli.helpers import BASE, SETTINGS, write_study
from tests.conftest import Published


def test_the_command_line_writes_a_standard(demo: Published, tmp_path: Path) -> None:
    words = [
        "export",
        str(demo.out),
        "--standard",
        "adam",
        "--format",
        "ndjson",
        "--format",
        "parquet",
        "--to",
        str(tmp_path),
    ]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert {"adsl.ndjson", "adae.parquet", "define.xml", "define.xsl", "define.html"} <= names
    assert not {name for name in names if name.endswith((".json", ".xpt"))}
    assert 'xlink:href="adsl.ndjson"' in (tmp_path / "define.xml").read_text()
    assert {Path(line).name for line in answer.output.split()} >= names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--standard", "adam", "summary.verdicts"], "is written as a whole; leave summary.verdicts out"),
        (
            ["--standard", "adam", "--format", "csv"],
            "ADaM is written as xpt, dataset-json, ndjson, parquet, and not as csv",
        ),
        (["--standard", "ars", "--format", "parquet"], "has its own formats"),
        (["--format", "xpt"], "tables are written as csv, parquet, xlsx; xpt is for --standard adam"),
        (["--shells", "--standard", "adam"], "leave TABLE, --format and --standard out"),
        (["--standard", "adam", "--to", "{out}/current/standards"], "lies in what is published"),
        (["--shells", "--to", "{study}/inbox"], "lies among what a run reads of a study"),
    ],
)
def test_what_does_not_go_together_is_named(demo: Published, words: list[str], said: str, tmp_path: Path) -> None:
    places = {"out": demo.out, "study": demo.study}
    target = [] if "--to" in words else ["--to", str(tmp_path)]
    answer = CliRunner().invoke(app, ["export", str(demo.out), *(w.format(**places) for w in words), *target])
    assert isinstance(answer.exception, ConfigurationError)
    assert said in str(answer.exception)
    assert list(tmp_path.iterdir()) == []


def test_without_pyreadstat_the_extra_is_named(
    demo: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (exporting_verbs, study_folder):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    words = ["export", str(demo.out), "--standard", "adam", "--format", "xpt", "--to", str(tmp_path)]
    answer = CliRunner().invoke(app, words)
    assert "install 'migraine-outcomes[cdisc]'" in str(answer.exception)
    settings = SETTINGS + '[publishing]\nstandards = ["adam"]\nstandard_formats = ["xpt"]\n'
    study = write_study(tmp_path / "study", BASE, settings)
    with pytest.raises(ConfigurationError, match=r"study.toml: .*standard_formats.*migraine-outcomes\[cdisc\]"):
        load_study(study)


@pytest.mark.parametrize(
    ("setting", "said"), [('standards = ["sdtm"]', "standards"), ("standard_formats = []", "standard_formats")]
)
def test_settings_that_cannot_be(setting: str, said: str, tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", BASE, f"{SETTINGS}[publishing]\n{setting}\n")
    with pytest.raises(ConfigurationError, match=said):
        load_study(study)


@pytest.mark.parametrize("standard", ["adam", "ars"])
def test_a_snapshot_of_another_version_is_named(standard: study_folder.Standard, tmp_path: Path) -> None:
    (tmp_path / "out/current").mkdir(parents=True)
    with duckdb.connect(tmp_path / "out/current/outcomes.duckdb") as con:
        con.execute("CREATE SCHEMA meta; CREATE TABLE meta.runs AS SELECT 'T' AS study_id")
    with pytest.raises(ConfigurationError, match="was published by another version"):
        export_standard(tmp_path / "out", standard, ("dataset-json",), tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


def test_standards_turned_on_or_off_are_what_changed() -> None:
    without, with_standards = {"the data cut-off": "1"}, {"the data cut-off": "1", "which standards are published": "2"}
    for before, now in ((without, with_standards), (with_standards, without)):
        assert changed_since(before, now) == ["which standards are published"]
    assert changed_since(without, without) == []
    assert changed_since({}, with_standards) == []
