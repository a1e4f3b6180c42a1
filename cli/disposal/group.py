"""`disposal`: follow-up of findings, step by step (后续处置)."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from cli.acting import Who, acts, reads, task_id
from cli.context import Context, Json, out, show
from cli.disposal import more as disposal_more
from cli.disposal.views import Owed, annulments, finding_of, names_of, owed_by, possible_steps, view_of
from cli.given import chosen, day_of, department_named
from cli.ledger import To, write_ledger
from cli.tables import done, hint, print_table
from cli.task.cases import print_cases, waits_in
from models.outcomes import Annulment, Disposal, DisposalEntry
from models.papers import StepDisposal
from models.registers import Subject
from models.task import Visit
from rules.calendar import local_day
from rules.disposal import DisposalKind, DisposalOutcome, DisposalState, DisposalStep
from rules.refusal import Refusal

app = typer.Typer(
    help="处置：责令改正、立案、移送、列入名录的各步，追加、撤回公示、联合惩戒", no_args_is_help=True
)
app.add_typer(disposal_more.app)

_COLUMNS = {
    "disposal": "处置编号",
    "name": "检查对象",
    "kind_name": "方式",
    "state_name": "进展",
    "owner_name": "责任部门",
    "waits_for": "等谁",
    "until": "期限",
    "outcome_name": "结果",
}
_LEDGER = {
    "task": "任务编号",
    "opened_on": "开始日期",
    **_COLUMNS,
    "closed_at": "办结时间",
    "reason": "责任部门依据",
}
Id = Annotated[str, typer.Argument(metavar="处置编号", help="见 disposal list")]


@app.command("list")
@reads
def list_(
    task: Annotated[str | None, typer.Argument(metavar="[任务编号]")] = None,
    department: Annotated[
        str | None, typer.Option("--department", metavar="部门", help="只列由该部门办理或接收的")
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="只列未办结的")] = False,
    only_overdue: Annotated[bool, typer.Option("--overdue", help="只列已逾期的")] = False,
    to: To = None,
    as_json: Json = False,
) -> None:
    """列出处置：方式、进展、责任部门、等谁、期限；--to 写成台账。"""
    with Context().database.read() as session:
        statement = select(Disposal, Subject.name)
        statement = statement.join(Visit, col(Visit.id) == col(Disposal.visit))
        statement = statement.join(Subject, col(Subject.id) == col(Visit.subject)).order_by(
            col(Disposal.opened_at), col(Disposal.id)
        )
        if task is not None:
            statement = statement.where(col(Disposal.task) == task_id(task))
        if department is not None:
            own = department_named(session, department).id
            statement = statement.where((col(Disposal.owner) == own) | (col(Disposal.receiver) == own))
        if only_open:
            statement = statement.where(col(Disposal.closed_at).is_(None))
        rows = session.exec(statement).all()
        owed = owed_by(session)
        names = names_of(session, [row for row, _ in rows], owed)
        fallen = annulments(session, (row.id for row, _ in rows))
    now = datetime.now(UTC)
    data = [
        view_of(row, name, names, owed.get(row.id), fallen.get(row.id))
        for row, name in rows
        if not only_overdue or _late(owed.get(row.id), now)
    ]
    if to is not None:
        write_ledger(to, "后续处置台账", _LEDGER, data)
    show(data, as_json=as_json, text=lambda: print_table(_COLUMNS, data, empty="没有处置"))


@app.command("show")
@reads
def show_disposal(disposal: Id, as_json: Json = False) -> None:
    """查看一件处置：查到了什么、等谁、自何时、到何时、各步记录、现在可办的步骤。"""
    with Context().database.read() as session:
        row = _known(session, disposal)
        subject = session.get_one(Subject, session.get_one(Visit, row.visit).subject)
        owed = owed_by(session, [row.id])
        names = names_of(session, [row], owed)
        fallen = session.get(Annulment, row.id)
        view = view_of(row, subject.name, names, owed.get(row.id), fallen)
        finding = finding_of(session, row)
        waits = waits_in(session, f"disposal/{row.id}")
        entries = session.exec(
            select(DisposalEntry)
            .where(col(DisposalEntry.disposal) == row.id)
            .order_by(col(DisposalEntry.number))
        ).all()
    steps = possible_steps(row)
    data = {
        **view,
        "finding": finding,
        "entries": [one.content for one in entries],
        "waits": [one.view() for one in waits],
        "steps": steps,
    }

    def text() -> None:
        receiver = f"　接收单位 {view['receiver_name']}" if view["receiver_name"] else ""
        out.print(
            f"{view['kind_name']}：{view['state_name']}　{view['name']}（{finding['code']}）　"
            f"责任部门 {view['owner_name']}{receiver}",
            markup=False,
        )
        out.print(
            f"{row.task}　{finding['item']}：{'、'.join(finding['categories'])}"
            f"{'（经更正）' if finding['corrected'] else ''}　{finding['finding']}"
            f"　检查完成日 {finding['completed_on']}　证据{finding['evidence']}件",
            markup=False,
        )
        out.print(row.reason, style="dim", markup=False)
        _tell_periods(row, owed.get(row.id), fallen)
        rows = [
            {**one.content, "number": one.number, "step": DisposalStep(one.step).label} for one in entries
        ]
        print_table(
            {"number": "序", "on": "日期", "step": "步骤", "note": "说明"}, rows, empty="尚未办理任何一步"
        )
        if waits:
            print_cases(waits, title="等谁")
        _tell_steps(row, steps)

    show(data, as_json=as_json, text=text)


@app.command("step")
@acts
def step(
    disposal: Id,
    who: Who,
    name: Annotated[
        str | None, typer.Argument(metavar="步骤", help="如 recheck_passed（复查合格）、acknowledge（接收）")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="日期", help="办理日期（默认今日）")] = None,
    note: Annotated[str, typer.Option("--note", metavar="说明", help="文号、理由、情况说明")] = "",
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="结果", help="结案时须选的处理结果")
    ] = None,
    receiver: Annotated[
        str | None, typer.Option("--receiver", metavar="部门", help="移交或退回后再移送时写明给谁")
    ] = None,
    outside: Annotated[
        str, typer.Option("--outside", metavar="单位", help="退回后再移送给不在本系统的单位")
    ] = "",
    days: Annotated[
        int | None, typer.Option("--days", metavar="天", min=1, max=365, help="延期的天数（自然日）")
    ] = None,
    as_json: Json = False,
) -> None:
    """办理一步；不写步骤时列出现在可办的。"""
    disposal = disposal.removeprefix("disposal/")
    if name is None:
        with who.database.read() as session:
            row = _known(session, disposal)
        steps = possible_steps(row)
        show(steps, as_json=as_json, text=lambda: _tell_steps(row, steps))
        return
    paper = StepDisposal(
        step=chosen(DisposalStep, name).value,
        on=day_of(on) if on else local_day(datetime.now(UTC)),
        note=note,
        outcome=chosen(DisposalOutcome, outcome).value if outcome else None,
        receiver=_department(who, receiver) if receiver else None,
        outside=outside,
        days=days,
    )
    answer = who.send(f"disposal/{disposal}", paper)

    def text() -> None:
        done(f"{disposal}：已办理“{DisposalStep(paper.step).label}”")
        hint(f"查看：starter.py disposal show {disposal}")

    show({"disposal": disposal, "step": paper.step, **answer.data}, as_json=as_json, text=text)


def _late(owed: Owed | None, now: datetime) -> bool:
    return owed is not None and not owed.suspended and owed.due <= now


def _tell_periods(disposal: Disposal, owed: Owed | None, fallen: Annulment | None) -> None:
    """The last day to comply, which is not the re-check's; and that a decision has fallen."""
    if disposal.kind is DisposalKind.RECTIFY and disposal.state == DisposalState.OPEN and owed:
        out.print(f"改正期限至 {owed.anchor}，其后复查", markup=False)
    if fallen is not None:
        out.print(
            f"决定已被撤销：{fallen.authority}　{fallen.document}　{fallen.decided_on}　{fallen.reason}",
            markup=False,
        )


def _department(who: Who, text: str) -> str:
    with who.database.read() as session:
        return department_named(session, text).id


def _tell_steps(disposal: Disposal, steps: list[dict[str, Any]]) -> None:
    if not steps:
        out.print("已无可办的步骤" + ("，处理结果公示后办结" if disposal.closed_at is None else "，已办结"))
    for one in steps:
        choices = "、".join(
            f"{each['outcome']}（{each['label']}）" for each in one["outcomes"][1:] and one["outcomes"]
        )
        by = f"（{one['by']}办理）" if one["by"] else ""
        command = f"starter.py disposal step {disposal.id} {one['step']}{one['options']}"
        hint(f"{one['label']}{by}：{command}{f'；结果为 {choices}' if choices else ''}")


def _known(session: Session, disposal: str) -> Disposal:
    row = session.get(Disposal, disposal.removeprefix("disposal/"))
    if row is None:
        raise Refusal("DisposalUnknown", f"没有处置 {disposal}；可用 disposal list 查看处置编号")
    return row
