"""From lines to rows: headers, regions, lost numbers, one row on two lines, two rows on one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.plan.columns import Column, Header, is_header, is_other_header, meanings
from rules.plan.grid import Line
from rules.plan.joins import continue_row, number_rows, settle
from rules.plan.looks import seq_by_sight, seq_of
from rules.plan.raw import RawRow
from rules.plan.reading import Flag
from rules.plan.regions import PAGE_MARK, TITLE, is_region
from rules.plan.words import clean, compact, is_blank


@dataclass
class _State:
    header: Header = ()
    region: str | None = None
    rows: list[RawRow] = field(default_factory=list)
    loose: list[RawRow] = field(default_factory=list)
    header_line: int = 0
    titles: tuple[str, ...] = ()


def _seq_index(header: Header) -> int | None:
    return next((i for i, group in enumerate(header) if Column.SEQ in group), None)


def assemble(lines: Sequence[Line]) -> list[RawRow]:
    """The rows of all tables of a document, in their order; empty where there is no header."""
    state = _State()
    for line in lines:
        if not line.table:
            _prose(state, line)
        else:
            _table_line(state, line)
    settle(state.rows, state.loose, None)
    number_rows(state.rows)
    for row in state.rows:
        row.lost = frozenset(range(len(row.cells), len(row.header)))
    return state.rows


def _prose(state: _State, line: Line) -> None:
    """A line without cells can only be the rest of a cell that a line break cut."""
    text = clean(line.text)
    last = state.rows[-1] if state.rows else None
    whole = last is None or len(last.cells) >= len(last.header)
    if state.header and whole and len(text) <= 16 and is_region(text):
        state.region = text
        return
    if not text or last is None or text.startswith("#") or len(text) > 400 or TITLE.search(text[:60]):
        return
    if PAGE_MARK.fullmatch(compact(text)):
        return
    state.loose.append(
        RawRow(None, [line.text], state.header, line.number, line.page, state.region, prose=True)
    )


def _table_line(state: _State, line: Line) -> None:
    cells = list(line.cells)
    if all(is_blank(cell) or re.fullmatch(r"[\s:|=-]*", cell) for cell in cells):
        return
    if is_header(cells):
        _take_header(state, line)
        return
    if not state.header or _is_second_header(state, line):
        return
    if is_other_header(cells):
        settle(state.rows, state.loose, None)
        state.loose, state.header = [], ()
        return
    if _is_total(cells) or _counts_columns(cells):
        return
    region = _band(state, cells)
    if region:
        state.region = region
        return
    paired = _paired(state, cells)
    for part, is_split in paired or _unglue(state, cells):
        row = _row_line(state, part, line, is_split)
        if paired:
            row.joined |= set(range(len(part)))


def _take_header(state: _State, line: Line) -> None:
    state.header = tuple(meanings(cell) or ((Column.OTHER,) if compact(cell) else ()) for cell in line.cells)
    while state.header and not state.header[-1]:
        state.header = state.header[:-1]
    state.header = tuple(group or (Column.OTHER,) for group in state.header)
    state.header_line = line.number
    state.titles = line.cells


def _is_second_header(state: _State, line: Line) -> bool:
    """A header on two lines: the second one refines the groups of the first."""
    if line.number - state.header_line > 2 or state.header_line == 0:
        return False
    cells = list(line.cells)
    named = [meanings(cell) for cell in cells]
    filled = [i for i, cell in enumerate(cells) if compact(cell)]
    seq = _seq_index(state.header)
    if (seq is not None and seq < len(cells) and seq_of(cells[seq])) or not filled:
        return False
    if any(len(compact(cells[i])) > 12 or not named[i] for i in filled):
        return False
    width = max(len(cells), len(state.header))
    state.header = tuple(
        (
            named[i]
            if i < len(named) and named[i]
            else state.header[i]
            if i < len(state.header)
            else (Column.OTHER,)
        )
        for i in range(width)
    )
    return True


def _band(state: _State, cells: list[str]) -> str | None:
    """The region of a line that holds nothing but a place's name."""
    filled = {compact(cell) for cell in cells if not is_blank(cell)}
    if len(filled) != 1 or len(state.header) < 4:
        return None
    text = clean(next(cell for cell in cells if not is_blank(cell)))
    first = not is_blank(cells[0])
    spread = len([cell for cell in cells if not is_blank(cell)]) > 1
    return text if is_region(text) and (first or spread or len(text) <= 8) else None


_TOTAL = re.compile(
    r"(?:合计|总计|小计|共计|累计)[:：]?|(?:填[表报]|制表|审核|联系|负责|经办)(?:人|单位)[:：].*"
)


