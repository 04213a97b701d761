"""Model files: what they read is found in their SQL, and what cannot run is refused by name."""

import re
from pathlib import Path

import pytest

from etl.config import HallError
from etl.engine.models import in_order, read_model, read_models


def _models(folder: Path, **sqls: str):
    for name, sql in sqls.items():
        path = folder / "marts" / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(sql, "utf-8")
    return read_models(folder)


def test_a_model_comes_after_those_it_reads(tmp_path):
    models = _models(tmp_path, a="select * from b join raw_x on true", b="select * from c", c="select 1 as n")
    assert [model.name for model in in_order(models, ["raw_x"])] == ["c", "b", "a"]


def test_own_ctes_and_subqueries_are_no_dependencies_but_what_they_read_is(tmp_path):
    models = _models(tmp_path, a="with z as (select * from raw_x) select * from z where n in (select n from raw_y)")
    assert models[0].reads == {"raw_x", "raw_y"}


def test_a_circle_is_refused_with_its_members(tmp_path):
    with pytest.raises(HallError) as refused:
        in_order(_models(tmp_path, a="select * from b", b="select * from a"), [])
    assert "a" in refused.value.zh
    assert "circle" in refused.value.en


def test_a_model_that_reads_itself_is_refused(tmp_path):
    with pytest.raises(HallError, match="circle"):
        in_order(_models(tmp_path, a="select * from a"), [])


def test_an_unknown_table_is_refused_with_the_model_that_reads_it(tmp_path):
    with pytest.raises(HallError, match="model a reads table nowhere"):
        in_order(_models(tmp_path, a="select * from nowhere"), [])


@pytest.mark.parametrize("sql", ["select 1; select 2", "create table x as select 1", "selec 1 from", ""])
def test_anything_but_one_select_is_refused_by_its_file(tmp_path, sql):
    with pytest.raises(HallError, match=r"odd\.sql"):
        _models(tmp_path, odd=sql)


def test_first_line_makes_a_view(tmp_path):
    path = tmp_path / "v.sql"
    path.write_text("-- materialize: view\nselect 1 as n", "utf-8")
    assert read_model(path).is_view


def test_two_files_of_one_name_are_refused(tmp_path):
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "a.sql").write_text("select 1 as n", "utf-8")
    with pytest.raises(HallError, match="two models"):
        _models(tmp_path, a="select 1 as n")


@pytest.mark.parametrize("model", read_models(), ids=lambda model: model.name)
def test_shipped_models_keep_to_the_sql_that_duckdb_and_spark_share(model):
    text = "\n".join(line.split("--")[0] for line in model.sql.splitlines())
    assert '"' not in text, "a double-quoted name is a string in Spark"
    words = re.sub("'[^']*'", "''", text)
    assert words == words.lower()
    for word in ("qualify", "::", "filter (", "list_", "group by all", "order by all", "strftime", "exclude (", "as varchar"):
        assert word not in text, word
