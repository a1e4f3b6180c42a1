"""A yearly report as files that a person completes: the text (DOCX) and the data (XLSX) (年度报告)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

_FONT = "仿宋"
_INPUT = PatternFill("solid", start_color="FFF9E5")
INTERNAL = ("本部门内部抽查任务数", "内部抽查对象数", "内部抽查发现问题数", "内部抽查公示数")
"""The figures of a department's own draws outside the joint plan: filled in by a person."""

_UNREADABLE = (OpcError, BadZipFile, OSError, KeyError, ValueError, SyntaxError)
_LEFT_TO_A_PERSON = "（请补充"

_CHAPTERS = (
    ("一、组织实施情况", "（请补充：组织领导、制度建设、人员培训、两库建设等）"),
    ("二、抽查计划完成情况", ""),
    ("三、检查结果和公示情况", ""),
    ("四、后续处置和信用惩戒情况", ""),
    ("五、存在的问题", "（请补充）"),
    ("六、下一步打算", "（请补充）"),
)


def figures_of(year: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A department's or the office's year as lines of name and figure, in the order of the report."""
    use = year["class_use"]
    lines: list[tuple[str, Any]] = [
        ("计划行数", year["plan_rows"]),
        ("应实施轮次", year["rounds_due"]),
        ("已发起轮次", year["rounds_launched"]),
        ("已办结轮次", year["rounds_done"]),
        ("已撤销轮次", year["rounds_cancelled"]),
        ("本部门双随机任务数", year["internal_tasks"]),
    ]
    if "initiated" in year:
        lines += [("发起任务数", year["initiated"]), ("配合任务数", year["partnered"])]
    lines += [
        ("抽取户次", year["visits"]),
        ("抽查对象数（去重）", year["subjects"]),
        ("名录库对象数", year["registered"]),
        ("抽查覆盖率（%）", year["coverage"]),
        ("检查完成", year["completed"]),
        ("完成率（%）", year["completion_rate"]),
        ("平台录入", year["entered"]),
        ("录入率（%）", year["entry_rate"]),
        ("已公示", year["published"]),
        ("公示率（%）", year["publication_rate"]),
        ("终止检查（对象情况、结果互认）", year["exempt"]),
        *((f"对象情况：{name}", count) for name, count in year["facts"].items()),
        ("市场主体", use["market_entities"]),
        ("采用信用风险分类", use["by_class"]),
        ("分类应用率（%）", use["rate"]),
        *((f"结果：{name}", count) for name, count in year["categories"].items()),
        *((f"处置：{name}", count["opened"]) for name, count in year["disposals"].items()),
        *((f"处置结果：{name}", count) for name, count in year["outcomes"].items()),
        ("处置未结", year["disposals_open"]),
        ("移交联合惩戒", year["referrals"]),
    ]
    if "reported" in year:
        lines += [("已报年度报告的部门", year["reported"])]
        lines += [(f"各部门所报{name}", year["internal"].get(name, 0)) for name in INTERNAL]
    return lines


def unfinished_chapters(path: Path) -> list[str]:
    """Chapters of a text that still say what a person is to add; none where it is not the template's DOCX."""
    if path.suffix.lower() != ".docx":
        return []
    try:
        paragraphs = [one.text.strip() for one in docx.Document(str(path)).paragraphs]
    except _UNREADABLE:
        # What was sent is kept as it is, whatever it is.
        return []
    found, chapter = list[str](), ""
    titles = {title for title, _ in _CHAPTERS}
    for text in paragraphs:
        chapter = text if text in titles else chapter
        if _LEFT_TO_A_PERSON in text and chapter not in found:
            found.append(chapter)
    return found


def write_data(path: Path, title: str, year: Mapping[str, Any]) -> None:
    """Write the data: the system's figures, room for internal draws, what was late and why, what is open."""
    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = "抽查数据信息"
    sheet.append([title])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([f"截至 {year['as_of']}"])
    sheet.append(["项目", "数"])
    for name, value in figures_of(year):
        sheet.append([name, value])
    if "departments" not in year:
        for name in INTERNAL:
            sheet.append([name, None])
            sheet.cell(sheet.max_row, 2).fill = _INPUT
    sheet.column_dimensions["A"].width = 44
    sheet.column_dimensions["B"].width = 18
    _table(book, "逾期事项及原因", ("部门", "事项", "件数", "仍未办", "升级层级"), _late(year))
    _table(
        book,
        "未发起的轮次及原因",
        ("序号", "抽查任务", "轮次", "发起部门", "应于何日前发起", "情况", "原因"),
        [
            (one["seq"], one["name"], one["round"], one["initiator"], one["to"], one["state"], one["why"])
            for one in year["unlaunched"]
        ],
    )
    _table(
        book,
        "未办结任务",
        ("任务编号", "任务名称", "阶段"),
        [(one["task"], one["name"], one["stage"]) for one in year["open_tasks"]],
    )
    if departments := year.get("departments"):
        names = [name for name, _ in figures_of(_widest(departments))]
        rows = [[one["name"], *(dict(figures_of(one)).get(name, 0) for name in names)] for one in departments]
        _table(book, "各部门", ("部门", *names), rows)
    book.save(path)


def write_text(path: Path, title: str, year: Mapping[str, Any]) -> None:
    """Write the text with its figures; what only a person knows is marked to be completed."""
    document = docx.Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(15)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    heading = document.add_heading(title, level=0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    said = dict(zip((name for name, _ in _CHAPTERS), _paragraphs(year), strict=True))
    for name, wanted in _CHAPTERS:
        document.add_heading(name, level=1)
        if said[name]:
            document.add_paragraph(said[name])
        if wanted:
            document.add_paragraph(wanted).runs[0].italic = True
    document.add_paragraph(f"（数据截至 {year['as_of']}）")
    document.save(str(path))


def _paragraphs(year: Mapping[str, Any]) -> Iterator[str]:
    """What each chapter says of itself."""
    yield ""
    yield (
        f"依据《{year['title']}》（{year['number']}），应实施{year['rounds_due']}轮次，已发起{year['rounds_launched']}轮次，"
        f"已办结{year['rounds_done']}轮次；抽取{year['visits']}户次（去重{year['subjects']}户），"
        f"检查完成率{year['completion_rate']}%，分类应用率{_percent(year['class_use']['rate'])}。"
    )
    found = "，".join(f"{name}{count}户" for name, count in year["categories"].items() if count) or "尚无结果"
    yield f"{found}。录入率{year['entry_rate']}%，公示率{year['publication_rate']}%。"
    kinds = "，".join(f"{name}{one['opened']}件" for name, one in year["disposals"].items()) or "无后续处置"
    yield f"{kinds}；未结{year['disposals_open']}件；移交联合惩戒{year['referrals']}件。"
    late = "；".join(f"{one['why']}{one['count']}件" for one in year["overdue"])
    yield f"{_unlaunched(year)}{f'逾期事项：{late}。' if late else '没有逾期事项。'}"
    open_tasks = "、".join(one["task"] for one in year["open_tasks"])
    yield f"尚未办结的任务：{open_tasks}，其后情况另行补充报送。" if open_tasks else ""


def _unlaunched(year: Mapping[str, Any]) -> str:
    """The rounds that were never launched, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for one in year["unlaunched"]:
        reasons.setdefault(one["why"], []).append(f"序号{one['seq']}第{one['round']}轮")
    if not reasons:
        return ""
    said = "；".join(f"{why}：{'、'.join(which)}" for why, which in reasons.items())
    return f"未发起{len(year['unlaunched'])}轮次（{said}）。"


def _late(year: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (one["department"], one["why"], one["count"], one["still_open"], one["level"])
        for one in year["overdue"]
    ]


def _widest(departments: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """A year that has every line that any department has."""
    made = dict(departments[0])
    for key in ("facts", "disposals", "outcomes"):
        made[key] = {name: value for one in departments for name, value in one[key].items()}
    return made


def _percent(rate: str) -> str:
    return rate if rate == "不适用" else f"{rate}%"


def _table(book: Workbook, title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    sheet: Any = book.create_sheet(title)
    sheet.append(list(head))
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True)
    for row in rows:
        sheet.append(list(row))
