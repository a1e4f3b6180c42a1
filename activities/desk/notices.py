"""Notices: what a role is told, delivered by its department's desk (通知)."""

from datetime import datetime

from sqlmodel import Session, col, select

from activities.waking import wake
from models.organisation import Department
from models.trail import Notification
from rules.roles import Role


def notify(
    session: Session,
    department: str,
    role: Role,
    *,
    key: str,
    event: str,
    text: str,
    now: datetime,
    task: str | None = None,
    urgent: bool = False,
    person: str | None = None,
) -> bool:
    """Write a notice for a role and wake the department's desk, which delivers it; whether it is a new one.

    `person` names the one holder whom it is for, where there is one. `key` is what keeps a repeated fact from being told twice.
    """
    office = session.get_one(Department, department).office
    if session.exec(select(Notification).where(col(Notification.key) == key)).first() is not None:
        return False
    session.add(
        Notification(
            key=key,
            office=office,
            department=department,
            role=role,
            person=person,
            task=task,
            event=event,
            text=text,
            urgent=urgent,
            created_at=now,
        )
    )
    wake(
        session,
        desk_id(department, now.year),
        event,
        source=task or department,
        now=now,
        start="DepartmentWorkflow",
    )
    return True


def desk_id(department: str, year: int) -> str:
    """The workflow id of a department's desk; `department` is `<office>/<code>`."""
    return f"department/{department}/{year}"
