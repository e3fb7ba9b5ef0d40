"""No test here looks at the figures of a report."""

from collections.abc import Iterator

import pytest

from tests.conftest import no_figures


@pytest.fixture(scope="package", autouse=True)
def without_figures() -> Iterator[None]:
    with no_figures():
        yield
