"""Steps that the engine tries again and again: each is noted for the doctor, who asks the engine (反复出错的步骤).

The engine's lists tell of failing workflow tasks only, and asking ten thousand workflows one by one takes minutes.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, delete, select
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.doctor.findings import Ailment, Finding
from adapters.database import Database
from adapters.interceptors import ASIDE
from models.operations import FailingStep
from rules.calendar import TZ

log = structlog.get_logger(__name__)

TRIES = 5
"""Each so many attempts are noted: the fifth begins a quarter of a minute after the first, later ones a minute apart."""
ASKED = 200
"""So many workflows are asked after; more of them have one cause, which these tell."""
AT_ONCE = 16


class NotesFailingSteps(Interceptor):
    """Notes a step as it begins once more: one that is killed, or never ends, could not say so afterwards."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """Wrap the activity."""
        return _Noting(super().intercept_activity(next), self._database)


class _Noting(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, database: Database) -> None:
        super().__init__(following)
        self._database = database

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        about = activity.info()
        if about.is_local or about.attempt < TRIES:
            return await self.next.execute_activity(input)
        noting = asyncio.create_task(self._note(about))
        answer = await self.next.execute_activity(input)
        # Not before the note is written, or it would stay behind.
        await noting
        await self._write(_forget, about)
        return answer

    async def _note(self, about: activity.Info) -> None:
        if about.attempt % TRIES == 0:
            await self._write(_keep, about)

    async def _write(self, work: Any, about: activity.Info) -> None:
        try:
            await asyncio.to_thread(work, self._database, about)
        except SQLAlchemyError:
            # The database may be what the step fails of: the next note comes five attempts later.
            log.warning("a failing step was not noted", activity=about.activity_type)


def noted(session: Session) -> list[str]:
    """The workflows with a step that is noted, the longest noted first."""
    rows = session.exec(select(FailingStep.workflow).order_by(col(FailingStep.noted_at)))
    return list(dict.fromkeys(rows))


async def failing_steps(client: Client, workflows: Iterable[str]) -> list[Finding]:
    """A line for each step of these workflows that the engine still tries in vain."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(workflow: str) -> list[Finding]:
        async with gate:
            return await _failing(client, workflow)

    found = await asyncio.gather(*map(ask, list(workflows)[:ASKED]))
    return [one for some in found for one in some]


def forget(database: Database, workflows: Iterable[str]) -> None:
    """Drop the notes of workflows whose steps are done, or whose run was ended."""
    with database.write() as session:
        for one in workflows:
            session.execute(delete(FailingStep).where(col(FailingStep.workflow) == one))


async def _failing(client: Client, workflow: str) -> list[Finding]:
    try:
        about = (await client.get_workflow_handle(workflow).describe()).raw_description
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return []
    return [
        Finding(
            Ailment.STEP_FAILING,
            workflow,
            f"{one.activity_type.name} 自 {_moment(one.scheduled_time.ToDatetime(UTC))} 起试了{one.attempt}次：{one.last_failure.message.partition(ASIDE)[0]}；"
            "排除原因后一分钟内自动继续，不继续的从数据库重新启动",
            f"starter.py doctor --repair --restart {workflow}",
        )
        for one in about.pending_activities
        if one.attempt >= TRIES
    ]


def _keep(database: Database, about: activity.Info) -> None:
    with database.write() as session:
        row = session.get(FailingStep, (about.workflow_id, about.activity_id))
        if row is None:
            row = FailingStep(
                workflow=about.workflow_id or "",
                activity=about.activity_id,
                attempt=about.attempt,
                noted_at=datetime.now(UTC),
            )
        row.attempt = about.attempt
        session.add(row)


def _forget(database: Database, about: activity.Info) -> None:
    with database.write() as session:
        session.execute(
            delete(FailingStep).where(
                col(FailingStep.workflow) == about.workflow_id, col(FailingStep.activity) == about.activity_id
            )
        )


def _moment(at: datetime) -> str:
    return at.astimezone(TZ).strftime("%Y-%m-%d %H:%M+08:00")
