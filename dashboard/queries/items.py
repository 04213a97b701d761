"""What the page of the item list asks: the report's table by department, changes between versions, abolished proofs."""

import math
from collections.abc import Callable
from datetime import date

import pandas as pd

from dashboard.period import Period
from dashboard.store import LIST_LIMIT, Scope, Store
from etl.indicators.dimensions import Value

# Columns of Fujian's item report (事项统计), each an indicator and the kinds of items it is narrowed to.
KINDS = {"licence": ("licence",), "service": ("public_service",)}
COUNTS = {
    "catalogues": "catalogue_entries",
    "items": "items_total",
    "instant": "instant_items",
    "committed": "committed_items",
    "special": "special_items",
    "provincial": "provincial_items",
    "not_provincial": "not_provincial_items",
    "provincial_rate": "provincial_item_rate",
    "online": "online_items",
    "online_rate": "online_item_rate",
    "one_trip": "one_trip_items",
    "zero_trip": "zero_trip_items",
}
SPLIT = {"catalogues": "catalogue_entries", "items": "items_total"}
Cells = dict[tuple[Value, ...], float | None]


def report(store: Store, period: Period, scope: Scope, item_scope: str) -> pd.DataFrame:
    """One row a department, in the order of the register, and a last one for all of them (its department is None).

    Every figure is an indicator on the period's last day; the last row is asked for, not added up.
    """
    where = (("scope", item_scope),)

    def cells(name: str, by: tuple[str, ...]) -> Cells:
        return store.cells(name, period, scope, by, where=where)

    made = _made(cells, ("department",))
    whole = _made(cells, ()).assign(department=None)
    order = _order(store, min(period.last, store.as_of))
    made = made.assign(place=[order.get(name, len(order)) for name in made["department"]]).sort_values(["place", "department"])
    made = made[made["items"] > 0].drop(columns="place")
    return pd.concat([made, whole], ignore_index=True)[["department", *_columns()]]


def _columns() -> list[str]:
    split = [f"{kind}_{column}" for kind in (*KINDS, "other") for column in SPLIT]
    return ["catalogues", "items", *split, *(name for name in COUNTS if name not in SPLIT)]


def _made(cells: Callable[[str, tuple[str, ...]], Cells], by: tuple[str, ...]) -> pd.DataFrame:
    columns = {column: cells(name, by) for column, name in COUNTS.items()}
    listed = {one: kind for kind, kinds in KINDS.items() for one in kinds}
    for column, name in SPLIT.items():
        sums: dict[str, Cells] = {kind: {} for kind in (*KINDS, "other")}
        for (*key, item_kind), number in cells(name, (*by, "item_kind")).items():
            of_kind = sums[listed.get(str(item_kind), "other")]
            of_kind[tuple(key)] = (of_kind.get(tuple(key)) or 0) + (number or 0)
        columns |= {f"{kind}_{column}": found for kind, found in sums.items()}
    keys = list(next(iter(columns.values())))
    values: dict[str, list[object]] = {name: [key[place] for key in keys] for place, name in enumerate(by)}
    values |= {column: [found.get(key, math.nan) for key in keys] for column, found in columns.items()}
    rates = ["provincial_rate", "online_rate"]
    return pd.DataFrame(values).fillna({name: 0 for name in _columns() if name not in rates})


def _order(store: Store, day: date) -> dict[str, int]:
    """The place of each department on the register that day."""
    sql = (
        "select department from mart_department where in_force_from <= $day and $day < in_force_to "
        "order by sort_order nulls last, department"
    )
    return {str(name): place for place, name in enumerate(store.query(sql, day=day)["department"])}


def change_days(store: Store, last: date) -> pd.DataFrame:
    """Days up to `last` on which the list changed, the newest first, with the versions before and after."""
    return store.query(
        "select day, max(before_version) as before_version, max(after_version) as after_version, count(*) as changes "
        "from fact_item_change where day <= $last group by day order by day desc limit 24",
        last=last,
    )


SCOPES = {"all": "true", "district": "not is_township", "township": "is_township", "centre": "is_entry_center"}


def changes(store: Store, day: date, scope: Scope, item_scope: str) -> pd.DataFrame:
    """What changed on that day, item by item."""
    sql = (
        "select change, item_code, item_name, department, item_kind, before_version, after_version, before_count, after_count, "
        "before_text, after_text from fact_item_change "
        f"where day = $day and {SCOPES[item_scope]} and {{scope}} order by change, department, item_code limit {LIST_LIMIT}"
    )
    return store.query(sql, scope, day=day)


def proofs(store: Store, period: Period, scope: Scope) -> pd.DataFrame:
    """Proofs abolished in the period."""
    sql = (
        "select code, proof_name, department, issuer, item_name, basis, replacement, cancelled_on "
        "from (select fact_cancelled_proof.*, unit as department from fact_cancelled_proof) as proof "
        f"where cancelled_on between $first and $last and {{scope}} order by cancelled_on, code limit {LIST_LIMIT}"
    )
    return store.query(sql, scope, first=period.first, last=min(period.last, store.as_of))
