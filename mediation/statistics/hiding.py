"""Which numbers of a table stay hidden, so that neither they nor their sums tell of somebody.

A table has rows, columns and their totals. Numbers below five are hidden; others with them until no hidden number follows from
what is shown by adding and subtracting (in the graph of rows and columns that hidden cells draw, none is a bridge), and until
the hidden ones of each line add up to five at least (or their zeros would be told).
"""

from collections.abc import Iterable, Mapping

FEWEST = 5  # a smaller number could tell of somebody
TOTAL = ""  # the name of the line of totals
Cell = tuple[str, str]


def with_totals(inner: Mapping[Cell, int]) -> dict[Cell, int]:
    """The cells with the sums of their rows, of their columns, and of all.

    >>> with_totals({("a", "x"): 1, ("a", "y"): 2})[("a", TOTAL)]
    3
    """
    found = dict(inner)
    for (row, column), count in inner.items():
        for line in ((row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            found[line] = found.get(line, 0) + count
    return found


def hidden(inner: Mapping[Cell, int], never: Iterable[Cell] = (), too: Iterable[Cell] = ()) -> set[Cell]:
    """The cells (totals included, named ``TOTAL``) that are not shown. ``never`` are not shown anywhere, whatever they are;
    ``too`` are hidden by another table that shares them."""
    cells = with_totals(inner)
    gone = {cell for cell, count in cells.items() if count < FEWEST} | set(never) | set(too)
    if cells.get((TOTAL, TOTAL), 0) < FEWEST:
        return set(cells)
    while (cell := _telling(cells, gone, set(never))) is not None:
        gone.add(cell)
    return gone


def _telling(cells: Mapping[Cell, int], gone: set[Cell], never: set[Cell]) -> Cell | None:
    """One more cell to hide, the smallest of a line that tells something; None when no line does."""
    for cell in sorted(gone - never):
        for axis in (0, 1):
            line = [one for one in cells if one[axis] == cell[axis]]
            inner = [one for one in line if one[1 - axis] != TOTAL]
            total = next(one for one in line if one[1 - axis] == TOTAL)
            few = total not in gone and sum(cells[one] for one in inner if one in gone) < FEWEST
            if (few or _is_bridge(gone, cell)) and (more := _smallest(cells, line, gone)) is not None:
                return more
    return None


def _smallest(cells: Mapping[Cell, int], line: list[Cell], gone: set[Cell]) -> Cell | None:
    """The smallest shown cell of a line, a total last of all."""
    left = [one for one in line if one not in gone]
    return min(left, key=lambda one: (TOTAL in one, cells[one], one), default=None)


def _is_bridge(gone: set[Cell], cell: Cell) -> bool:
    """Whether a hidden cell follows from the shown ones: its row and column hang together by it alone."""
    start, goal = ("row", cell[0]), ("column", cell[1])
    seen, ahead = {start}, [start]
    while ahead:
        side, name = ahead.pop()
        for row, column in gone - {cell}:
            here, there = ("row", row), ("column", column)
            if side == "column":
                here, there = there, here
            if here == (side, name) and there not in seen:
                seen.add(there)
                ahead.append(there)
    return goal not in seen
