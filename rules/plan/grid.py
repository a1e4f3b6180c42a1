"""What a file gives: numbered lines, each of prose or of a table's cells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of the file, counted from 1; prose has one cell and `table` false.

    `page` counts the tables or pages that lines stand on; `merged` are the cells that the file itself
    declares to be the lower part of a merged cell (they hold its text).
    """

    number: int
    cells: tuple[str, ...]
    table: bool = True
    page: int = 1
    merged: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """The whole line in one string."""
        return " ".join(cell for cell in self.cells if cell)


Grid = tuple[Line, ...]
