"""Text files of a plan: Markdown or TSV from OCR, and CSV, in UTF-8 or GB18030."""

import csv
import io
import re

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
    has_tabs = any(line.count("\t") >= 2 for line in physical)
    out: list[Line] = []
    page, in_table = 1, False
    for number, raw in enumerate(physical, start=1):
        cells = _cells(raw, has_tabs)
        if cells is not None:
            in_table = True
            out.append(Line(number, cells, page=page))
            continue
        page += in_table
        in_table = False
        if raw.strip():
            out.append(Line(number, (raw.strip(),), table=False, page=page))
    return out


def _cells(line: str, has_tabs: bool) -> tuple[str, ...] | None:
    if "\t" in line:
        return tuple(cell.strip() for cell in line.split("\t"))
    if not has_tabs and _PIPES.match(line):
        return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1])
    return None


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
