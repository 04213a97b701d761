"""What every test shares: the checkout, real files beside it, and a fresh home."""

from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from etl.config import Home

CHECKOUT = Path(__file__).parents[1]
# Folders whose tests share one server: one test process takes them all. Walks in the browser have servers of their own, file by file,
# and wait more than they work: together on one process they would be the last to end by minutes.
TOGETHER = ("tests/access/",)


class FolderScheduling(LoadScopeScheduling):
    """Tests of a file, or of a folder that shares a server, go to one process one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.split("::", 1)[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return FolderScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests come first, so that no process is left with one of them when the others have ended."""
    long = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def quick_and_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of pages run without a sign-in, as `hall serve --open` does; tests of the sign-in set it back. Hashing is made cheap."""
    monkeypatch.setenv("HALL_ACCESS", "open")
    monkeypatch.setenv("HALL_ARGON2", "8,1")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of its own for each test."""
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Real exports that lie beside the checkout on a developer's machine; the test is skipped where they do not."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real files beside this checkout")
    return folder
