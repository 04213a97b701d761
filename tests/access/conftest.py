"""One server with accounts for all tests of the walls; each test has clients of its own."""

import chromium
import pytest
from served import PASSED_ON, home_with_people
from small_hall import made_once, published

from etl.config import Home


@pytest.fixture(scope="session")
def hall_home(tmp_path_factory):
    return Home(made_once(tmp_path_factory, "small-hall", published))


@pytest.fixture(scope="session")
def people_home(hall_home, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALL_ARGON2", "8,1")
        return home_with_people(hall_home, tmp_path_factory.mktemp("people") / "home", f'names = ["{PASSED_ON}"]\n')


@pytest.fixture(scope="session")
def server(people_home, tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "server.log"
    with chromium.served(people_home.root, log, access=None, environ={"HALL_ARGON2": "8,1"}) as address:
        yield address
