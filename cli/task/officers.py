"""`task match|postpone|recuse`: who goes, and when (匹配执法人员、改期、回避)."""

from typing import Annotated

import typer

from cli.acting import TaskId, Who, acts
from cli.given import chosen, day_of
from cli.tables import done, hint
from models.papers import (
    DeclareRecusal,
    MatchAgain,
    PostponeVisits,
)
from rules.recusal import RecusalGround

app = typer.Typer()


@app.command("match")
@acts
def match(
    task: TaskId,
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="如补足了人员、临时回避")],
    who: Who,
    visits: Annotated[
        list[str] | None, typer.Option("--visit", metavar="检查编号", help="已匹配而需换人的（可重复）")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="证号", help="这几户不再派谁，如当日生病（可重复，与 --visit 合用）"
        ),
    ] = None,
) -> None:
    """重新匹配尚无执法人员的检查对象，和指明需要换人的；不指明的，逐户复查，人员不再合适的一并换人。"""
    answer = who.to_task(
        task, MatchAgain(reason=reason, visits=tuple(visits or ()), without=tuple(without or ()))
    )
    done("已申请重新匹配；结果见 task show")
    if unfit := answer.data.get("unfit"):
        hint(f"其中{unfit}户原执法人员不再合适（证件到期、休假、回避），一并重新匹配")


@app.command("postpone")
@acts
def postpone(
    task: TaskId,
    visits: Annotated[list[str], typer.Argument(metavar="检查编号...")],
    first: Annotated[str, typer.Option("--from", metavar="日期", help="新的检查时段自何日")],
    last: Annotated[str, typer.Option("--to", metavar="日期", help="至何日（含）")],
    reason: Annotated[str, typer.Option("--reason", metavar="理由")],
    who: Who,
    together: Annotated[
        bool, typer.Option("--together", help="发起部门：这几户各部门的检查一并改期，仍一次上门")
    ] = False,
) -> None:
    """审批人批准推迟或改期检查；不再合适的执法人员重新匹配。只改本部门的，会通知其他部门一并改期。"""
    answer = who.to_task(
        task,
        PostponeVisits(
            visits=tuple(visits),
            first_day=day_of(first),
            last_day=day_of(last),
            reason=reason,
            together=together,
        ),
    )
    each = "项（各部门合计）" if together else "户"
    done(f"已改期{answer.data['postponed']}{each}，其中{answer.data['to_match']}{each[0]}重新匹配执法人员")
    if apart := answer.data.get("apart"):
        hint(
            f"其他部门对同一对象的{apart}项检查没有随之改期，已通知其审批人一并改期；发起部门可用 --together 一并改"
        )


@app.command("recuse")
@acts
def recuse(
    task: TaskId,
    who: Who,
    officer: Annotated[str, typer.Argument(metavar="证号", help="回避的执法人员")],
    subjects: Annotated[
        list[str], typer.Option("--subject", metavar="代码", help="回避哪些检查对象（可重复）")
    ],
    ground: Annotated[
        str, typer.Option("--ground", metavar="情形", help="、".join(one.label for one in RecusalGround))
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="理由")],
    lift: Annotated[bool, typer.Option("--lift", help="情形已消失或申报有误，解除回避")] = False,
) -> None:
    """申报回避：执法人员本人，或审批人按事实、当事人的申请决定；各任务均适用，已派的立即换人。"""
    paper = DeclareRecusal(
        officer=officer,
        subjects=tuple(subjects),
        ground=chosen(RecusalGround, ground),
        reason=reason,
        lift=lift,
    )
    answer = who.to_task(task, paper)
    if lift:
        done(f"已解除 {officer} 对{len(subjects)}户的回避")
        return
    again = answer.data.get("to_match", 0)
    done(f"已登记 {officer} 回避{len(subjects)}户" + (f"，其中{again}户正在重新匹配" if again else ""))
