"""Sheets that people fill in: XLSX with locked keys and drop-downs out, XLSX or CSV by column names in."""

import csv
import io
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.protection import SheetProtection
from openpyxl.worksheet.worksheet import Worksheet

from adapters.plan_files.text import NotTextError, decode
from adapters.unreadable import unreadable
from rules.refusal import Refusal

_HEADER_WITHIN = 20
_CHOICES_SHEET = "选项"
_NOTES_SHEET = "填写说明"
_INPUT = PatternFill("solid", start_color="FFF9E5")
_SHEETS = frozenset({".xlsx", ".xlsm"})
_BAD = (
    BadZipFile,
    RuntimeError,
    InvalidFileException,
    ParseError,
    zlib.error,
    EOFError,
    IndexError,
    KeyError,
    ValueError,
)
"""What the reader raises over files that are no workbook, or a damaged one."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet; `choices` makes a drop-down, a `locked` one is not filled in by people."""

    name: str
    header: str
    width: int = 16
    locked: bool = False
    choices: tuple[str, ...] = ()
    required: bool = False
    """Whether a file without this column is no such sheet."""


@dataclass(frozen=True)
class SheetRow:
    """A row as it stands in a file: its number there, its cells by field."""

    number: int
    cells: Mapping[str, str]


def write_sheet(path: Path, title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write a sheet for people to fill in; returns the number of rows. Refuses `SheetSuffix`."""
    if path.suffix.lower() != ".xlsx":
        raise Refusal("SheetSuffix", f"{path.name}：表格只写成 XLSX，请把文件名写成 .xlsx")
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    sheet.append([_header(sheet, column) for column in columns])
    count = 0
    for row in rows:
        sheet.append([_cell(sheet, column, row.get(column.name)) for column in columns])
        count += 1
    _add_choices(book, sheet, columns, count)
    # No password: the lock keeps a slip of the hand out, not a person.
    sheet.protection = SheetProtection(sheet=True, formatColumns=False, sort=False, autoFilter=False)
    book.save(path)
    return count


def write_book(path: Path, sheets: Mapping[str, Sequence[Column]], notes: Sequence[Sequence[str]]) -> None:
    """Write an empty workbook of several sheets, and a last one that explains them. Refuses `SheetSuffix`."""
    if path.suffix.lower() != ".xlsx":
        raise Refusal("SheetSuffix", f"{path.name}：表格只写成 XLSX，请把文件名写成 .xlsx")
    book = Workbook(write_only=True)
    for title, columns in sheets.items():
        sheet: Any = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for place, column in enumerate(columns, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = column.width
            # Long numbers and days stay as they are typed.
            sheet.column_dimensions[get_column_letter(place)].number_format = "@"
        sheet.append([_header(sheet, column) for column in columns])
    explained: Any = book.create_sheet(_NOTES_SHEET)
    for row in notes:
        explained.append(list(row))
    book.save(path)


def read_sheet(path: Path, columns: Sequence[Column], title: str | None = None) -> list[SheetRow]:
    """The rows below the header, blank ones left out; of a workbook's first sheet, or of the one named.

    Refuses `FileUnreadable` for what is no such file, `SheetMissing`, and `HeaderUnknown` where required
    columns are absent.
    """
    table = _workbook(path, title) if title or path.suffix.lower() in _SHEETS else _csv(path)
    start = next(
        (at for at, (_, cells) in enumerate(table[:_HEADER_WITHIN]) if _is_header(columns, cells)), None
    )
    if start is None:
        wanted = "、".join(column.header for column in columns if column.required)
        where = f"{path.name}“{title}”" if title else path.name
        raise Refusal("HeaderUnknown", f"{where} 前{_HEADER_WITHIN}行没有表头，至少要有这些列：{wanted}")
    places = _places(columns, table[start][1])
    return [
        SheetRow(
            number,
            {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()},
        )
        for number, cells in table[start + 1 :]
        if any(cell.strip() for cell in cells)
    ]


def _is_header(columns: Sequence[Column], cells: Sequence[str]) -> bool:
    places = _places(columns, cells)
    return all(column.name in places for column in columns if column.required)


def _header(sheet: Worksheet, column: Column) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, column.header)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Worksheet, column: Column, value: Any) -> Cell:
    text = "" if value is None else ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell: Cell = WriteOnlyCell(sheet, text)
    # A text that begins with "=" stays a text: nobody's cell becomes another's formula.
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if not column.locked:
        cell.protection = Protection(locked=False)
        cell.fill = _INPUT
        cell.number_format = "@"
    return cell


def _add_choices(book: Workbook, sheet: Any, columns: Sequence[Column], count: int) -> None:
    """Drop-downs that point at a hidden sheet: written into the cell, long lists exceed Excel's 255 signs."""
    lists = [column for column in columns if column.choices]
    if not lists or not count:
        return
    choices: Any = book.create_sheet(_CHOICES_SHEET)
    for number in range(max(len(column.choices) for column in lists)):
        choices.append([one.choices[number] if number < len(one.choices) else None for one in lists])
    choices.sheet_state = "hidden"
    for place, column in enumerate(lists, start=1):
        letter = get_column_letter(place)
        rule = DataValidation(
            type="list",
            formula1=f"{_CHOICES_SHEET}!${letter}$1:${letter}${len(column.choices)}",
            allow_blank=True,
            showErrorMessage=True,
            errorTitle=column.header,
            error="请从下拉列表中选择",
        )
        at = get_column_letter(columns.index(column) + 1)
        rule.add(f"{at}2:{at}{count + 1}")
        sheet.data_validations.append(rule)


def _places(columns: Sequence[Column], cells: Sequence[str]) -> dict[str, int]:
    known = {_plain(column.header): column.name for column in columns}
    known |= {column.name: column.name for column in columns}
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = known.get(_plain(cell))
        if name is not None:
            found.setdefault(name, place)
    return found


def _plain(header: str) -> str:
    return "".join(header.split()).replace("(", "（").replace(")", "）").strip("*＊:：")


def _csv(path: Path) -> list[tuple[int, list[str]]]:
    try:
        text = decode(path.read_bytes())
    except OSError as problem:
        raise unreadable(path, problem) from None
    except NotTextError:
        raise Refusal(
            "FileUnreadable", f"{path.name} 不是 UTF-8 或 GB18030 编码的文本，请另存为 CSV 或 XLSX"
        ) from None
    delimiter = max(",\t;", key=text[:4096].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    try:
        number = 1
        for record in reader:
            rows.append((number, record))
            number = reader.line_num + 1
    except csv.Error:
        raise Refusal("FileUnreadable", f"{path.name} 第{number}行不是完好的 CSV，请另存后再试") from None
    return rows


def _workbook(path: Path, title: str | None) -> list[tuple[int, list[str]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            if title is not None and title not in book.sheetnames:
                raise Refusal("SheetMissing", f"{path.name} 没有“{title}”这张表，请用模板填写")
            sheet = book[title] if title else book.worksheets[0]
            # Some programs write a wrong extent into the file; the reader would stop there.
            sheet.reset_dimensions()
            return [
                (number, [_text(value) for value in row])
                for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
            ]
    except OSError as problem:
        raise unreadable(path, problem) from None
    except _BAD:
        raise Refusal("FileUnreadable", f"{path.name} 不是可读的 XLSX 文件，请重新另存") from None


def _text(value: Any) -> str:
    """A sheet's cell as one would have typed it."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
