"""The sweep of each worker process: what could not be delivered is delivered later, never lost."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities import audit
from activities.outbox import OutboxActivities, start_argument
from activities.papers.filing import refuse_closed
from activities.papers.rulings import Target
from adapters.database import Database
from models.messages import Wake
from models.trail import Answer, Submission
from rules.calendar import local_day

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)
PATIENCE = timedelta(seconds=30)
"""How old an unanswered paper is before the sweep takes it: its sender is still trying until then."""
TARGETS = 200


async def sweep_for_ever(courier: OutboxActivities) -> None:
    """Sweep every minute; a database or engine that is away is tried again the next time."""
    while True:
        try:
            await sweep(courier, datetime.now(UTC))
        except (RPCError, SQLAlchemyError):
            log.exception("sweep failed")
        await asyncio.sleep(EVERY.total_seconds())


async def sweep(courier: OutboxActivities, now: datetime) -> int:
    """Send unsent signals and wake the targets of unanswered papers; returns how many targets."""
    await asyncio.to_thread(_anchor, courier.database, now)
    while await courier.deliver(None, now):
        pass
    targets = await asyncio.to_thread(_unanswered, courier.database, now)
    for target in targets:
        try:
            await _wake(courier, target, now)
        except Exception:
            log.exception("unanswered papers not delivered", target=target)
    return len(targets)


async def _wake(courier: OutboxActivities, target: str, now: datetime) -> None:
    """Wake the workflow that a paper is addressed to; where none runs and the case is over, answer it."""
    wake = Wake(kind="unanswered papers")
    if target.startswith(f"{Target.CORRECTION}/"):
        await courier.client.start_workflow(
            "CorrectionWorkflow",
            start_argument(target),
            id=target,
            task_queue=courier.task_queue,
            start_signal="wake",
            start_signal_args=[wake],
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        return
    try:
        await courier.client.get_workflow_handle(target).signal("wake", wake)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await asyncio.to_thread(refuse_closed, courier.database, target, now)


def _unanswered(database: Database, now: datetime) -> Sequence[str]:
    with database.read() as session:
        return session.exec(
            select(Submission.target)
            .outerjoin(Answer, col(Answer.submission) == col(Submission.id))
            .where(col(Answer.submission).is_(None), col(Submission.filed_at) < now - PATIENCE)
            .distinct()
            .limit(TARGETS)
        ).all()


def _anchor(database: Database, now: datetime) -> None:
    with database.write() as session:
        audit.anchor(session, local_day(now))
