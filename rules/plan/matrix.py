"""Partners printed as a matrix: a column for each department, a mark where it takes part (√)."""

import re
from collections.abc import Sequence

from rules.plan.columns import Column, Header
from rules.plan.departments import is_name
from rules.plan.raw import RawRow
from rules.plan.words import clean, compact, is_blank

_MARK = re.compile(r"[√✓✔☑●○◎★▲△■*vV]|是|有|配合|参与")
_BLANK_MARK = re.compile(r"[-/×☐□]|否|无")


def fold_matrix(rows: Sequence[RawRow]) -> None:
    """Put the marked departments of each row into one cell of a partners' column, where there is none."""
    groups: dict[tuple[Header, tuple[str, ...]], list[RawRow]] = {}
    for row in rows:
        groups.setdefault((row.header, row.titles), []).append(row)
    for (header, titles), members in groups.items():
        if any(Column.PARTNERS in group for group in header):
            continue
        columns = [j for j in range(len(header)) if j < len(titles) and _is_marked(j, titles[j], members)]
        if len(columns) >= 2:
            for row in members:
                _fold(row, columns, titles)


def _is_marked(j: int, title: str, rows: Sequence[RawRow]) -> bool:
    """Whether a column is headed by a department and holds one kind of mark and nothing else."""
    if not is_name(clean(title)) and not re.fullmatch(r"[\u4e00-\u9fff]{2,8}", compact(title)):
        return False
    texts = {compact(row.cells[j]) for row in rows if j < len(row.cells)}
    marks = {text for text in texts if text and not _BLANK_MARK.fullmatch(text)}
    return len(marks) == 1 and all(_MARK.fullmatch(text) for text in marks)


def _fold(row: RawRow, columns: Sequence[int], titles: Sequence[str]) -> None:
    if len(row.cells) < len(row.header):
        return
    marked = [j for j in columns if _MARK.fullmatch(compact(row.cells[j]))]
    names = "、".join(clean(titles[j]) for j in marked) or "无"
    kept = [j for j in range(len(row.header)) if j not in columns]
    rest = row.cells[len(row.header) :]
    row.cells = [*(row.cells[j] for j in kept), names, *(text for text in rest if not is_blank(text))]
    row.header = (*(row.header[j] for j in kept), (Column.PARTNERS,))
    row.titles = (*(titles[j] for j in kept), "、".join(titles[j] for j in columns))
    row.joined = {len(kept)}
