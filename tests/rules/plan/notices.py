"""Builders of small notices for tests."""

from collections.abc import Sequence
from typing import Any

from rules.plan.grid import Line
from rules.plan.reader import read_lines
from rules.plan.reading import PlanReading

HEADER = (
    "序号",
    "抽查任务名称",
    "抽查事项",
    "抽查对象范围",
    "抽查比例及频次",
    "智慧监管要求",
    "抽查起止时间",
    "发起部门",
    "配合部门",
)
GUARDS = ("对保安公司抽查", "保安服务检查", "全县保安公司")
HOTELS = ("对旅馆业抽查", "旅馆住宿登记检查", "各类旅馆")
PAWN = ("对典当行抽查", "典当业治安检查", "典当行")
FUEL = ("对加油站抽查", "油品质量检查", "加油站")


def cells(seq: int | str, task: tuple[str, str, str], **other: str) -> list[str]:
    """A whole row under HEADER; `other` replaces ratio, risk, window, initiator or partners."""
    values = {
        "ratio": "5%；1次/年",
        "risk": "",
        "window": "3月-10月",
        "initiator": "县公安局",
        "partners": "县市场监管局",
    } | other
    return [str(seq), *task, *values.values()]


def table(*rows: Sequence[str], header: Sequence[str] = HEADER, page: int = 1) -> list[Line]:
    """Lines of one table; a string is a line of prose."""
    out: list[Line] = []
    for number, row in enumerate([header, *rows], start=1):
        is_table = not isinstance(row, str)
        out.append(Line(number, tuple(row) if is_table else (str(row),), table=is_table, page=page))
    return out


def read(*rows: Sequence[str], header: Sequence[str] = HEADER) -> PlanReading:
    """The reading of one table."""
    return read_lines(table(*rows, header=header))


def fields(reading: PlanReading, seq: int | str) -> dict[str, Any]:
    """A row's fields as the line interface prints them."""
    row = next(row for row in reading.rows if row.seq == str(seq))
    found: dict[str, Any] = row.to_json(reading.document)["fields"]
    return found


def seqs(reading: PlanReading) -> list[str]:
    """The rows' numbers in order."""
    return [row.seq for row in reading.rows]
