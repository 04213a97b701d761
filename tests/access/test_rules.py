"""The rules deny by default, and every page, role and table of the house is covered by them."""

import ast
from pathlib import Path

import pytest

from dashboard.navigation import ENTRIES, PAGES, first_for
from etl.access.principal import ROLES, Principal
from etl.access.rules import FILE, access_rules, reach, read_rules
from etl.config import HallError

ROOT = Path(__file__).parents[2]
PAGE_CODE = sorted([*(ROOT / "dashboard" / "pages").glob("*.py"), *(ROOT / "dashboard" / "components").glob("*.py")])
QUERY_CODE = sorted((ROOT / "dashboard" / "queries").glob("*.py"))


def test_a_page_that_no_rule_names_is_for_the_manager_only():
    assert [role for role in ROLES if access_rules().may_open(role, "a-page-nobody-has-seen")] == ["manager"]


def test_every_role_has_a_first_page_that_it_may_open():
    for role in ROLES:
        first = first_for(role)
        if role in ("auditor", "administrator") and not {"trail", "people"} & set(PAGES):
            continue
        assert access_rules().may_open(role, first), role


def test_staff_and_window_heads_without_a_window_reach_nothing():
    for role in ("staff", "window_head"):
        found = reach(Principal("a", role))
        assert (found.counts, found.records) == ("none", "none")


def test_only_the_manager_reaches_the_whole_hall_with_its_records():
    window = {"window": "一号窗口", "staff_no": "7"}
    assert [role for role in ROLES if reach(Principal("a", role, **window)).is_hall] == ["manager"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [('counts = "hall"', 'counts = "all"', "counts"), ("[roles.leader]", "[roles.boss]", "boss"), ('version = "1"', "", "version")],
)
def test_a_rule_that_is_wrong_is_refused_by_its_name(tmp_path, old, new, named):
    path = tmp_path / "access.toml"
    path.write_text(FILE.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(HallError, match=named):
        read_rules(path)


def names_used(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return (
        found
        | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    )


# What would lead around the walls: a store of one's own, a cache that knows no person, a connection, a download without a rule.
AROUND = {
    "open_current",
    "Snapshot",
    "snapshot",
    "narrowed",
    "cache_data",
    "cache_resource",
    "Kept",
    "_connection",
    "_rows",
    "open_snapshot",
    "connect",
}


@pytest.mark.parametrize("path", [*PAGE_CODE, *QUERY_CODE], ids=lambda path: path.name)
def test_no_page_goes_around_the_store(path):
    assert names_used(path) & AROUND == set()


@pytest.mark.parametrize("path", [path for path in PAGE_CODE if path.name != "tables.py"], ids=lambda path: path.name)
def test_downloads_are_offered_by_the_tables_door_only(path):
    assert "download_button" not in names_used(path)


def test_every_page_has_its_entry():
    files = {path.stem for path in (ROOT / "dashboard" / "pages").glob("*.py")} - {"__init__"}
    assert files == {entry.name for entry in ENTRIES}
