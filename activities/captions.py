"""What a workflow is called in the Web UI: its summary line and its standing explanation, from its id."""

from collections.abc import Callable
from typing import NamedTuple

from sqlmodel import Session, select

from models.organisation import Department, Office
from models.outcomes import Disposal, Result
from models.plan import PlanDocument, PlanRow
from models.task import JointTask, Visit

LIMIT = 60
"""Characters of a summary: the Web UI shows some 200 bytes, and a Chinese character is three."""
TRUTH = """\
**怎样看这一页**：右栏写明等谁、办什么、自何时、到何时、不办会怎样、敲什么命令（在页面上按 R 刷新）。

- 右栏是空的：没有工作进程，任何流程都不推进。等谁、到何时见 Search Attributes；运维 `python worker.py`，\
用 docker compose 的 `docker compose up -d worker`
- 左上角是 TERMINATED、CANCELED、FAILED、TIMED_OUT：不是正常办结，右栏不再更新，事情仍未办完；运维 `starter.py doctor --repair`
- Pending Activities 里有反复失败的，或左上角有红色警示：原因排除后自动继续；运维 `starter.py doctor`

真实情况以数据库为准；办理请用命令行，不要在本页取消、终止、重置。"""
DETAILS = {
    "joint-task": "一项联合抽查任务：发起、通知、抽取、匹配、检查、录入、公示、处置八步。当前情况写明等谁、办什么、到何时、怎样办。",
    "disposal": "一项后续处置，由处置部门办到结案；结案后结果附于检查结果并公示。",
    "correction": "对一项已审批结果的更正：主要负责人签字后公示，更正前后均可见。",
    "department": "一个部门一年的待办桌面：汇总待办、按时送达通知、催办。",
    "exchange": "本办公室与省平台的交换：发送批次、读取回执、记录退回。",
    "plan-row": "年度计划中的一行：到时提醒发起，逐轮核对，直到办结或记录未实施。",
}
"""What a workflow of each kind is, by the first part of its id."""


class Caption(NamedTuple):
    """A workflow's static summary and details; no subject and no person is named in them."""

    summary: str
    details: str


def caption(session: Session, workflow: str) -> Caption:
    """The caption of a workflow; what SQL does not know is called by its id."""
    kind, rest = workflow.split("/", 1)
    words = _WORDS[kind](session, rest) or workflow
    summary = words if len(words) <= LIMIT else words[: LIMIT - 1] + "…"
    return Caption(summary, f"{DETAILS[kind]}\n\n{TRUTH}")


def _task(session: Session, task: str) -> str:
    row = session.get(JointTask, task)
    if row is None:
        return ""
    again = f"（第{row.launch}次发起）" if row.launch > 1 else ""
    return f"{row.name} · {_name(session, row.initiator)}发起 · 第{row.seq}行第{row.round}轮{again}"


def _disposal(session: Session, disposal: str) -> str:
    row = session.get(Disposal, disposal)
    return "" if row is None else f"{row.kind.label} · {_name(session, row.owner)} · 任务 {row.task}"


def _correction(session: Session, correction: str) -> str:
    result, number = correction.rsplit("/", 1)
    row = session.get(Result, result)
    visit = session.get(Visit, row.visit if row else result)
    if visit is None:
        return ""
    return f"{'结果更正' if row else '撤回'}第{number}次 · {_name(session, visit.department)} · 任务 {visit.task}"


def _desk(session: Session, desk: str) -> str:
    department, year = desk.rsplit("/", 1)
    return f"{_name(session, department)} {year}年待办"


def _exchange(session: Session, office: str) -> str:
    row = session.get(Office, office)
    return "" if row is None else f"与省平台交换 · {row.name}"


def _row(session: Session, row: str) -> str:
    document, seq = row.split("/", 1)
    plan = session.get(PlanDocument, document)
    found = session.exec(select(PlanRow).where(PlanRow.document == document, PlanRow.seq == seq)).first()
    if plan is None or found is None:
        return ""
    return f"{plan.year or ''}年计划第{seq}行 · {found.name or '名称待核定'}"


def _name(session: Session, department: str) -> str:
    row = session.get(Department, department)
    return department if row is None else row.name


_WORDS: dict[str, Callable[[Session, str], str]] = {
    "joint-task": _task,
    "disposal": _disposal,
    "correction": _correction,
    "department": _desk,
    "exchange": _exchange,
    "plan-row": _row,
}
