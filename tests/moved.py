"""A workbook of the small office: one task that an old portal has brought to stage 5, or to stage 6."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from models.moving import Sheet
from tests.builders import DEPARTMENTS, DOCUMENT, LEAD, SECOND, subject_code

PORTAL = "县级旧平台"
NUMBER = "OLD-7"
RECORD = "b" * 64
SUBJECTS = tuple(subject_code(number) for number in (5, 0, 1, 3))
"""As drawn there; 0 and 3 are enterprises."""
PROVED, OWED = subject_code(1), subject_code(5)
"""Of the two that departments publish themselves, one is public already."""
Rows = dict[Sheet, list[dict[str, Any]]]


def officers(department: str) -> str:
    """Two of a department's officers."""
    code = department.split("/")[1]
    return f"ZF-{code}-000、ZF-{code}-001"


def stage_5(today: date, number: str = NUMBER) -> Rows:
    """All have officers; each department has done the first check ten days ago."""
    rows: Rows = {
        Sheet.TASKS: [
            {
                "原平台任务号": number,
                "计划编号": DOCUMENT,
                "序号": "1",
                "轮次": "1",
                "所在步骤": "5",
                "发起日期": today - timedelta(days=30),
                "抽取日期": today - timedelta(days=25),
                "名单文号": "旧〔2026〕7号",
                "抽取记录": RECORD,
                "检查时段起": today - timedelta(days=20),
                "检查时段止": today + timedelta(days=10),
            }
        ],
        Sheet.PARTS: [],
        Sheet.SUBJECTS: [{"原平台任务号": number, "代码": code} for code in SUBJECTS],
        Sheet.VISITS: [],
        Sheet.RESULTS: [],
        Sheet.DISPOSALS: [],
    }
    for department, name in DEPARTMENTS.items():
        item = f"{department.split('/')[1]}-1"
        rows[Sheet.PARTS].append(
            {"原平台任务号": number, "部门": name, "领取情况": "已领取", "抽查事项": item}
        )
        rows[Sheet.VISITS] += [
            {
                "原平台任务号": number,
                "代码": code,
                "部门": name,
                "执法人员证号": officers(department),
                "检查完成日": today - timedelta(days=10) if code == SUBJECTS[0] else None,
            }
            for code in SUBJECTS
        ]
    return rows


def undrawn(today: date, number: str = NUMBER) -> Rows:
    """Stage 2: the initiator and one partner are in, the last partner has not answered; a period is planned."""
    rows = stage_5(today, number)
    for column in ("抽取日期", "名单文号", "抽取记录"):
        rows[Sheet.TASKS][0][column] = None
    rows[Sheet.TASKS][0] |= {"所在步骤": "2", "检查时段起": today + timedelta(days=3)}
    rows[Sheet.TASKS][0] |= {"检查时段止": today + timedelta(days=20)}
    for part in rows[Sheet.PARTS]:
        if part["部门"] == DEPARTMENTS[SECOND]:
            part["领取日期"] = today - timedelta(days=8)
        elif part["部门"] != DEPARTMENTS[LEAD]:
            part["领取情况"] = "待领取"
    return rows | {Sheet.SUBJECTS: [], Sheet.VISITS: []}


def stage_6(today: date, number: str = NUMBER) -> Rows:
    """All checks are done; one subject's results are public, another's entered, the enterprises' not yet."""
    rows = stage_5(today, number)
    rows[Sheet.TASKS][0]["所在步骤"] = "录入结果"
    for visit in rows[Sheet.VISITS]:
        visit["检查完成日"] = today - timedelta(days=10)
    for department, name in DEPARTMENTS.items():
        for code in (PROVED, OWED):
            problem = (department, code) == (SECOND, PROVED)
            rows[Sheet.RESULTS].append(
                {
                    "原平台任务号": number,
                    "代码": code,
                    "部门": name,
                    "事项编号": f"{department.split('/')[1]}-1",
                    "检查结果": "发现问题已责令改正" if problem else "未发现问题",
                    "发现的问题": "台账不全" if problem else "",
                    "录入日期": today - timedelta(days=6),
                    "平台回执号": f"R-{code}",
                    "公示日期": today - timedelta(days=5) if code == PROVED else None,
                    "公示网址": "https://example.invalid/gs" if code == PROVED else "",
                }
            )
    rows[Sheet.DISPOSALS].append(
        {
            "原平台任务号": number,
            "代码": PROVED,
            "部门": DEPARTMENTS[SECOND],
            "事项编号": "second-1",
            "处置方式": "责令改正",
            "状态": "办理中",
            "责任部门": DEPARTMENTS[SECOND],
            "开启日期": today - timedelta(days=6),
            "到期日": today + timedelta(days=9),
        }
    )
    return rows


def stage_8(today: date, number: str = NUMBER) -> Rows:
    """All results are public; a disposal is open, and the summaries are owed."""
    rows = stage_6(today, number)
    rows[Sheet.TASKS][0]["所在步骤"] = "8"
    for row in rows[Sheet.RESULTS]:
        row |= {"公示日期": today - timedelta(days=5), "公示网址": "https://example.invalid/gs"}
    for department, name in DEPARTMENTS.items():
        rows[Sheet.RESULTS] += [
            {
                "原平台任务号": number,
                "代码": code,
                "部门": name,
                "事项编号": f"{department.split('/')[1]}-1",
                "检查结果": "未发现问题",
                "录入日期": today - timedelta(days=6),
                "平台回执号": f"R-{code}",
                "公示日期": today - timedelta(days=3),
            }
            for code in SUBJECTS
            if code not in (PROVED, OWED)
        ]
    return rows


def write(path: Path, rows: Rows, template: Path) -> Path:
    """Fill a template that the command wrote."""
    book = load_workbook(template)
    for sheet, lines in rows.items():
        heads = [str(cell.value) for cell in book[sheet.value][1]]
        for line in lines:
            unknown = set(line) - set(heads)
            assert not unknown, unknown
            book[sheet.value].append([line.get(head) for head in heads])
    book.save(path)
    return path
