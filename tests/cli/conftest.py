"""Few tests here look at the figures of a report."""

from collections.abc import Iterator

import pytest

from tests.conftest import no_figures

# What is drawn could tell an arm, or carry a hostile name.
WITH_FIGURES = {
    f"tests.cli.test_{name}"
    for name in (
        "blinded_publication",
        "blinded_twins",
        "hostile_names",
        "hostile_text",
        "hostile_values",
        "output_safety",
    )
}


@pytest.fixture(scope="module", autouse=True)
def without_figures(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.module.__name__ in WITH_FIGURES:
        yield
    else:
        with no_figures():
            yield
