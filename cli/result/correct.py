"""`result correct|sign|corrections`: corrections of locked results, both sides visible (更正)."""

from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from adapters.evidence_store import EvidenceStore
from cli import proposing
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import Json, show
from cli.given import day_of
from cli.result.retract import erase
from cli.tables import done, hint, print_table
from cli.task.given import known_task
from models.evidence import Evidence, SubjectFinding
from models.outcomes import Correction, CorrectionDecision, Result, Verdict
from models.papers import CorrectResult, SignCorrection
from models.registers import Subject
from models.retractions import Retraction, RetractionDecision, RetractionKind
from models.task import Visit
from models.trail import Submission
from rules.refusal import Refusal
from rules.results import Category

app = typer.Typer()

Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")]
CategoryOption = Annotated[
    list[str],
    typer.Option("--category", metavar="类别", help="、".join(one.label for one in Category) + "（可重复）"),
]


@app.command("correct")
@acts
def correct(
    result: Annotated[str, typer.Argument(metavar="结果编号", help="见 result list")],
    category: CategoryOption,
    reason: Reason,
    who: Who,
    finding: Annotated[str, typer.Option("--finding", metavar="文字", help="更正后发现的问题")] = "",
    completed_on: Annotated[
        str | None, typer.Option("--completed-on", metavar="日期", help="检查完成日登记有误的，写正确的日期")
    ] = None,
    disposal: proposing.Kinds = None,
    days: proposing.Days = None,
    receiver: proposing.Receiver = None,
    outside: proposing.Outside = "",
    owner: proposing.Owner = None,
) -> None:
    """申请更正已锁定的结果；由单位主要负责人签字后公示，前后两面都可见；提出的处置自签字起办理。"""
    with who.database.read() as session:
        number = _correction_number(session, result, who.message_id)
        made = proposing.proposed(
            session, disposal or [], days=days, receiver=receiver, outside=outside, owner=owner
        )
    paper = CorrectResult(
        result=result,
        number=number,
        categories=tuple(_category(text) for text in category),
        finding=finding,
        reason=reason,
        disposal=made,
        completed_on=day_of(completed_on) if completed_on else None,
    )
    who.send(f"correction/{result}/{number}", paper)
    done(f"已申请更正 {result}/{number}")
    hint(f"由单位主要负责人签字：starter.py result sign {result}/{number}")


@app.command("sign")
@acts
def sign(
    correction: Annotated[
        str, typer.Argument(metavar="编号", help="更正或撤回的编号，见 result corrections")
    ],
    who: Who,
    refuse: Annotated[bool, typer.Option("--refuse", help="不同意更正，须写 --reason")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="理由")] = "",
) -> None:
    """单位主要负责人对更正、撤回签字，或不同意。"""
    case = correction.removeprefix("correction/")
    data = who.send(f"correction/{case}", SignCorrection(sign=not refuse, reason=reason)).data
    if refuse:
        done(f"{case} 已签字不同意，不作变动")
    elif "reopened" in data:
        done(f"撤回 {case} 已签字同意{'，该户恢复检查' if data['reopened'] else ''}")
    elif "erase" in data:
        done(f"撤回 {case} 已签字同意，不再作为证据")
        if data["erase"]:
            store = EvidenceStore(who.context.settings.evidence)
            done(f"已从证据库清除{erase(who.database, store, [case.rsplit('/', 1)[0]])}件")
    else:
        done(f"更正 {case} 已签字同意，随即报送公示")


@app.command("corrections")
@asks
def corrections(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出本部门在该任务中的更正和撤回：前后内容和签字情况。"""
    task = task_id(task)
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        rows = session.exec(
            select(Correction, Subject.name, CorrectionDecision)
            .join(Result, col(Result.id) == col(Correction.result))
            .join(Visit, col(Visit.id) == col(Result.visit))
            .join(Subject, col(Subject.id) == col(Visit.subject))
            .outerjoin(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
            .where(col(Visit.task) == task, col(Visit.department) == own)
            .order_by(col(Correction.id))
        ).all()
        taken_back = _retractions(session, task, own)
    data = [
        {
            "correction": row.id,
            "name": name,
            "before": _said(row.before),
            "after": _said(row.after),
            "reason": row.reason,
            "disposal": proposing.worded(session, row.disposal),
            "decision": _decision(decision),
        }
        for row, name, decision in rows
    ] + taken_back
    columns = {
        "correction": "更正编号",
        "name": "检查对象",
        "before": "更正前",
        "after": "更正后",
        "reason": "理由",
        "disposal": "处置",
        "decision": "签字",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


def _retractions(session: Session, task: str, own: str) -> list[dict[str, Any]]:
    """What a department took back in a task, each with what it said before."""
    rows = session.exec(
        select(Retraction, Subject.name, RetractionDecision)
        .join(Visit, col(Visit.id) == col(Retraction.visit))
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .outerjoin(RetractionDecision, col(RetractionDecision.retraction) == col(Retraction.id))
        .where(col(Visit.task) == task, col(Visit.department) == own)
        .order_by(col(Retraction.id))
    ).all()
    return [
        {
            "correction": row.id,
            "name": name,
            "before": [_ground(session, row, one) for one in row.grounds],
            "after": [row.kind.label, *(["内容清除"] if row.erase else [])],
            "reason": row.reason,
            "disposal": "",
            "decision": _decision(decision),
        }
        for row, name, decision in rows
    ]


def _ground(session: Session, row: Retraction, ground: str) -> str:
    """A fact with its day, or a file by its name."""
    if row.kind is RetractionKind.FACT:
        fact = session.get_one(SubjectFinding, ground)
        return f"{fact.fact.label}（{fact.found_on}）"
    return session.get_one(Evidence, ground).name


def _decision(decision: CorrectionDecision | RetractionDecision | None) -> str:
    if decision is None:
        return "待签字"
    return "已签字" if decision.verdict is Verdict.APPROVED else f"不同意：{decision.reason}"


def _said(side: dict[str, Any]) -> list[str]:
    """One side of a correction: the categories, the finding, and the day where it is corrected."""
    words = [Category(one).label for one in side["categories"]]
    words += [side["finding"]] if side.get("finding") else []
    return words + ([f"检查完成日{side['completed_on']}"] if side.get("completed_on") else [])


def _category(text: str) -> Category:
    """By value or by its printed text."""
    return Category(text) if text in set(Category) else Category.from_label(text)


def _correction_number(session: Session, result: str, message_id: str | None) -> int:
    """The next number; a repeated message keeps the one that it was filed with."""
    filed = session.get(Submission, message_id) if message_id else None
    if filed is not None and filed.kind == CorrectResult.kind:
        return int(filed.content["number"])
    if session.get(Result, result) is None:
        raise Refusal("ResultUnknown", f"没有结果 {result}；可用 result list 查看结果编号")
    known = session.exec(select(func.count()).where(col(Correction.result) == result)).one()
    return known + 1
