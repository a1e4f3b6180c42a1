"""The cells of a workbook that moves tasks in: read, or refused by the cell's name with what to do."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from cli.given import day_of
from rules.refusal import Refusal

V = TypeVar("V")


class WrongCell(Exception):  # noqa: N818 - a fault of one cell, on its way to its row
    """What is wrong with a cell: its column's name, and what to do about it."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(remedy)
        self.name = name
        self.remedy = remedy


def cell(name: str, read: Callable[[], V]) -> V:
    """Read a cell; a refusal becomes the fault of that cell."""
    try:
        return read()
    except Refusal as refusal:
        raise WrongCell(name, refusal.words) from None


def day(cells: Mapping[str, str], name: str) -> date:
    """A cell that holds a day."""
    return cell(name, lambda: day_of(cells[name]))


def several(text: str) -> tuple[str, ...]:
    """The numbers that a cell lists, however they are parted."""
    return tuple(re.split(r"[、,，;；\s]+", text.strip())) if text.strip() else ()
