"""The workbook of tasks that move in: its sheets and columns, and its rows as papers (移入工作簿)."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlmodel import Session

from adapters.result_sheets import Column, SheetRow, read_sheet
from cli.given import chosen, chosen_number, day_of, department_named, read_bytes
from models.moving import (
    MovedDisposal,
    MovedLine,
    MovedPart,
    MovedResult,
    MovedSubject,
    MovedVisit,
    Sheet,
)
from models.papers import MoveTaskIn
from rules.disposal import DisposalKind, DisposalState
from rules.refusal import Refusal
from rules.results import Category, Method
from rules.stages import Stage

L = TypeVar("L", bound=MovedLine)
_NUMBER = Column("number", "原平台任务号", 24, required=True)
_CODE = Column("code", "代码", 22, required=True)
_DEPARTMENT = Column("department", "部门", 24, required=True)
_ITEM = Column("item", "事项编号", 14, required=True)
SHEETS: Mapping[Sheet, tuple[Column, ...]] = {
    Sheet.TASKS: (
        _NUMBER,
        Column("document", "计划编号", 20, required=True),
        Column("seq", "序号", 8, required=True),
        Column("round", "轮次", 8),
        Column("stage", "所在步骤", 10, required=True),
        Column("opened_on", "发起日期", 12, required=True),
        Column("drawn_on", "抽取日期", 12, required=True),
        Column("list_number", "名单文号", 24, required=True),
        Column("record", "抽取记录", 40, required=True),
        Column("first_day", "检查时段起", 12, required=True),
        Column("last_day", "检查时段止", 12, required=True),
    ),
    Sheet.PARTS: (
        _NUMBER,
        _DEPARTMENT,
        Column("claimed", "领取情况", 12, required=True),
        Column("items", "抽查事项", 30, required=True),
    ),
    Sheet.SUBJECTS: (_NUMBER, _CODE),
    Sheet.VISITS: (
        _NUMBER,
        _CODE,
        _DEPARTMENT,
        Column("officers", "执法人员证号", 34, required=True),
        Column("completed_on", "检查完成日", 12),
        Column("method", "检查方式", 14),
    ),
    Sheet.RESULTS: (
        _NUMBER,
        _CODE,
        _DEPARTMENT,
        _ITEM,
        Column("categories", "检查结果", 34, required=True),
        Column("finding", "发现的问题", 40),
        Column("entered_on", "录入日期", 12, required=True),
        Column("receipt", "平台回执号", 24, required=True),
        Column("published_on", "公示日期", 12),
        Column("address", "公示网址", 40),
    ),
    Sheet.DISPOSALS: (
        _NUMBER,
        _CODE,
        _DEPARTMENT,
        _ITEM,
        Column("kind", "处置方式", 16, required=True),
        Column("state", "状态", 10),
        Column("owner", "责任部门", 24, required=True),
        Column("opened_on", "开启日期", 12, required=True),
        Column("due", "到期日", 12, required=True),
    ),
}
NOTES = (
    "“任务”一行一项，其余各表以“原平台任务号”与之对应；日期写成 2026-03-01；多个编号以顿号分开。",
    "只移入已抽取的任务（第4步至第8步）；尚未抽取的请在本系统重新发起（task start），已办结的留在原平台。",
    "抽取记录：原平台导出的抽取记录文件（与本工作簿同一目录下的文件名），或其 SHA-256。",
    "对象：按抽取的次序逐行列出。检查：每户每部门一行；未配人员的不列，移入后自动匹配。",
    "结果：只列省平台已有回执的；尚在录入、审批的不列，移入后重新录入。处置：只列未办结的。",
    "领取情况：已领取、已免除。状态：办理中、已立案。",
)


@dataclass(frozen=True)
class SheetFault:
    """What is wrong with one field: sheet, row, field, remedy."""

    sheet: Sheet
    row: int
    field: str
    remedy: str

    @property
    def words(self) -> str:
        """The same in one line."""
        return f"“{self.sheet.value}”第{self.row}行 {self.field}：{self.remedy}"


@dataclass
class MovingTask:
    """One task of the workbook: its paper, or the faults that keep it from being one."""

    number: str
    paper: MoveTaskIn | None = None
    faults: list[SheetFault] = field(default_factory=list)


def read_workbook(session: Session, path: Path, portal: str) -> list[MovingTask]:
    """The tasks of a workbook in order; a task with a fault in any sheet has no paper."""
    return _Reading(session, path, portal).tasks()


class _Wrong(Exception):  # noqa: N818 - a fault of one cell, on its way to its row
    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(remedy)
        self.name = name
        self.remedy = remedy


class _Reading:
    """One workbook being read."""

    def __init__(self, session: Session, path: Path, portal: str) -> None:
        self._session, self._path, self._portal = session, path, portal
        self._digest = hashlib.sha256(read_bytes(path)).hexdigest()
        self._faults: dict[str, list[SheetFault]] = defaultdict(list)

    def tasks(self) -> list[MovingTask]:
        heads = {row.cells["number"]: row for row in self._rows(Sheet.TASKS)}
        lines: dict[str, dict[str, list[Any]]] = {
            "parts": self._lines(Sheet.PARTS, self._part),
            "subjects": self._lines(Sheet.SUBJECTS, self._subject),
            "visits": self._lines(Sheet.VISITS, self._visit),
            "results": self._lines(Sheet.RESULTS, self._result),
            "disposals": self._lines(Sheet.DISPOSALS, self._disposal),
        }
        for number in sorted({one for some in lines.values() for one in some} - heads.keys()):
            self._faults[number].append(SheetFault(Sheet.TASKS, 0, "原平台任务号", f"没有 {number} 这一行"))
        papers = {
            number: self._paper(row, {name: tuple(some.get(number, ())) for name, some in lines.items()})
            for number, row in heads.items()
        }
        numbers = dict.fromkeys([*heads, *self._faults])
        return [
            MovingTask(one, None if self._faults[one] else papers.get(one), self._faults[one])
            for one in numbers
        ]

    def _rows(self, sheet: Sheet) -> list[SheetRow]:
        return read_sheet(self._path, SHEETS[sheet], sheet.value)

    def _lines(
        self, sheet: Sheet, read: Callable[[Mapping[str, str]], L | dict[str, Any]]
    ) -> dict[str, list[L]]:
        found: dict[str, list[L]] = defaultdict(list)
        for row in self._rows(sheet):
            made = self._read(sheet, row, read)
            if made is not None:
                found[row.cells["number"]].append(made)
        return found

    def _paper(self, row: SheetRow, lines: Mapping[str, tuple[MovedLine, ...]]) -> MoveTaskIn | None:
        for name, title in (("parts", Sheet.PARTS), ("subjects", Sheet.SUBJECTS)):
            number = row.cells["number"]
            if not lines[name] and not self._faults[number]:
                self._faults[number].append(
                    SheetFault(title, 0, "原平台任务号", f"没有 {number} 的行，请补充")
                )
        made: MoveTaskIn | None = self._read(Sheet.TASKS, row, lambda cells: {**self._task(cells), **lines})
        return made

    def _read(self, sheet: Sheet, row: SheetRow, read: Callable[[Mapping[str, str]], Any]) -> Any:
        """A row as its line; a fault is noted under the row's task."""
        number = row.cells["number"]
        headers = {column.name: column.header for column in SHEETS[sheet]}
        try:
            for column in SHEETS[sheet]:
                if column.required and not row.cells.get(column.name) and column.name != "items":
                    raise _Wrong(column.name, "不能为空")  # noqa: TRY301 - caught with the cell's other faults
            return _MODELS[sheet](row=row.number, **read(row.cells))
        except _Wrong as wrong:
            fault = SheetFault(sheet, row.number, headers.get(wrong.name, wrong.name), wrong.remedy)
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            fault = SheetFault(sheet, row.number, headers.get(name, name), "填写不合要求，请更正")
        self._faults[number].append(fault)
        return None

    def _task(self, cells: Mapping[str, str]) -> dict[str, Any]:
        return {
            "portal": self._portal,
            "number": cells["number"],
            "file_sha256": self._digest,
            "document": cells["document"],
            "seq": cells["seq"],
            "round": cells.get("round") or 1,
            "stage": int(_in("stage", lambda: chosen_number(Stage, cells["stage"]))),
            "opened_on": _day(cells, "opened_on"),
            "drawn_on": _day(cells, "drawn_on"),
            "list_number": cells["list_number"],
            "record_sha256": self._record(cells["record"]),
            "first_day": _day(cells, "first_day"),
            "last_day": _day(cells, "last_day"),
        }

    def _record(self, text: str) -> str:
        """The hash of the old portal's draw record: written out, or of the file beside the workbook."""
        if re.fullmatch(r"[0-9a-fA-F]{64}", text):
            return text.lower()
        file = self._path.parent / text
        if Path(text).name != text or not file.is_file():
            raise _Wrong("record", f"没有文件 {text}；请填同一目录下的文件名，或64位的 SHA-256")
        return hashlib.sha256(read_bytes(file)).hexdigest()

    def _part(self, cells: Mapping[str, str]) -> dict[str, Any]:
        answers = {"已领取": True, "已免除": False}
        if cells["claimed"] not in answers:
            raise _Wrong(
                "claimed", "请填“已领取”或“已免除”；拒领、未领取的请先在原平台办结，或改在本系统重新发起"
            )
        return {
            "department": self._department(cells, "department"),
            "claimed": answers[cells["claimed"]],
            "items": _several(cells.get("items", "")),
        }

    def _subject(self, cells: Mapping[str, str]) -> dict[str, Any]:
        return {"code": cells["code"]}

    def _visit(self, cells: Mapping[str, str]) -> dict[str, Any]:
        method = cells.get("method", "")
        return {
            "code": cells["code"],
            "department": self._department(cells, "department"),
            "officers": _several(cells["officers"]),
            "completed_on": _day(cells, "completed_on") if cells.get("completed_on") else None,
            "method": _in("method", lambda: chosen(Method, method)) if method else Method.ON_SITE,
        }

    def _result(self, cells: Mapping[str, str]) -> dict[str, Any]:
        labels = [one for one in cells["categories"].replace(";", "；").split("；") if one.strip()]
        return {
            "code": cells["code"],
            "department": self._department(cells, "department"),
            "item": cells["item"],
            "categories": _in("categories", lambda: tuple(Category.from_label(one) for one in labels)),
            "finding": cells.get("finding", ""),
            "entered_on": _day(cells, "entered_on"),
            "receipt": cells["receipt"],
            "published_on": _day(cells, "published_on") if cells.get("published_on") else None,
            "address": cells.get("address", ""),
        }

    def _disposal(self, cells: Mapping[str, str]) -> dict[str, Any]:
        state = cells.get("state", "")
        return {
            "code": cells["code"],
            "department": self._department(cells, "department"),
            "item": cells["item"],
            "kind": _in("kind", lambda: chosen(DisposalKind, cells["kind"])),
            "state": _in("state", lambda: chosen(DisposalState, state)) if state else DisposalState.OPEN,
            "owner": self._department(cells, "owner"),
            "opened_on": _day(cells, "opened_on"),
            "due": _day(cells, "due"),
        }

    def _department(self, cells: Mapping[str, str], name: str) -> str:
        return _in(name, lambda: department_named(self._session, cells[name]).id)


_MODELS: Mapping[Sheet, Callable[..., Any]] = {
    Sheet.TASKS: MoveTaskIn,
    Sheet.PARTS: MovedPart,
    Sheet.SUBJECTS: MovedSubject,
    Sheet.VISITS: MovedVisit,
    Sheet.RESULTS: MovedResult,
    Sheet.DISPOSALS: MovedDisposal,
}
V = TypeVar("V")


def _in(name: str, read: Callable[[], V]) -> V:
    """Read a cell; a refusal becomes the fault of that cell."""
    try:
        return read()
    except Refusal as refusal:
        raise _Wrong(name, refusal.words) from None


def _day(cells: Mapping[str, str], name: str) -> Any:
    return _in(name, lambda: day_of(cells[name]))


def _several(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"[、,，;；\s]+", text.strip())) if text.strip() else ()


def note_rows() -> Iterator[tuple[str, ...]]:
    """The rows of the sheet that explains the others."""
    for note in NOTES:
        yield ("填写说明", "", note)
    for sheet, columns in SHEETS.items():
        for column in columns:
            yield (sheet.value, column.header, "必填" if column.required else "可空")
