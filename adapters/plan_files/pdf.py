"""PDF files of a plan with text tables: ruled ones by their lines, others by their words' places."""

import io
from collections.abc import Callable
from typing import Any

import pdfplumber

from rules.plan.columns import is_header
from rules.plan.grid import Line

MAX_PAGES = 400
_BY_TEXT = {"vertical_strategy": "text", "horizontal_strategy": "text"}


def pdf_lines(data: bytes, progress: Callable[[int, int], None] | None = None) -> list[Line]:
    """All pages; `number` is page × 10,000 + line on the page."""
    out: list[Line] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        pages = document.pages[:MAX_PAGES]
        for index, page in enumerate(pages, start=1):
            out += _page_lines(page, index)
            page.close()
            if progress:
                progress(index, len(pages))
    if any(line.table and is_header(line.cells) for line in out):
        return out
    return _unruled(data) or out


def _page_lines(page: Any, index: int) -> list[Line]:
    texts = page.extract_text_lines(return_chars=False)
    tables = [table for table in page.find_tables() if len(table.rows) > 1 or len(table.rows[0].cells) > 3]
    placed: list[tuple[float, tuple[str, ...], bool, frozenset[int]]] = []
    for table in tables:
        for row, cells in zip(table.rows, table.extract(), strict=True):
            placed.append((row.bbox[1], tuple((cell or "").strip() for cell in cells), True, frozenset()))
        placed = _fill(table, placed)
    for text in texts:
        middle = (text["top"] + text["bottom"]) / 2
        if not any(table.bbox[1] <= middle <= table.bbox[3] for table in tables):
            placed.append((text["top"], (text["text"].strip(),), False, frozenset()))
    placed.sort(key=lambda item: item[0])
    tops = [text["top"] for text in texts]
    return [
        Line(index * 10_000 + _line_at(tops, top), cells, table=is_table, page=index, merged=merged)
        for top, cells, is_table, merged in placed
        if any(cells)
    ]


def _line_at(tops: list[float], top: float) -> int:
    """The first text line at or below a height, counted from 1."""
    return next((i for i, at in enumerate(tops, start=1) if at >= top - 1), len(tops) + 1)


def _fill(table: Any, placed: list[Any]) -> list[Any]:
    """Rows whose cell is missing because the cell above reaches down over them hold its text."""
    rows = table.rows
    base = len(placed) - len(rows)
    for column in range(max(len(row.cells) for row in rows)):
        reach, text = 0.0, ""
        for i, row in enumerate(rows):
            top, cells, is_table, merged = placed[base + i]
            if column >= len(row.cells):
                continue
            box = row.cells[column]
            if box is not None:
                reach, text = box[3], cells[column]
            elif row.bbox[1] < reach - 1 and text:
                cells = (*cells[:column], text, *cells[column + 1 :])
                placed[base + i] = (top, cells, is_table, merged | {column})
    return placed


def _unruled(data: bytes) -> list[Line]:
    """Tables without rules, from the places of the words."""
    out: list[Line] = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        for index, page in enumerate(document.pages[:MAX_PAGES], start=1):
            number = 0
            for table in page.extract_tables(_BY_TEXT):
                for cells in table:
                    number += 1
                    texts = tuple((cell or "").strip() for cell in cells)
                    if any(texts):
                        out.append(Line(index * 10_000 + number, texts, page=index))
            page.close()
    return out
