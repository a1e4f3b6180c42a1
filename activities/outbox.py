"""Sending what was written for other workflows, after the commit that wrote it (信号投递)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Update, update
from sqlmodel import col, func, select
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.captions import Caption, caption
from adapters.database import Database
from models.messages import (
    TASK_QUEUE,
    CaseStart,
    DeskStart,
    Errand,
    ExchangeStart,
    Message,
    RowStart,
    TaskStart,
    Wake,
)
from models.trail import Outbox

log = structlog.get_logger(__name__)
BATCH = 200
LASTING = ("DepartmentWorkflow", "ExchangeWorkflow", "PlanRowWorkflow")
"""Workflows that are there before most of what they are told."""
HELD = timedelta(seconds=30)
"""How long a courier holds the rows that it took; one that died leaves them to the next."""


def _waiting(source: str | None, now: datetime) -> list[ColumnElement[bool]]:
    free = col(Outbox.taken_until).is_(None) | (col(Outbox.taken_until) < now)
    mine = [col(Outbox.source) == source] if source else []
    return [col(Outbox.sent_at).is_(None), free, *mine]


def _mark(rows: Sequence[Outbox], **values: datetime | None) -> Update:
    """A statement for all: they are of no more use here, so nothing follows in them."""
    ids = [row.id for row in rows]
    statement = update(Outbox).where(col(Outbox.id).in_(ids)).values(**values)
    return statement.execution_options(synchronize_session=False)


def start_argument(workflow: str) -> Message:
    """The input of a workflow, from its id alone: what makes every workflow startable afresh."""
    kind, rest = workflow.split("/", 1)
    if kind == "department":
        department, year = rest.rsplit("/", 1)
        return DeskStart(department=department, year=int(year))
    if kind == "exchange":
        return ExchangeStart(office=rest)
    if kind == "plan-row":
        return RowStart(row=rest)
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
        """Send one batch, of one source or (the sweep) of all; returns how many are left to take.

        At least once: who dies after sending has not marked its rows, and a receiver re-reads SQL anyway.
        """
        rows = await asyncio.to_thread(self._take, source)
        if not rows:
            return 0
        # Ten facts for one receiver are one wake: it reads them all from SQL.
        try:
            for row in {(row.workflow, row.start): row for row in rows}.values():
                await self._signal(row)
        except BaseException:
            await asyncio.to_thread(self._give_back, rows)
            raise
        return await asyncio.to_thread(self._mark_sent, source, rows, now)

    def _take(self, source: str | None) -> Sequence[Outbox]:
        """Take rows under a lock, for a while: two couriers never send the same at the same time.

        By the wall clock: a lease is no business date, and a retry carries its first attempt's `now`.
        """
        now = datetime.now(UTC)
        with self.database.write() as session:
            rows = session.exec(
                select(Outbox)
                .where(*_waiting(source, now))
                .order_by(col(Outbox.id))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            if rows:
                session.execute(_mark(rows, taken_until=now + HELD))
            return rows

    def _give_back(self, rows: Sequence[Outbox]) -> None:
        with self.database.write() as session:
            session.execute(_mark(rows, taken_until=None))

    def _mark_sent(self, source: str | None, rows: Sequence[Outbox], now: datetime) -> int:
        with self.database.write() as session:
            session.execute(_mark(rows, sent_at=now))
            statement = select(func.count()).select_from(Outbox).where(*_waiting(source, datetime.now(UTC)))
            return session.exec(statement).one()

    def caption(self, workflow: str) -> Caption:
        """What a workflow that is started is called."""
        with self.database.read() as session:
            return caption(session, workflow)

    async def _signal(self, row: Outbox) -> None:
        wake = Wake.model_validate(row.argument)
        # What is woken all year long runs as a rule: to be told costs it less than to be started once more.
        if row.start in ("", *LASTING) and await self._tell(row, wake):
            return
        if not row.start:
            # Nobody runs who could be woken; whoever is started later reads SQL first.
            log.info("no receiver", workflow=row.workflow, fact=wake.kind)
            return
        words = await asyncio.to_thread(self.caption, row.workflow)
        await self.client.start_workflow(
            row.start,
            start_argument(row.workflow),
            id=row.workflow,
            task_queue=self.task_queue,
            start_signal=row.signal,
            start_signal_args=[wake],
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=words.summary,
            static_details=words.details,
        )

    async def _tell(self, row: Outbox, wake: Wake) -> bool:
        """Signal a workflow that runs; false where none does."""
        try:
            await self.client.get_workflow_handle(row.workflow).signal(row.signal, wake)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True
