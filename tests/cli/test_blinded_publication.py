"""A blinded study: no published byte holds an arm's code or label, or a dose that tells the arms apart."""

import csv
import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.base.errors import DataError
from flows.checking.checks import load_suites
from flows.checking.dose_findings import is_about_dose
from flows.runs.run_summary import summarise_run
from flows.standards.adam_spec import load_spec
from flows.study.arm_names import arm_names
from flows.study.dictionary import load_dictionary, reveals_arm
from tests.cli.helpers import ALL_CSV, SETTINGS, write_study
from tests.cli.published_bytes import PACKED, Held, all_held, told
from tests.conftest import Published
from tests.run import run_without_prefect

# Doses, sites and names that stand nowhere by chance.
ARMS = {"qzx": ("Quarzinol", 173.25, 37), "wvk": ("Wolkamid", 141.75, 33)}
BLINDED = SETTINGS.replace("[study]", "[study]\nblinded = true")
STANDARDS = 'standards = ["adam", "ars"]\nstandard_formats = ["dataset-json", "ndjson", "xpt", "parquet"]\n'
SETTINGS_OF_ARMS = (
    BLINDED + "[arms]\n" + "".join(f'{code} = "{arm[0]}"\n' for code, arm in ARMS.items()) + ALL_CSV + STANDARDS
)
START = date(2024, 3, 1)
SUBJECTS = {f"S{number:02}": code for number, code in enumerate((*ARMS, *ARMS, *ARMS), start=1)}


def files() -> dict[str, str]:
    """Every kind of file, with names of arms wherever a site could write one, and lines for the quarantine."""
    diary = ["subject_id,diary_date,headache,acute_medication,Wolkamid given"]
    subjects = ["subject_id,arm,site,discontinued_date,discontinued_reason"]
    injections = ["subject_id,injection_date,muscle,units,sites"]
    events = ["subject_id,start_date,term,soc"]
    for subject, code in SUBJECTS.items():
        label, units, sites = ARMS[code]
        diary += [f"{subject},{START + timedelta(days)},{days % 2},,{code}" for days in range(-28, 84)]
        diary.append(f"{subject},{START + timedelta(90)},sometimes {label},{label.lower()},{code}")
        subjects.append(f"{subject},{code},site of {label},{START + timedelta(200)},asked for {label.upper()} ({code})")
        injections.append(f"{subject},{START},,{units},{sites}")
        events.append(f"{subject},{START},neck pain after {label},Musculoskeletal")
        events.append(f"{subject},{START},rash (arm {code}),Skin")
    subjects += ["S91,qzx-wvk,,,", "S92,qzx,,never,"]
    injections += ["S01,no date,,173.25,37", "S02,2024-13-01,,141.75,33", "S03,2024-05-24,,about 173.25,37"]
    tables = {"diary": diary, "subjects": subjects, "injections": injections, "adverse_events": events}
    return {f"{name}.csv": "\n".join(lines) + "\n" for name, lines in tables.items()}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = write_study(tmp_path_factory.mktemp("blinded") / "study", files(), SETTINGS_OF_ARMS)
    return run_without_prefect(study, study / "published")


@pytest.fixture(scope="module")
def published(snapshot: Path) -> Held:
    """All that is published of the blinded study, read once for the three searches."""
    return all_held(snapshot)


def test_the_search_finds_what_is_there(published: Held) -> None:
    """The same search finds subjects and sites' words in every kind of file it reads."""
    names = {name.split(" ")[0] for secret, name in told(["S03"], published)}
    assert {
        "outcomes.duckdb",
        "queries.csv",
        "tables/analysis.responder.csv",
        "tables/analysis.responder/00001.parquet",
        "standards/adam/adsl.json",
        "standards/adam/adsl.xpt",
    } <= names


def test_no_published_byte_names_an_arm(published: Held) -> None:
    assert told([*ARMS, *(label for label, _, _ in ARMS.values())], published) == []


def test_no_published_byte_holds_a_dose_of_one_arm(published: Held) -> None:
    """Nor the sum or mean over an arm, in any table."""
    doses = [str(factor * units) for _, units, _ in ARMS.values() for factor in (1, 3)]
    assert told(doses, published) == []


def test_sites_of_a_session_are_not_published(snapshot: Path) -> None:
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        for table in ("tabulation.injections", "analysis.cycles"):
            counted = con.execute(f"SELECT count(*) > 0, count(units), count(sites) FROM {table}").fetchone()
            assert counted == (True, 0, 0)


