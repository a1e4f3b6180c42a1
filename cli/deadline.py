"""`deadline`: the clocks of what is owed, and each explained day by day (期限说明)."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.clocks.explaining import Explained, explain_wait
from activities.clocks.moving import last_words
from activities.progress import wait_line
from cli.acting import reads
from cli.context import Context, Json, out, show
from cli.tables import print_table
from cli.task.clock_requests import visits_under
from cli.waits import known_wait, waits_of
from models.organisation import Department
from models.trail import Deadline, Wait
from rules.calendar import local_day
from rules.deadline import Unit
from rules.refusal import Refusal
from rules.roles import Role
from rules.waits import WaitKind
from workflows.waiting import last_day

app = typer.Typer(help="期限：查看待办的期限，逐日说明怎样算出", no_args_is_help=True)

_WHICH = "任务、处置、更正、计划、计划行（计划编号/序号）编号或部门"
_Ended = Annotated[bool, typer.Option("--all", help="也列已办结的")]


@app.command("list")
@reads
def list_(
    case: Annotated[
        str | None, typer.Argument(metavar="[编号或部门]", help=f"{_WHICH}；不写则列全部")
    ] = None,
    ended: _Ended = False,
    as_json: Json = False,
) -> None:
    """列出未办结的待办：编号、等谁、期限、是否暂定或中止；编号用于 task suspend 等命令的 --wait。"""
    with Context().database.read() as session:
        rows = _listed(session, case, ended=ended)
    columns = {
        "short": "待办编号",
        "what": "办什么",
        "who": "等谁",
        "open": "件数",
        "until": "期限",
        "scope": "所在",
    }
    show(rows, as_json=as_json, text=lambda: print_table(columns, rows, empty=_none(ended=ended)))


@app.command("explain")
@reads
def explain(
    which: Annotated[
        str,
        typer.Argument(metavar="待办编号|编号|部门", help=f"待办编号可只写前几位；或{_WHICH}，逐项说明"),
    ],
    ended: _Ended = False,
    as_json: Json = False,
) -> None:
    """逐日说明期限：哪天计入、哪天不计入、为什么、何时中止、由何日改为何日。"""
    context, now = Context(), datetime.now(UTC)
    waits = _named(context, which, ended=ended)
    with context.database.read() as session:
        found = [explain_wait(session, wait, now) for wait in waits]

    def text() -> None:
        for one in found:
            _print(one)
        if not found:
            out.print(_none(ended=ended))

    show([_view(one) for one in found], as_json=as_json, text=text)


@app.command("visits")
@reads
def visits(
    wait: Annotated[str, typer.Argument(metavar="待办编号", help="可只写前几位")], as_json: Json = False
) -> None:
    """列出一项待办中的各户；task suspend 等命令的 --subject 只对其中几户。"""
    context = Context()
    row = known_wait(context.database, wait)
    with context.database.read() as session:
        rows = [
            {"visit": visit.id, "code": subject.code, "name": subject.name, "due_day": visit.due_day}
            for visit, subject in visits_under(session, row)
        ]
    columns = {"code": "代码", "name": "检查对象", "due_day": "录入期限", "visit": "检查编号"}
    show(rows, as_json=as_json, text=lambda: print_table(columns, rows, empty="这项待办不是按户办理的"))


def _none(*, ended: bool) -> str:
    return "没有待办" if ended else "没有未办结的待办；已办结的见 --all"


def _named(context: Context, which: str, *, ended: bool) -> list[Wait]:
    with context.database.read() as session:
        case = waits_of(session, which)
        if case is not None:
            statement = select(Wait).where(case).order_by(col(Wait.opened_at), col(Wait.key))
            return list(session.exec(statement if ended else statement.where(col(Wait.closed_at).is_(None))))
    return [known_wait(context.database, which)]


def _listed(session: Session, case: str | None, *, ended: bool) -> list[dict[str, Any]]:
    statement = (
        select(Wait, Deadline, Department.name)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .join(Department, col(Department.id) == col(Wait.department))
        .order_by(col(Deadline.due), col(Wait.key))
    )
    if not ended:
        statement = statement.where(col(Wait.closed_at).is_(None))
    if case is not None:
        picked = waits_of(session, case)
        if picked is None:
            raise Refusal(
                "CaseUnknown",
                f"没有 {case} 的待办；编号见 task list、disposal list、plan list，部门见 person list",
            )
        statement = statement.where(picked)
    rows = session.exec(statement).all()
    return [
        {
            "wait": wait.id,
            "short": wait.id[:8],
            "what": WaitKind(wait.kind).label,
            "who": f"{name} {Role(wait.role).label}{f'（{wait.assignee}）' if wait.assignee else ''}",
            "open": wait.open,
            "until": _until(wait, deadline, name),
            "due_day": deadline.due_day,
            "provisional": deadline.provisional,
            "suspended": deadline.suspended,
            "closed_at": wait.closed_at,
            "scope": wait.scope,
        }
        for wait, deadline, name in rows
    ]


def _until(wait: Wait, deadline: Deadline, name: str) -> str:
    """The last day in words; of what has ended, whether it was in time."""
    if wait.closed_at is None:
        return last_day(wait_line(wait, deadline, name))
    late = "，逾期" if wait.closed_at > deadline.due else ""
    return f"{deadline.due_day}，{local_day(wait.closed_at)}办结{late}"


def _print(one: Explained) -> None:
    wait, deadline = one.wait, one.deadline
    unit = Unit(deadline.unit)
    hours = unit is Unit.WORKING_HOUR
    until = "中止中，恢复后另计" if deadline.suspended else f"{last_words(deadline)}到期"
    head = f"{WaitKind(wait.kind).label}（{wait.id[:8]}）　{deadline.amount}{unit.label}，自{deadline.anchor}起算，{until}"
    out.print(head, style="bold", markup=False)
    if deadline.clause:
        out.print(f"依据：{deadline.clause}", markup=False)
    if one.anchor_words:
        out.print(f"起算：{one.anchor_words}", markup=False)
    for year in one.provisional_years:
        words = (
            "尚未公布，到期日为暂定；公布后（calendar load）自动重算"
            if wait.closed_at is None
            else "办结时尚未公布，按周一至周五计算"
        )
        out.print(f"{year}年工作日历{words}", style="yellow")
    rows = [{"day": day.day, "counted": "计入" if day.counted else "—", "why": day.why} for day in one.days]
    print_table({"day": "日期", "counted": "计入", "why": "理由"}, rows)
    out.print(f"共计入{deadline.amount}{unit.label}" if hours else f"共计入{one.counted}日", markup=False)
    for row in one.suspensions:
        out.print(f"中止：{row.from_day}至{row.to_day or '（未恢复）'}，{row.reason}", markup=False)
    if one.former:
        steps = [
            f"{last_words(row)}（{local_day(row.made_at)}{row.cause.label}）"
            for row in (*one.former, deadline)
        ]
        out.print(f"到期日变动：{' → '.join(steps)}", markup=False)


def _view(one: Explained) -> dict[str, Any]:
    return {
        "wait": one.wait.id,
        "kind": one.wait.kind,
        "anchor": one.deadline.anchor,
        "amount": one.deadline.amount,
        "unit": one.deadline.unit,
        "due_day": one.deadline.due_day,
        "due": one.deadline.due,
        "no_later": one.deadline.no_later,
        "provisional": one.deadline.provisional,
        "suspended": one.deadline.suspended,
        "clause": one.deadline.clause,
        "counted": one.counted,
        "anchor_words": one.anchor_words,
        "days": [vars(day) for day in one.days],
        "suspensions": [
            {"from": row.from_day, "to": row.to_day, "reason": row.reason} for row in one.suspensions
        ],
        "former": [
            {"due_day": row.due_day, "made_at": row.made_at, "cause": row.cause.value} for row in one.former
        ],
    }
