"""What a task that was launched again stands in place of: after a draw that is a re-draw (撤销后再次发起)."""

from sqlmodel import Session

from activities.draw.contributions import first_drawn
from models.task import JointTask


def replaced_launches(session: Session, task: JointTask) -> list[dict[str, object]]:
    """The cancelled launches of the same round, the newest first, and whether each had been drawn."""
    found: list[dict[str, object]] = []
    former = task.replaces
    while former is not None:
        row = session.get_one(JointTask, former)
        found.append({"task": row.id, "drawn": first_drawn(session, row.id) > 0})
        former = row.replaces
    return found
