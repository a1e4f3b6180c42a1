"""Telling the provincial platform of tasks and claims (任务、领取情况报送省平台)."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from activities.exchange.queueing import exchange_id
from activities.waking import wake
from models.exchange import Declaration, DeclarationKind
from models.organisation import Department
from models.task import JointTask, TakingPart

REOPENED = "reopened"


def declare_task(session: Session, task: JointTask, event: str, now: datetime) -> None:
    """Queue what a task is, at its launch, its end, and where it runs again after it; a repeat finds it queued."""
    times = times_reopened(session, task.id) + (event == REOPENED)
    again = f"/{times}" if times else ""
    parts = session.exec(select(TakingPart.department).where(col(TakingPart.task) == task.id)).all()
    content = {
        "event": event,
        "initiator": _name(session, task.initiator),
        "partners": sorted(_name(session, one) for one in parts if one != task.initiator),
        "window_first": task.window_first.isoformat(),
        "window_last": task.window_last.isoformat(),
        "round": task.round,
        "launch": task.launch,
        "replaces": task.replaces or "",
    }
    _queue(
        session, task, task.initiator, DeclarationKind.TASK, f"{task.id}|task|{event}{again}", content, now
    )


def times_reopened(session: Session, task: str) -> int:
    """How often a task has run again after its end."""
    keys = select(func.count()).where(
        col(Declaration.task) == task,
        col(Declaration.key).startswith(f"{task}|task|{REOPENED}", autoescape=True),
    )
    return session.exec(keys).one()


def declare_claim(session: Session, task: JointTask, part: TakingPart, now: datetime) -> None:
    """Queue what a department answered to an offer, each answer once."""
    content = {"claim": part.claim.label, "offer": part.offers}
    key = f"{task.id}|{part.department}|claim|{part.offers}|{part.claim.value}"
    _queue(session, task, part.department, DeclarationKind.CLAIM, key, content, now)


def _queue(
    session: Session,
    task: JointTask,
    department: str,
    kind: DeclarationKind,
    key: str,
    content: dict[str, Any],
    now: datetime,
) -> None:
    if session.exec(select(Declaration).where(col(Declaration.key) == key)).first() is not None:
        return
    session.add(
        Declaration(
            key=key,
            office=task.office,
            task=task.id,
            department=department,
            kind=kind,
            content=content,
            queued_at=now,
        )
    )
    wake(session, exchange_id(task.office), "declared", source=task.id, now=now, start="ExchangeWorkflow")


def _name(session: Session, department: str) -> str:
    return session.get_one(Department, department).name
