"""A published hall for the tests of reports, and a home of one's own beside it that shares its snapshots."""

from pathlib import Path

import pytest
from small_hall import made_once, published

from etl.config import Home


@pytest.fixture(scope="session")
def hall_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Only read."""
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture
def own_home(hall_home: Home, tmp_path: Path) -> Home:
    """The same snapshots, an office of its own: what a test exports and lists stays its own."""
    home = Home(tmp_path / "own")
    home.root.mkdir()
    home.snapshots.symlink_to(hall_home.snapshots)
    return home
