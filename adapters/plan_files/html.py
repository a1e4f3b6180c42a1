"""Tables in HTML inside a text, as OCR prints those whose cells are merged."""

import html.parser
import re

from rules.plan.grid import Line

_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<tr\b", re.IGNORECASE)
_WIDEST = 60
_LONGEST_SPAN = 5000
_KEPT = ("br", "sup", "sub")


def tables_of(text: str) -> list[tuple[int, int]]:
    """Where the tables stand, as (start, end) in the text; one that is never closed reaches to the end."""
    if "<t" not in text.lower():
        return []
    return [found.span() for found in _TABLE.finditer(text) if _ROW.search(found[0])]


def table_lines(markup: str, first_line: int, page: int) -> list[Line]:
    """The rows of one table; a cell that reaches down repeats its text, one that reaches right leaves blanks."""
    reader = _Rows()
    reader.feed(markup)
    reader.close()
    reader.end_row()
    return [
        Line(first_line + offset, tuple(cells), page=page, merged=frozenset(merged))
        for offset, cells, merged in reader.rows
        if any(cells)
    ]


class _Rows(html.parser.HTMLParser):
    """Collects (line from 0, cells, columns that belong to a cell above)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[int, list[str], set[int]]] = []
        self._row: list[str] | None = None
        self._merged: set[int] = set()
        self._reaching: dict[int, tuple[int, str]] = {}
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self._line = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.end_row()
            self._row, self._merged, self._line = [], set(), self.getpos()[0] - 1
        elif tag in ("td", "th"):
            self._end_cell()
            if self._row is None:
                self._row, self._merged, self._line = [], set(), self.getpos()[0] - 1
            given = dict(attrs)
            self._spans = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self._cell = []
        elif tag in _KEPT and self._cell is not None:
            self._cell.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table", "tbody", "thead"):
            self.end_row()
        elif tag in _KEPT and self._cell is not None:
            self._cell.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        self._take_reaching()
        text = "".join(self._cell).strip()
        self._cell = None
        down, right = self._spans
        for k in range(min(right, max(1, _WIDEST - len(self._row)))):
            if down > 1:
                self._reaching[len(self._row)] = (down - 1, text if k == 0 else "")
            self._row.append(text if k == 0 else "")

    def _take_reaching(self) -> None:
        """Cells from above that stand where the next own cell would."""
        while self._row is not None and len(self._row) in self._reaching:
            column = len(self._row)
            left, text = self._reaching.pop(column)
            if left > 1:
                self._reaching[column] = (left - 1, text)
            self._merged.add(column)
            self._row.append(text)

    def end_row(self) -> None:
        """Close the row, whether or not the markup does."""
        self._end_cell()
        if self._row is None:
            return
        self._take_reaching_once()
        self.rows.append((self._line, self._row, self._merged))
        self._row = None

    def _take_reaching_once(self) -> None:
        self._take_reaching()
        for column in sorted(self._reaching):
            if self._row is not None and column >= len(self._row):
                self._row += [""] * (column - len(self._row))
                self._take_reaching()


def _span(text: str | None) -> int:
    digits = re.match(r"\s*(\d{1,6})", text or "")
    return max(1, min(int(digits[1]), _LONGEST_SPAN)) if digits else 1
