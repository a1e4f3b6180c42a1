"""A generator of notices: rows of known truth, on pages that tell it more or less badly."""

import random
from dataclasses import dataclass

from rules.plan.grid import Line
from tests.rules.plan.truth import Row, truth_rows

COLUMNS = ["seq", "name", "items", "scope", "ratio", "risk", "window", "initiator", "partners", "mode"]
TITLES: dict[str, list[str]] = {
    "seq": ["序号", "序 号", "编号", "序"],
    "name": ["抽查任务名称", "任务名称", "抽查计划名称", "抽 查 任 务 名 称", "检查任务"],
    "items": ["抽查事项", "检查事项", "抽查内容", "抽 查 事 项", "检查内容"],
    "scope": ["抽查对象范围", "检查对象", "抽查对象", "抽 查 对 象", "监管对象范围"],
    "ratio": ["抽查比例及频次", "抽查比例、频次", "比例和频次", "抽查比例/频次"],
    "risk": ["智慧监管（信用风险分类）要求", "信用风险分类要求", "智慧监管要求", "信用风险分类监管"],
    "window": ["抽查起止时间", "抽查检查起止时间", "实施时间", "抽查时间", "检查时限"],
    "initiator": ["发起部门", "发 起 部 门", "牵头部门", "牵头单位", "发起单位"],
    "partners": ["配合部门", "参与部门", "联合部门", "配 合 部 门", "参与单位"],
    "mode": ["抽查检查模式", "检查模式", "抽查模式", "抽查层级"],
}
FIELDS = {
    "name": ["name"],
    "items": ["items"],
    "scope": ["scope"],
    "ratio": ["ratio", "frequency"],
    "risk": ["smart", "risk"],
    "window": ["window"],
    "initiator": ["initiator"],
    "partners": ["partners"],
    "mode": ["mode"],
}


@dataclass
class Notice:
    """Rows with their truth, and the lines that print them."""

    rows: list[Row]
    columns: list[str]
    lines: list[Line]


def notice(r: random.Random, count: int = 24, damages: int = 4) -> Notice:
    """A notice of `count` rows with about `damages` damages of different kinds."""
    columns = list(COLUMNS)
    if r.random() < 0.3:
        columns.remove("mode")
    if r.random() < 0.15:
        columns.remove("risk")
    return reprint(r, truth_rows(r, count), columns, damages)


