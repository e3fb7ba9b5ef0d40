"""docs/architecture.md is the map: what it names exists, its layers are those of pyproject.toml, its recipes are whole."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
FOLDERS = ("flows", "sql", "data", "expectations")

# Recipe -> the words of its example, and the folders in which no other file may hold one of them. The demo study is
# data, the simulation plants what checks find, and summaries of a kind are no part of reading it.
EXAMPLES = {
    "A check": (("diary.diary_date.after_cutoff",), FOLDERS),
    "A published table": (("compliance_by_site",), FOLDERS),
    "An input kind": (
        ("adverse_events",),
        (
            *(
                f"flows/{room}"
                for room in ("study", "landing", "warehouse", "checking", "verifying", "deriving", "runs")
            ),
            *(f"sql/{schema}" for schema in ("landing", "tabulation")),
            *(f"data/dictionary/{schema}.toml" for schema in ("landing", "tabulation")),
            "data/template",
            "expectations",
        ),
    ),
    "A rule parameter": (
        ("or_not_responding", "stop_no_response_or_not_responding"),
        (*FOLDERS, "tests/reference", "tests/spec", "tests/generative", "tests/study", "tests/standards", "docs/rules"),
    ),
}
LINEAGE = "data/lineage.csv"  # the one CSV that the code writes


def named_files(text: str) -> set[str]:
    """The files and folders of the repository that a text names in backquotes or in the chart."""
    return set(re.findall(r"(?:flows|sql|data|expectations|tests|docs)/[\w./-]*\w\.\w+", text))


def recipe(title: str) -> set[str]:
    """The files in the table of a recipe."""
    section = re.search(rf"^### {title}\n(.*?)(?=^##|\Z)", MAP, flags=re.MULTILINE | re.DOTALL)
    assert section, title
    return set(re.findall(r"^\| `([^`]+)` \|", section[1], flags=re.MULTILINE))


def files_naming(words: tuple[str, ...], places: tuple[str, ...]) -> set[str]:
    """The files that hold one of the words, whole."""
    pattern = re.compile("|".join(rf"(?<![\w]){re.escape(word)}(?!\w)" for word in words))
    found = set()
    for place in places:
        top = ROOT / place
        for path in [top] if top.is_file() else top.rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            is_skipped = path.suffix in {".pyc", ".csv"} and name != LINEAGE
            if is_skipped or not path.is_file() or name.startswith("data/studies/"):
                continue
            if pattern.search(path.read_text(encoding="utf-8")):
                found.add(name)
    return found


def test_every_file_on_the_map_exists() -> None:
    named = named_files(MAP)
    assert len(named) > 40
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_the_links_lead_somewhere() -> None:
    targets = {target.split("#")[0] for target in re.findall(r"\]\(([^)]+)\)", MAP)} - {""}
    assert targets
    assert {target for target in targets if not (ROOT / "docs" / target).exists()} == set()


def test_the_rooms_stand_in_the_order_that_import_linter_holds() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    table = re.search(r"^\| room \| holds \|\n\|[-|]+\n(.*?)\n\n", MAP, flags=re.MULTILINE | re.DOTALL)
    assert table
    rows = [re.findall(r"`(\w+)`", line.split(" | ")[0]) for line in table[1].splitlines()]
    assert rows == [layer.split(" | ") for layer in layers]


def test_every_recipe_has_an_example_and_its_number_of_files() -> None:
    assert set(re.findall(r"^### (.+)$", MAP, flags=re.MULTILINE)) == set(EXAMPLES)
    assert {title: len(recipe(title)) for title in EXAMPLES} == {
        "A check": 3,
        "A published table": 6,
        "An input kind": 7,
        "A rule parameter": 16,  # five by hand, the rule set that uses it, two written; eight of the tests of the rules
    }


@pytest.mark.parametrize("title", EXAMPLES)
def test_no_file_names_the_example_that_the_recipe_does_not_hold(title: str) -> None:
    words, places = EXAMPLES[title]
    listed = recipe(title)
    found = files_naming(words, places)
    # Any rule set may use the parameter.
    found -= {name for name in found if name.startswith("data/rules/") and title == "A rule parameter"} - listed
    assert found == {name for name in listed if name.startswith(places)}
    for name in listed - files_naming(words, places):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert any(word in text for word in words), f"{name} does not name {words}"


def test_the_15_day_rule_is_decided_where_the_map_says() -> None:
    conditions = tomllib.loads((ROOT / "data/rules/article.toml").read_text(encoding="utf-8"))["response"]["conditions"]
    assert {"measure": "headache_free_days", "comparator": ">=", "threshold": 15} in conditions
    assert files_naming(("meets_free_days",), ("sql",)) == {"sql/analysis/response.sql"}
