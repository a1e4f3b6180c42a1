"""Lines without a number: rows of a gap in the sequence, or the rest of the row above."""

import re

from rules.plan.columns import Column, suits
from rules.plan.looks import Look, look, seq_by_sight
from rules.plan.raw import RawRow
from rules.plan.reading import Flag
from rules.plan.words import compact, is_blank, join


def settle(rows: list[RawRow], loose: list[RawRow], following: RawRow | None) -> None:
    """Decide what the lines without a number since the last row are; rows are appended to `rows`."""
    if not loose:
        return
    free = _gap(rows[-1] if rows else None, following)
    while loose:
        last = rows[-1] if rows else None
        rest = _rest_of(last, loose) if last is not None else 0
        if last is not None and rest:
            for part in loose[:rest]:
                _append_cells(last, part)
            loose = loose[rest:]
            continue
        piece, loose = loose[0], loose[1:]
        if piece.prose:
            if last is not None:
                _continue_last_cell(last, piece)
        elif (free is None or free > 0) and _is_own_row(piece, in_gap=free is not None):
            rows.append(_numbered(piece, last))
            free = None if free is None else free - 1
        elif last is not None:
            continue_row(last, piece)


def _numbered(piece: RawRow, last: RawRow | None) -> RawRow:
    piece = _aligned_without_number(piece)
    if last is not None and last.seq is not None and piece.index(Column.SEQ) is not None:
        piece.seq = last.seq + 1
    piece.flag(Flag.SEQ_INFERRED)
    return piece


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
    if (
        whole is not Look.RISK
        and look(last.cells[i]) is whole
        and not _OPEN_END.search(last.cells[i].strip())
    ):
        # A cell that is complete by itself has no rest.
        return
    if whole in (Look.DEPARTMENTS, Look.MODE, Look.RISK, Look.WINDOW) and suits(whole, last.header[i]) > 0:
        continue_row(
            last, RawRow(None, [""] * i + piece.cells, last.header, piece.line, piece.page, piece.region)
        )


_OPEN_END = re.compile(r"[、，,；;/及和与—–-]$")


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


def _is_own_row(piece: RawRow, *, in_gap: bool) -> bool:
    """A line with its own item, scope and ratio; where no gap speaks for it, with its window or department too."""
    kinds = [look(cell) for cell in piece.cells]
    texts = [cell for kind, cell in zip(kinds, piece.cells, strict=True) if kind in (Look.TEXT, Look.BODIES)]
    if sum(len(compact(text)) > 1 for text in texts) < 2:
        return False
    others = {Look.DEPARTMENTS, Look.WINDOW} & set(kinds)
    return bool(Look.RATIO in kinds or others) if in_gap else bool(Look.RATIO in kinds and others)


def _aligned_without_number(piece: RawRow) -> RawRow:
    """A number's cell that is missing altogether moves the whole line left by one."""
    at = piece.index(Column.SEQ)
    if at is None or is_blank(piece.cells[at]) or len(piece.cells) >= len(piece.header):
        if at is not None and not is_blank(piece.cells[at]) and seq_by_sight(piece.cells[at]) is not None:
            piece.cells[at] = ""
        return piece
    piece.cells.insert(at, "")
    return piece


def continue_row(last: RawRow, piece: RawRow) -> None:
    """Add a line's cells below those of the row above."""
    for i, cell in enumerate(piece.cells):
        if is_blank(cell):
            continue
        while len(last.cells) <= i:
            last.cells.append("")
        last.cells[i] = join(last.cells[i].strip(), cell.strip())
        last.joined.add(i)
    last.flag(Flag.CONTINUED)


def _mend_misread_numbers(rows: list[RawRow]) -> None:
    """A number out of order between two that leave room for exactly one was misread (10, 1, 12)."""
    for i in range(1, len(rows) - 1):
        before, own, after = rows[i - 1].seq, rows[i].seq, rows[i + 1].seq
        if before is not None and after == before + 2 and own is not None and own != before + 1:
            rows[i].seq = before + 1
            rows[i].flag(Flag.SEQ_INFERRED)


def number_rows(rows: list[RawRow]) -> None:
    """Rows of a table without numbers are counted; gaps and repetitions are flagged."""
    _mend_misread_numbers(rows)
    seen: set[int] = set()
    before: int | None = 0
    for position, row in enumerate(rows, start=1):
        if row.seq is None:
            row.seq = (before or 0) + 1 if row.index(Column.SEQ) is not None else position
            row.flag(Flag.SEQ_INFERRED)
        if row.seq in seen:
            row.flag(Flag.SEQ_REPEATED)
        elif before is not None and before + 1 < row.seq <= before + 20:
            missing = range(before + 1, row.seq)
            row.flag(Flag.SEQ_MISSING_BEFORE, "、".join(map(str, missing)))
        seen.add(row.seq)
        before = row.seq
