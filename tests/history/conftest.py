"""One file of tests here looks at the figures of a report."""

from collections.abc import Iterator

import pytest

from tests.conftest import no_figures


@pytest.fixture(scope="module", autouse=True)
def without_figures(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.module.__name__ == "tests.history.test_published_history":
        yield
    else:
        with no_figures():
            yield
