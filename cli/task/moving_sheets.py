"""The workbook of tasks that move in, read: each task's rows as its paper, or its faults (移入工作簿)."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlmodel import Session

from adapters.result_sheets import SheetRow, read_sheet
from cli.given import chosen_number, read_bytes
from cli.task.moving_cells import WrongCell, cell, day
from cli.task.moving_columns import SHEETS
from cli.task.moving_lines import LineReader
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
from rules.refusal import Refusal
from rules.stages import Stage

L = TypeVar("L", bound=MovedLine)


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


class _Reading:
    """One workbook being read."""

    def __init__(self, session: Session, path: Path, portal: str) -> None:
        self._path, self._portal = path, portal
        self._digest = hashlib.sha256(read_bytes(path)).hexdigest()
        self._lines_of = LineReader(session)
        self._faults: dict[str, list[SheetFault]] = defaultdict(list)

    def tasks(self) -> list[MovingTask]:
        heads = {row.cells["number"]: row for row in self._rows(Sheet.TASKS)}
        lines: dict[Sheet, dict[str, list[Any]]] = {
            Sheet.PARTS: self._lines(Sheet.PARTS, self._lines_of.part),
            Sheet.SUBJECTS: self._lines(Sheet.SUBJECTS, self._lines_of.subject),
            Sheet.VISITS: self._lines(Sheet.VISITS, self._lines_of.visit),
            Sheet.RESULTS: self._lines(Sheet.RESULTS, self._lines_of.result),
            Sheet.DISPOSALS: self._lines(Sheet.DISPOSALS, self._lines_of.disposal),
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
                    raise WrongCell(column.name, "不能为空")  # noqa: TRY301 - caught with the cell's other faults
            return _MODELS[sheet](row=row.number, **read(row.cells))
        except WrongCell as wrong:
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
            "stage": int(cell("stage", lambda: chosen_number(Stage, cells["stage"]))),
            "opened_on": day(cells, "opened_on"),
        }

    def _drawn(
        self, cells: Mapping[str, str], lines: Mapping[Sheet, tuple[MovedLine, ...]]
    ) -> dict[str, Any]:
        for name in (*_OF_THE_DRAW, *_PERIOD):
            if not cells.get(name):
                raise WrongCell(name, "已抽取的任务不能为空")
        return {
            **self._task(cells),
            "drawn_on": day(cells, "drawn_on"),
            "list_number": cells["list_number"],
            "record_sha256": self._record(cells["record"]),
            **{name: day(cells, name) for name in _PERIOD},
            **{name: lines[sheet] for sheet, name in _FIELDS.items()},
        }

    def _undrawn(
        self, cells: Mapping[str, str], lines: Mapping[Sheet, tuple[MovedLine, ...]]
    ) -> dict[str, Any]:
        for name in _OF_THE_DRAW:
            if cells.get(name):
                raise WrongCell(name, "尚未抽取的任务请留空；已抽取的请更正所在步骤")
        return {
            **self._task(cells),
            **{name: day(cells, name) for name in _PERIOD if cells.get(name)},
            "parts": lines[Sheet.PARTS],
        }

    def _record(self, text: str) -> str:
        """The hash of the old portal's draw record: written out, or of the file beside the workbook."""
        if re.fullmatch(r"[0-9a-fA-F]{64}", text):
            return text.lower()
        file = self._path.parent / text
        if Path(text).name != text or not file.is_file():
            raise WrongCell("record", f"没有文件 {text}；请填同一目录下的文件名，或64位的 SHA-256")
        return hashlib.sha256(read_bytes(file)).hexdigest()


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