def reprint(r: random.Random, rows: list[Row], columns: list[str], damages: int) -> Notice:
    """These rows, numbered from 1 and printed under some of their columns, with damages."""
    for number, row in enumerate(rows, start=1):
        row.seq, row.cells["seq"] = number, str(number)
    if r.random() < 0.4:
        tail = columns[4:]
        r.shuffle(tail)
        columns = columns[:4] + tail
    per_page = r.choice([6, 9, 12, 50])
    for i, row in enumerate(rows):
        row.page = i // per_page + 1
    for _ in range(damages):
        r.choice(_DAMAGES)(r, rows, columns)
    for row in rows:
        if not row.lines:
            row.lines = [[row.cells[c] for c in columns]]
    for _ in range(damages // 2):
        r.choice([_split, _continue, _glue])(r, rows, columns)
    return Notice(rows, columns, _print(r, rows, columns))


def _free(rows: list[Row]) -> list[int]:
    """Rows that no damage has touched, with untouched neighbours."""
    return [
        i
        for i in range(1, len(rows) - 1)
        if not any(rows[j].damaged or rows[j].seq_lost or rows[j].lines[1:] for j in (i - 1, i, i + 1))
    ]


def _merge(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """Blank the initiator and what else is common to a block, but for one row of it."""
    blocks: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        blocks.setdefault(row.truth["initiator"], []).append(i)
    runs = [run for run in blocks.values() if len(run) >= 2 and not any(rows[i].damaged for i in run)]
    if not runs:
        return
    run = r.choice(runs)
    if len({rows[i].cells["initiator"] for i in run}) > 1:
        return
    keep = r.choice([run[0], run[len(run) // 2], run[-1]])
    for column in ("initiator", "window", "risk", "mode"):
        same = len({rows[i].cells[column] for i in run}) == 1
        if column not in columns or not same or (column != "initiator" and r.random() < 0.3):
            continue
        for i in run:
            rows[i].damaged.add(column)
            if i != keep:
                rows[i].cells[column] = ""


def _shift(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """A blank risk cell is lost: what follows moves to the left; or a blank cell comes in."""
    free = _free(rows)
    if not free:
        return
    row = rows[r.choice(free)]
    cells = [row.cells[c] for c in columns]
    blank = [i for i, cell in enumerate(cells) if not cell]
    if blank and r.random() < 0.6:
        at = blank[0]
        row.lines = [[*cells[:at], *cells[at + 1 :], ""]]
    else:
        at = r.randrange(4, len(columns))
        row.lines = [[*cells[:at], "", *cells[at:]]]
    row.damaged |= set(columns[at:])


def _lose_number(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    free = _free(rows)
    if free:
        row = rows[r.choice(free)]
        row.cells["seq"] = ""
        row.seq_lost = True


def _space(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """Letter-spaced words stay what they are."""
    row = rows[r.randrange(len(rows))]
    column = r.choice([c for c in ("name", "initiator", "window", "items") if c in columns])
    if "\u3400" <= row.cells[column][:1] and " " not in row.cells[column]:
        row.cells[column] = " ".join(row.cells[column])


def _foreign(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """A risk cell holds another row's items."""
    free = _free(rows)
    if free and "risk" in columns:
        row = rows[r.choice(free)]
        row.cells["risk"] = rows[r.choice([i for i in range(len(rows)) if rows[i] is not row])].truth["items"]
        row.damaged.add("risk")


def _truncate(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """The last cells of a line are lost."""
    free = _free(rows)
    if free:
        row = rows[r.choice(free)]
        keep = r.randrange(6, len(columns))
        row.lines = [[row.cells[c] for c in columns[:keep]]]
        row.damaged |= set(columns[keep:])


def _exchange(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """Items and scope stand in each other's place."""
    free = _free(rows)
    if free:
        cells = rows[r.choice(free)]
        cells.cells["items"], cells.cells["scope"] = cells.cells["scope"], cells.cells["items"]
        cells.damaged |= {"items", "scope"}


def _misread(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """12 is read as l2."""
    row = r.choice(rows)
    if len(row.cells["seq"]) == 2 and not row.lines:
        row.cells["seq"] = row.cells["seq"].replace("1", "l").replace("0", "O")


def _merge_ratio(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """One ratio for two to four rows stands in one of them, at the top, in the middle or at the end."""
    free = _free(rows)
    length = r.choice([2, 3, 4])
    starts = [i for i in free if all(j in free and not rows[j].lines for j in range(i, i + length))]
    if not starts:
        return
    run = [rows[i] for i in range(starts[0], starts[0] + length)]
    keep = r.choice(run)
    text, ratio = keep.cells["ratio"], (keep.truth["ratio"], keep.truth["frequency"])
    for row in run:
        row.cells["ratio"] = text if row is keep else ""
        row.truth["ratio"], row.truth["frequency"] = ratio
        row.damaged.add("ratio")


def _misread_amount(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """10% is read as l0%, 11月 as 1l月."""
    row = r.choice(rows)
    if row.lines or row.damaged & {"ratio", "window"}:
        return
    row.cells["ratio"] = row.cells["ratio"].replace("10%", "l0%")
    row.cells["window"] = row.cells["window"].replace("11月", "1l月").replace("10月", "1O月")
    row.damaged |= {"ratio", "window"}


_DAMAGES = [_merge, _merge, _shift, _lose_number, _space, _foreign, _truncate, _exchange, _misread]
_DAMAGES += [_merge_ratio, _misread_amount]


def _split(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """A line break inside a cell cuts the line in two."""
    free = _free(rows)
    if not free:
        return
    row = rows[r.choice(free)]
    cells = row.lines[0]
    at = r.choice([i for i, c in enumerate(columns) if c in ("name", "items", "scope") and len(cells[i]) > 4])
    cut = r.randrange(2, len(cells[at]) - 1)
    row.lines = [[*cells[:at], cells[at][:cut]], [cells[at][cut:], *cells[at + 1 :]]]
    row.damaged.add(columns[at])


def _continue(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """The rest of some cells stands below, in a line without a number."""
    free = _free(rows)
    if not free:
        return
    row = rows[r.choice(free)]
    first, second = list(row.lines[0]), [""] * len(columns)
    for column in ("items", "scope"):
        at = columns.index(column)
        cut = len(first[at]) // 2
        first[at], second[at] = first[at][:cut], first[at][cut:]
        row.damaged.add(column)
    row.lines = [first, second]


def _glue(r: random.Random, rows: list[Row], columns: list[str]) -> None:
    """Two rows on one line."""
    free = [i for i in _free(rows) if i + 1 < len(rows) and i + 1 in _free(rows)]
    free = [i for i in free if rows[i].page == rows[i + 1].page]
    if free:
        first, second = rows[free[0]], rows[free[0] + 1]
        first.lines = [first.lines[0] + second.lines[0]]
        second.lines = []
        first.damaged.add("glued")
        second.damaged.add("glued")


def _print(r: random.Random, rows: list[Row], columns: list[str]) -> list[Line]:
    titles = {c: r.choice(TITLES[c]) for c in columns}
    out: list[Line] = [Line(1, ("临川县2025年度部门联合双随机抽查工作计划",), table=False, page=0)]
    repeat = r.random() < 0.6
    page = 0
    for row in rows:
        if row.page != page:
            page = row.page
            if page > 1 and r.random() < 0.3:
                out.append(Line(len(out) + 1, (r.choice(["— 3 —", "第3页 共9页", "续表"]),), table=False))
            if page == 1 or repeat:
                out.append(Line(len(out) + 1, tuple(titles[c] for c in columns), page=page))
            if page == 1 and r.random() < 0.2:
                numbers = tuple(str(n) for n in range(1, len(columns) + 1))
                out.append(Line(len(out) + 1, numbers, page=page))
        out += [Line(len(out) + 1 + k, tuple(cells), page=page) for k, cells in enumerate(row.lines)]
    if r.random() < 0.3:
        total = ("合计", f"{len(rows)}项", *[""] * (len(columns) - 2))
        out.append(Line(len(out) + 1, total, page=page))
    return [Line(number, line.cells, line.table, line.page) for number, line in enumerate(out, start=1)]
