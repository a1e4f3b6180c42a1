"""A row's fields: each read from its own cell, inferred from its block, or unknown."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rules.plan.align import Alignment
from rules.plan.cells import read_mode, read_risk, read_window
from rules.plan.columns import Column
from rules.plan.departments import prefix_of, read_initiator, read_partners, split
from rules.plan.looks import Look, look
from rules.plan.merged import Proposal
from rules.plan.ratios import read_ratio_and_frequency
from rules.plan.raw import RawRow
from rules.plan.reading import Field, Flag, Frequency, Ratio, Risk, Window, inferred, read, unknown
from rules.plan.shared_cell import shared_initiator, shared_partners
from rules.plan.words import clean, compact, is_blank

_ABSENT = "表中没有“{}”一栏"
_BLANK = "单元格为空"


@dataclass(frozen=True)
class Context:
    """What the fields of one row may need from the rest of the document."""

    rows: list[RawRow]
    alignments: list[Alignment]
    proposals: Mapping[Column, dict[int, Proposal]]
    in_block: Mapping[Column, set[int]]
    foreign: Mapping[tuple[int, Column], str]
    risk_is_often_empty: bool
    suspects: frozenset[int]


class RowFieldReader:
    """Reads the fields of row `i` of a context."""

    def __init__(self, context: Context, i: int) -> None:
        self._context = context
        self._i = i
        self._row = context.rows[i]
        self._alignment = context.alignments[i]

    def text(self, column: Column) -> Field[str]:
        """A name, items or scope, as printed."""
        row, at = self._row, self._row.index(column)
        if at is None:
            return unknown("", _ABSENT.format(column.label))
        raw = row.cell(column)
        foreign = self._context.foreign.get((self._i, column))
        if foreign:
            row.flag(Flag.OTHER_ROWS_TEXT, column.value)
            return unknown(raw, foreign)
        if at in self._alignment.doubtful:
            return unknown(raw, "整行错位，且有一格文字缺失，分不清是哪一格")
        if is_blank(raw):
            return unknown(raw, _BLANK)
        if not _may_be_text(raw):
            row.flag(Flag.UNREADABLE, column.value)
            return unknown(raw, f"文字不像{column.label}")
        field = read(clean(raw), raw)
        if len(row.header[at]) > 1:
            return inferred(clean(raw), raw, "表头把几栏并作一栏", 0.7)
        return self._placed(column, field)

    def _placed(self, column: Column, field: Field[Any]) -> Field[Any]:
        """A value from a cell that moved, or that was pieced together, is not plainly read."""
        at = self._row.index(column)
        if field.value is None or at is None:
            return field
        if at in self._alignment.moved:
            return inferred(
                field.value, field.raw, "整行错位，按单元格的样子归位", min(field.confidence, 0.9)
            )
        if at in self._row.joined:
            return inferred(
                field.value,
                field.raw,
                "由分开的几行或几格（或并作一行的文字）拼合",
                min(field.confidence, 0.9),
            )
        return field

    def _typed(self, column: Column, parse: Callable[[str], Field[Any]]) -> Field[Any]:
        """A cell with its own parser; where it is blank, the text of its block."""
        if self._row.index(column) is None:
            return unknown("", _ABSENT.format(column.label))
        raw = self._row.cell(column)
        if self._row.index(column) in self._alignment.doubtful:
            return unknown(raw, "整行错位，且有一格部门缺失，分不清是哪一格")
        if is_blank(raw):
            return self._from_block(column, parse)
        field = parse(raw)
        if field.value is None:
            self._row.flag(Flag.UNREADABLE, column.value)
        return self._placed(column, field)

    def _from_block(self, column: Column, parse: Callable[[str], Field[Any]]) -> Field[Any]:
        proposal = self._context.proposals.get(column, {}).get(self._i)
        self._row.flag(Flag.MERGED, column.value)
        if proposal is None:
            return unknown("", "单元格为空，疑属合并单元格或缺失，依据不足")
        source = parse(self._context.rows[proposal.source].cell(column))
        if source.value is None:
            return unknown("", "所属合并单元格的文字看不懂")
        return inferred(source.value, "", proposal.why, proposal.confidence)

    def window(self) -> Field[Window]:
        """抽查起止时间, from one column or from two."""
        row = self._row
        if row.index(Column.WINDOW) is None and row.index(Column.START) is not None:
            first, last = row.cell(Column.START), row.cell(Column.END)
            if is_blank(first) or is_blank(last):
                return unknown(first + last, "开始或结束时间为空")
            field = read_window(f"{clean(first)}至{clean(last)}")
            return self._placed(Column.START, self._placed(Column.END, field))
        return self._typed(Column.WINDOW, read_window)

    def initiator(self) -> Field[Any]:
        """发起部门."""
        row = self._row
        at = row.index(Column.INITIATOR)
        if at is not None and Column.PARTNERS in row.header[at]:
            return self._placed(Column.INITIATOR, shared_initiator(row.cell(Column.INITIATOR)))
        return self._typed(Column.INITIATOR, read_initiator)

    def partners(self) -> Field[Any]:
        """配合部门, in the order of the cell."""
        row = self._row
        at = row.index(Column.PARTNERS)
        if at is not None and Column.INITIATOR in row.header[at]:
            return self._placed(Column.PARTNERS, shared_partners(row.cell(Column.PARTNERS)))
        if self._i in self._context.suspects:
            return unknown(row.cell(Column.PARTNERS), "发起部门为空，而此处是本行业的主管部门，疑为错位")
        return self._typed(Column.PARTNERS, read_partners)

    def mode(self) -> Field[Any]:
        """抽查检查模式."""
        return self._typed(Column.MODE, read_mode)

    def risk(self) -> tuple[Field[str], Field[Risk]]:
        """智慧监管要求: the text and what it asks for."""
        row, column = self._row, Column.RISK
        raw = row.cell(column)
        foreign = self._context.foreign.get((self._i, column))
        if foreign:
            row.flag(Flag.OTHER_ROWS_TEXT, column.value)
            return unknown(raw, foreign), unknown(raw, foreign)
        if row.index(column) is None or not is_blank(raw):
            return self._typed(column, _as_printed), self._typed(column, read_risk)
        smart, risk = read("", raw), read_risk(raw)
        if row.index(column) in self._alignment.moved and self._context.risk_is_often_empty:
            # What is lost when a row moves to the left is an empty cell.
            return self._placed(column, smart), self._placed(column, risk)
        if self._i in self._context.in_block[column]:
            return self._from_block(column, _as_printed), self._from_block(column, read_risk)
        return self._placed(column, smart), self._placed(column, risk)

    def ratio(self) -> tuple[Field[Ratio], Field[Frequency]]:
        """抽查比例及频次, from one column or from two."""
        row = self._row
        both = row.index(Column.RATIO)
        apart = row.index(Column.FREQUENCY)
        ratio: Field[Ratio] = self._amount(Column.RATIO, lambda text: self._with_unit(text)[0])
        if apart is None and both is not None:
            return ratio, self._amount(Column.RATIO, lambda text: self._with_unit(text)[1])
        frequency: Field[Frequency] = self._amount(
            Column.FREQUENCY,
            lambda text: read_ratio_and_frequency(_times(text, row.title(Column.FREQUENCY)))[1],
        )
        return ratio, frequency

    def _with_unit(self, text: str) -> tuple[Field[Ratio], Field[Frequency]]:
        bare = compact(text)
        if "%" in self._row.title(Column.RATIO) and bare.replace(".", "", 1).isdigit():
            return read_ratio_and_frequency(bare + "%")
        return read_ratio_and_frequency(text)

    def _amount(self, column: Column, parse: Callable[[str], Field[Any]]) -> Field[Any]:
        at = self._row.index(column)
        blank = at is not None and is_blank(self._row.cell(column))
        if blank and self._i not in self._context.in_block[column]:
            return self._placed(column, parse(""))
        return self._typed(column, parse)


def _may_be_text(raw: str) -> bool:
    """Not a department of this or another place, no ratio, no window, no number."""
    kind = look(raw)
    if kind is Look.DEPARTMENTS:
        return not any(prefix_of(name) for name in split(raw).names)
    return kind in (Look.TEXT, Look.BODIES)


def _as_printed(text: str) -> Field[str]:
    """The requirement's text; words about inspections that speak of no risk are not its own."""
    strange = look(text) not in (Look.TEXT, Look.RISK) or re.search(r"检查|抽查|企业|单位", text)
    if strange and read_risk(text).value is None:
        return unknown(text, "文字与信用风险分类无关，疑为他处文字")
    return read(clean(text), text)


def _times(text: str, title: str) -> str:
    """A bare number under 抽查频次 counts times; the header may print the period."""
    bare = compact(text)
    if not bare.isdigit():
        return text
    return f"{bare}次" + ("/年" if "次/年" in title else "")
