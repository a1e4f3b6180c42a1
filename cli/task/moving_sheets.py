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
from models.papers import MoveTaskIn, MoveUndrawnIn, MovingPaper
from rules.disposal import DisposalKind, DisposalState
from rules.refusal import Refusal
from rules.results import Category, Method
from rules.stages import Claim, Stage

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
        Column("drawn_on", "抽取日期", 12),
        Column("list_number", "名单文号", 24),
        Column("record", "抽取记录", 40),
        Column("first_day", "检查时段起", 12),
        Column("last_day", "检查时段止", 12),
    ),
    Sheet.PARTS: (
        _NUMBER,
        _DEPARTMENT,
        Column("claim", "领取情况", 12, required=True),
        Column("claimed_on", "领取日期", 12),
        Column("items", "抽查事项", 30),
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
    "只移入未办结的任务（第1步至第8步），已办结的留在原平台。所在步骤：填步骤的数字或名称。",
    "已抽取的（第4步起）：抽取日期、名单文号、抽取记录、检查时段必填，对象逐户列出，各部门抽查事项必填。",
    "尚未抽取的（第1步至第3步）：只填“任务”和“部门”两表；抽取日期、名单文号、抽取记录留空，检查时段、抽查事项可空。"
    "移入后由发起部门提出范围（以及未填的事项、时段），经第二人复核，在本系统抽取。",
    "抽取记录：原平台导出的抽取记录文件（与本工作簿同一目录下的文件名），或其 SHA-256。",
    "对象：按抽取的次序逐行列出。检查：每户每部门一行；未配人员的不列，移入后自动匹配。",
    "结果：只列省平台已有回执的；尚在录入、审批的不列，移入后重新录入。处置：只列未办结的。",
    "领取情况：已领取、已免除；尚未抽取的还可填待领取（没有答复的、拒领的），移入后由本系统交办。"
    "领取日期：尚未抽取的任务，已领取的配合部门必填，免再领取。状态：办理中、已立案。",
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
    paper: MovingPaper | None = None
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
        lines: dict[Sheet, dict[str, list[Any]]] = {
            Sheet.PARTS: self._lines(Sheet.PARTS, self._part),
            Sheet.SUBJECTS: self._lines(Sheet.SUBJECTS, self._subject),
            Sheet.VISITS: self._lines(Sheet.VISITS, self._visit),
            Sheet.RESULTS: self._lines(Sheet.RESULTS, self._result),
            Sheet.DISPOSALS: self._lines(Sheet.DISPOSALS, self._disposal),
        }
        for number in sorted({one for some in lines.values() for one in some} - heads.keys()):
            self._faults[number].append(SheetFault(Sheet.TASKS, 0, "原平台任务号", f"没有 {number} 这一行"))
        papers = {
            number: self._paper(row, {sheet: tuple(some.get(number, ())) for sheet, some in lines.items()})
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

    def _paper(self, row: SheetRow, lines: Mapping[Sheet, tuple[MovedLine, ...]]) -> MovingPaper | None:
        number, drawn = row.cells["number"], _is_drawn(row.cells)
        for title in (Sheet.PARTS, Sheet.SUBJECTS) if drawn else (Sheet.PARTS,):
            if not lines[title] and not self._faults[number]:
                self._faults[number].append(
                    SheetFault(title, 0, "原平台任务号", f"没有 {number} 的行，请补充")
                )
        for title, some in lines.items():
            if some and title is not Sheet.PARTS and not drawn:
                words = "尚未抽取的任务没有这一表的行：请删去，或更正“任务”的所在步骤"
                self._faults[number].append(SheetFault(title, some[0].row, "原平台任务号", words))
        read = self._drawn if drawn else self._undrawn
        made: MovingPaper | None = self._read(Sheet.TASKS, row, lambda cells: read(cells, lines))
        return made

    def _read(self, sheet: Sheet, row: SheetRow, read: Callable[[Mapping[str, str]], Any]) -> Any:
        """A row as its line; a fault is noted under the row's task."""
        number = row.cells["number"]
        headers = {column.name: column.header for column in SHEETS[sheet]}
        try:
            for column in SHEETS[sheet]:
                if column.required and not row.cells.get(column.name):
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
        }

    def _drawn(
        self, cells: Mapping[str, str], lines: Mapping[Sheet, tuple[MovedLine, ...]]
    ) -> dict[str, Any]:
        for name in (*_OF_THE_DRAW, *_PERIOD):
            if not cells.get(name):
                raise _Wrong(name, "已抽取的任务不能为空")
        return {
            **self._task(cells),
            "drawn_on": _day(cells, "drawn_on"),
            "list_number": cells["list_number"],
            "record_sha256": self._record(cells["record"]),
            **{name: _day(cells, name) for name in _PERIOD},
            **{name: lines[sheet] for sheet, name in _FIELDS.items()},
        }

    def _undrawn(
        self, cells: Mapping[str, str], lines: Mapping[Sheet, tuple[MovedLine, ...]]
    ) -> dict[str, Any]:
        for name in _OF_THE_DRAW:
            if cells.get(name):
                raise _Wrong(name, "尚未抽取的任务请留空；已抽取的请更正所在步骤")
        return {
            **self._task(cells),
            **{name: _day(cells, name) for name in _PERIOD if cells.get(name)},
            "parts": lines[Sheet.PARTS],
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
        if cells["claim"] not in _ANSWERS:
            raise _Wrong("claim", f"请填{'、'.join(_ANSWERS)}")
        return {
            "department": self._department(cells, "department"),
            "claim": _ANSWERS[cells["claim"]],
            "claimed_on": _day(cells, "claimed_on") if cells.get("claimed_on") else None,
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


def _is_drawn(cells: Mapping[str, str]) -> bool:
    """Whether the old portal has drawn the task; a stage that can't be read is told when the row is."""
    try:
        return chosen_number(Stage, cells.get("stage", "")) >= Stage.MATCH
    except Refusal:
        return True


def _task_paper(**fields: Any) -> MovingPaper:
    return MoveTaskIn(**fields) if "drawn_on" in fields else MoveUndrawnIn(**fields)


_OF_THE_DRAW = ("drawn_on", "list_number", "record")
_PERIOD = ("first_day", "last_day")
_ANSWERS = {"已领取": Claim.CLAIMED, "已免除": Claim.RELEASED, "待领取": Claim.NONE}
_FIELDS: Mapping[Sheet, str] = {
    Sheet.PARTS: "parts",
    Sheet.SUBJECTS: "subjects",
    Sheet.VISITS: "visits",
    Sheet.RESULTS: "results",
    Sheet.DISPOSALS: "disposals",
}
_MODELS: Mapping[Sheet, Callable[..., Any]] = {
    Sheet.TASKS: _task_paper,
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
