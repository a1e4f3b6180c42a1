"""Text files of a plan: Markdown or TSV from OCR, and CSV, in UTF-8 or GB18030."""

import csv
import io
import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from adapters.plan_files.html import table_lines, tables_of
from rules.plan.grid import Line

_PIPE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:=-]*")


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
    """Markdown, TSV or HTML tables in a text: a table ends where prose stands."""
    text = re.sub(r"\r\n|\r|\f", "\n", text)
    tables = tables_of(text)
    plain = [text[end:start] for (_, end), (start, _) in pairwise([(0, 0), *tables, (len(text), 0)])]
    split = _splitter([line for part in plain for line in part.split("\n")])
    out: list[Line] = []
    number, page = 1, 1
    for i, part in enumerate(plain):
        lines, page = _plain_lines(part, split, number, page)
        out += lines
        number += part.count("\n")
        if i < len(tables):
            markup = text[slice(*tables[i])]
            out += table_lines(markup, number, page)
            number += markup.count("\n")
            page += 1
    return out


def _plain_lines(
    text: str, split: Callable[[str], tuple[str, ...] | None], first: int, page: int
) -> tuple[list[Line], int]:
    """The lines of a part without HTML tables, and the page that follows."""
    out: list[Line] = []
    in_table = False
    for number, raw in enumerate(text.split("\n"), start=first):
        cells = split(raw)
        if cells is not None:
            in_table = True
            out.append(Line(number, cells, page=page))
            continue
        page += in_table
        in_table = False
        if raw.strip():
            out.append(Line(number, (raw.strip(),), table=False, page=page))
    return out, page + in_table


def _splitter(physical: list[str]) -> Callable[[str], tuple[str, ...] | None]:
    """How the file separates its cells: by tabs, by pipes, or else by wide blanks."""
    if any(line.count("\t") >= 2 for line in physical):
        return _by_tabs
    piped = [line.strip() for line in physical if len(_PIPE.findall(line)) >= 3]
    if piped or any(line.strip().startswith("|") and line.strip().endswith("|") for line in physical):
        edged = sum(line.startswith("|") for line in piped) * 2 >= len(piped)
        return partial(_by_pipes, edged=edged)
    return _by_blanks


def _by_tabs(line: str) -> tuple[str, ...] | None:
    return tuple(cell.strip() for cell in line.split("\t")) if "\t" in line else None


def _by_pipes(line: str, *, edged: bool) -> tuple[str, ...] | None:
    """Cells between pipes; one edge may be lost. Without edges, a leading pipe follows an empty cell."""
    text = line.strip()
    pipes = len(_PIPE.findall(text))
    if pipes < (1 if text.startswith("|") else 2):
        return None
    cells = [cell.strip() for cell in _PIPE.split(text)]
    if edged or _RULE.fullmatch(text):
        cells = cells[text.startswith("|") :]
        cells = cells[:-1] if len(cells) > 1 and text.endswith("|") else cells
    return tuple(cells)


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
