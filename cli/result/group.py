"""`result`: sheets, entry, approval, return and correction of results (检查结果)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from adapters.result_sheets import write_sheet
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import Json, show
from cli.given import chosen_all
from cli.ledger import To, write_ledger
from cli.result import commission, evidence, fact
from cli.result import correct as result_correct
from cli.result import draft as result_draft
from cli.result import enter as result_enter
from cli.result.lists import newest_of, results_of
from cli.result.sheets import result_columns
from cli.tables import done, hint, in_chunks, print_table
from cli.task.given import known_task
from cli.visits import visits_of
from models.organisation import Department, DepartmentKind
from models.outcomes import Result
from models.papers import MAX_LINES, ApproveResults, Paper, ReturnResults
from rules.disposal import DisposalKind
from rules.refusal import Refusal
from rules.results import Category, Method
from rules.stages import VisitStage

app = typer.Typer(
    help="结果：证据、对象情况、草稿、录入、审批、退回、更正、撤回、录入率和公示率", no_args_is_help=True
)
app.add_typer(evidence.app, name="evidence")
app.add_typer(fact.app, name="fact")
app.add_typer(commission.app, name="commission")
app.add_typer(result_draft.app, name="draft")
app.add_typer(result_draft.rates_app)

Visits = Annotated[list[str] | None, typer.Argument(metavar="[检查编号]...", help="见 result list")]
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")]


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
        if not rows:
            raise Refusal("NothingToEnter", _nothing_words(session, task, own))
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
    to: To = None,
    as_json: Json = False,
) -> None:
    """列出本部门的检查结果：结果编号、类别、更正、状态、期限；--to 写成台账。"""
    task = task_id(task)
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        data = results_of(session, task, own, chosen_all(VisitStage, stage))
    columns = {
        "visit": "检查编号",
        "name": "检查对象",
        "item": "事项",
        "categories": "结果",
        "corrected": "更正为",
        "finding": "发现的问题",
        "disposal": "处置",
        "stage_name": "状态",
        "due": "录入期限",
        "result": "结果编号",
    }
    if to is not None:
        write_ledger(to, "检查结果台账", {"code": "统一社会信用代码", **columns}, data)
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


@app.command("approve")
@acts
def approve(
    task: TaskId,
    who: Who,
    visits: Visits = None,
    all_: Annotated[bool, typer.Option("--all", help="本部门全部待审批的")] = False,
    as_json: Json = False,
) -> None:
    """审批通过：结果锁定并报送省平台；提出的处置随即开始。不写编号时列出待审批的。"""
    task = task_id(task)
    chosen_ones = _waiting(who, task) if all_ else list(visits or [])
    if not chosen_ones:
        _tell_waiting(who, task, as_json=as_json)
        return
    _in_pieces(who, task, chosen_ones, lambda piece: ApproveResults(visits=tuple(piece)))
    show(
        {"approved": chosen_ones},
        as_json=as_json,
        text=lambda: done(f"已审批{len(chosen_ones)}户的结果"),
    )


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


app.add_typer(result_correct.app)


def _sheet_rows(session: Session, task: str, department: str) -> list[dict[str, Any]]:
    """A row per visit to be entered and item; a returned one shows what was entered before."""
    items = result_enter.items_of(session, task, department)
    names = {one.id: one.name for one in session.exec(select(Department))}
    waiting = visits_of(session, task, department, [VisitStage.VISITED, VisitStage.RETURNED])
    former = newest_of(session, [visit.id for visit, _ in waiting])
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


def _nothing_words(session: Session, task: str, own: str) -> str:
    """Why there is nothing to fill in, and what comes first."""
    stages = {visit.stage for visit, _ in visits_of(session, task, own)}
    if stages & {VisitStage.UNMATCHED, VisitStage.MATCHED}:
        return f"没有待录入的结果：尚未登记检查完成，请先办理 starter.py task visit {task}"
    if stages:
        return f"没有待录入的结果：各户结果均已提交，见 starter.py result list {task}"
    return f"没有待录入的结果：本部门在本任务中尚无检查对象，进展见 starter.py task show {task}"


def _filled(result: Result | None, names: dict[str, str]) -> dict[str, Any]:
    if result is None:
        return {}
    disposal = result.disposal or {}
    every = [disposal, *disposal.get("also", ())] if disposal else []
    cells: dict[str, Any] = {
        f"category{number}": Category(one).label for number, one in enumerate(result.categories[:3], start=1)
    }
    return cells | {
        "finding": result.finding,
        **dict(
            zip(
                ("disposal", "disposal2", "disposal3"),
                (DisposalKind(one["kind"]).label for one in every),
                strict=False,
            )
        ),
        "period_days": _first(every, "period_days"),
        "receiver": names.get(_first(every, "receiver") or "", ""),
        "owner": names.get(_first(every, "owner") or "", ""),
        "not_checked": result.not_checked,
        "method": Method(result.method).label if result.method else "",
    }


def _first(disposals: Sequence[dict[str, Any]], name: str) -> Any:
    """What the first follow-up that says it says."""
    return next((one[name] for one in disposals if one.get(name)), None)


def _waiting(who: Who, task: str) -> list[str]:
    own = who.actor(ApproveResults).department
    with who.database.read() as session:
        known_task(session, task)
        return [visit.id for visit, _ in visits_of(session, task, own, [VisitStage.SUBMITTED])]


def _tell_waiting(who: Who, task: str, *, as_json: bool) -> None:
    own = who.own_department()
    with who.database.read() as session:
        known_task(session, task)
        data = results_of(session, task, own, [VisitStage.SUBMITTED])
    columns = {
        "visit": "检查编号",
        "name": "检查对象",
        "item": "事项",
        "categories": "结果",
        "finding": "发现的问题",
    }

    def text() -> None:
        print_table(columns, data, title="待审批", empty="没有待审批的结果")
        if data:
            hint(
                f"全部通过：starter.py result approve {task} --all；"
                f"退回：starter.py result return {task} 检查编号 --reason 理由"
            )

    show(data, as_json=as_json, text=text)


def _in_pieces(who: Who, task: str, visits: Sequence[str], paper: Any) -> None:
    """Send in papers of at most 200 visits; each has a message id of its own."""
    pieces = list(in_chunks(visits, MAX_LINES))
    for number, piece in enumerate(pieces):
        several = f"{who.message_id}-{number}" if who.message_id and len(pieces) > 1 else who.message_id
        made: Paper = paper(piece)
        who.send(f"joint-task/{task}", made, message_id=several)
