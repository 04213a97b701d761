"""Small cells of public tables: counts of 1 to 4 are hidden, and of the others as many as keep the hidden ones from being worked out.

A table's cells hang together by sums: a column adds up to its total, parts of a row to their whole. A hidden cell is safe only
while those sums leave it undetermined.
"""

from collections.abc import Mapping, Sequence

Place = tuple[int, int]
Sum = tuple[Place, tuple[Place, ...]]


def hidden_cells(values: Mapping[Place, int | float], sums: Sequence[Sum], small: set[Place]) -> set[Place]:
    """Cells to hide: the small ones, and the smallest further ones without which a small one could be worked out.

    `values` are the counts by row and column; each of `sums` is a whole and its parts.
    """
    hidden = set(small)
    lines = [(whole, *parts) for whole, parts in sums]
    wholes = {whole for whole, _ in sums}

    def hide_another(near: Sequence[tuple[Place, ...]]) -> None:
        """A part rather than a whole, one that is no 0 (which hides nothing) where there is one, the smallest."""
        candidates = {one for line in near for one in line if one not in hidden}
        if candidates:
            hidden.add(min(candidates, key=lambda one: (values[one] == 0, one in wholes, values[one], one)))

    # Most cells are given away by a line in which they alone are hidden; what several lines give away together is found afterwards.
    while bare := [line for line in lines if len(hidden.intersection(line)) == 1]:
        before = len(hidden)
        for line in bare:
            if len(hidden.intersection(line)) == 1:
                hide_another([line])
        if len(hidden) == before:
            break
    while determined := _determined(hidden, sums) & small:
        before = len(hidden)
        for place in sorted(determined):
            hide_another([line for line in lines if place in line])
        if len(hidden) == before:
            break
    return hidden


def _determined(hidden: set[Place], sums: Sequence[Sum]) -> set[Place]:
    """Hidden cells whose value follows from the cells that are shown: those that no solution of the sums can change."""
    import numpy as np

    places = sorted(hidden)
    index = {place: number for number, place in enumerate(places)}
    rows = []
    for whole, parts in sums:
        if hidden & {whole, *parts}:
            row = np.zeros(len(places))
            for place in parts:
                if place in index:
                    row[index[place]] += 1
            if whole in index:
                row[index[whole]] -= 1
            rows.append(row)
    if not rows:
        return set()
    _, sizes, directions = np.linalg.svd(np.array(rows))
    rank = int((sizes > 1e-9).sum())
    free = directions[rank:]
    moves = np.abs(free).max(axis=0) if len(free) else np.zeros(len(places))
    return {place for place in places if moves[index[place]] < 1e-9}
