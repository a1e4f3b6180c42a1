"""`task list`: where each task is, its earliest due moment, and what is late."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from cli.acting import reads
from cli.context import Context, Json, show
from cli.given import chosen_number, department_named, department_names
from cli.tables import hint, print_table
from models.task import JointTask, TakingPart
from models.trail import Deadline, Wait
from rules.calendar import until_words
from rules.ladder import Level
from rules.stages import Stage, TaskStatus

app = typer.Typer(help="任务：发起、领取、准备、抽取、匹配、检查", no_args_is_help=True)


@app.command("list")
@reads
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
        first_due, levels = _first_due(session), _levels(session)
        tasks = session.exec(statement).all()
        names = department_names(session, [task.initiator for task in tasks])
        hidden = 0 if all_ else _ended(session)
    now = datetime.now(UTC)
    data = [_line(task, first_due.get(task.id), levels.get(task.id, 0), names, now) for task in tasks]
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
    rows = [{**line, "due": until_words(line["due"]) if line["due"] else ""} for line in data]

    def text() -> None:
        print_table(columns, rows)
        if hidden:
            hint(f"另有{hidden}项已办结或已撤销的未列，加 --all 可见")

    show(data, as_json=as_json, text=text)


def _ended(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(JointTask).where(col(JointTask.status) != TaskStatus.OPEN)
    ).one()


def _levels(session: Session) -> dict[str | None, int]:
    """How far the open waits of each task and of its cases have been escalated."""
    rows = session.exec(
        select(Wait.task, func.max(Wait.level))
        .where(col(Wait.closed_at).is_(None), col(Wait.task).is_not(None))
        .group_by(col(Wait.task))
    )
    return dict(rows.all())


def _first_due(session: Session) -> dict[str | None, datetime]:
    """Each task's earliest due moment among its open waits and those of its cases."""
    rows = session.exec(
        select(Wait.task, func.min(Deadline.due))
        .join(Deadline, col(Deadline.wait) == col(Wait.id))
        .where(col(Wait.closed_at).is_(None), col(Deadline.current).is_(True), col(Wait.task).is_not(None))
        # A clock that stands still is not overdue.
        .where(col(Deadline.suspended).is_(False))
        .group_by(col(Wait.task))
    )
    return dict(rows.all())


def _line(
    task: JointTask, due: datetime | None, level: int, names: dict[str, str], now: datetime
) -> dict[str, Any]:
    late = task.status is TaskStatus.OPEN and (level >= Level.HEAD or (due is not None and due <= now))
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
        "late": f"⚠ {Level(level).label if level >= Level.HEAD else '已逾期'}" if late else "",
        "level": level,
    }
