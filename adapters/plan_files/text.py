"""Text files of a plan: Markdown or TSV from OCR, and CSV, in UTF-8 or GB18030."""

import csv
import io
import re
from collections.abc import Callable

from rules.plan.grid import Line

_PIPES = re.compile(r"^\s*\|.*\|\s*$")


class NotTextError(ValueError):
    """The bytes are no text in a known encoding."""


def decode(data: bytes) -> str:
    """UTF-8 (with or without a mark), UTF-16 with a mark, or GB18030."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NotTextError


def text_lines(text: str) -> list[Line]:
    """Markdown or TSV: a line with tabs or pipes is a table's, a table ends where prose stands."""
    physical = re.split(r"\r\n|\n|\r|\f", text)
    split = _splitter(physical)
    out: list[Line] = []
    page, in_table = 1, False
    for number, raw in enumerate(physical, start=1):
        cells = split(raw)
        if cells is not None:
            in_table = True
            out.append(Line(number, cells, page=page))
            continue
        page += in_table
        in_table = False
        if raw.strip():
            out.append(Line(number, (raw.strip(),), table=False, page=page))
    return out


def _splitter(physical: list[str]) -> Callable[[str], tuple[str, ...] | None]:
    """How the file separates its cells: by tabs, by pipes, or else by wide blanks."""
    if any(line.count("\t") >= 2 for line in physical):
        return _by_tabs
    return _by_pipes if any(_PIPES.match(line) for line in physical) else _by_blanks


def _by_tabs(line: str) -> tuple[str, ...] | None:
    return tuple(cell.strip() for cell in line.split("\t")) if "\t" in line else None


def _by_pipes(line: str) -> tuple[str, ...] | None:
    if not _PIPES.match(line):
        return None
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1])


def _by_blanks(line: str) -> tuple[str, ...] | None:
    cells = tuple(re.split(r"\s{2,}|\u3000", line.strip()))
    return cells if len(cells) >= 4 else None


def csv_lines(text: str) -> list[Line]:
    """CSV with comma, semicolon or tab, whichever the text holds most; a record's first line counts."""
    delimiter = max(",;\t", key=text.count)
    out: list[Line] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for record in reader:
        cells = tuple(cell.strip() for cell in record)
        if any(cells):
            out.append(Line(start, cells, table=len(cells) > 1))
        start = reader.line_num + 1
    return out
