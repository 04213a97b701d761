"""A published hall for the tests of reports, and homes of one's own beside it that share its snapshots."""

import contextlib
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from counties import Counties, shared
from small_hall import beside, made_once, published

from etl.assessing import freeze_months
from etl.config import Home
from etl.office import open_office
from etl.publish import current, open_snapshot

MONTHS = tuple(f"2018-{month:02d}" for month in range(1, 11))


@pytest.fixture(scope="session")
def hall_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Only read."""
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Counties:
    """Counties of a province, each by itself and put together. Only read."""
    return shared(tmp_path_factory)


@pytest.fixture
def province(made: Counties, tmp_path: Path) -> Home:
    """The counties put together, with an office of its own."""
    home = beside(made.province, tmp_path / "province")
    home.settings_file.write_text(made.province.settings_file.read_text("utf-8"), "utf-8")
    return home


@pytest.fixture
def own_home(hall_home: Home, tmp_path: Path) -> Home:
    """The same snapshots, an office of its own: what a test exports and lists stays its own."""
    return _beside(hall_home, tmp_path / "own")


@pytest.fixture(scope="session")
def assessed_home(hall_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Only read: ten months of the small hall are published, so that October and the third quarter are final and the fourth is not."""

    def made(root: Path) -> None:
        home = _beside(hall_home, root)
        path = current(home)
        assert path is not None
        with contextlib.closing(open_snapshot(path)) as con:
            freeze_months(con, home, open_office(home), MONTHS, path.stem, "manager", datetime(2019, 1, 4, 9))

    return Home(made_once(tmp_path_factory, "small-hall-assessed", made))


@pytest.fixture
def published_home(assessed_home: Home, tmp_path: Path) -> Home:
    """The same with an office of its own."""
    return Home(shutil.copytree(assessed_home.root, tmp_path / "published", symlinks=True))


def _beside(hall: Home, root: Path) -> Home:
    home = Home(root)
    home.root.mkdir()
    home.snapshots.symlink_to(hall.snapshots)
    return home
