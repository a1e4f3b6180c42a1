"""`disposal`: follow-up of findings, step by step (后续处置)."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from cli import disposal_more
from cli.acting import Who, acts, reads
from cli.context import Context, Json, out, show
from cli.given import chosen, day_of, department_named, department_names
from cli.tables import done, hint, print_table
from models.outcomes import Disposal, DisposalEntry
from models.papers import StepDisposal
from models.registers import Subject
from models.task import Visit
from models.trail import Deadline, Wait
from rules.calendar import local_day, until_words
from rules.disposal import OUTCOMES, STEPS, DisposalKind, DisposalState, DisposalStep, Outcome
from rules.refusal import Refusal

app = typer.Typer(
    help="处置：责令改正、立案、移送、列入名录的各步，追加、撤回公示、联合惩戒", no_args_is_help=True
)
app.add_typer(disposal_more.app)

Id = Annotated[str, typer.Argument(metavar="处置编号", help="见 disposal list")]


@app.command("list")
@reads
def list_(
    task: Annotated[str | None, typer.Argument(metavar="[任务编号]")] = None,
    department: Annotated[
        str | None, typer.Option("--department", metavar="部门", help="只列由该部门办理或接收的")
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="只列未办结的")] = False,
    as_json: Json = False,
) -> None:
    """列出处置：方式、进展、责任部门、期限。"""
    with Context().database.read() as session:
        statement = select(Disposal, Subject.name)
        statement = statement.join(Visit, col(Visit.id) == col(Disposal.visit))
        statement = statement.join(Subject, col(Subject.id) == col(Visit.subject)).order_by(
            col(Disposal.opened_at), col(Disposal.id)
        )
        if task is not None:
            statement = statement.where(col(Disposal.task) == task.removeprefix("joint-task/"))
        if department is not None:
            own = department_named(session, department).id
            statement = statement.where((col(Disposal.owner) == own) | (col(Disposal.receiver) == own))
        if only_open:
            statement = statement.where(col(Disposal.closed_at).is_(None))
        rows = session.exec(statement).all()
        names = department_names(session, [row.owner for row, _ in rows])
        dues = _dues(session)
    data = [_view(row, name, names, dues.get(row.id)) for row, name in rows]
    columns = {
        "disposal": "处置编号",
        "name": "检查对象",
        "kind_name": "方式",
        "state_name": "进展",
        "owner_name": "责任部门",
        "due": "期限",
        "outcome_name": "结果",
    }
    shown = [{**one, "due": _due_cell(one)} for one in data]
    show(data, as_json=as_json, text=lambda: print_table(columns, shown))


@app.command("show")
@reads
def show_disposal(disposal: Id, as_json: Json = False) -> None:
    """查看一件处置：进展、各步记录、现在可办的步骤。"""
    with Context().database.read() as session:
        row = _known(session, disposal)
        subject = session.get_one(Subject, session.get_one(Visit, row.visit).subject)
        names = department_names(session, [one for one in (row.owner, row.receiver) if one])
        view = _view(row, subject.name, names, _dues(session).get(row.id))
        entries = session.exec(
            select(DisposalEntry)
            .where(col(DisposalEntry.disposal) == row.id)
            .order_by(col(DisposalEntry.number))
        ).all()
    steps = possible_steps(row)
    data = {**view, "entries": [one.content for one in entries], "steps": steps}

    def text() -> None:
        out.print(
            f"{view['kind_name']}：{view['state_name']}　{view['name']}　责任部门 {view['owner_name']}"
            + (f"　接收部门 {names.get(row.receiver, row.receiver)}" if row.receiver else ""),
            markup=False,
        )
        out.print(row.reason, style="dim", markup=False)
        rows = [
            {**one.content, "number": one.number, "step": DisposalStep(one.step).label} for one in entries
        ]
        print_table(
            {"number": "序", "on": "日期", "step": "步骤", "note": "说明"}, rows, empty="尚未办理任何一步"
        )
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
    note: Annotated[str, typer.Option("--note", metavar="说明", help="文书号、情况说明")] = "",
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="结果", help="结案时须选的处理结果")
    ] = None,
    receiver: Annotated[
        str | None, typer.Option("--receiver", metavar="部门", help="移交责任部门时写明移交给谁")
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
        outcome=chosen(Outcome, outcome).value if outcome else None,
        receiver=_department(who, receiver) if receiver else None,
    )
    answer = who.send(f"disposal/{disposal}", paper)

    def text() -> None:
        done(f"{disposal}：已办理“{DisposalStep(paper.step).label}”")
        hint(f"查看：starter.py disposal show {disposal}")

    show({"disposal": disposal, "step": paper.step, **answer.data}, as_json=as_json, text=text)


def _due_cell(view: dict[str, Any]) -> str:
    """An ended disposal waits for the platform, not for its owner."""
    if view["closed_at"] is None and not STEPS[DisposalKind(view["kind"])].get(DisposalState(view["state"])):
        return "待公示"
    return until_words(view["due"]) if view["due"] else ""


def _department(who: Who, text: str) -> str:
    with who.database.read() as session:
        return department_named(session, text).id


def possible_steps(disposal: Disposal) -> list[dict[str, Any]]:
    """The steps that can be taken now, each with the outcomes to choose from where it closes the case."""
    possible = STEPS[disposal.kind].get(DisposalState(disposal.state), {})
    return [
        {
            "step": one.value,
            "label": one.label,
            "outcomes": [{"outcome": each.value, "label": each.label} for each in OUTCOMES.get(state, ())],
        }
        for one, state in possible.items()
    ]


def _tell_steps(disposal: Disposal, steps: list[dict[str, Any]]) -> None:
    if not steps:
        out.print("已无可办的步骤" + ("，处理结果公示后办结" if disposal.closed_at is None else "，已办结"))
    for one in steps:
        choices = one["outcomes"] if len(one["outcomes"]) > 1 else []
        pick = "，另写 --outcome " + "、".join(f"{each['outcome']}（{each['label']}）" for each in choices)
        hint(f"{one['label']}：starter.py disposal step {disposal.id} {one['step']}{pick if choices else ''}")


def _known(session: Session, disposal: str) -> Disposal:
    row = session.get(Disposal, disposal.removeprefix("disposal/"))
    if row is None:
        raise Refusal("DisposalUnknown", f"没有处置 {disposal}；可用 disposal list 查看处置编号")
    return row


def _dues(session: Session) -> dict[str, datetime]:
    """The due moment of each open disposal."""
    rows = session.exec(
        select(Wait.scope, func.min(Deadline.due))
        .join(Deadline, col(Deadline.wait) == col(Wait.id))
        .where(
            col(Wait.scope).startswith("disposal/"),
            col(Wait.closed_at).is_(None),
            col(Deadline.current).is_(True),
        )
        .group_by(col(Wait.scope))
    )
    return {scope.removeprefix("disposal/"): due for scope, due in rows}


def _view(row: Disposal, subject: str, names: dict[str, str], due: datetime | None) -> dict[str, Any]:
    return {
        "disposal": row.id,
        "task": row.task,
        "name": subject,
        "kind": row.kind.value,
        "kind_name": row.kind.label,
        "state": row.state,
        "state_name": DisposalState(row.state).label,
        "owner": row.owner,
        "owner_name": names.get(row.owner, row.owner),
        "receiver": row.receiver,
        "opened_on": row.opened_on,
        "due": due,
        "closed_at": row.closed_at,
        "outcome": row.outcome,
        "outcome_name": Outcome(row.outcome).label if row.outcome else "",
        "result": row.result,
        "reason": row.reason,
    }
