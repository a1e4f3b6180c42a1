"""Office files of a plan: XLSX and DOCX, with the merged cells that the file itself declares."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import docx
import openpyxl
from docx.table import Table
from docx.text.paragraph import Paragraph
from openpyxl.worksheet.worksheet import Worksheet

from rules.plan.grid import Line

_WIDEST = 60


def xlsx_lines(data: bytes) -> list[Line]:
    """All sheets in order; `number` is the row's number in its sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    out: list[Line] = []
    for page, sheet in enumerate(book.worksheets, start=1):
        if sheet.sheet_state == "visible":
            out += _sheet_lines(sheet, page)
    return out


def _sheet_lines(sheet: Worksheet, page: int) -> list[Line]:
    below = _merged_below(sheet)
    rows: list[tuple[int, list[str], set[int]]] = []
    for number, row in enumerate(sheet.iter_rows(max_col=min(sheet.max_column, _WIDEST)), start=1):
        cells = [_text(cell.value, cell.number_format) for cell in row]
        merged = set()
        for column, source in below.get(number, {}).items():
            if column < len(cells):
                top = sheet.cell(source, column + 1)
                cells[column] = _text(top.value, top.number_format)
                merged.add(column)
        if any(cells):
            rows.append((number, cells, merged))
    # A sheet's formats may reach far beyond its last column; its rows are all equally wide.
    width = max((i for _, cells, _ in rows for i, cell in enumerate(cells, start=1) if cell), default=0)
    return [Line(number, tuple(cells[:width]), page=page, merged=frozenset(m)) for number, cells, m in rows]


def _merged_below(sheet: Worksheet) -> dict[int, dict[int, int]]:
    """For each row the columns (from 0) that belong to a merged cell above, with that cell's row."""
    out: dict[int, dict[int, int]] = {}
    for area in sheet.merged_cells.ranges:
        if area.min_col > _WIDEST:
            continue
        for number in range(area.min_row + 1, min(area.max_row, area.min_row + 5000) + 1):
            out.setdefault(number, {})[area.min_col - 1] = area.min_row
    return out


def _text(value: Any, number_format: str = "") -> str:
    """A cell's value as it is shown: 0.05 under a percent format is 5%."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime | dt.date):
        return (
            f"{value.year}年{value.month}月{value.day}日"
            if "d" in number_format.lower()
            else f"{value.month}月"
        )
    if isinstance(value, int | float):
        shown = value * 100 if "%" in number_format else value
        return f"{shown:.10g}" + ("%" if "%" in number_format else "")
    return str(value).strip()


def docx_lines(data: bytes) -> list[Line]:
    """Paragraphs as prose and the rows of all tables; `number` counts the table rows of the document."""
    document = docx.Document(io.BytesIO(data))
    out: list[Line] = []
    number, page = 0, 0
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            text = block.text.strip()
            out += [
                Line(max(number, 1), (part.strip(),), table=False, page=page)
                for part in text.split("\n")
                if part.strip()
            ]
        elif isinstance(block, Table):
            page += 1
            rows = list(_table_rows(block))
            for offset, (cells, merged) in enumerate(rows, start=1):
                if any(cells):
                    out.append(Line(number + offset, cells, page=page, merged=merged))
            number += len(rows)
    return out


def _table_rows(table: Table) -> Iterator[tuple[tuple[str, ...], frozenset[int]]]:
    """The cells of each row; a vertically merged cell repeats the text of its top."""
    above: dict[int, str] = {}
    for row in table._tbl.tr_lst:  # noqa: SLF001 - row.cells takes quadratic time and hides merges
        cells: list[str] = []
        merged: set[int] = set()
        for cell in row.tc_lst:
            column = len(cells)
            if cell.vMerge == "continue":
                merged.add(column)
                text = above.get(column, "")
            else:
                text = "\n".join(Paragraph(p, table).text for p in cell.p_lst).strip()
                above[column] = text
            cells += [text, *[""] * (min(cell.grid_span, _WIDEST) - 1)]
        yield tuple(cells), frozenset(merged)
