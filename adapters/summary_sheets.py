"""Summary tables as a workbook in the trade's layout (抽查结果汇总表): one sheet per department."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from rules.disposal import ANNULLED, DisposalKind, DisposalOutcome
from rules.results import Category

_LINE = Side(style="thin")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\"))
_HEADER_ROW = 3
_TITLE_LENGTH = 31
"""The longest name of a sheet that Excel takes."""


def write_summaries(path: Path, plan: str, tables: Sequence[Mapping[str, Any]]) -> None:
    """Write the departments' tables; `plan` is the plan's number and title, as the head line shows it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, table in enumerate(tables, start=1):
        name = f"{number} {table['type']} {table['department']}".translate(_FORBIDDEN)[:_TITLE_LENGTH]
        _write(book.create_sheet(name), plan, table)
    book.save(path)


def _write(sheet: Worksheet, plan: str, table: Mapping[str, Any]) -> None:
    groups = _groups(table)
    width = sum(len(columns) for _, columns in groups)
    _line(sheet, 1, width, f"双随机抽查结果汇总表（{table['type']}）", Font(bold=True, size=16))
    supplement = f"　第{table['number']}份（补充）" if table["number"] > 1 else ""
    head = f"填报单位：{table['department']}　　抽查计划：{plan}　　{table['state']}{supplement}"
    _line(sheet, 2, width, head, Font())
    at = 1
    for title, columns in groups:
        _group(sheet, at, title, columns)
        at += len(columns)
    for row in sheet.iter_rows(min_row=_HEADER_ROW, max_row=_HEADER_ROW + 2, max_col=width):
        for cell in row:
            cell.border, cell.alignment = _BOX, _CENTRE
    sheet.row_dimensions[_HEADER_ROW + 1].height = 60
    sheet.freeze_panes = f"A{_HEADER_ROW + 2}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _groups(table: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Groups of columns with the task's figures, as the trade's form has them."""
    use = table["class_use"]
    disposals = table["disposals"]
    none = {"opened": 0, "ended": 0}
    return [
        (
            "抽查任务",
            [("任务编号", table["task"]), ("任务名称", table["name"]), ("类型", table["type"])],
        ),
        (
            "抽取",
            [
                ("抽查基数（户）", table["population"]),
                ("抽查比例（%）", table["ratio"]),
                ("抽取数（户）", table["drawn"]),
                ("市场主体（户）", use["market_entities"]),
                ("采用信用风险分类（户）", use["by_class"]),
                ("分类应用率（%）", _rate(use["by_class"], use["market_entities"])),
            ],
        ),
        (
            "检查和公示",
            [
                ("检查完成（户）", table["completed"]),
                ("完成率（%）", table["completion_rate"]),
                ("平台录入（户）", table["entered"]),
                ("已公示（户）", table["published"]),
                ("未公示（户）", table["unpublished"]),
                ("终止检查（对象情况、结果互认，户）", table["exempt"]),
                ("公示率（%）", table["publication_rate"]),
            ],
        ),
        (
            "检查结果（户）",
            [(category.label, table["categories"].get(category.label, 0)) for category in Category],
        ),
        (
            "后续处置（件）",
            [
                *((kind.label, disposals.get(kind.label, none)["opened"]) for kind in DisposalKind),
                ("其中已办结", sum(one["ended"] for one in disposals.values())),
                *(
                    (f"结果：{outcome.label}", table["outcomes"].get(outcome.label, 0))
                    for outcome in DisposalOutcome
                ),
                (f"结果：{ANNULLED}", table["outcomes"].get(ANNULLED, 0)),
                ("未办结", table["disposals_open"]),
            ],
        ),
    ]


def _group(sheet: Worksheet, at: int, title: str, columns: Sequence[tuple[str, Any]]) -> None:
    sheet.merge_cells(
        start_row=_HEADER_ROW, end_row=_HEADER_ROW, start_column=at, end_column=at + len(columns) - 1
    )
    sheet.cell(_HEADER_ROW, at, title).font = Font(bold=True)
    for place, (name, value) in enumerate(columns, start=at):
        sheet.cell(_HEADER_ROW + 1, place, name).font = Font(bold=True)
        figure = sheet.cell(_HEADER_ROW + 2, place, value)
        if isinstance(value, str):
            # A text that begins with "=" stays a text: nobody's name becomes a formula.
            figure.data_type = "s"
        sheet.column_dimensions[get_column_letter(place)].width = 24 if name == "任务名称" else 13


def _line(sheet: Worksheet, row: int, width: int, text: str, font: Font) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    cell = sheet.cell(row, 1, text)
    cell.font, cell.alignment = font, _CENTRE if row == 1 else Alignment(vertical="center")


def _rate(count: int, of: int) -> str:
    """Per cent with two decimals, cut and never rounded up; 不适用 where there is nothing to count."""
    return f"{count * 10000 // of / 100:.2f}" if of else "不适用"
