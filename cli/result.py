"""`result`: sheets, entry, approval, return and correction of results (检查结果)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from adapters.result_sheets import write_sheet
from cli import result_enter
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import Json, chosen_all, show
from cli.sheets import result_columns
from cli.tables import done, hint, in_chunks, print_table
from cli.task_show import known_task
from cli.visits import visits_of
from models.organisation import Department, DepartmentKind
from models.outcomes import Correction, CorrectionDecision, Result
from models.papers import MAX_LINES, ApproveResults, CorrectResult, Paper, ReturnResults, SignCorrection
from models.registers import Subject
from models.task import Visit
from models.trail import Submission
from rules.disposal import DisposalKind
from rules.refusal import Refusal
from rules.results import Category
from rules.stages import VisitStage

app = typer.Typer(help="结果：结果表、录入、审批、退回、更正", no_args_is_help=True)

Visits = Annotated[list[str] | None, typer.Argument(metavar="[检查编号]...", help="见 result list")]
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")]
CategoryOption = Annotated[
    list[str],
    typer.Option("--category", metavar="类别", help="、".join(one.label for one in Category) + "（可重复）"),
]


@app.command("sheet")
@asks
def sheet(
    task: TaskId,
    file: Annotated[Path, typer.Argument(metavar="文件.xlsx")],
    who: Who,
) -> None:
    """写出本部门待录入的结果表：每户每事项一行，类别和处置方式有下拉列表。"""
    task = task_id(task)
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        rows = _sheet_rows(session, task, own)
        receivers = session.exec(
            select(Department.name)
            .where(
                col(Department.office) == own.split("/")[0],
                col(Department.kind) == DepartmentKind.DEPARTMENT,
                col(Department.id) != own,
            )
            .order_by(col(Department.name))
        ).all()
    count = write_sheet(file, "检查结果", result_columns(receivers), rows)
    done(f"已写出{count}行到 {file}")
    hint(f"填写后录入：starter.py result enter {task} {file}")


app.add_typer(result_enter.app)


@app.command("list")
@asks
def list_(
    task: TaskId,
    who: Who,
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", metavar="状态", help="只列该状态的，如 待审批、已退回（可重复）"),
    ] = None,
    as_json: Json = False,
) -> None:
    """列出本部门的检查结果：结果编号、类别、状态、期限。"""
    task = task_id(task)
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        data = _results(session, task, own, chosen_all(VisitStage, stage))
    columns = {
        "visit": "检查编号",
        "name": "检查对象",
        "item": "事项",
        "categories": "结果",
        "finding": "发现的问题",
        "disposal": "处置",
        "stage_name": "状态",
        "due": "录入期限",
        "result": "结果编号",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


@app.command("approve")
@acts
def approve(
    task: TaskId,
    who: Who,
    visits: Visits = None,
    all_: Annotated[bool, typer.Option("--all", help="本部门全部待审批的")] = False,
) -> None:
    """审批通过：结果锁定并报送省平台；提出的处置随即开始。不写编号时列出待审批的。"""
    task = task_id(task)
    chosen_ones = _waiting(who, task) if all_ else list(visits or [])
    if not chosen_ones:
        _tell_waiting(who, task)
        return
    _in_pieces(who, task, chosen_ones, lambda piece: ApproveResults(visits=tuple(piece)))
    done(f"已审批{len(chosen_ones)}户的结果")


@app.command("return")
@acts
def return_(
    task: TaskId,
    visits: Annotated[list[str], typer.Argument(metavar="检查编号...")],
    reason: Reason,
    who: Who,
) -> None:
    """退回结果并写明理由；录入人重新录入，期限仍按原检查完成日计。"""
    task = task_id(task)
    _in_pieces(who, task, visits, lambda piece: ReturnResults(visits=tuple(piece), reason=reason))
    done(f"已退回{len(visits)}户的结果")


@app.command("correct")
@acts
def correct(
    result: Annotated[str, typer.Argument(metavar="结果编号", help="见 result list")],
    category: CategoryOption,
    reason: Reason,
    who: Who,
    finding: Annotated[str, typer.Option("--finding", metavar="文字", help="更正后发现的问题")] = "",
) -> None:
    """申请更正已锁定的结果；由单位主要负责人签字后公示，前后两面都可见。"""
    with who.database.read() as session:
        number = _correction_number(session, result, who.message_id)
    paper = CorrectResult(
        result=result,
        number=number,
        categories=tuple(_category(text) for text in category),
        finding=finding,
        reason=reason,
    )
    who.send(f"correction/{result}/{number}", paper)
    done(f"已申请更正 {result}/{number}")
    hint(f"由单位主要负责人签字：starter.py result sign {result}/{number}")


@app.command("sign")
@acts
def sign(
    correction: Annotated[str, typer.Argument(metavar="更正编号", help="形如 结果编号/1")],
    who: Who,
    refuse: Annotated[bool, typer.Option("--refuse", help="不同意更正，须写 --reason")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="理由")] = "",
) -> None:
    """单位主要负责人对更正签字，或不同意。"""
    who.send(
        f"correction/{correction.removeprefix('correction/')}", SignCorrection(sign=not refuse, reason=reason)
    )
    done(f"更正 {correction} 已{'签字不同意' if refuse else '签字同意，随即报送公示'}")


@app.command("corrections")
@asks
def corrections(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出本部门在该任务中的更正：前后内容和签字情况。"""
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
    data = [
        {
            "correction": row.id,
            "name": name,
            "before": [Category(one).label for one in row.before["categories"]],
            "after": [Category(one).label for one in row.after["categories"]],
            "reason": row.reason,
            "decision": decision.verdict.label if decision else "待签字",
        }
        for row, name, decision in rows
    ]
    columns = {
        "correction": "更正编号",
        "name": "检查对象",
        "before": "更正前",
        "after": "更正后",
        "reason": "理由",
        "decision": "签字",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


def _category(text: str) -> Category:
    """By value or by its printed text."""
    return Category(text) if text in set(Category) else Category.from_label(text)


def _sheet_rows(session: Session, task: str, department: str) -> list[dict[str, Any]]:
    """A row per visit to be entered and item; a returned one shows what was entered before."""
    items = result_enter.items_of(session, task, department)
    names = {one.id: one.name for one in session.exec(select(Department))}
    waiting = visits_of(session, task, department, [VisitStage.VISITED, VisitStage.RETURNED])
    former = _newest(session, [visit.id for visit, _ in waiting])
    rows = []
    for visit, subject in waiting:
        for code, item_name in items.items():
            row = {
                "visit": visit.id,
                "code": subject.code,
                "name": subject.name,
                "completed_on": visit.completed_on,
                "item": code,
                "item_name": item_name,
            }
            rows.append(row | _filled(former.get((visit.id, code)), names))
    return rows


def _filled(result: Result | None, names: dict[str, str]) -> dict[str, Any]:
    if result is None:
        return {}
    disposal = result.disposal or {}
    cells: dict[str, Any] = {
        f"category{number}": Category(one).label for number, one in enumerate(result.categories[:3], start=1)
    }
    return cells | {
        "finding": result.finding,
        "disposal": DisposalKind(disposal["kind"]).label if disposal else "",
        "period_days": disposal.get("period_days"),
        "receiver": names.get(disposal.get("receiver") or "", ""),
    }


def _newest(session: Session, visits: Sequence[str]) -> dict[tuple[str, str], Result]:
    """The newest result of each visit and item."""
    found: dict[tuple[str, str], Result] = {}
    for piece in in_chunks(visits, MAX_LINES):
        rows = session.exec(select(Result).where(col(Result.visit).in_(piece)).order_by(col(Result.cycle)))
        found |= {(row.visit, row.item): row for row in rows}
    return found


def _results(session: Session, task: str, own: str, stages: Sequence[VisitStage]) -> list[dict[str, Any]]:
    visits = visits_of(session, task, own, stages)
    newest = _newest(session, [visit.id for visit, _ in visits])
    by_visit: dict[str, list[Result]] = {}
    for (visit_id, _), row in sorted(newest.items()):
        by_visit.setdefault(visit_id, []).append(row)
    return [
        {
            "visit": visit.id,
            "code": subject.code,
            "name": subject.name,
            "stage": visit.stage.value,
            "stage_name": visit.stage.label,
            "due": visit.due_day,
            "result": row.id,
            "item": row.item,
            "cycle": row.cycle,
            "categories": [Category(one).label for one in row.categories],
            "finding": row.finding,
            "disposal": DisposalKind(row.disposal["kind"]).label if row.disposal else "",
        }
        for visit, subject in visits
        for row in by_visit.get(visit.id, [])
    ]


def _waiting(who: Who, task: str) -> list[str]:
    own = who.actor(ApproveResults).department
    with who.database.read() as session:
        known_task(session, task)
        return [visit.id for visit, _ in visits_of(session, task, own, [VisitStage.SUBMITTED])]


def _tell_waiting(who: Who, task: str) -> None:
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        data = _results(session, task, own, [VisitStage.SUBMITTED])
    columns = {
        "visit": "检查编号",
        "name": "检查对象",
        "item": "事项",
        "categories": "结果",
        "finding": "发现的问题",
    }
    print_table(columns, data, title="待审批", empty="没有待审批的结果")
    if data:
        hint(
            f"全部通过：starter.py result approve {task} --all；退回：starter.py result return {task} 检查编号 --reason 理由"
        )


def _in_pieces(who: Who, task: str, visits: Sequence[str], paper: Any) -> None:
    """Send in papers of at most 200 visits; each has a message id of its own."""
    pieces = list(in_chunks(visits, MAX_LINES))
    for number, piece in enumerate(pieces):
        several = f"{who.message_id}-{number}" if who.message_id and len(pieces) > 1 else who.message_id
        made: Paper = paper(piece)
        who.send(f"joint-task/{task}", made, message_id=several)


def _correction_number(session: Session, result: str, message_id: str | None) -> int:
    """The next number; a repeated message keeps the one that it was filed with."""
    filed = session.get(Submission, message_id) if message_id else None
    if filed is not None and filed.kind == CorrectResult.kind:
        return int(filed.content["number"])
    if session.get(Result, result) is None:
        raise Refusal("ResultUnknown", f"没有结果 {result}；可用 result list 查看结果编号")
    known = session.exec(select(func.count()).where(col(Correction.result) == result)).one()
    return known + 1
