"""A published hall shared by the tests of the dashboard; they only read it."""

import pytest
from drawn_page import opener
from small_hall import made_once, published

from dashboard.store import Store, open_current
from etl.config import Home


@pytest.fixture(scope="session")
def hall_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture
def store(hall_home: Home) -> Store:
    return open_current(hall_home)


@pytest.fixture
def open_page(hall_home: Home, monkeypatch: pytest.MonkeyPatch):
    """Opens a page of the shared hall with query parameters."""
    return opener(hall_home, monkeypatch)
