"""Three small counties of two cities in one lake, whose cases and windows are called alike, and a home that puts them together."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from oracles.cases import insert, random_cases, random_suspensions
from small_hall import made_once

from etl.config import Home, connect
from etl.engine import build
from etl.lake import export, gather
from etl.publish import publish

NOW = datetime(2018, 8, 1, 9)
CUT_OFF = date(2018, 7, 31)
JIAOCHENG, FUAN, GULOU = "350902", "350981", "350102"
# Seeds: each county has cases of its own under the same numbers.
COUNTIES = {JIAOCHENG: 1, FUAN: 2, GULOU: 3}
# Those with a published home of their own; the third is known from the lake alone.
PUBLISHED = (JIAOCHENG, FUAN)
NINGDE, FUJIAN = "3509", "35"
ITEM = {
    "item_code": "item-1", "item_version": "1", "item_name": "施工许可", "department": "住建局", "item_kind": "licence",
    "is_entry_center": True, "level": "district",
}  # fmt: skip


@dataclass(frozen=True)
class Counties:
    """Each county's own published home, the lake, and the province's published home."""

    own: dict[str, Home]
    lake: Path
    province: Home


def filled(home: Home, seed: int, count: int = 90) -> None:
    """A county's records."""
    home.make()
    with connect(home) as con:
        cases = random_cases(seed, count)
        insert(con, "case", [{**case, "_version": NOW, "_batch_id": "B000001"} for case in cases])
        insert(con, "suspension", random_suspensions(seed, cases))
        insert(con, "item", [ITEM])
        con.execute(
            "insert into batch (batch_id, loaded_at, file, record, mapping, read, inserted, updated, unchanged, superseded, quarantined) "
            "values ('B000001', ?, ?, 'case', 'm', ?, ?, 0, 0, 0, 1)",
            [NOW, f"county-{seed}.csv", count + 1, count],
        )
        con.execute(
            "insert into quarantine (batch_id, file, file_sha, record, mapping, line, cells) "
            "values ('B000001', ?, 'x', 'case', 'm', 7, ['a'])",
            [f"county-{seed}.csv"],
        )
        con.execute(
            "insert into quarantine_fault (batch_id, file_sha, record, line, field, rule, zh, en) "
            "values ('B000001', 'x', 'case', 7, 'case_no', 'missing', '缺', 'missing')"
        )


def county(root: Path, division: str, lake: Path) -> Home:
    """A county's own home, built, published and exported."""
    home = Home(root)
    filled(home, COUNTIES[division])
    home.settings_file.write_text(f'division = "{division}"\nminimum_denominator = 1\n', "utf-8")
    with connect(home) as con:
        if division in PUBLISHED:
            build(con, home, as_of=CUT_OFF, now=NOW)
            publish(con, home, NOW)
        export(con, home, lake, division, as_of=CUT_OFF, now=NOW)
    return home


def shared(factory: pytest.TempPathFactory) -> Counties:
    """All of it, made once for all tests, which only read it."""
    root = made_once(factory, "counties", counties)
    return Counties({division: Home(root / division) for division in PUBLISHED}, root / "lake", Home(root / "province"))


def counties(root: Path) -> None:
    """All of it, below `root`."""
    for division in COUNTIES:
        county(root / division, division, root / "lake")
    put_together(root / "province", root / "lake")


def put_together(root: Path, lake: Path, prefix: str = FUJIAN, with_cases: bool = True) -> Home:
    """A home of its own with the counties of a division, published."""
    home = Home(root)
    home.make()
    home.settings_file.write_text('hall_name = "福建省"\nminimum_denominator = 1\n', "utf-8")
    with connect(home) as con:
        gather(con, home, lake, prefix, with_cases=with_cases, now=NOW)
        publish(con, home, NOW)
    return home
