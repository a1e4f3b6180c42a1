"""`result evidence`: the files behind a result, by their content (证据)."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from adapters.evidence_store import EvidenceStore
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import Json, show
from cli.given import chosen
from cli.result import retract
from cli.result.given import VisitId
from cli.tables import done, print_table
from models.evidence import Evidence, EvidenceKind
from models.papers import (
    AddEvidence,
    EvidenceLine,
)
from models.registers import Subject
from models.retractions import RetractedGround
from models.task import Visit
from rules.refusal import Refusal

app = typer.Typer(help="证据：登记、列出、核对证据文件", no_args_is_help=True)
app.add_typer(retract.evidence)
ItemId = Annotated[str, typer.Option("--item", metavar="事项编号", help="只属于某一事项的写明事项")]


@app.command("add")
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


@app.command("list")
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
