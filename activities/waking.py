"""Telling another workflow that something has happened: a row, sent after the commit (唤醒)."""

from datetime import datetime

from sqlmodel import Session

from models.messages import Wake
from models.trail import Outbox


def wake(
    session: Session,
    workflow: str,
    event: str,
    *,
    source: str,
    now: datetime,
    start: str = "",
    count: int = 1,
) -> None:
    """Write a signal to be sent after the commit; with `start`, the workflow is started by it."""
    session.add(
        Outbox(
            workflow=workflow,
            start=start,
            argument=Wake(kind=event, count=count).model_dump(),
            source=source,
            created_at=now,
        )
    )