def _is_total(cells: list[str]) -> bool:
    """A line of sums, or of who filled in the form."""
    first = next((compact(cell) for cell in cells if not is_blank(cell)), "")
    return bool(_TOTAL.fullmatch(first))


def _counts_columns(cells: list[str]) -> bool:
    """A line below the header that only numbers the columns: 1, 2, 3 …"""
    numbers = [seq_of(cell) for cell in cells]
    return len(cells) > 3 and numbers == list(range(1, len(cells) + 1))


def _unglue(state: _State, cells: list[str]) -> list[tuple[list[str], bool]]:
    """Two or more rows on one line: a following number stands about one table's width further on."""
    width, at = len(state.header), _seq_index(state.header)
    if at is None or at >= len(cells):
        return [(cells, False)]
    first = _seq_in(state, cells, at)
    if first is None and is_blank(cells[at]) and len(cells) >= 2 * width - 1 and state.rows:
        first = (state.rows[-1].seq or 0) + 1
    out: list[tuple[list[str], bool]] = []
    while first is not None and len(cells) >= width + 3:
        parts = _cut(cells, at, width, first + 1)
        if parts is None:
            break
        out.append((parts[0], True))
        cells, first = parts[1], first + 1
    return [*out, (cells, bool(out))]


def _cut(cells: list[str], at: int, width: int, following: int) -> tuple[list[str], list[str]] | None:
    """The row before the following number and the rest of the line from it on."""
    for i in range(at + max(3, width - 3), min(len(cells) - 2, at + width + 2)):
        if following in (seq_of(cells[i]), seq_by_sight(cells[i])):
            return cells[: i - at], cells[i - at :]
        glued = re.fullmatch(r"(.*\D)\s*(\d{1,4})\s*", cells[i], re.DOTALL) if len(cells[i]) < 400 else None
        if glued and int(glued[2]) == following and i >= at + width - 2:
            return [*cells[:i], glued[1].strip()], [glued[2], *cells[i + 1 :]]
    return None


def _paired(state: _State, cells: list[str]) -> list[tuple[list[str], bool]] | None:
    """Two rows in the same cells (12 13 | 对甲… 对乙…): told apart only where a cell falls in two."""
    at = _seq_index(state.header)
    if at is None or at >= len(cells):
        return None
    both = re.fullmatch(r"\s*(\d{1,4})[\s、,/]+(\d{1,4})\s*", clean(cells[at]).replace("\n", " "))
    if not both or int(both[2]) != int(both[1]) + 1:
        return None
    first, second = [], []
    for cell in cells:
        halves = [half for half in re.split(r"\n|<br\s*/?>", cell) if half.strip()]
        if len(halves) != 2:
            halves = cell.split()
        if len(halves) != 2:
            # One text for both rows is no more certain than a merged block.
            halves = ["", ""]
        first.append(halves[0])
        second.append(halves[1])
    first[at], second[at] = both[1], both[2]
    return [(first, True), (second, True)]


def _row_line(state: _State, cells: list[str], line: Line, is_split: bool) -> RawRow:
    at = _seq_index(state.header)
    seq = _seq_in(state, cells, at)
    row = RawRow(
        seq, cells, state.header, line.number, line.page, state.region, split=is_split, titles=state.titles
    )
    if is_split:
        row.flag(Flag.SPLIT)
    if at is not None and at in line.merged and state.rows and not is_split:
        # The file says that this line's number is the one above: more of the same row.
        own = ["" if i in line.merged else cell for i, cell in enumerate(cells)]
        continue_row(state.rows[-1], RawRow(None, own, state.header, line.number, line.page, state.region))
        return state.rows[-1]
    row.prose = len(cells) == 1
    if seq is None and not row.prose and _is_note(row, at):
        return row
    if seq is None:
        state.loose.append(row)
        return row
    settle(state.rows, state.loose, row)
    state.loose = []
    state.rows.append(row)
    return row


def _is_note(row: RawRow, at: int | None) -> bool:
    """A line with words in one cell only, at the margin, is a note below the table."""
    filled = [i for i, cell in enumerate(row.cells) if not is_blank(cell)]
    return len(filled) == 1 and (
        filled[0] == (at or 0) or bool(TITLE.search(compact(row.cells[filled[0]])[:8]))
    )


def _seq_in(state: _State, cells: list[str], at: int | None) -> int | None:
    if at is None or at >= len(cells):
        return None
    seq = seq_of(cells[at])
    if seq is not None:
        return seq
    guess = seq_by_sight(cells[at])
    before = state.rows[-1].seq if state.rows else 0
    return guess if guess is not None and before is not None and guess == before + 1 else None
