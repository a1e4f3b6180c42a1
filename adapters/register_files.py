"""Register files: CSV (UTF-8 with or without BOM, GB18030, UTF-16) and XLSX, read and written row by row."""

import codecs
import csv
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from adapters.table_output import SHEETS, Sink, sink
from rules.refusal import Refusal
from rules.register_columns import COLUMNS, Register, column, match_headers
from rules.register_rows import KEYS, Fault, RawRow, RefusedRow

HEADER_WITHIN = 20
"""A table's header is looked for below its title, in so many rows."""
REASON = "不予导入原因"
UNREADABLE_SHEET = (
    BadZipFile,
    RuntimeError,  # an archive whose entries say that they are encrypted
    InvalidFileException,
    ParseError,
    zlib.error,
    EOFError,
    IndexError,
    KeyError,
    ValueError,
)
"""What the reader raises over files that are no workbook, or a damaged one."""
_BLOCK = 1 << 20
_BROKEN = Fault("整行", "无法按表格读取，请检查引号是否成对、单元格是否过长")
_TOO_LONG = Fault("整行", "单元格多于表头的列数，含逗号的内容请加英文双引号")

Numbered = Iterator[tuple[int, list[str] | None]]
"""Rows with their numbers; None where no row could be made out."""


class RegisterFile:
    """A register's file: iterating it gives its rows, again and again, in constant memory for CSV.

    `sha256` is the file's, `lines` how many it has (None for a sheet, which does not say). Refuses
    `FileUnreadable` for what is no such file, `HeaderUnknown` where no row holds the key's columns.
    """

    def __init__(self, path: Path, register: Register) -> None:
        self.name = path.name
        self.register = register
        self._path = path
        self.sha256, encoding, self.lines = _survey(path)
        self._encoding = encoding
        self._delimiter = ","
        self._header_row, self.headers, self._places = self._find_header()

    def __iter__(self) -> Iterator[RawRow]:
        """The rows below the header; blank ones are left out."""
        places, width = self._places, len(self.headers)
        for number, cells in self._table():
            if number <= self._header_row:
                continue
            if cells is None:
                yield RawRow(number, {}, (), _BROKEN)
            elif any(cells):
                yield RawRow(number, places, cells, None if len(cells) <= width else self._fault(cells))

    @property
    def left_out(self) -> list[str]:
        """The headers of columns that the register does not know, or knows twice: they are not imported."""
        taken = set(self._places.values())
        return [one for place, one in enumerate(self.headers) if one and one != REASON and place not in taken]

    def _fault(self, cells: list[str]) -> Fault | None:
        return _TOO_LONG if any(cell.strip() for cell in cells[len(self.headers) :]) else None

    def _find_header(self) -> tuple[int, list[str], dict[str, int]]:
        delimiters = "," if self._path.suffix.lower() in SHEETS else ",\t;"
        for delimiter in delimiters:
            self._delimiter = delimiter
            for number, cells in islice(self._table(), HEADER_WITHIN):
                fields = match_headers(self.register, cells or [])
                if cells and set(KEYS[self.register]) <= set(fields.values()):
                    return number, cells, {name: place for place, name in fields.items()}
        wanted = "、".join(column(self.register, name).header for name in KEYS[self.register])
        raise Refusal(
            "HeaderUnknown",
            f"{self.name} 前{HEADER_WITHIN}行没有{self.register.label}的表头，至少要有这些列：{wanted}",
        )

    def _table(self) -> Numbered:
        if self._path.suffix.lower() in SHEETS:
            return _sheet(self._path)
        return _csv(self._path, self._encoding, self._delimiter)


def _survey(path: Path) -> tuple[str, str, int | None]:
    """The file's SHA-256, encoding and number of lines."""
    digest, lines = hashlib.sha256(), 0
    try:
        for block in _blocks(path):
            digest.update(block)
            lines += block.count(b"\n")
        if path.suffix.lower() in SHEETS:
            return digest.hexdigest(), "", None
        return digest.hexdigest(), _encoding(path), lines
    except OSError:
        raise Refusal("FileUnreadable", f"无法打开 {path}：文件不存在或没有权限，请检查路径") from None


def _encoding(path: Path) -> str:
    """GB18030 is only looked for where UTF-8 breaks off: it reads nearly anything, and slowly."""
    if next(_blocks(path), b"")[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    for name in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            for block in _blocks(path):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    raise Refusal("FileUnreadable", f"{path.name} 不是 UTF-8 或 GB18030 编码的文本，请另存为 CSV 或 XLSX")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _csv(path: Path, encoding: str, delimiter: str) -> Numbered:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        while True:
            number = reader.line_num + 1
            try:
                yield number, next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, None


def _sheet(path: Path) -> Numbered:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            sheet = book.worksheets[0]
            # Some programs write a wrong extent into the file; the reader would stop there.
            sheet.reset_dimensions()
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield number, [_text(value) for value in row]
    except UNREADABLE_SHEET:
        raise Refusal("FileUnreadable", f"{path.name} 不是可读的 XLSX 文件，请重新另存") from None


def _text(value: Any) -> str:
    """A sheet's cell as one would have typed it."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)


def write_register(path: Path, register: Register, rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows (cells by field) under Chinese headers, as CSV or, by the path's suffix, XLSX."""
    out = sink(path)
    try:
        out.write([one.header for one in COLUMNS[register]])
        for row in rows:
            out.write([row.get(one.name, "") for one in COLUMNS[register]])
    finally:
        out.close()


class RefusedFile:
    """A file of the refused rows, of the shape of the one they came from, the reason beside each.

    It is only made when there is one; mended, it can be imported as it is.
    """

    def __init__(self, path: Path, source: RegisterFile) -> None:
        self._path = path
        self._headers = [header for header in source.headers if header != REASON]
        self._dropped = [place for place, header in enumerate(source.headers) if header == REASON]
        self._sink: Sink | None = None

    def __enter__(self) -> "RefusedFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sink is not None:
            self._sink.close()

    def write(self, refused: RefusedRow) -> None:
        """Add a refused row."""
        if self._sink is None:
            self._sink = sink(self._path)
            self._sink.write([*self._headers, REASON])
        cells = [cell for place, cell in enumerate(refused.row.cells) if place not in self._dropped]
        width = len(self._headers)
        cells += [""] * (width - len(cells))
        self._sink.write([*cells[:width], refused.reason, *cells[width:]])
