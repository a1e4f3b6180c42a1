"""Tasks that start from a list drawn by the level above (市抽县查), or elsewhere: never drawn again here."""

from sqlmodel import Session

from models.operations import MovedIn
from models.task import JointTask, ReceivedList
from rules.refusal import Refusal


def received_of(session: Session, task: str) -> ReceivedList | None:
    """The list that a task was launched from, None where it draws itself."""
    return session.get(ReceivedList, task)


def moved_in(session: Session, task: str) -> MovedIn | None:
    """Where a task was begun, if in another system; None for one begun here."""
    return session.get(MovedIn, task)


def drawn_elsewhere(session: Session, task: str) -> MovedIn | None:
    """The portal that drew a task's subjects; None also where the task only began there and is drawn here."""
    return moved_in(session, task) if received_of(session, task) is not None else None


def refuse_received(session: Session, task: JointTask) -> None:
    """What the level above drew is changed by it alone."""
    if (moved := drawn_elsewhere(session, task.id)) is not None:
        raise Refusal(
            "DrawnElsewhere",
            f"本任务的检查对象由{moved.portal}抽取，本系统不能更换或再抽；个别对象情况有变的请用 result fact add，"
            "须重新抽取的请撤销任务（task cancel）后重新发起",
        )
    if received_of(session, task.id) is not None:
        raise Refusal(
            "DrawnAbove", "本任务的检查对象由上级抽取，不能在本级改动或再抽；请向上级申请，凭其书面文件办理"
        )
