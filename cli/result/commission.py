"""`result commission`: what a qualified institution is asked for, and its report (委托专业机构)."""

from typing import Annotated

import typer
from sqlmodel import col, select

from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import Json, out, show
from cli.given import day_of
from cli.result.given import VisitId
from cli.tables import done, hint, print_table
from models.evidence import Commission, CommissionReport
from models.papers import (
    OpenCommission,
    ReportCommission,
)
from models.registers import Subject
from models.task import Visit

app = typer.Typer(help="委托专业机构：登记委托和报告", no_args_is_help=True)


@app.command("open")
@acts
def commission_open(
    task: TaskId,
    visit: VisitId,
    item: Annotated[str, typer.Option("--item", metavar="事项编号")],
    institution: Annotated[str, typer.Option("--institution", metavar="机构")],
    qualification: Annotated[
        str, typer.Option("--qualification", metavar="资质", help="资质名称和证号，如 CMA 号")
    ],
    due: Annotated[str, typer.Option("--due", metavar="日期", help="约定的报告日期")],
    who: Who,
) -> None:
    """登记委托：在报告日期之前等待报告，逾期逐级催办。"""
    paper = OpenCommission(
        visit=visit, item=item, institution=institution, qualification=qualification, due_on=day_of(due)
    )
    answer = who.to_task(task_id(task), paper)
    done(f"已登记委托 {answer.data['commission']}（{institution}，{due}前报告）")
    hint(
        "录入期限照常计算；须中止的请申请：starter.py task suspend --wait 待办编号 --subject 对象 --reason 等待报告"
    )


@app.command("report")
@acts
def commission_report(
    task: TaskId,
    number: Annotated[str, typer.Argument(metavar="委托编号", help="见 result commission list")],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="报告日期")],
    conclusion: Annotated[str, typer.Option("--conclusion", metavar="结论", help="报告编号和结论")],
    who: Who,
    evidence_id: Annotated[
        str | None,
        typer.Option("--evidence", metavar="证据编号", help="报告文件，先用 result evidence add 登记"),
    ] = None,
) -> None:
    """登记收到的报告；收不到的写明原因。"""
    paper = ReportCommission(
        commission=number, reported_on=day_of(on), conclusion=conclusion, evidence=evidence_id
    )
    who.to_task(task_id(task), paper)
    done(f"已登记 {number} 的报告")


@app.command("list")
@asks
def commission_list(task: TaskId, who: Who, as_json: Json = False) -> None:
    """列出本部门的委托：机构、资质、期限、结论。"""
    own = who.own_department()
    with who.database.read() as session:
        rows = session.exec(
            select(Commission, CommissionReport, Subject.name)
            .join(Visit, col(Visit.id) == col(Commission.visit))
            .join(Subject, col(Subject.id) == col(Visit.subject))
            .outerjoin(CommissionReport, col(CommissionReport.commission) == col(Commission.id))
            .where(col(Visit.task) == task_id(task), col(Visit.department) == own)
            .order_by(col(Commission.due_on), col(Commission.id))
        ).all()
    data = [
        {
            "commission": row.id,
            "name": name,
            "item": row.item,
            "institution": row.institution,
            "qualification": row.qualification,
            "due": row.due_on,
            "reported_on": report.reported_on if report else None,
            "conclusion": report.conclusion if report else "",
        }
        for row, report, name in rows
    ]
    columns = {
        "commission": "委托编号",
        "name": "检查对象",
        "item": "事项",
        "institution": "机构",
        "qualification": "资质",
        "due": "约定报告日",
        "reported_on": "报告日",
        "conclusion": "结论",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))
    if not data:
        out.print("没有委托", style="dim")
