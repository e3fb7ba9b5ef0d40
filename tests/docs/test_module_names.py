"""A module is found by its name: no two modules or rooms of the package share one."""

from collections import defaultdict
from pathlib import Path

FLOWS = Path(__file__).parents[2] / "flows"


def test_no_two_modules_share_a_name() -> None:
    places = defaultdict(list)
    for path in sorted(FLOWS.rglob("*.py")):
        name = path.parent.name if path.stem == "__init__" else path.stem
        places[name].append(path.relative_to(FLOWS).as_posix())
    assert len(places) > 100
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}
