"""`task list` and `task show`: what the Web UI tells operators, for people at a terminal."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markdown import Markdown
from sqlmodel import Session, col, func, select

from activities.acts.preparation import newest_proposal
from activities.progress import open_waits, read_progress
from cli.acting import TaskId, task_id
from cli.context import Context, Json, out, show
from cli.given import chosen_number, department_named, department_names
from cli.proposals import proposal_words
from cli.tables import due_words, print_table
from models.messages import Progress, WaitLine
from models.task import Aspect, DrawnSubject, JointTask, TakingPart
from models.trail import Deadline, Wait
from rules.ladder import Level
from rules.refusal import Refusal
from rules.stages import Stage, TaskStatus
from rules.waits import WAITS, WaitKind
from workflows.projection import last_day, moment, task_details

app = typer.Typer()


@app.command("list")
def list_(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列已逾期或已升级催办的")] = False,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="步骤", help="只列在该步的：1—8 或名称")
    ] = None,
    department: Annotated[
        str | None, typer.Option("--department", metavar="部门", help="只列该部门参与的")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="也列已办结和已撤销的")] = False,
    as_json: Json = False,
) -> None:
    """列出任务：在哪一步、最早的期限、等谁。"""
    with Context().database.read() as session:
        statement = select(JointTask).order_by(col(JointTask.opened_at).desc(), col(JointTask.id))
        if not all_:
            statement = statement.where(col(JointTask.status) == TaskStatus.OPEN)
        if stage is not None:
            statement = statement.where(col(JointTask.stage) == chosen_number(Stage, stage))
        if department is not None:
            mine = select(TakingPart.task).where(
                col(TakingPart.department) == department_named(session, department).id
            )
            statement = statement.where(col(JointTask.id).in_(mine))
        first_due = _first_due(session)
        tasks = session.exec(statement).all()
        names = department_names(session, [task.initiator for task in tasks])
    now = datetime.now(UTC)
    data = [_line(task, first_due.get(task.id), names, now) for task in tasks]
    data = [line for line in data if line["overdue"] or not overdue]
    columns = {
        "task": "任务编号",
        "name": "任务",
        "initiator_name": "发起部门",
        "stage_name": "步骤",
        "status_name": "状态",
        "due": "最早期限",
        "late": "逾期",
    }
    rows = [{**line, "due": due_words(line["due"]) if line["due"] else ""} for line in data]
    show(data, as_json=as_json, text=lambda: print_table(columns, rows))


@app.command("show")
def show_task(task: TaskId, as_json: Json = False) -> None:
    """查看任务：在哪一步、等谁、自何时、期限、下一步和命令。"""
    task = task_id(task)
    with Context().database.read() as session:
        row = known_task(session, task)
        progress = full_progress(session, task)
        proposals = _proposals(session, task)
        drawn = session.exec(select(func.count()).where(col(DrawnSubject.task) == task)).one()
        cases = _case_waits(session, task)

    def text() -> None:
        out.print(f"{row.name}　{task}", style="bold", markup=False)
        out.print(Markdown(task_details(progress)), soft_wrap=False)
        if drawn:
            out.print(f"已抽取{drawn}户；名单在检查前不公开，本部门的见 task visits {task}", markup=False)
        for one in proposals:
            state = "已复核" if one["confirmed"] else "待第二人复核"
            out.print(f"{one['label']}（{state}）：{one['words']}", markup=False)
            out.print(f"  哈希 {one['sha256']}", style="dim")
        if cases:
            print_table(_CASE_COLUMNS, [_case_row(scope, line) for scope, line in cases], title="处置与更正")

    data = {
        **progress.model_dump(mode="json"),
        "proposals": proposals,
        "drawn": drawn,
        "cases": [{"scope": scope, **line.model_dump(mode="json")} for scope, line in cases],
    }
    show(data, as_json=as_json, text=text)


def known_task(session: Session, task: str) -> JointTask:
    """The task; refuses `TaskUnknown`."""
    row = session.get(JointTask, task)
    if row is None:
        raise Refusal("TaskUnknown", f"没有任务 {task}；可用 task list --all 查看任务编号")
    return row


def full_progress(session: Session, task: str) -> Progress:
    """The task's progress with all its open waits, not only the most urgent."""
    progress = read_progress(session, task)
    waits, _ = open_waits(session, f"joint-task/{task}", limit=max(progress.waits_open, 1))
    return progress.model_copy(update={"waits": waits})


_CASE_COLUMNS = {
    "who": "等谁",
    "what": "办什么",
    "since": "自何时",
    "due": "期限",
    "command": "怎样办",
}


def _first_due(session: Session) -> dict[str | None, datetime]:
    """Each task's earliest due moment among its open waits."""
    rows = session.exec(
        select(Wait.task, func.min(Deadline.due))
        .join(Deadline, col(Deadline.wait) == col(Wait.id))
        .where(col(Wait.closed_at).is_(None), col(Deadline.current).is_(True), col(Wait.task).is_not(None))
        # A clock that stands still is not overdue.
        .where(col(Deadline.suspended).is_(False))
        .group_by(col(Wait.task))
    )
    return dict(rows.all())


def _line(task: JointTask, due: datetime | None, names: dict[str, str], now: datetime) -> dict[str, Any]:
    late = task.status is TaskStatus.OPEN and (task.level >= Level.HEAD or (due is not None and due <= now))
    return {
        "task": task.id,
        "name": task.name,
        "initiator": task.initiator,
        "initiator_name": names.get(task.initiator, task.initiator),
        "stage": int(task.stage),
        "stage_name": task.stage.label,
        "status": task.status.value,
        "status_name": task.status.label,
        "due": due,
        "overdue": late,
        "late": "⚠" if late else "",
        "level": task.level,
    }


def _proposals(session: Session, task: str) -> list[dict[str, Any]]:
    """The newest proposal of each aspect, in words, with what a second person confirms."""
    found = []
    for aspect in Aspect:
        newest = newest_proposal(session, task, aspect)
        if newest is not None:
            found.append(
                {
                    "aspect": aspect.value,
                    "label": aspect.label,
                    "number": newest.number,
                    "sha256": newest.sha256,
                    "confirmed": newest.confirmed_by is not None,
                    "words": proposal_words(session, aspect, newest.content),
                    "content": newest.content,
                }
            )
    return found


def _case_waits(session: Session, task: str) -> list[tuple[str, WaitLine]]:
    """The open waits of the task's disposals and corrections."""
    scopes = session.exec(
        select(Wait.scope)
        .where(col(Wait.task) == task, col(Wait.scope) != f"joint-task/{task}", col(Wait.closed_at).is_(None))
        .distinct()
        .order_by(col(Wait.scope))
    ).all()
    return [(scope, line) for scope in scopes for line in open_waits(session, scope)[0]]


def _case_row(scope: str, line: WaitLine) -> dict[str, Any]:
    rule = WAITS[WaitKind(line.kind)]
    return {
        "who": f"{line.name} {rule.role.label}",
        "what": rule.label,
        "since": moment(line.since),
        "due": last_day(line),
        "command": rule.command.format(target=scope.split("/", 1)[1]),
    }
