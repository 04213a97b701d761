"""Small cells: no shown cell and no sum may give a hidden small number away."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.reports.suppression import hidden_cells


@st.composite
def tables(draw):
    """A table of counts with a row of totals, whose first column is the sum of the next ones."""
    rows, parts = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    values = {}
    for row in range(rows):
        for part in range(1, parts + 1):
            values[row, part] = draw(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 9, 40]))
        values[row, 0] = sum(values[row, part] for part in range(1, parts + 1))
    for column in range(parts + 1):
        values[rows, column] = sum(values[row, column] for row in range(rows))
    sums = [((rows, column), tuple((row, column) for row in range(rows))) for column in range(parts + 1)]
    sums += [((row, 0), tuple((row, part) for part in range(1, parts + 1))) for row in range(rows + 1)]
    return values, sums


def solved(hidden, sums):
    """Hidden cells with only one possible value, by exact elimination: the way a curious reader would go."""
    places = sorted(hidden)
    rows = []
    for whole, parts in sums:
        row = [Fraction(0)] * len(places)
        for place in parts:
            if place in hidden:
                row[places.index(place)] += 1
        if whole in hidden:
            row[places.index(whole)] -= 1
        if any(row):
            rows.append(row)
    pivots = []
    for column in range(len(places)):
        found = next((row for row in rows if row not in pivots and row[column]), None)
        if found is None:
            continue
        found[:] = [value / found[column] for value in found]
        pivots.append(found)
        for row in rows:
            if row is not found and row[column]:
                factor = row[column]
                row[:] = [value - factor * other for value, other in zip(row, found, strict=True)]
    return {places[next(i for i, v in enumerate(row) if v)] for row in rows if sum(bool(value) for value in row) == 1}


@settings(max_examples=150, deadline=None)
@given(tables())
def test_no_small_cell_can_be_worked_out(table):
    values, sums = table
    small = {place for place, value in values.items() if 0 < value < 5}
    hidden = hidden_cells(values, sums, small)
    assert small <= hidden
    left = solved(hidden, sums) & small
    # Only where nothing is left to hide beside it can a small one stay determined.
    for place in left:
        assert all({whole, *parts} <= hidden for whole, parts in sums if place in (whole, *parts))


def test_a_single_small_part_takes_another_with_it():
    values = {(0, 0): 20, (1, 0): 3, (2, 0): 50, (3, 0): 73}
    hidden = hidden_cells(values, [((3, 0), ((0, 0), (1, 0), (2, 0)))], {(1, 0)})
    assert hidden == {(1, 0), (0, 0)}


def test_a_table_without_small_cells_hides_nothing():
    values = {(0, 0): 20, (1, 0): 30, (2, 0): 50}
    assert hidden_cells(values, [((2, 0), ((0, 0), (1, 0)))], set()) == set()
