"""`task suspend|resume|extend-wait|reassign|skip|decide-clock`: acts on a wait's clock (中止、恢复、延期、改派、免办)."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from activities.papers.rulings import ruled_by
from cli.acting import Who, acts, task_id
from cli.given import chosen, day_of
from cli.tables import done, hint, print_table
from cli.task.clock_requests import of_case, visits_named
from cli.waits import known_wait, moved_words
from models.papers import (
    DecideClock,
    ExtendWait,
    Paper,
    ReassignWait,
    RequestClock,
    ResumeClock,
    SkipWait,
    SuspendClock,
)
from models.trail import Answer
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role

app = typer.Typer()

WaitId = Annotated[
    str, typer.Option("--wait", metavar="待办编号", help="见 deadline list；可只写前几位，只要不重复")
]
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")]
Approval = Annotated[str, typer.Option("--approval", metavar="文号", help="批准的文号或审批单号")]
OwnApproval = Annotated[
    str | None,
    typer.Option(
        "--approval", metavar="文号", help="有权批准的人直接办理时写批准文号；不写即为提出申请，待批准后生效"
    ),
]
Subjects = Annotated[
    list[str] | None,
    typer.Option(
        "--subject", metavar="对象", help="只对其中这几户：代码、名称或检查编号（可重复），见 deadline visits"
    ),
]


@app.command("suspend")
@acts
def suspend(
    wait: WaitId,
    reason: Reason,
    who: Who,
    approval: OwnApproval = None,
    subjects: Subjects = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="日期", help="中止自何日（含），默认今日")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="日期", help="至何日（含）；不写则待恢复（task resume）")
    ] = None,
) -> None:
    """中止一项待办的期限：中止的日子不计入，其间不催办。不写 --approval 为申请，由批准人决定。"""
    from_day, to_day = day_of(first) if first else _today(), day_of(last) if last else None
    about = _about(who, wait, subjects, reason)
    if approval is None:
        _ask(who, RequestClock(lever="suspend", from_day=from_day, to_day=to_day, **about))
        return
    paper = SuspendClock(from_day=from_day, to_day=to_day, approval=approval, **about)
    moved = _moved(_send(who, paper.wait, paper), "已中止" if last is None else "已登记中止")
    hint(f"恢复计算：starter.py task resume --wait {moved} --reason 理由 --approval 文号")


@app.command("resume")
@acts
def resume(
    wait: WaitId,
    reason: Reason,
    who: Who,
    approval: OwnApproval = None,
    subjects: Subjects = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="日期", help="自何日起继续计算（含），默认明日")
    ] = None,
) -> None:
    """恢复已中止的期限：剩余的期限接着计算。不写 --approval 为申请。"""
    day = day_of(on) if on else _today() + timedelta(days=1)
    about = _about(who, wait, subjects, reason)
    if approval is None:
        _ask(who, RequestClock(lever="resume", from_day=day, **about))
        return
    paper = ResumeClock(runs_from=day, approval=approval, **about)
    _moved(_send(who, paper.wait, paper), "已恢复")


@app.command("extend-wait")
@acts
def extend(
    wait: WaitId,
    days: Annotated[
        int, typer.Option("--by", min=1, max=60, metavar="数", help="延长多少，单位同原期限（个工作日等）")
    ],
    reason: Reason,
    who: Who,
    approval: OwnApproval = None,
    subjects: Subjects = None,
) -> None:
    """延长一项待办的期限，另起催办；通知所定的期限须由领导小组办公室批准。不写 --approval 为申请。"""
    about = _about(who, wait, subjects, reason)
    if approval is None:
        _ask(who, RequestClock(lever="extend", amount=days, **about))
        return
    paper = ExtendWait(amount=days, approval=approval, **about)
    _moved(_send(who, paper.wait, paper), "已延期")


@app.command("decide-clock")
@acts
def decide(
    who: Who,
    case: Annotated[
        str | None,
        typer.Argument(metavar="[案件编号]", help="任务、处置、更正编号；只写它则列出待决定的申请"),
    ] = None,
    wait: Annotated[
        str | None, typer.Option("--wait", metavar="待办编号", help="哪一件申请；只有一件时可不写")
    ] = None,
    approve: Annotated[
        bool | None, typer.Option("--approve/--refuse", help="批准，或不批准（须写 --reason）")
    ] = None,
    number: Annotated[str, typer.Option("--number", metavar="文号", help="批准文号或审批单号")] = "",
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="不批准的理由")] = "",
) -> None:
    """查看并决定期限中止、恢复、延长的申请；批准即时生效。"""
    requests = [] if case is None else of_case(who.database, task_id(case))
    if approve is None:
        columns = {
            "short": "待办编号",
            "who": "申请部门",
            "what": "申请",
            "reason": "理由",
            "decider": "由谁决定",
        }
        print_table(columns, requests, empty="没有待决定的申请")
        if requests:
            hint("决定：starter.py task decide-clock --wait 待办编号 --approve，或 --refuse --reason 理由")
        return
    if wait is None and not requests:
        raise Refusal(
            "NoRequest", "没有待决定的申请；已决定的见 deadline explain，有权批准的人可用 --approval 直接办理"
        )
    if wait is None and len(requests) != 1:
        raise Refusal("WhichRequest", f"有{len(requests)}件待决定的申请，请用 --wait 写明哪一件")
    named = known_wait(who.database, wait or requests[0]["wait"]).id
    answer = _send(who, named, DecideClock(wait=named, approve=approve, number=number, reason=reason))
    if approve:
        _moved(answer, "已批准")
    else:
        done("未予批准，期限照常计算，已通知申请人")


@app.command("reassign")
@acts
def reassign(
    wait: WaitId,
    reason: Reason,
    who: Who,
    role: Annotated[
        str | None, typer.Option("--role", metavar="职务", help="改由本部门的哪个职务办理")
    ] = None,
    person: Annotated[str | None, typer.Option("--person", metavar="人员编号", help="改由哪一人办理")] = None,
) -> None:
    """改派承办人：此后的提醒发给新的职务或人员；部门不变（换部门须移送或调整计划）。"""
    wait = known_wait(who.database, wait).id
    paper = ReassignWait(wait=wait, role=chosen(Role, role) if role else None, person=person, reason=reason)
    _send(who, wait, paper)
    done(f"已改派待办 {wait[:8]}")


@app.command("skip")
@acts
def skip(wait: WaitId, reason: Reason, approval: Approval, who: Who) -> None:
    """领导小组办公室决定免办；只限不办也能合法办结的事项（如并入其他报告的年度报告）。"""
    wait = known_wait(who.database, wait).id
    _send(who, wait, SkipWait(wait=wait, reason=reason, approval=approval))
    done(f"已免办待办 {wait[:8]}")


def _about(who: Who, wait: str, subjects: list[str] | None, reason: str) -> dict[str, Any]:
    row = known_wait(who.database, wait)
    visits = visits_named(who.database, row, subjects or [])
    return {"wait": row.id, "visits": visits, "reason": reason}


def _ask(who: Who, paper: RequestClock) -> None:
    data: dict[str, Any] = _send(who, paper.wait, paper).data
    done(f"已提出申请，由{Role(data['decider']).label}决定；决定之前期限照常计算")
    hint(f"决定：starter.py task decide-clock --wait {data['decision'][:8]} --approve")


def _send(who: Who, wait: str, paper: Paper) -> Answer:
    # An approver who stands in for the head could else never approve what the head alone may.
    return who.send(ruled_by(known_wait(who.database, wait)), paper, first=Role.HEAD)


def _moved(answer: Answer, words: str) -> str:
    """Tell both dates; returns the short id of the wait that was moved."""
    data: dict[str, Any] = answer.data
    short = str(data["wait"])[:8]
    done(f"{words}：{moved_words(data)}（待办 {short}）")
    hint(f"逐日说明：starter.py deadline explain {short}")
    return short


def _today() -> date:
    return local_day(datetime.now(UTC))
