"""The full demo year, made once a run."""

from pathlib import Path

import pytest

from etl.demo import Made, make


@pytest.fixture(scope="session")
def demo_year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """The folder of the full demo year and what was made."""
    folder = tmp_path_factory.mktemp("demo-year")
    return folder, make(folder)
