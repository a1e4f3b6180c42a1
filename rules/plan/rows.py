"""From lines to rows: headers, regions, lost numbers, one row on two lines, two rows on one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.plan.columns import Column, Header, is_header, meanings, suits
from rules.plan.grid import Line
from rules.plan.looks import Look, look, seq_by_sight, seq_of
from rules.plan.reading import Flag
from rules.plan.words import clean, compact, is_blank, join

_REGION = re.compile(r"^(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．]?)?\s*[^%，。；;]{1,16}$")
_REGION_END = re.compile(
    r"(?:省|市|县|区|州|旗|盟|镇|乡|街道|本级|直属|片区|园区|开发区|示范区|市直|县直|级)(?:\(.*\))?$"
)
_TITLE = re.compile(r"计划|附件|清单|年度|制表|填报|合计|说明|备注|注[:：]|第\d+页|共\d+页")


@dataclass
class RawRow:
    """A row's cells under its page's header, before they are understood."""

    seq: int | None
    cells: list[str]
    header: Header
    line: int
    page: int
    region: str | None
    flags: list[str] = field(default_factory=list)
    joined: set[int] = field(default_factory=set)
    split: bool = False
    prose: bool = False
    lost: frozenset[int] = frozenset()
    titles: tuple[str, ...] = ()

    def title(self, column: Column) -> str:
        """The header's own words over a column."""
        i = self.index(column)
        return compact(self.titles[i]) if i is not None and i < len(self.titles) else ""

    def index(self, column: Column) -> int | None:
        """Where a column stands."""
        return next((i for i, group in enumerate(self.header) if column in group), None)

    def cell(self, column: Column) -> str:
        """A column's raw text ("" where the column or the cell is absent)."""
        i = self.index(column)
        return self.cells[i] if i is not None and i < len(self.cells) else ""

    def flag(self, flag: Flag, detail: str = "") -> None:
        """Add a flag once."""
        text = f"{flag.value}: {detail}" if detail else flag.value
        if text not in self.flags:
            self.flags.append(text)


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
    _settle(state, None)
    _number_the_unnumbered(state.rows)
    for row in state.rows:
        row.lost = frozenset(range(len(row.cells), len(row.header)))
    return state.rows


def _prose(state: _State, line: Line) -> None:
    """A line without cells can only be the rest of a cell that a line break cut."""
    text = clean(line.text)
    if not text or not state.rows or text.startswith("#") or len(text) > 400 or _TITLE.search(text[:60]):
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
    if seq_of(text) is not None or not _REGION.match(text) or _TITLE.search(text):
        return None
    ends = bool(_REGION_END.search(compact(text)))
    return text if ends and (first or spread or len(text) <= 8) else None


def _unglue(state: _State, cells: list[str]) -> list[tuple[list[str], bool]]:
    """Two rows on one line: a second, following number stands about one table's width further on."""
    width, at = len(state.header), _seq_index(state.header)
    if at is None or at >= len(cells):
        return [(cells, False)]
    first = seq_of(cells[at])
    if len(cells) < width + 3 or first is None:
        return [(cells, False)]
    for i in range(at + max(3, width - 3), min(len(cells) - 2, at + width + 2)):
        if seq_of(cells[i]) == first + 1:
            head, tail = cells[: i - at], cells[i - at :]
            return [(head, True), *((part, True) for part, _ in _unglue(state, tail))]
        glued = re.fullmatch(r"(.*\D)\s*(\d{1,4})\s*", cells[i], re.DOTALL)
        if glued and int(glued[2]) == first + 1 and i >= at + width - 2:
            return [([*cells[:i], glued[1].strip()], True), ([glued[2], *cells[i + 1 :]], True)]
    return [(cells, False)]


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
        _continue(state.rows[-1], RawRow(None, own, state.header, line.number, line.page, state.region))
        return state.rows[-1]
    row.prose = len(cells) == 1
    if seq is None and not row.prose and _is_note(row, at):
        return row
    if seq is None:
        state.loose.append(row)
        return row
    _settle(state, row)
    state.rows.append(row)
    return row


