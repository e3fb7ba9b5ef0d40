"""The process that draws figures: drawings come in the order of their questions, and its end is told."""

import pytest

from flows.report.figures.engine import Engine

SPEC = {"mark": "point", "width": 50, "height": 50}


def titled(title: str) -> dict[str, object]:
    return SPEC | {"title": title, "data": {"values": [{}]}}


def test_each_drawing_is_that_of_its_specification() -> None:
    engine = Engine()
    drawn = [engine.draw(titled(f"Größe {number}\n")) for number in range(3)]
    assert [f"Größe {number}" in one.result(timeout=120) for number, one in enumerate(drawn)] == [True] * 3


@pytest.mark.parametrize("spec", [{"mark": "no such mark"}, "not a specification"])
def test_what_cannot_be_drawn_ends_it_and_is_told(spec: object) -> None:
    engine = Engine()
    with pytest.raises(RuntimeError, match=r"the process that draws figures ended \(exit code 1\)"):
        engine.draw(spec).result(timeout=120)  # ty: ignore


def test_a_process_that_was_killed_is_told_whenever_it_is_asked() -> None:
    engine = Engine()
    engine._process.kill()
    engine._process.wait()
    for _ in range(2):
        with pytest.raises(RuntimeError, match=r"the process that draws figures ended \(exit code -9\)"):
            engine.draw(titled("a")).result(timeout=120)


def test_it_ends_when_it_is_no_longer_asked() -> None:
    engine = Engine()
    engine.draw(titled("a")).result(timeout=120)
    engine._process.stdin.close()  # ty: ignore
    assert engine._process.wait(timeout=60) == 0
