"""Model files: one SELECT a file, named after its table; what each reads is found in its SQL."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import version
from pathlib import Path

from etl.config import HallError

MODELS = Path(__file__).resolve().parents[1] / "models"
LAYERS = ("facts", "marts")
# What parsing tells depends on this file and on the parser as well.
PARSER = Path(__file__).read_bytes() + version("sqlglot").encode()
VIEW_MARK = "-- materialize: view"
# A model says in a line of its own what may be computed anew of it alone (see etl/engine/increment.py).
NARROWED_MARK = re.compile(r"^-- narrowed by: (\w+) in (\w+(?:, \w+)*)$", re.MULTILINE)
SUMMED_MARK = re.compile(r"^-- summed over: (\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Model:
    """One model file. `reads` are the tables its SELECT names, its own CTEs left out.

    `narrowed` are inputs whose rows of one `key` alone make the model's rows of that key. `summed` is the input over whose rows
    every measure is a sum; `measures` are its output columns that are sums or counts. A view has none of these.
    """

    name: str
    path: Path
    sql: str
    is_view: bool
    reads: frozenset[str]
    key: str | None = None
    narrowed: frozenset[str] = frozenset()
    summed: str | None = None
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """What parsing a model's SQL tells of it."""

    reads: frozenset[str]
    # Columns that are sums or counts; none where any other aggregate stands beside them.
    measures: tuple[str, ...]


@lru_cache(maxsize=512)
def _parse(file: str, sql: str) -> Parsed:
    # Remembered in a process, which may build more than once; the warehouse remembers it from one process to the next.
    # Imported here: parsing takes a second for all models, and a build of what changed knows them already.
    import sqlglot
    from sqlglot import exp

    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect="duckdb") if statement is not None]
    except sqlglot.ParseError as error:
        first = str(error).splitlines()[0]
        raise HallError(f"模型 {file} 的 SQL 无法解析：{first}", f"model {file}: its SQL cannot be parsed: {first}") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise HallError(f"模型 {file} 必须恰好是一条 SELECT", f"model {file} must be exactly one SELECT")
    query = statements[0]
    own = {cte.alias_or_name for cte in query.find_all(exp.CTE)}
    reads = frozenset(table.name for table in query.find_all(exp.Table) if table.name not in own)
    totals = [(column.alias_or_name, list(column.find_all(exp.AggFunc))) for column in query.selects]
    is_sum = all(isinstance(one, exp.Sum | exp.Count) and one.find(exp.Distinct) is None for _, found in totals for one in found)
    return Parsed(reads, tuple(name for name, found in totals if found) if is_sum else ())


def read_model(path: Path, parsed: dict[str, Parsed] | None = None) -> Model:
    """The model in a file. Raises HallError when it is not exactly one SELECT.

    `parsed` is what parsing told before, by a digest; what is parsed now is added to it.
    """
    sql = path.read_text("utf-8")
    parsed = {} if parsed is None else parsed
    digest = hashlib.sha256(PARSER + sql.encode()).hexdigest()
    if digest not in parsed:
        parsed[digest] = _parse(path.name, sql)
    told = parsed[digest]
    is_view = sql.lstrip().startswith(VIEW_MARK)
    narrowed = None if is_view else NARROWED_MARK.search(sql)
    summed = SUMMED_MARK.search(sql) if told.measures and not is_view else None
    return Model(
        path.stem,
        path,
        sql,
        is_view,
        told.reads,
        key=narrowed.group(1) if narrowed else None,
        narrowed=frozenset(narrowed.group(2).split(", ")) if narrowed else frozenset(),
        summed=summed.group(1) if summed else None,
        measures=told.measures if summed else (),
    )


def read_models(folder: Path = MODELS, parsed: dict[str, Parsed] | None = None) -> list[Model]:
    """All models below `folder`, in the order of their names; `parsed` as for `read_model`.

    Raises HallError when two files make the same table.
    """
    models = [read_model(path, parsed) for layer in LAYERS for path in sorted((folder / layer).glob("*.sql"))]
    names = [model.name for model in models]
    for name in names:
        if names.count(name) > 1:
            raise HallError(f"有两个模型都叫 {name}", f"two models are called {name}")
    return models


def in_order(models: Sequence[Model], given: Iterable[str]) -> list[Model]:
    """The models so that each comes after what it reads; `given` are the tables that are there already.

    Raises HallError naming the model that reads an unknown table, or the models that read each other in a circle.
    """
    by_name = {model.name: model for model in models}
    known = set(given) | set(by_name)
    for model in models:
        for table in sorted(model.reads - known):
            raise HallError(f"模型 {model.name} 读取了不存在的表 {table}", f"model {model.name} reads table {table}, which does not exist")
    graph = {model.name: sorted(model.reads & set(by_name)) for model in models}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise HallError(f"模型互相引用成环：{circle}", f"models read each other in a circle: {circle}") from None
