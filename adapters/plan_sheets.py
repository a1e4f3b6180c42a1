"""Sheets of a plan: the open questions sent out and read back, and the published text (计划表格)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from adapters.register_files import UNREADABLE_SHEET
from adapters.unreadable import unreadable
from rules.plan.published import HEADER, PublishedRow, cells, notice_lines
from rules.plan_questions import Question
from rules.refusal import Refusal

ACCEPT = "同意"
_QUESTIONS = ("序号", "抽查任务名称", "字段", "字段名称", "原文", "建议", "依据", "答复", "答复依据")
_WIDTHS = (8, 36, 12, 18, 36, 24, 36, 24, 24)
_HELP = (
    f"答复一栏：写“{ACCEPT}”即采纳建议，或写正确的内容（如 5%、1次/年、3月-10月、县教育局、县抽县查）；"
    "留空表示暂不答复。前七栏请勿改动。"
)
_WIDE = 24


@dataclass(frozen=True)
class SheetAnswer:
    """A row of answers as it stands in the sheet: its number there, and what was written."""

    number: int
    seq: str
    field: str
    proposal: str
    answer: str
    reason: str


def write_questions(path: Path, questions: Sequence[Question]) -> None:
    """One row a question; people fill in the last two columns."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "待定问题"
    _append(sheet, [_HELP])
    _append(sheet, list(_QUESTIONS))
    for one in questions:
        _append(sheet, [one.seq, one.name, one.field, one.label, one.raw, one.proposal, one.why, "", ""])
    for number, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A3"
    book.save(path)


def read_answers(path: Path) -> list[SheetAnswer]:
    """The rows that were answered; refuses `FileUnreadable` and `HeaderUnknown`."""
    rows = _rows(path)
    start = next((at for at, (_, row) in enumerate(rows) if set(_QUESTIONS) <= set(row)), None)
    if start is None:
        raise Refusal(
            "HeaderUnknown", f"{path.name} 中没有待定问题表的表头，请用 plan questions 导出的表格填写"
        )
    header = rows[start][1]
    found = []
    for number, row in rows[start + 1 :]:
        given = dict(zip(header, row, strict=False))
        if given.get("答复"):
            found.append(
                SheetAnswer(
                    number=number,
                    seq=given["序号"],
                    field=given["字段"],
                    proposal=given["建议"],
                    answer=given["答复"],
                    reason=given.get("答复依据") or f"{path.name} 第{number}行",
                )
            )
    return found


def write_published(
    path: Path, notice: Mapping[str, Any], version: int, rows: Sequence[PublishedRow]
) -> None:
    """The published text as a sheet: the notice's lines, then the table."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "抽查计划"
    for line in notice_lines(notice, version):
        _append(sheet, [line])
    _append(sheet, list(HEADER))
    for row in rows:
        _append(sheet, cells(row))
    for number in range(len(HEADER)):
        sheet.column_dimensions[chr(ord("A") + number)].width = 8 if number < 2 else _WIDE
    book.save(path)


def _append(sheet: Worksheet, texts: Sequence[str]) -> None:
    sheet.append([ILLEGAL_CHARACTERS_RE.sub("", text) for text in texts])
    for cell in sheet[sheet.max_row]:
        # A text that begins with "=" stays a text, and a number of a row stays as it is written.
        cell.data_type = "s"
        if len(texts) > 1:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [
            (number, ["" if value is None else str(value).strip() for value in row])
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)
        ]
    except OSError as problem:
        raise unreadable(path.name, problem) from None
    except UNREADABLE_SHEET:
        raise Refusal("FileUnreadable", f"{path.name} 不是可读的 XLSX 文件，请重新另存") from None
