"""Sending what was written for other workflows, after the commit that wrote it (信号投递)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Update, bindparam, update
from sqlalchemy import select as rows_of
from sqlmodel import SQLModel
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


_O = SQLModel.metadata.tables[str(Outbox.__tablename__)]


def _taking(*mine: ColumnElement[bool]) -> Any:
    """Take what waits, under a lock and for a while, in one statement: two couriers never send the same at once.

    The lock passes over what another is just taking; a lease that has run out is taken like what is free.
    """
    free = _O.c.taken_until.is_(None) | (_O.c.taken_until < bindparam("now", type_=_O.c.taken_until.type))
    some = rows_of(_O.c.id).where(_O.c.sent_at.is_(None), free, *mine).order_by(_O.c.id).limit(BATCH)
    held = update(_O).where(_O.c.id.in_(some.with_for_update(skip_locked=True)))
    return held.values(taken_until=bindparam("until")).returning(_O)


_TAKE_ALL = _taking()
_TAKE_OF = _taking(_O.c.source == bindparam("of"))


def _mark(rows: Sequence[Row[Any]], **values: datetime | None) -> Update:
    return update(_O).where(_O.c.id.in_([row.id for row in rows])).values(**values)


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
        """Send one batch, of one source or (the sweep) of all; returns 0 where none can be left to take.

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
            await asyncio.to_thread(self._write, _mark(rows, taken_until=None))
            raise
        await asyncio.to_thread(self._write, _mark(rows, sent_at=now))
        # Fewer than a batch were all that there was: whoever writes more says so.
        return len(rows) if len(rows) >= BATCH else 0

    def _take(self, source: str | None) -> Sequence[Row[Any]]:
        """By the wall clock: a lease is no business date, and a retry carries its first attempt's `now`."""
        now = datetime.now(UTC)
        moments = {"now": now, "until": now + HELD}
        with self.database.stroke() as session:
            taken = (
                session.execute(_TAKE_OF, {**moments, "of": source})
                if source
                else session.execute(_TAKE_ALL, moments)
            )
            rows = taken.all()
        return sorted(rows, key=lambda row: int(row.id))

    def _write(self, statement: Update) -> None:
        with self.database.stroke() as session:
            session.execute(statement)

    def caption(self, workflow: str) -> Caption:
        """What a workflow that is started is called."""
        with self.database.read() as session:
            return caption(session, workflow)

    async def _signal(self, row: Row[Any]) -> None:
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

    async def _tell(self, row: Row[Any], wake: Wake) -> bool:
        """Signal a workflow that runs; false where none does."""
        try:
            await self.client.get_workflow_handle(row.workflow).signal(row.signal, wake)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True
