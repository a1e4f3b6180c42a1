"""The workbook of tasks that move in: its sheets, columns and notes (移入工作簿的栏目)."""

from collections.abc import Iterator, Mapping

from adapters.result_sheets import Column
from models.moving import (
    Sheet,
)

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


def note_rows() -> Iterator[tuple[str, ...]]:
    """The rows of the sheet that explains the others."""
    for note in NOTES:
        yield ("填写说明", "", note)
    for sheet, columns in SHEETS.items():
        for column in columns:
            yield (sheet.value, column.header, "必填" if column.required else "可空")
