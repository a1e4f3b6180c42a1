"""A row's cells as they stand under its page's header, before they are understood."""

from dataclasses import dataclass, field

from rules.plan.columns import Column, Header
from rules.plan.reading import Flag
from rules.plan.words import compact


@dataclass
class RawRow:
    """A row's cells under its page's header, before they are understood."""

    seq: int | None
    cells: list[str]
    header: Header
    line: int
    page: int
    region: str | None
    flags: list[str] = field(default_factory=list)
    joined: set[int] = field(default_factory=set)
    split: bool = False
    prose: bool = False
    lost: frozenset[int] = frozenset()
    titles: tuple[str, ...] = ()

    def title(self, column: Column) -> str:
        """The header's own words over a column."""
        i = self.index(column)
        return compact(self.titles[i]) if i is not None and i < len(self.titles) else ""

    def index(self, column: Column) -> int | None:
        """Where a column stands."""
        return next((i for i, group in enumerate(self.header) if column in group), None)

    def cell(self, column: Column) -> str:
        """A column's raw text ("" where the column or the cell is absent)."""
        i = self.index(column)
        return self.cells[i] if i is not None and i < len(self.cells) else ""

    def flag(self, flag: Flag, detail: str = "") -> None:
        """Add a flag once."""
        text = f"{flag.value}: {detail}" if detail else flag.value
        if text not in self.flags:
            self.flags.append(text)
