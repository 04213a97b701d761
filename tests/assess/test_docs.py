"""The page on assessment names every table and setting of a scheme."""

import typing
from pathlib import Path

import pytest
from pydantic import BaseModel

from etl.assess.scheme import Scheme

TEXT = (Path(__file__).parents[2] / "docs" / "assessment.md").read_text("utf-8")


def tables():
    for name, field in Scheme.model_fields.items():
        inner = [one for one in typing.get_args(field.annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
        yield name, inner[0] if inner else None


@pytest.mark.parametrize(("name", "model"), list(tables()), ids=[name for name, _ in tables()])
def test_every_table_and_setting_is_told(name, model):
    if model is None:
        assert f"`{name}`" in TEXT
        return
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
    for setting, field in model.model_fields.items():
        assert f"`{setting}`" in row, setting
        for value in typing.get_args(field.annotation):
            assert not isinstance(value, str) or value in TEXT, (setting, value)
