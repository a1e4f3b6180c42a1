"""Tables written row by row: CSV (UTF-8 with BOM) or, by the path's suffix, XLSX."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell

SHEETS = frozenset({".xlsx", ".xlsm"})
"""Suffixes of workbooks; every other file is taken for a CSV."""


class Sink(Protocol):
    """Takes rows of texts; the file is whole after `close`."""

    def write(self, cells: Sequence[str]) -> None:
        """Add a row."""

    def close(self) -> None:
        """Finish the file."""


class _CsvSink:
    def __init__(self, path: Path) -> None:
        # With a BOM, for without one spreadsheet programs take it for GB18030.
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)

    def write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)

    def close(self) -> None:
        self._file.close()


class _SheetSink:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("名录")

    def write(self, cells: Sequence[str]) -> None:
        self._sheet.append([self._cell(text) for text in cells])

    def _cell(self, text: str) -> Cell:
        cell: Cell = WriteOnlyCell(self._sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
        # A text that begins with "=" stays a text: nobody's cell becomes another's formula.
        cell.data_type = "s"
        return cell

    def close(self) -> None:
        self._book.save(self._path)


def sink(path: Path) -> Sink:
    """A sheet or, for any other suffix, a CSV."""
    return _SheetSink(path) if path.suffix.lower() in SHEETS else _CsvSink(path)
