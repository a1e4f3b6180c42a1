"""Sending what was written for other workflows, after the commit that wrote it (信号投递)."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlmodel import col, func, select
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.database import Database
from models.messages import (
    TASK_QUEUE,
    CaseStart,
    DeskStart,
    Errand,
    ExchangeStart,
    Message,
    TaskStart,
    Wake,
)
from models.trail import Outbox

log = structlog.get_logger(__name__)
BATCH = 200
STATIC_DETAILS = "真实情况以数据库为准；此处显示进展、等谁、期限和办理命令。办理请用 `starter.py`。"


def start_argument(workflow: str) -> Message:
    """The input of a workflow, from its id alone: what makes every workflow startable afresh."""
    kind, rest = workflow.split("/", 1)
    if kind == "department":
        department, year = rest.rsplit("/", 1)
        return DeskStart(department=department, year=int(year))
    if kind == "exchange":
        return ExchangeStart(office=rest)
    return TaskStart(task=rest) if kind == "joint-task" else CaseStart(case=rest)


class OutboxActivities:
    """The courier between the database and the engine."""

    def __init__(self, database: Database, client: Client, task_queue: str = TASK_QUEUE) -> None:
        self.database = database
        self.client = client
        self.task_queue = task_queue

    @activity.defn(name="deliver_outbox")
    async def deliver_outbox(self, errand: Errand) -> int:
        """Send what one task or department has written; returns how many are left."""
        return await self.deliver(errand.source, errand.now)

    async def deliver(self, source: str | None, now: datetime) -> int:
        """Send one batch, of one source or (the sweep) of all. At least once: a receiver re-reads SQL."""
        rows = self._unsent(source)
        latest: dict[tuple[str, str], Outbox] = {}
        for row in rows:
            # Ten facts for one receiver are one wake: it reads them all from SQL.
            latest[row.workflow, row.start] = row
        for row in latest.values():
            await self._signal(row)
        with self.database.write() as session:
            for row in rows:
                session.get_one(Outbox, row.id).sent_at = now
            session.flush()
            condition = [col(Outbox.sent_at).is_(None)] + ([col(Outbox.source) == source] if source else [])
            return session.exec(select(func.count()).select_from(Outbox).where(*condition)).one()

    def _unsent(self, source: str | None) -> Sequence[Outbox]:
        with self.database.read() as session:
            statement = (
                select(Outbox).where(col(Outbox.sent_at).is_(None)).order_by(col(Outbox.id)).limit(BATCH)
            )
            return session.exec(statement.where(col(Outbox.source) == source) if source else statement).all()

    async def _signal(self, row: Outbox) -> None:
        wake = Wake.model_validate(row.argument)
        if row.start:
            await self.client.start_workflow(
                row.start,
                start_argument(row.workflow),
                id=row.workflow,
                task_queue=self.task_queue,
                start_signal=row.signal,
                start_signal_args=[wake],
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=row.workflow,
                static_details=STATIC_DETAILS,
            )
            return
        try:
            await self.client.get_workflow_handle(row.workflow).signal(row.signal, wake)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            # Nobody runs who could be woken; whoever is started later reads SQL first.
            log.info("no receiver", workflow=row.workflow, event=wake.kind)