def _is_note(row: RawRow, at: int | None) -> bool:
    """A line with words in one cell only, at the margin, is a note below the table."""
    filled = [i for i, cell in enumerate(row.cells) if not is_blank(cell)]
    return len(filled) == 1 and (
        filled[0] == (at or 0) or bool(_TITLE.search(compact(row.cells[filled[0]])[:8]))
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


def _settle(state: _State, following: RawRow | None) -> None:
    """Decide what the lines without a number are: rows of a gap, or continuations."""
    loose, state.loose = state.loose, []
    if not loose:
        return
    previous = state.rows[-1] if state.rows else None
    free = _gap(previous, following)
    while loose:
        last = state.rows[-1] if state.rows else None
        rest = _rest_of(last, loose) if last is not None else 0
        piece = loose[0]
        if last is not None and rest:
            for part in loose[:rest]:
                _append_cells(last, part)
            loose = loose[rest:]
            continue
        loose = loose[1:]
        if piece.prose:
            if last is not None:
                _continue_last_cell(last, piece)
        elif (free is None or free > 0) and _is_own_row(piece, strict=free is None):
            piece = _aligned_without_number(piece)
            if last is not None and last.seq is not None and piece.index(Column.SEQ) is not None:
                piece.seq = last.seq + 1
            piece.flag(Flag.SEQ_INFERRED)
            state.rows.append(piece)
            free = None if free is None else free - 1
        elif last is not None:
            _continue(last, piece)


def _rest_of(last: RawRow, loose: list[RawRow]) -> int:
    """How many of the lines are the rest of a row that line breaks cut; 0 where the cells don't add up."""
    width = len(last.header)
    have = len(last.cells)
    if have >= width or last.split:
        return 0
    if not loose[0].prose and have + len(loose[0].cells) == width and _fits(loose[0], have):
        return 1
    for count, piece in enumerate(loose[:12], start=1):
        have += len(piece.cells) - 1
        if have == width and not piece.prose:
            return count
        if have > width:
            return 0
    return 0


def _continue_last_cell(last: RawRow, piece: RawRow) -> None:
    """The rest of a row's last cell stands alone on the next line: together they look like the column."""
    i = len(last.header) - 1
    if piece.line != last.line + 1 or len(last.cells) != len(last.header):
        return
    whole = look(join(last.cells[i], piece.cells[0]))
    if whole in (Look.DEPARTMENTS, Look.MODE, Look.RISK, Look.WINDOW) and suits(whole, last.header[i]) > 0:
        _continue(
            last, RawRow(None, [""] * i + piece.cells, last.header, piece.line, piece.page, piece.region)
        )


def _gap(previous: RawRow | None, following: RawRow | None) -> int | None:
    """How many numbers are missing between two rows; None where nothing tells."""
    if following is None or following.seq is None:
        return None
    before = previous.seq if previous else 0
    if before is None or following.seq <= before:
        return None
    return following.seq - before - 1


def _fits(piece: RawRow, start: int) -> bool:
    kinds = [look(cell) for cell in piece.cells]
    return all(
        suits(kind, piece.header[start + i]) >= 0
        for i, kind in enumerate(kinds)
        if start + i < len(piece.header)
    )


def _append_cells(last: RawRow, piece: RawRow) -> None:
    cells = list(piece.cells)
    if len(last.cells) + len(cells) != len(last.header) or not _fits(piece, len(last.cells)):
        last.joined.add(len(last.cells) - 1)
        last.cells[-1] = join(last.cells[-1].strip(), cells.pop(0).strip())
    last.cells += cells
    last.flag(Flag.CONTINUED)


def _is_own_row(piece: RawRow, strict: bool) -> bool:
    """A line with its own item (or task), scope and ratio."""
    kinds = [look(cell) for cell in piece.cells]
    texts = sum(
        kind is Look.TEXT and len(compact(cell)) > 1 for kind, cell in zip(kinds, piece.cells, strict=True)
    )
    has_ratio = Look.RATIO in kinds
    if strict:
        return texts >= 2 and has_ratio and (Look.DEPARTMENTS in kinds or Look.WINDOW in kinds)
    return texts >= 2 and has_ratio


def _aligned_without_number(piece: RawRow) -> RawRow:
    """A number's cell that is missing altogether moves the whole line left by one."""
    at = piece.index(Column.SEQ)
    if at is None or is_blank(piece.cells[at]) or len(piece.cells) >= len(piece.header):
        if at is not None and not is_blank(piece.cells[at]) and seq_by_sight(piece.cells[at]) is not None:
            piece.cells[at] = ""
        return piece
    piece.cells.insert(at, "")
    return piece


def _continue(last: RawRow, piece: RawRow) -> None:
    """Add a line's cells below those of the row above."""
    for i, cell in enumerate(piece.cells):
        if is_blank(cell):
            continue
        while len(last.cells) <= i:
            last.cells.append("")
        last.cells[i] = join(last.cells[i].strip(), cell.strip())
        last.joined.add(i)
    last.flag(Flag.CONTINUED)


def _number_the_unnumbered(rows: list[RawRow]) -> None:
    """Rows of a table without numbers are counted; gaps and repetitions are flagged."""
    seen: set[tuple[str | None, int]] = set()
    before: int | None = 0
    for position, row in enumerate(rows, start=1):
        if row.seq is None:
            row.seq = (before or 0) + 1 if row.index(Column.SEQ) is not None else position
            row.flag(Flag.SEQ_INFERRED)
        if (None, row.seq) in seen:
            row.flag(Flag.SEQ_REPEATED)
        elif before is not None and before + 1 < row.seq <= before + 20:
            missing = range(before + 1, row.seq)
            row.flag(Flag.SEQ_MISSING_BEFORE, "、".join(map(str, missing)))
        seen.add((None, row.seq))
        before = row.seq
