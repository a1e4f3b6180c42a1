"""`result evidence|fact|commission`: what lies behind a result (证据、对象情况、委托专业机构)."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from adapters.evidence_store import EvidenceStore
from cli.acting import TaskId, Who, acts, asks, reads, task_id
from cli.context import Context, Json, out, show
from cli.given import chosen, day_of, department_names
from cli.result import retract
from cli.tables import done, hint, print_table
from models.evidence import Commission, CommissionReport, Evidence, EvidenceKind, SubjectFinding
from models.papers import (
    AddEvidence,
    CloseVisits,
    EvidenceLine,
    Letter,
    OpenCommission,
    RecordFact,
    ReportCommission,
)
from models.registers import Subject
from models.retractions import RetractedGround
from models.task import Visit
from rules.refusal import Refusal
from rules.results import SubjectFact

evidence = typer.Typer(help="证据：登记、列出、核对证据文件", no_args_is_help=True)
fact = typer.Typer(help="对象情况：注销、吊销、迁出、停业、无法联系；据此终止检查", no_args_is_help=True)
commission = typer.Typer(help="委托专业机构：登记委托和报告", no_args_is_help=True)

evidence.add_typer(retract.evidence)
fact.add_typer(retract.fact)

VisitId = Annotated[str, typer.Argument(metavar="检查编号", help="见 task visits")]
ItemId = Annotated[str, typer.Option("--item", metavar="事项编号", help="只属于某一事项的写明事项")]


@evidence.command("add")
@acts
def evidence_add(
    task: TaskId,
    visit: VisitId,
    files: Annotated[list[Path], typer.Argument(metavar="文件...")],
    who: Who,
    item: ItemId = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="种类", help="、".join(one.label for one in EvidenceKind))
    ] = EvidenceKind.RECORD.label,
    source: Annotated[str, typer.Option("--source", metavar="来源", help="鉴定结论的出具机构和文号")] = "",
) -> None:
    """登记证据：文件按内容存入证据库，类型、大小和内容须相符，哈希入档。"""
    store = EvidenceStore(who.context.settings.evidence)
    kept = [store.add(file) for file in files]
    lines = tuple(
        EvidenceLine(
            visit=visit,
            item=item,
            evidence=chosen(EvidenceKind, kind).value,
            sha256=one.sha256,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            source=source,
        )
        for one in kept
    )
    answer = who.to_task(task_id(task), AddEvidence(lines=lines))
    for one, id_ in zip(kept, answer.data["evidence"], strict=True):
        done(f"已登记 {one.name}（{one.size}字节）证据编号 {id_}")


@evidence.command("list")
@asks
def evidence_list(
    task: TaskId,
    who: Who,
    check: Annotated[bool, typer.Option("--check", help="逐件核对证据库中的内容")] = False,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="列出已撤回的，它们不再作为证据")] = False,
    as_json: Json = False,
) -> None:
    """列出本部门在该任务中的证据；已撤回的不列（--withdrawn 另列）。"""
    own, store = who.own_department(), EvidenceStore(who.context.settings.evidence)
    with who.database.read() as session:
        rows = session.exec(
            select(Evidence, Subject.name)
            .join(Visit, col(Visit.id) == col(Evidence.visit))
            .join(Subject, col(Subject.id) == col(Visit.subject))
            .outerjoin(RetractedGround, col(RetractedGround.ground) == col(Evidence.id))
            .where(
                col(Visit.task) == task_id(task),
                col(Visit.department) == own,
                col(RetractedGround.ground).is_not(None) == withdrawn,
            )
            .order_by(col(Evidence.visit), col(Evidence.item), col(Evidence.name))
        ).all()
    data = [
        {
            "evidence": row.id,
            "visit": row.visit,
            "subject": subject,
            "item": row.item,
            "kind_name": row.kind.label,
            "name": row.name,
            "size": row.size,
            "sha256": row.sha256,
            "source": row.source,
            "fault": (store.check(row.sha256) or "") if check and not withdrawn else "",
        }
        for row, subject in rows
    ]
    columns = {
        "evidence": "证据编号",
        "subject": "检查对象",
        "item": "事项",
        "kind_name": "种类",
        "name": "文件",
        "size": "字节",
        "source": "来源",
        **({"fault": "核对"} if check else {}),
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))
    if any(one["fault"] for one in data):
        raise Refusal("EvidenceDamaged", "证据库中有文件缺失或被改动，请从备份恢复后再核对")


@fact.command("add")
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


@fact.command("close")
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


@fact.command("list")
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


@commission.command("open")
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


@commission.command("report")
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


@commission.command("list")
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


def _letter(text: str) -> Letter:
    number, _, sent = text.partition("=")
    if not number or not sent:
        raise Refusal("LetterUnclear", f"“{text}”须写成 编号=寄出日，如 XA123=2026-04-01")
    return Letter(number=number, sent_on=day_of(sent))
