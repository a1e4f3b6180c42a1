"""What a command about a task is given: the task itself."""

from sqlmodel import Session

from models.task import JointTask
from rules.refusal import Refusal


def known_task(session: Session, task: str) -> JointTask:
    """The task; refuses `TaskUnknown`."""
    row = session.get(JointTask, task)
    if row is None:
        raise Refusal("TaskUnknown", f"没有任务 {task}；可用 task list --all 查看任务编号")
    return row