def test_findings_about_the_dose_are_counted_and_not_placed(snapshot: Path) -> None:
    """Doses off 5 units a site in one arm only would name its subjects by their lines."""
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        found = con.execute(
            "SELECT count(*), count(path), count(file_id), count(line_number), count(subject_id) FROM meta.findings"
            " WHERE check_id LIKE '%units%' OR check_id LIKE '%sites%'"
        ).fetchone()
    assert found is not None
    assert found[0] > 0
    assert found[1:] == (0, 0, 0, 0)
    listed = list(csv.DictReader((snapshot / "queries.csv").open(encoding="utf-8")))
    assert listed
    assert not [row for row in listed if "units" in row["check"] or "sites" in row["check"]]


def test_quarantined_lines_are_named_and_not_quoted(snapshot: Path) -> None:
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        lines = con.execute("SELECT path, line_number, raw FROM landing.quarantine").fetchall()
        cells = con.execute("SELECT path, column_name, raw FROM landing.quarantined_cells").fetchall()
    assert {path for path, _, _ in lines} >= {"diary.csv", "injections.csv"}
    assert {raw for _, _, raw in lines} == {"(withheld: the study is blinded)"}
    assert {path for path, _, _ in cells} >= {"subjects.csv"}
    told_by = {"arm", "units", "sites"}
    assert {raw for _, column, raw in cells if column in told_by} <= {"(withheld: the study is blinded)"}


def test_the_rest_is_still_published(snapshot: Path) -> None:
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        assert con.execute("SELECT DISTINCT arm FROM summary.responder_rates").fetchall() == [("all",)]
        terms = con.execute("SELECT term, soc FROM tabulation.adverse_events").fetchall()
        sites = con.execute("SELECT DISTINCT site FROM tabulation.subjects WHERE site IS NOT NULL").fetchall()
    withheld = "(withheld: names an arm of a blinded study)"
    assert set(terms) == {(withheld, "Musculoskeletal"), (withheld, "Skin")}
    assert sites == [(withheld,)]


def test_without_blinding_all_of_it_is_published(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", files(), SETTINGS_OF_ARMS.replace("blinded = true", "blinded = false"))
    open_snapshot = run_without_prefect(study, study / "published")
    secrets = ["qzx", "wvk", "Quarzinol", "Wolkamid", "173.25", "141.75"]
    places = told(secrets, all_held(open_snapshot))
    assert {secret for secret, _ in places} == {"qzx", "wvk", "Quarzinol", "Wolkamid", "173.25", "141.75"}
    assert {
        ("Quarzinol", "standards/adam/adsl.xpt"),
        ("173.25", "standards/adam/adex.json"),
        ("qzx", "standards/ars/reporting-event.json"),
        ("Wolkamid", "publication/05-responders.docx word/document.xml"),
    } <= set(places)


def test_standards_have_no_variable_that_tells_the_arms_apart(snapshot: Path) -> None:
    """Nor does define.xml describe one, and no parameter is a dose."""
    folder = snapshot / "standards/adam"
    revealing = {v.name for spec in load_spec().values() for v in spec.variables if v.reveals_arm}
    assert {"ARM", "ARMCD", "TRT01P", "TRT01A", "TRTP", "TRTA"} <= revealing
    columns = {column["name"] for path in folder.glob("*.json") for column in json.loads(path.read_text())["columns"]}
    assert "USUBJID" in columns
    assert columns & revealing == set()
    define = (folder / "define.xml").read_text(encoding="utf-8")
    assert [
        name for name in (*revealing, "DOSE", "NSITE", "CUMDOSE") if f'"{name}"' in define or f">{name}<" in define
    ] == []
    exposure = json.loads((folder / "adex.json").read_text())
    code = [column["name"] for column in exposure["columns"]].index("PARAMCD")
    assert {row[code] for row in exposure["rows"]} <= {"INTV", "NCYC"}
    results = json.loads((snapshot / "standards/ars/reporting-event.json").read_text())
    assert results["analysisGroupings"] == []
    listed = json.loads((snapshot / "manifest.json").read_text())["outputs"]
    assert {"standards/adam/define.xml", "standards/adam/adsl.xpt", "standards/ars/reporting-event.json"} <= set(listed)


def test_the_demo_blinded_names_no_arm(demo: Published, tmp_path: Path) -> None:
    """Its labels in no byte; its codes, short enough to stand in packed bytes by chance, as words of no text."""
    study = tmp_path / "demo"
    shutil.copytree(demo.study, study, ignore=shutil.ignore_patterns("published"))
    settings = (study / "study.toml").read_text(encoding="utf-8")
    (study / "study.toml").write_text(settings.replace("[study]", "[study]\nblinded = true", 1), encoding="utf-8")
    snapshot = run_without_prefect(study, study / "published")
    published = all_held(snapshot)
    assert told(["placebo", "onabotulinumtoxina"], published) == []
    words = re.compile(r"(?<![^\W_])(ona|placebo)(?![^\W_])", re.IGNORECASE)
    binary = {path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if path.suffix in PACKED}
    as_text = {name: (held.decode("utf-8", "replace"), held.decode("utf-16-le", "ignore")) for name, held in published}
    found = [name for name, texts in as_text.items() if name not in binary and any(map(words.search, texts))]
    assert found == []
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        assert con.execute("SELECT count(*) > 0, count(arm) FROM tabulation.subjects").fetchone() == (True, 0)


@pytest.mark.parametrize(
    ("name", "subject", "said"),
    [
        ("diary-Quarzinol.csv", "S01", "name of a file"),
        ("wvk/diary.csv", "S01", "name of a file"),
        ("diary-x.csv", "QZX-01", "identifier"),
    ],
)
def test_names_that_cannot_be_withheld_stop_the_publication(name: str, subject: str, said: str, tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "study",
        {
            name: f"subject_id,diary_date,headache\n{subject},2024-01-01,1\n",
            "injections.csv": f"subject_id,injection_date\n{subject},2024-01-05\n",
        },
        SETTINGS_OF_ARMS,
    )
    with pytest.raises(DataError, match=said) as error:
        run_without_prefect(study, study / "published")
    assert "Nothing was published" in str(error.value)
    assert subject not in str(error.value)
    assert not (study / "published/current").exists()
    assert not list((study / "published/snapshots").glob("*"))


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("placebo", True),
        ("Placebogruppe", True),
        ("p", False),
        ("ona", True),
        ("donna", False),
        ("arm ona.", True),
        ("onä", False),
    ],
)
def test_names_of_arms_in_texts(text: str, is_found: bool) -> None:
    assert arm_names({"p": "Placebo", "ona": "Onabot. (A)"}).are_in_text(text) is is_found


