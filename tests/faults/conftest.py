"""A tiny hall, made once and copied by whoever breaks it."""

from pathlib import Path

import pytest
from broken import copied, tiny
from small_hall import made_once

from etl.config import Home


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "tiny-hall", tiny)


@pytest.fixture
def hall(made: Path, tmp_path: Path) -> Home:
    """A copy of its own: 2,000 cases, one published version."""
    return copied(made, tmp_path / "hall")
