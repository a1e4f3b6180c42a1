"""`summary`: the summary tables of a task (抽查结果汇总表)."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.acts.summaries import compile_summary
from adapters.summary_sheets import write_summaries
from cli.acting import TaskId, Who, acts, reads, task_id
from cli.context import Context, Json, out, show
from cli.given import department_named, department_names
from cli.summary import lists as summary_lists
from cli.summary import yearly as summary_yearly
from cli.tables import done, hint, print_table
from cli.task.given import known_task
from models.outcomes import Summary
from models.papers import ReceiptSummary, SubmitSummary
from models.plan import PlanDocument
from models.task import DrawnSubject, Part, TakingPart
from rules.refusal import Refusal
from rules.stages import Claim

app = typer.Typer(
    help="汇总：查看、报送、签收、导出抽查结果汇总表，年度报告，谁报了谁没报", no_args_is_help=True
)
app.add_typer(summary_yearly.app)
app.add_typer(summary_lists.app)

Number = Annotated[
    int | None, typer.Option("--number", min=1, metavar="次", help="第几份（默认最近待办的；2起为补充）")
]


@app.command("show")
@reads
def show_summary(task: TaskId, as_json: Json = False) -> None:
    """查看各部门的汇总表：已报送的为报送时的数，未报送的为现在的数。"""
    task = task_id(task)
    with Context().database.read() as session:
        tables = _tables(session, task)

    def text() -> None:
        for table in tables:
            number = f"第{table['number']}份" if table["number"] > 1 else ""
            title = f"{table['department']}（{table['type']}）{number}　{table['state']}"
            print_table({"name": "项目", "value": "数"}, _figures(table), title=title)

    show(tables, as_json=as_json, text=text)


@app.command("submit")
@acts
def submit(task: TaskId, who: Who, number: Number = None) -> None:
    """报送本部门汇总表；数字由系统按同一批记录汇总，不由人填写。"""
    task = task_id(task)
    own = who.actor(SubmitSummary).department
    with who.database.read() as session:
        known_task(session, task)
        which = number or _number(session, task, own, submitted=False)
    who.to_task(task, SubmitSummary(number=which))
    done(f"已报送 {task} 的汇总表（第{which}份）")
    hint("由领导小组办公室签收后办结")


@app.command("receipt")
@acts
def receipt(
    task: TaskId,
    who: Who,
    partner: Annotated[
        str | None, typer.Argument(metavar="[部门]", help="只有一个部门待签收时可不写")
    ] = None,
    number: Number = None,
) -> None:
    """领导小组办公室签收一个部门的汇总表。"""
    task = task_id(task)
    with who.database.read() as session:
        known_task(session, task)
        department = department_named(session, partner).id if partner else _only_waiting(session, task)
        name = department_names(session, [department]).get(department, department)
        which = number or _number(session, task, department, submitted=True)
    who.to_task(task, ReceiptSummary(department=department, number=which))
    done(f"已签收{name}的汇总表（第{which}份）")


@app.command("export")
@reads
def export(
    task: TaskId, file: Annotated[Path, typer.Argument(metavar="文件.xlsx", help="每个部门一张表")]
) -> None:
    """导出抽查结果汇总表（XLSX）：发起部门、配合部门各一张。"""
    task = task_id(task)
    with Context().database.read() as session:
        row = known_task(session, task)
        plan = session.get_one(PlanDocument, row.document)
        tables = _tables(session, task)
    if file.suffix.lower() != ".xlsx":
        raise Refusal("SheetSuffix", f"{file.name}：汇总表只写成 XLSX，请把文件名写成 .xlsx")
    write_summaries(file, f"{plan.number or ''}《{plan.title or ''}》", tables)
    out.print(f"已导出{len(tables)}张汇总表到 {file}", markup=False)


def _tables(session: Session, task: str) -> list[dict[str, Any]]:
    """The newest table of each living part, the initiator's first; refuses `NotDrawn`."""
    row = known_task(session, task)
    if session.exec(select(DrawnSubject.rank).where(col(DrawnSubject.task) == task).limit(1)).first() is None:
        raise Refusal("NotDrawn", "尚未抽取，没有可汇总的数；进度见 task show")
    parts = session.exec(
        select(TakingPart).where(col(TakingPart.task) == task, col(TakingPart.claim) == Claim.CLAIMED)
    ).all()
    tables = []
    for part in sorted(parts, key=lambda one: (one.part is not Part.INITIATOR, one.department)):
        newest = session.exec(
            select(Summary)
            .where(col(Summary.task) == task, col(Summary.department) == part.department)
            .order_by(col(Summary.number).desc())
        ).first()
        content = newest.content if newest and newest.content else compile_summary(session, row, part)
        state = (
            "已签收" if newest and newest.receipted else "已报送" if newest and newest.submitted else "未报送"
        )
        tables.append({**content, "number": newest.number if newest else 1, "state": state})
    return tables


def _figures(table: dict[str, Any]) -> list[dict[str, Any]]:
    use = table["class_use"]
    rows = [
        ("抽查基数", table["population"]),
        ("抽查比例（%）", table["ratio"]),
        ("抽取户数", table["drawn"]),
        ("采用信用风险分类", f"{use['by_class']}/{use['market_entities']}户市场主体（应用率{use['rate']}%）"),
        ("检查完成", f"{table['completed']}（{table['completion_rate']}%）"),
        ("平台录入", table["entered"]),
        ("已公示", f"{table['published']}（{table['publication_rate']}%）"),
        ("未公示", table["unpublished"]),
        *((f"对象情况：{name}", count) for name, count in table["facts"].items()),
        ("终止检查（对象情况、结果互认）", table["exempt"]),
        ("未检查事项", table["unchecked_items"]),
        *((f"结果：{name}", count) for name, count in table["categories"].items() if count),
        *(
            (f"处置：{name}", f"{count['opened']}（办结{count['ended']}）")
            for name, count in table["disposals"].items()
        ),
        *((f"处置结果：{name}", count) for name, count in table["outcomes"].items()),
        ("处置未结", table["disposals_open"]),
    ]
    return [{"name": name, "value": value} for name, value in rows]


def _number(session: Session, task: str, department: str, *, submitted: bool) -> int:
    """The newest table that waits to be submitted, or to be receipted."""
    waiting = (
        [col(Summary.submitted).is_not(None), col(Summary.receipted).is_(None)]
        if submitted
        else [col(Summary.submitted).is_(None)]
    )
    found = session.exec(
        select(Summary.number)
        .where(col(Summary.task) == task, col(Summary.department) == department, *waiting)
        .order_by(col(Summary.number))
    ).first()
    # Nothing waits: the ruling says why, and audits it.
    return found or 1


def _only_waiting(session: Session, task: str) -> str:
    rows = session.exec(
        select(Summary.department)
        .where(
            col(Summary.task) == task,
            col(Summary.submitted).is_not(None),
            col(Summary.receipted).is_(None),
        )
        .distinct()
    ).all()
    if len(rows) != 1:
        names = "、".join(sorted(department_names(session, list(rows)).values())) or "没有"
        raise Refusal("DepartmentNeeded", f"请写明签收哪个部门的汇总表；待签收：{names}")
    return rows[0]