def test_every_dose_in_the_dictionary_is_withheld() -> None:
    """Also those of tables to come: a dose is known by its unit."""
    withheld = {
        f"{table.full_name}.{column.name}"
        for table in load_dictionary().values()
        for column in table.columns
        if reveals_arm(table, column)
    }
    assert {
        "tabulation.injections.units",
        "tabulation.injections.sites",
        "analysis.cycles.units",
        "analysis.cycles.sites",
    } <= withheld


def test_checks_on_the_dose_never_quarantine() -> None:
    """A list of quarantined lines would tell whose dose was odd: such checks flag, and their places are withheld."""
    checks = [check for checks in load_suites().values() for check in checks if is_about_dose(check)]
    assert len(checks) >= 4
    assert [check.id for check in checks if check.severity in ("error", "critical")] == []


def test_arms_that_study_toml_does_not_declare_are_withheld_as_well(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", files(), BLINDED)
    snapshot = run_without_prefect(study, study / "published")
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        sites = con.execute("SELECT DISTINCT site FROM tabulation.subjects ORDER BY ALL").fetchall()
        reasons = con.execute("SELECT DISTINCT discontinued_reason FROM tabulation.subjects").fetchall()
    assert ("(withheld: names an arm of a blinded study)",) in reasons
    assert not [text for (text,) in reasons if text and re.search("qzx|wvk", text)]
    assert sites  # a label that no line of the data names as an arm is not known to be one
    (study / "inbox" / "diary.csv").rename(study / "inbox" / "diary-qzx.csv")
    shutil.rmtree(study / "published")
    with pytest.raises(DataError, match="name of a file"):
        run_without_prefect(study, study / "published")


def test_what_a_run_leaves_on_its_page_tells_no_arm(snapshot: Path) -> None:
    """The artifacts on a Prefect server are made of the summary of a run: rates of all subjects together only."""
    summary = summarise_run(snapshot, is_new=True)
    assert {rate["arm"] for rate in summary.rates} == {"all"}
    assert (
        told([*ARMS, *(label for label, _, _ in ARMS.values())], [("summary", summary.as_json().lower().encode())])
        == []
    )
