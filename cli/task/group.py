"""`task`: launch, claims, cancelling and rebuilding of joint tasks (联合抽查任务)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from activities import audit
from activities.authority import check_role
from activities.rebuild import open_cases, rebuild
from cli.acting import TaskId, Who, acts, asks, task_id
from cli.context import run
from cli.given import department_named, department_names
from cli.tables import done, hint
from cli.task import clock as task_clock
from cli.task import draw as task_draw
from cli.task import prepare as task_prepare
from cli.task import ways as task_ways
from cli.task.given import known_task
from models.papers import (
    AcceptClaim,
    ApproveLaunch,
    CancelTask,
    DeclineClaim,
    ExtendClaim,
    ReleaseClaim,
    ReofferClaim,
    StartTask,
)
from models.task import TakingPart
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Claim

app = typer.Typer()
launch, claims, orders = typer.Typer(), typer.Typer(), typer.Typer()

Document = Annotated[str, typer.Argument(metavar="计划编号")]
Seq = Annotated[str, typer.Argument(metavar="序号")]
Round = Annotated[int, typer.Option("--round", min=1, metavar="轮次", help="第几轮（频次多于一次的行）")]
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")]
Partner = Annotated[
    str | None, typer.Argument(metavar="配合部门", help="编号、名称或别名；只有一个待处理的部门时可不写")
]
_REBUILDERS = frozenset({Role.OFFICE, Role.OPERATOR})
_SETTLED_BY_OFFICE = (Claim.DECLINED, Claim.OFFERED)


@launch.command("start")
@acts
def start(
    document: Annotated[str, typer.Argument(metavar="计划编号", help="或 计划编号/序号")],
    who: Who,
    seq: Annotated[str | None, typer.Argument(metavar="序号")] = None,
    round_: Round = 1,
    received: Annotated[
        Path | None,
        typer.Option("--received", metavar="文件", help="上级抽取的名单（CSV 或 XLSX，含信用代码列）"),
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="文件", help="上级的抽取记录，存其哈希值")
    ] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", metavar="机关", help="抽取的机关")] = None,
    number: Annotated[str | None, typer.Option("--number", metavar="文号", help="下发名单的文号")] = None,
    drawn_on: Annotated[str | None, typer.Option("--drawn-on", metavar="日期", help="上级抽取的日期")] = None,
) -> None:
    """发起部门从已采用的计划行发起任务；上级抽取的行凭收到的名单发起，不再抽取。"""
    plan, row = _row_named(document, seq)
    drawn = None
    if received:
        # A list from above is a file of a register: few launches bring one.
        from cli.task.received_list import read_received  # noqa: PLC0415 - see above

        drawn = read_received(received, record, issuer, number, drawn_on)
    answer = who.to_office(StartTask(document=plan, seq=row, round=round_, received=drawn))
    task = answer.data["task"]
    done(f"已发起任务 {task}")
    if drawn is not None:
        hint(f"名单{len(drawn.codes)}户已入档，由第二人核对：starter.py task confirm {task}")
        hint(f"提出事项和时段：starter.py task items {task}、task periods {task}")
        return
    hint(f"提出范围、事项和时段：starter.py task scope {task}、task items {task}、task periods {task}")


def _row_named(document: str, seq: str | None) -> tuple[str, str]:
    """A row as two words, or as one with a slash, as a wait tells it."""
    plan, slash, rest = document.partition("/")
    if seq is not None:
        return document, seq
    if not slash:
        raise Refusal("SeqMissing", f"请写明序号：task start {document} 序号；可用 plan rows {document} 查看")
    return plan, rest


@launch.command("approve-launch")
@acts
def approve_launch(
    document: Document,
    seq: Seq,
    number: Annotated[str, typer.Option("--number", metavar="文号", help="批准文号")],
    reason: Reason,
    who: Who,
    round_: Round = 1,
) -> None:
    """领导小组办公室批准在起止时间之外发起。"""
    who.to_office(ApproveLaunch(document=document, seq=seq, round=round_, number=number, reason=reason))
    done(f"已批准在窗口外发起 {document} 序号 {seq} 第{round_}轮（{number}）")
    hint(f"发起部门可以发起：starter.py task start {document} {seq}")


@claims.command("claim")
@acts
def claim(task: TaskId, who: Who) -> None:
    """配合部门领取任务。"""
    who.to_task(task, AcceptClaim())
    done(f"已领取任务 {task}")


@claims.command("decline")
@acts
def decline(task: TaskId, reason: Reason, who: Who) -> None:
    """配合部门拒领，写明理由；随后由领导小组办公室处理。"""
    who.to_task(task, DeclineClaim(reason=reason))
    done(f"已拒领任务 {task}，等领导小组办公室处理")


def _name(who: Who, department: str) -> str:
    with who.database.read() as session:
        return department_names(session, [department]).get(department, department)


@claims.command("reoffer")
@acts
def reoffer(task: TaskId, reason: Reason, who: Who, partner: Partner = None) -> None:
    """领导小组办公室向拒领的部门再次交办。"""
    department = _partner(who, task, partner, Claim.DECLINED)
    who.to_task(task, ReofferClaim(department=department, reason=reason))
    done(f"已向{_name(who, department)}再次交办 {task}")


@claims.command("release")
@acts
def release(task: TaskId, reason: Reason, who: Who, partner: Partner = None) -> None:
    """领导小组办公室免除一个部门的配合。"""
    department = _partner(who, task, partner, *_SETTLED_BY_OFFICE)
    who.to_task(task, ReleaseClaim(department=department, reason=reason))
    done(f"已免除{_name(who, department)}在 {task} 的配合")


@claims.command("extend")
@acts
def extend(
    task: TaskId,
    reason: Reason,
    days: Annotated[int, typer.Option("--days", min=1, max=20, metavar="天数", help="自今日起的工作日数")],
    who: Who,
    partner: Partner = None,
) -> None:
    """领导小组办公室延长一个部门的领取期限；拒领的视为再次交办。"""
    department = _partner(who, task, partner, *_SETTLED_BY_OFFICE)
    who.to_task(task, ExtendClaim(department=department, days=days, reason=reason))
    done(f"{_name(who, department)}的领取期限延长为自今日起{days}个工作日")


@orders.command("cancel")
@acts
def cancel(
    task: TaskId,
    number: Annotated[str, typer.Option("--number", "--approval", metavar="文号", help="撤销的批准文号")],
    reason: Reason,
    who: Who,
) -> None:
    """领导小组办公室撤销任务；已有的记录全部保留，可另行再次发起。"""
    who.to_task(task, CancelTask(approval_number=number, reason=reason))
    done(f"已撤销任务 {task}（{number}）")


@orders.command("rebuild")
@asks
def rebuild_(
    who: Who,
    task: Annotated[str | None, typer.Argument(metavar="任务编号", help="见 task list")] = None,
    all_: Annotated[bool, typer.Option("--all", help="全部未办结的任务、处置、更正和部门工作台")] = False,
) -> None:
    """运行记录丢失时，从数据库现有进度重新启动；办公室或运维人员办理，留痕。已在运行的不受影响。"""
    if (task is None) is not all_:
        raise Refusal("TaskNeeded", "请写明任务编号，或用 --all 重建全部")
    posting = who.posting(_REBUILDERS)
    check_role(_REBUILDERS, posting.role)
    office, now = who.office_of(posting.department), datetime.now(UTC)
    with who.database.write() as session:
        named = known_task(session, task_id(task)) if task else None
        if named is not None and named.office != office:
            raise Refusal("WrongOffice", f"{named.id} 不属于本领导小组办公室，无权办理")
        ids = open_cases(session, now, named.id if named else None)
        audit.record(
            session,
            audit.task_chain(named.id) if named else audit.office_chain(office),
            "rebuild.ordered",
            at=now,
            detail={"workflows": len(ids)},
            **who.names(posting),
        )

    async def start() -> int:
        client = await who.context.client()
        return len(await rebuild(client, who.database, ids, now, by=who.names(posting)))

    done(f"已按数据库中的进度启动{run(start())}项（已办结的和正在运行的无须启动）")


def _partner(who: Who, task: str, named: str | None, *claims: Claim) -> str:
    """The partner that was named, else the only one whose claim stands so."""
    with who.database.read() as session:
        if named is not None:
            return department_named(session, named).id
        waiting = _with_claim(session, known_task(session, task_id(task)).id, claims)
    if len(waiting) != 1:
        names = "、".join(waiting) or "没有"
        raise Refusal("PartnerNeeded", f"请在任务编号后写明配合部门；现在可处理的：{names}")
    return waiting[0]


def _with_claim(session: Session, task: str, claims: tuple[Claim, ...]) -> list[str]:
    rows = session.exec(
        select(TakingPart.department)
        .where(col(TakingPart.task) == task, col(TakingPart.claim).in_(claims))
        .order_by(col(TakingPart.department))
    )
    return list(rows)


# In the order of a task's life, for that is how the help page is read.
for part in (launch, task_prepare.app, claims):
    app.add_typer(part)
app.add_typer(task_draw.app, name="draw")
for part in (task_ways.app, task_clock.app, orders):
    app.add_typer(part)
