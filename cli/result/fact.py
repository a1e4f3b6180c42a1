"""`result fact`: what became of a subject, and ending its check for that (对象情况、终止检查)."""

from typing import Annotated

import typer
from sqlmodel import col, select

from cli.acting import TaskId, Who, acts, reads, task_id
from cli.context import Context, Json, show
from cli.given import chosen, day_of, department_names
from cli.result import retract
from cli.result.given import VisitId
from cli.tables import done, hint, print_table
from models.evidence import SubjectFinding
from models.papers import (
    CloseVisits,
    Letter,
    RecordFact,
)
from models.registers import Subject
from models.retractions import RetractedGround
from models.task import Visit
from rules.refusal import Refusal
from rules.results import SubjectFact

app = typer.Typer(help="对象情况：注销、吊销、迁出、停业、无法联系；据此终止检查", no_args_is_help=True)
app.add_typer(retract.fact)


@app.command("add")
@acts
def fact_add(
    task: TaskId,
    visit: VisitId,
    name: Annotated[str, typer.Argument(metavar="情况", help="、".join(one.label for one in SubjectFact))],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="发现日期")],
    source: Annotated[str, typer.Option("--source", metavar="依据", help="如登记机关信息、现场核实记录")],
    who: Who,
    letter: Annotated[
        list[str] | None,
        typer.Option("--letter", metavar="编号=寄出日", help="无法联系的两次专用信函（重复两次）"),
    ] = None,
) -> None:
    """登记对象情况；它不是检查结果。"""
    paper = RecordFact(
        visit=visit,
        fact=chosen(SubjectFact, name),
        found_on=day_of(on),
        source=source,
        letters=tuple(_letter(text) for text in letter or []),
    )
    answer = who.to_task(task_id(task), paper)
    done(f"已登记 {visit}：{paper.fact.label}")
    if answer.data.get("closes"):
        hint(f"据此终止检查由审批人办理：starter.py result fact close {task_id(task)} {visit} --reason 理由")
    else:
        hint("检查不因此终止：结果照常录入（无法联系的选相应类别，可提出列入经营异常名录）")


@app.command("close")
@acts
def fact_close(
    task: TaskId,
    visits: Annotated[list[str], typer.Argument(metavar="检查编号...")],
    reason: Annotated[str, typer.Option("--reason", metavar="理由")],
    who: Who,
) -> None:
    """因对象注销、吊销、迁出等，由审批人终止检查，不再要求结果。"""
    who.to_task(task_id(task), CloseVisits(visits=tuple(visits), reason=reason))
    done(f"已终止{len(visits)}户的检查")


@app.command("list")
@reads
def fact_list(task: TaskId, as_json: Json = False) -> None:
    """列出任务中登记的对象情况；已撤回的注明。"""
    with Context().database.read() as session:
        rows = session.exec(
            select(SubjectFinding, Subject.name, Visit.department, RetractedGround.retraction)
            .join(Visit, col(Visit.id) == col(SubjectFinding.visit))
            .join(Subject, col(Subject.id) == col(Visit.subject))
            .outerjoin(RetractedGround, col(RetractedGround.ground) == col(SubjectFinding.id))
            .where(col(Visit.task) == task_id(task))
            .order_by(col(SubjectFinding.found_on), col(SubjectFinding.visit))
        ).all()
        names = department_names(session, [department for _, _, department, _ in rows])
    data = [
        {
            "fact": row.id,
            "visit": row.visit,
            "name": name,
            "department": department,
            "department_name": names.get(department, department),
            "fact_name": row.fact.label,
            "found_on": row.found_on,
            "source": row.source,
            "letters": [f"{one['number']}（{one['sent_on']}）" for one in row.letters],
            "retraction": retraction,
            "state": f"已撤回（{retraction}）" if retraction else "",
        }
        for row, name, department, retraction in rows
    ]
    columns = {
        "visit": "检查编号",
        "name": "检查对象",
        "department_name": "部门",
        "fact_name": "情况",
        "found_on": "日期",
        "source": "依据",
        "letters": "信函",
        "state": "撤回",
        "fact": "情况编号",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


def _letter(text: str) -> Letter:
    number, _, sent = text.partition("=")
    if not number or not sent:
        raise Refusal("LetterUnclear", f"“{text}”须写成 编号=寄出日，如 XA123=2026-04-01")
    return Letter(number=number, sent_on=day_of(sent))
