"""`task suspend|resume|extend-wait|reassign|skip`: acts on one wait's clock (中止、恢复、延期、改派、免办)."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from cli.acting import Who, acts
from cli.given import chosen, day_of
from cli.tables import done, hint
from cli.waits import known_wait, target_of
from models.papers import ExtendWait, Paper, ReassignWait, ResumeClock, SkipWait, SuspendClock
from models.trail import Answer
from rules.calendar import local_day
from rules.roles import Role

app = typer.Typer()

WaitId = Annotated[
    str, typer.Option("--wait", metavar="待办编号", help="见 deadline list；可只写前几位，只要不重复")
]
Reason = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，入档留痕")]
Approval = Annotated[str, typer.Option("--approval", metavar="文号", help="批准的文号或审批单号")]


@app.command("suspend")
@acts
def suspend(
    wait: WaitId,
    reason: Reason,
    approval: Approval,
    who: Who,
    first: Annotated[
        str | None, typer.Option("--from", metavar="日期", help="中止自何日（含），默认今日")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="日期", help="至何日（含）；不写则待恢复（task resume）")
    ] = None,
) -> None:
    """中止一项待办的期限：中止的日子不计入，其间不催办。单位主要负责人或领导小组办公室批准。"""
    wait = known_wait(who.database, wait).id
    paper = SuspendClock(
        wait=wait,
        from_day=day_of(first) if first else _today(),
        to_day=day_of(last) if last else None,
        reason=reason,
        approval=approval,
    )
    _moved(_send(who, wait, paper), "已中止" if last is None else "已登记中止")
    hint(f"恢复计算：starter.py task resume --wait {wait[:8]} --reason 理由 --approval 文号")


@app.command("resume")
@acts
def resume(
    wait: WaitId,
    reason: Reason,
    approval: Approval,
    who: Who,
    on: Annotated[
        str | None, typer.Option("--on", metavar="日期", help="自何日起继续计算（含），默认明日")
    ] = None,
) -> None:
    """恢复已中止的期限：剩余的期限接着计算。"""
    wait = known_wait(who.database, wait).id
    day = day_of(on) if on else _today() + timedelta(days=1)
    _moved(
        _send(who, wait, ResumeClock(wait=wait, runs_from=day, reason=reason, approval=approval)), "已恢复"
    )


@app.command("extend-wait")
@acts
def extend(
    wait: WaitId,
    days: Annotated[
        int, typer.Option("--by", min=1, max=60, metavar="数", help="延长多少，单位同原期限（个工作日等）")
    ],
    reason: Reason,
    approval: Approval,
    who: Who,
) -> None:
    """延长一项待办的期限，另起催办；通知所定的期限须由领导小组办公室批准。"""
    wait = known_wait(who.database, wait).id
    _moved(_send(who, wait, ExtendWait(wait=wait, amount=days, reason=reason, approval=approval)), "已延期")


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


def _send(who: Who, wait: str, paper: Paper) -> Answer:
    return who.send(target_of(known_wait(who.database, wait)), paper)


def _moved(answer: Answer, words: str) -> None:
    data: dict[str, Any] = answer.data
    done(f"{words}：到期日由 {data['from']} 变为 {data['to']}")
    hint(f"逐日说明：starter.py deadline explain {data['wait'][:8]}")


def _today() -> date:
    return local_day(datetime.now(UTC))
