"""`summary list|reports`: who has sent a summary table or a yearly report, and who has not yet (报送情况)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from cli.acting import reads
from cli.context import Context, Json, show
from cli.ledger import To, write_ledger
from cli.plan.given import known_plan
from cli.tables import print_table
from models.organisation import Department
from models.outcomes import Correction, CorrectionDecision, Result, Summary, Verdict, YearlyReport
from models.task import JointTask, TakingPart, Visit
from models.trail import Deadline, Submission, Wait
from rules.calendar import local_day, until_words
from rules.waits import WaitKind

app = typer.Typer()


@app.command("list")
@reads
def list_(
    document: Annotated[str | None, typer.Argument(metavar="[计划编号]", help="只列该计划的任务")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="只列未报送、未签收的")] = False,
    to: To = None,
    as_json: Json = False,
) -> None:
    """列出各任务各部门的汇总表：报送、签收的日期，未报送的期限。"""
    with Context().database.read() as session:
        statement = (
            select(Summary, JointTask.name, Department.name, TakingPart)
            .join(
                TakingPart,
                (col(TakingPart.task) == col(Summary.task))
                & (col(TakingPart.department) == col(Summary.department)),
            )
            .join(JointTask, col(JointTask.id) == col(Summary.task))
            .join(Department, col(Department.id) == col(Summary.department))
            .order_by(col(Summary.task), col(Summary.department), col(Summary.number))
        )
        if document is not None:
            known_plan(session, document)
            statement = statement.where(col(JointTask.document) == document)
        rows = session.exec(statement).all()
        filed = _filed(session, [one for row, *_ in rows for one in (row.submitted, row.receipted) if one])
        dues = _dues(session, (WaitKind.SUMMARY, WaitKind.SUMMARY_RECEIPT))
        corrected = _corrected(session, document)
        since = {
            (row.task, row.department): _since(row, part, filed, corrected)
            for row, _, _, part in rows
            if row.number == part.summaries and row.submitted is not None
        }
    data = [
        {
            "task": row.task,
            "name": name,
            "department": row.department,
            "department_name": department,
            "number": row.number,
            "state": "已签收" if row.receipted else "待签收" if row.submitted else "待报送",
            "submitted_on": _day(filed, row.submitted),
            "receipted_on": _day(filed, row.receipted),
            "disposals_open": row.disposals_open if row.submitted else None,
            "since": since.get((row.task, row.department), "") if row.number == part.summaries else "",
            "due": _due_of(row, dues),
        }
        for row, name, department, part in rows
        if not (only_open and row.receipted and not (part.untold and row.number == part.summaries))
    ]
    columns = {
        "task": "任务编号",
        "name": "任务",
        "department_name": "部门",
        "number": "第几份",
        "state": "状态",
        "submitted_on": "报送日期",
        "receipted_on": "签收日期",
        "disposals_open": "报送时处置未结",
        "since": "报送之后",
        "due": "期限",
    }
    if to is not None:
        write_ledger(to, "汇总表报送情况", columns, data)
    show(data, as_json=as_json, text=lambda: print_table(columns, data, empty="没有应报送的汇总表"))


@app.command("reports")
@reads
def reports(
    document: Annotated[str, typer.Argument(metavar="计划编号", help="见 plan list")],
    to: To = None,
    as_json: Json = False,
) -> None:
    """列出各部门的年度报告：文号、日期、内部抽查数，未报送的期限。"""
    with Context().database.read() as session:
        known_plan(session, document)
        sent = session.exec(
            select(YearlyReport)
            .where(col(YearlyReport.document) == document)
            .order_by(col(YearlyReport.department), col(YearlyReport.number))
        ).all()
        kinds = (WaitKind.YEARLY_REPORT, WaitKind.YEARLY_SUPPLEMENT)
        owed = {key: due for key, due in _dues(session, kinds).items() if key.endswith(f"/{document}")}
        names = {row.id: row.name for row in session.exec(select(Department))}
    data: list[dict[str, Any]] = [
        {
            "department": row.department,
            "department_name": names[row.department],
            "what": "年度报告" if row.number == 1 else f"补充报告（{row.number - 1}）",
            "reference": row.reference,
            "sent_on": row.sent_on,
            "internal": row.internal,
            "due": "",
        }
        for row in sent
    ]
    for key, due in owed.items():
        department, kind, _ = key.rsplit("/", 2)
        data.append(
            {
                "department": department,
                "department_name": names.get(department, department),
                "what": "补充报告" if kind.startswith("yearly-supplement") else "年度报告",
                "reference": "待报送",
                "sent_on": None,
                "internal": {},
                "due": due,
            }
        )
    data.sort(key=lambda one: (one["department"], one["sent_on"] is None))
    columns = {
        "department_name": "部门",
        "what": "报告",
        "reference": "文号",
        "sent_on": "报送日期",
        "internal": "内部抽查",
        "due": "期限",
    }
    if to is not None:
        write_ledger(to, "年度报告报送情况", columns, data)
    show(data, as_json=as_json, text=lambda: print_table(columns, data, empty="没有应报送的年度报告"))


def _since(
    row: Summary,
    part: TakingPart,
    filed: Mapping[str, datetime],
    corrected: Mapping[tuple[str, str], Sequence[datetime]],
) -> str:
    """What has come up since the newest table: what its supplement will tell, and what was corrected."""
    said = []
    if part.untold and part.published < part.subjects:
        said.append(f"{part.subjects - part.published}户恢复办理，公示后补报")
    elif part.untold and part.disposals_open:
        said.append(f"有新的处置（未结{part.disposals_open}件），全部办结后补报")
    elif part.untold:
        said.append("数字有变，签收后补报")
    sent = filed[row.submitted or ""]
    if later := sum(one > sent for one in corrected.get((row.task, row.department), ())):
        said.append(f"更正{later}项，见 result corrections")
    return "；".join(said)


def _corrected(session: Session, document: str | None) -> dict[tuple[str, str], list[datetime]]:
    """When corrections were signed, by task and department; of one plan or of all."""
    statement = (
        select(Visit.task, Visit.department, Submission.filed_at)
        .join(Result, col(Result.visit) == col(Visit.id))
        .join(Correction, col(Correction.result) == col(Result.id))
        .join(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
        .join(Submission, col(Submission.id) == col(CorrectionDecision.submission))
        .where(col(CorrectionDecision.verdict) == Verdict.APPROVED)
    )
    if document is not None:
        statement = statement.join(JointTask, col(JointTask.id) == col(Visit.task)).where(
            col(JointTask.document) == document
        )
    found: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for task, department, at in session.exec(statement):
        found[task, department].append(at)
    return found


def _filed(session: Session, submissions: list[str]) -> dict[str, datetime]:
    """When papers were filed."""
    rows = session.exec(select(Submission).where(col(Submission.id).in_(submissions)))
    return {row.id: row.filed_at for row in rows}


def _day(filed: Mapping[str, datetime], paper: str | None) -> date | None:
    return local_day(filed[paper]) if paper is not None and paper in filed else None


def _dues(session: Session, kinds: tuple[WaitKind, ...]) -> dict[str, str]:
    """Until when what is still owed is due, by the wait's key."""
    rows = session.exec(
        select(Wait, Deadline)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(col(Wait.kind).in_(kinds), col(Wait.closed_at).is_(None))
        .order_by(col(Wait.key))
    )
    return {
        wait.key: until_words(deadline.due) + ("（暂定）" if deadline.provisional else "")
        for wait, deadline in rows
    }


def _due_of(row: Summary, dues: dict[str, str]) -> str:
    what = "summary-receipt" if row.submitted else "summary"
    return dues.get(f"{row.task}/{what}/{row.department}/{row.number}", "")
