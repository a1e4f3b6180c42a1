"""`task archive`: one task's legal record with all its files, hashed (任务档案)."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities import audit
from activities.archive.histories import Archive
from activities.archive.legal_record import record_of, workflows_of
from activities.authority import check_role
from adapters.build import VERSION
from adapters.database import Database
from adapters.evidence_store import EvidenceStore
from adapters.record_files import MANIFEST, write_record
from cli.acting import TaskId, Who, asks, task_id
from cli.context import err, run
from cli.tables import done, hint
from cli.task.given import known_task
from models.evidence import Evidence
from models.organisation import Posting
from models.retractions import RetractedGround, Retraction
from models.task import JointTask, Visit
from models.trail import ArchivedRun
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import TaskStatus

app = typer.Typer()

KEEPERS = frozenset({Role.OFFICE})
"""The record holds persons' data of every department: the coordinating office's to hand out."""
_DAMAGED = 1


@app.command("archive")
@asks
def archive(
    task: TaskId,
    who: Who,
    target: Annotated[Path, typer.Option("--to", metavar="目录或.zip", help="新目录，或以 .zip 结尾的文件")],
) -> None:
    """导出已结束任务的全部档案（文书、结果、抽取、公示、证据、运行记录、留痕）和哈希清单；限领导小组办公室，留痕。"""
    posting = who.posting(KEEPERS)
    check_role(KEEPERS, posting.role)
    settings, now = who.context.settings, datetime.now(UTC)
    stores = EvidenceStore(settings.evidence), EvidenceStore(settings.archive)
    with who.database.read() as session:
        row = _ended(session, task_id(task), who.office_of(posting.department))
        workflows = workflows_of(session, row.id)
    run(_keep_all(who, stores[1], workflows, now))
    with who.database.read() as session:
        kept = list(_kept_files(session, row.id, *stores))
        faults = [f"{name}：{fault}" for name, _, fault in kept if fault]
        files = list(record_of(session, row))
        about = _about(row, posting, now) | {"faults": faults, "withdrawn": _withdrawn(session, row.id)}
    files.append(("record.json", (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()))
    digest = write_record(target, [*files, *((name, path) for name, path, fault in kept if not fault)])
    _leave_trace(who.database, row.id, posting, now, digest)
    done(f"已导出 {row.id} 的档案到 {target}：{len(files) + len(kept) - len(faults)}个文件")
    hint(f"清单 {MANIFEST} 的哈希（已入留痕）：{digest}")
    hint(f"核验：在该目录（或解压后）执行 sha256sum -c {MANIFEST}")
    for fault in faults:
        err.print(f"✗ {fault}", markup=False)
    if faults:
        raise typer.Exit(_DAMAGED)


def _ended(session: Session, task: str, office: str) -> JointTask:
    """The task; refuses one of another office and one that is still open."""
    row = known_task(session, task)
    if row.office != office:
        raise Refusal("WrongOffice", f"{row.id} 不属于本领导小组办公室，无权导出")
    if row.status is TaskStatus.OPEN:
        raise Refusal("TaskOpen", f"任务 {row.id} 尚未办结或撤销，档案在结束后导出；进展见 task show")
    return row


async def _keep_all(who: Who, store: EvidenceStore, workflows: Sequence[str], now: datetime) -> None:
    """What no worker has archived yet is archived first, where the engine answers and still has it."""
    client = await who.context.client_or_none()
    if client is not None:
        await Archive(client, who.database, store).keep_of(workflows, now)


def _kept_files(
    session: Session, task: str, evidence: EvidenceStore, archive: EvidenceStore
) -> Iterator[tuple[str, Path, str | None]]:
    """Each file of the two stores: its name in the record, where it lies, and what is wrong with it."""
    files = session.exec(
        select(Evidence.sha256, Evidence.name)
        .join(Visit, col(Visit.id) == col(Evidence.visit))
        .where(col(Visit.task) == task, col(Evidence.id).not_in(select(RetractedGround.ground)))
        .order_by(col(Evidence.sha256))
    )
    for sha256, name in dict(files.all()).items():
        yield f"evidence/{sha256}{Path(name).suffix}", evidence.path(sha256), evidence.check(sha256)
    runs = session.exec(
        select(ArchivedRun).where(col(ArchivedRun.task) == task).order_by(col(ArchivedRun.closed_at))
    )
    for one in runs:
        name = f"histories/{one.workflow.replace('/', '_')}.{one.run}.json.gz"
        yield name, archive.path(one.sha256), archive.check(one.sha256)


def _withdrawn(session: Session, task: str) -> list[dict[str, str]]:
    """Evidence that was taken back: its hash and why; its content is no part of the record."""
    rows = session.exec(
        select(Evidence, Retraction)
        .join(RetractedGround, col(RetractedGround.ground) == col(Evidence.id))
        .join(Retraction, col(Retraction.id) == col(RetractedGround.retraction))
        .join(Visit, col(Visit.id) == col(Evidence.visit))
        .where(col(Visit.task) == task)
        .order_by(col(Evidence.id))
    )
    return [
        {
            "evidence": row.id,
            "sha256": row.sha256,
            "name": row.name,
            "retraction": retraction.id,
            "reason": retraction.reason,
        }
        for row, retraction in rows
    ]


def _about(task: JointTask, posting: Posting, now: datetime) -> dict[str, Any]:
    return {
        "task": task.id,
        "name": task.name,
        "status": task.status.value,
        "exported_at": now.isoformat(),
        "exported_by": posting.person,
        "department": posting.department,
        "version": VERSION,
    }


def _leave_trace(database: Database, task: str, posting: Posting, now: datetime, digest: str) -> None:
    with database.write() as session:
        audit.record(
            session,
            audit.task_chain(task),
            "record.exported",
            at=now,
            actor=posting.person,
            acting_for=posting.acting_for,
            role=posting.role.value,
            department=posting.department,
            detail={"manifest": digest},
        )
