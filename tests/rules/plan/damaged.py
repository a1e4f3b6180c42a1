"""A generator of notices: the truth of each row, and a page that tells it more or less badly."""

import random
from dataclasses import dataclass, field
from typing import Any

from rules.plan.grid import Line
from tests.rules.plan.trades import TRADES

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
RISING = "根据企业信用风险分类结果，对低风险、一般风险、较高风险、高风险企业分别递加抽查比例、频次。"
HIGH = "根据企业信用风险分类结果，对较高风险、高风险企业分别提高抽查比例"


@dataclass
class Row:
    """One plan row: printed cells, true values, and the columns that damage touched."""

    seq: int
    cells: dict[str, str]
    truth: dict[str, Any]
    region: str | None = None
    page: int = 1
    damaged: set[str] = field(default_factory=set)
    seq_lost: bool = False
    lines: list[list[str]] = field(default_factory=list)


@dataclass
class Notice:
    """Rows with their truth, and the lines that print them."""

    rows: list[Row]
    columns: list[str]
    lines: list[Line]


def _ratio(r: random.Random) -> tuple[str, dict[str, Any], dict[str, Any]]:
    n = r.choice(["5", "10", "0.5", "0.05", "3", "100", "20"])
    plain = {"percent": n, "at_least": False, "min_count": None, "tiers": None}
    least = {**plain, "at_least": True}
    tiers = {"A": "1", "B": "3", "C": "5", "D": "10"}
    ratio, value = r.choice(
        [
            (f"{n}%", plain),
            (f"抽查比例{n}%", plain),
            (f"不低于{n}%", least),
            (f"抽查比例不低{n}%", least),
            (f"不少于{n}％", least),
            ("不低于3户", {"percent": None, "at_least": True, "min_count": 3, "tiers": None}),
            (f"{n}%（不少于2家）", {**plain, "min_count": 2}),
            ("A类1%、B类3%、C类5%、D类10%", {"percent": None, "at_least": False, "min_count": None, "tiers": tiers}),
            (
                "低风险1%、一般风险3%、较高风险5%、高风险10%",
                {"percent": None, "at_least": False, "min_count": None, "tiers": tiers},
            ),
        ]
    )
    frequency, count = r.choice(
        [
            ("1次/年", (1, None, "year")),
            ("抽查1次", (1, None, None)),
            ("1-2次", (1, 2, None)),
            ("每半年1次", (1, None, "half")),
            ("每季度一次", (1, None, "quarter")),
            ("2次/年", (2, None, "year")),
            ("次/年", (1, None, "year")),
            ("", (None, None, None)),
            ("每月1次", (1, None, "month")),
        ]
    )
    text = r.choice(["；", "; ", " ", "，"]).join(part for part in (ratio, frequency) if part)
    return text, value, dict(zip(("times", "times_max", "per"), count, strict=True))


def _window(r: random.Random) -> tuple[str, dict[str, int]]:
    a, b = sorted(r.sample(range(1, 13), 2))
    text, first, last = r.choice(
        [
            (f"{a}月-{b}月", a, b),
            (f"{a}月—{b}月", a, b),
            (f"{a}—{b}月", a, b),
            (f"{a}月至{b}月", a, b),
            (f"2025年{a}月-{b}月", a, b),
            (f"{a}月", a, a),
            ("全年", 1, 12),
            ("上半年", 1, 6),
        ]
    )
    return text, {"from_month": first, "to_month": last}


def _risk(r: random.Random) -> tuple[str, dict[str, Any]]:
    every, none = ["A", "B", "C", "D"], {"kind": "none", "ratio": False, "frequency": False, "classes": []}
    return r.choice(
        [
            (RISING, {"kind": "rising", "ratio": True, "frequency": True, "classes": every}),
            (RISING, {"kind": "rising", "ratio": True, "frequency": True, "classes": every}),
            (HIGH, {"kind": "rising", "ratio": True, "frequency": False, "classes": ["C", "D"]}),
            ("", none),
        ]
    )


def _partners(r: random.Random, prefix: str, initiator: str) -> tuple[str, list[str]]:
    cores = [core for core in TRADES if prefix + core != initiator]
    names = [prefix + core for core in r.sample(cores, r.choice([1, 1, 1, 2, 3]))]
    style = r.random()
    if style < 0.6 or len(names) == 1:
        return "、".join(names) + ("、" if r.random() < 0.1 else ""), names
    if style < 0.8:
        return " ".join(names), names
    return names[0] + "、" + "、".join(name.removeprefix(prefix) for name in names[1:]), names


def truth_rows(r: random.Random, count: int) -> list[Row]:
    """Rows in blocks of one initiator; windows and risk texts change from block to block."""
    prefix = r.choice(["县", "市", "区", "临川县", "安平市"])
    cores = list(TRADES)
    r.shuffle(cores)
    mode = r.choice([("县抽县查", "county", "county"), ("市抽查", "city", None), ("市抽县查", "city", "county")])
    rows: list[Row] = []
    while len(rows) < count:
        core = cores[len({row.truth["initiator"] for row in rows}) % len(cores)]
        window, risk = _window(r), _risk(r)
        for task in TRADES[core]:
            ratio_text, ratio, frequency = _ratio(r)
            if r.random() < 0.4:
                risk = _risk(r)
            partners, names = _partners(r, prefix, prefix + core)
            cells = dict(zip(("name", "items", "scope"), task, strict=True))
            cells |= {"ratio": ratio_text, "risk": risk[0], "window": window[0], "initiator": prefix + core}
            cells |= {"partners": partners, "mode": mode[0], "seq": str(len(rows) + 1)}
            truth: dict[str, Any] = dict(zip(("name", "items", "scope"), task, strict=True))
            truth |= {"ratio": ratio, "frequency": frequency, "smart": risk[0], "risk": risk[1]}
            truth |= {"window": window[1], "initiator": prefix + core, "partners": names}
            truth |= {"mode": {"draw": mode[1], "check": mode[2]}}
            rows.append(Row(len(rows) + 1, cells, truth))
    return rows[:count]


def notice(r: random.Random, count: int = 24, damages: int = 4) -> Notice:
    """A notice of `count` rows with about `damages` damages of different kinds."""
    rows = truth_rows(r, count)
    columns = list(COLUMNS)
    if r.random() < 0.3:
        columns.remove("mode")
    if r.random() < 0.15:
        columns.remove("risk")
    if r.random() < 0.4:
        tail = columns[4:]
        r.shuffle(tail)
        columns = columns[:4] + tail
    per_page = r.choice([6, 9, 12, 50])
    for i, row in enumerate(rows):
        row.page = i // per_page + 1
    for _ in range(damages):
        r.choice([_merge, _shift, _lose_number, _space, _foreign, _truncate])(r, rows, columns)
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
            if page == 1 or repeat:
                out.append(Line(len(out) + 1, tuple(titles[c] for c in columns), page=page))
        out += [Line(len(out) + 1 + k, tuple(cells), page=page) for k, cells in enumerate(row.lines)]
    return [Line(number, line.cells, line.table, line.page) for number, line in enumerate(out, start=1)]
