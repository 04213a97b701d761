"""A small hall, built once a worker."""

from collections.abc import Iterator

import pytest
from oracles.small_hall import Hall, small_hall

from etl.config import Home


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Read only: the tests of a worker share it."""
    with small_hall(Home(tmp_path_factory.mktemp("hall"))) as built:
        yield built
