"""Rows shifted by a column: recognised by what the cells look like, and put back."""

from dataclasses import dataclass

from rules.plan.columns import TEXTS, Column, suits
from rules.plan.looks import Look, look
from rules.plan.raw import RawRow
from rules.plan.reading import Flag
from rules.plan.words import is_blank, join

_SKIP_COLUMN = 0.6
_SKIP_BLANK = 0.3
_GLUE = 1.2
_GAIN = 2.5
_DEPARTMENTS = (Column.INITIATOR, Column.PARTNERS)


@dataclass(frozen=True)
class Alignment:
    """For each column the cell that belongs there; `moved` columns hold a cell from elsewhere."""

    cells: list[str]
    moved: frozenset[int]
    doubtful: frozenset[int]


def align(row: RawRow) -> Alignment:
    """The row's cells under its columns; as printed wherever nothing speaks against it."""
    header = row.header
    width = len(header)
    cells = list(row.cells)
    while len(cells) > width and is_blank(cells[-1]):
        cells.pop()
    cells += [""] * (width - len(cells))
    if len(cells) > 3 * width:
        row.flag(Flag.SHIFTED)
        return Alignment(cells[:width], frozenset(), frozenset(range(width)))
    kinds = [look(cell) for cell in cells]
    plain = [suits(kind, header[i]) if i < width else -2.0 for i, kind in enumerate(kinds)]
    if len(cells) == width and min(plain) > -2.0:
        return Alignment(cells, frozenset(), frozenset())
    path, score = _best(cells, kinds, row)
    if len(cells) == width and score < sum(plain) + _GAIN:
        return Alignment(cells, frozenset(), frozenset())
    return _apply(row, cells, path)


def _best(cells: list[str], kinds: list[Look], row: RawRow) -> tuple[list[tuple[int, int]], float]:
    """Monotone alignment of cells to columns with the best sum of fits; pairs (cell, column)."""
    width, count = len(row.header), len(cells)
    low = float("-inf")
    best = [[low] * (width + 1) for _ in range(count + 1)]
    step: list[list[str]] = [[""] * (width + 1) for _ in range(count + 1)]
    best[0][0] = 0.0
    for i in range(count + 1):
        for j in range(width + 1):
            options: list[tuple[float, str]] = [(0.0, "")] if i == j == 0 else []
            if i and j:
                # A cell that keeps its own place is a little likelier than one that moved.
                stay = 0.1 if i == j else 0.0
                options.append((best[i - 1][j - 1] + suits(kinds[i - 1], row.header[j - 1]) + stay, "match"))
            if j:
                options.append((best[i][j - 1] - _SKIP_COLUMN, "column"))
            if i and kinds[i - 1] is Look.BLANK:
                options.append((best[i - 1][j] - _SKIP_BLANK, "blank"))
            if i > 1 and count > width:
                options.append((best[i - 1][j] - _GLUE, "glue"))
            if options:
                best[i][j], step[i][j] = max(options)
    i, j = count, width
    pairs: list[tuple[int, int]] = []
    while i or j:
        move = step[i][j]
        if move == "match":
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif move == "column":
            j -= 1
        else:
            if move == "glue":
                pairs.append((i - 1, j - 1))
            i -= 1
    return pairs[::-1], best[count][width]


def _apply(row: RawRow, cells: list[str], path: list[tuple[int, int]]) -> Alignment:
    width = len(row.header)
    out = [""] * width
    moved: set[int] = set()
    for i, j in path:
        if out[j]:
            moved.add(j)
        out[j] = join(out[j], cells[i]) if out[j] else cells[i]
        if i != j:
            moved.add(j)
    emptied = {j for j in range(width) if is_blank(out[j])}
    moved |= {j for j in emptied if j < len(cells) and not is_blank(cells[j])}
    if not moved:
        return Alignment(out, frozenset(), frozenset())
    row.flag(Flag.SHIFTED)
    row.lost |= emptied
    return Alignment(out, frozenset(moved | emptied), _doubtful(row, out))


def _doubtful(row: RawRow, out: list[str]) -> frozenset[int]:
    """Free texts look alike, and so do departments: where one is missing, nobody can tell which."""
    return _one_missing(row, out, set(TEXTS)) | _one_missing(row, out, set(_DEPARTMENTS))


def _one_missing(row: RawRow, out: list[str], kind: set[Column]) -> frozenset[int]:
    alike = {j for j, group in enumerate(row.header) if set(group) & kind}
    return frozenset(alike if any(is_blank(out[j]) for j in alike) else ())
