"""What workflows remember that SQL does not know: the database was restored under them (体检：运行中的记忆)."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, func, select
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.audit import task_chain
from activities.doctor.engine import TASK
from activities.doctor.engine_runs import Run
from activities.doctor.findings import RESTORED, Ailment, Finding
from activities.lookup import chunks
from adapters.database import Database
from models import search_attributes
from models.messages import Progress
from models.outcomes import Disposal
from models.task import JointTask
from models.trail import AuditEvent, Deadline, Wait
from rules.stages import Stage, TaskStatus

DISPOSAL = "disposal/"
ASKED, NEWEST = 200, 50
"""So many tasks are asked what they remember: of those that show something else than SQL says, and the newest."""
AT_ONCE = 16
PATIENCE = timedelta(seconds=5)
"""How long all of them together may take to answer; one that does not is found by other lines.

A worker that is starting ten thousand tasks has no time for questions.
"""


async def ahead(client: Client, database: Database, runs: Sequence[Run]) -> list[Finding]:
    """Tasks whose workflow remembers a later state than SQL's: the database was restored under them."""
    asked = await asyncio.to_thread(_to_ask, database, runs)
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask(task: str) -> tuple[str, int]:
        async with gate:
            return task, await _remembered(client, task)

    asking = [asyncio.create_task(ask(task)) for task in asked]
    answered, silent = (
        await asyncio.wait(asking, timeout=PATIENCE.total_seconds()) if asking else (set(), set())
    )
    for one in silent:
        one.cancel()
    remembered = dict(one.result() for one in answered)
    # SQL is read after the answers: a task that moved on meanwhile is not ahead of it.
    stored = await asyncio.to_thread(_versions, database, asked)
    return [
        Finding(Ailment.AHEAD, f"{TASK}{task}", f"记得第{version}版，数据库为第{stored[task]}版", RESTORED)
        for task, version in sorted(remembered.items())
        if version > stored.get(task, version)
    ]


async def ended_ahead(client: Client, database: Database, missing: Sequence[str]) -> list[Finding]:
    """Cases that came to their end in the engine and are open in SQL: the database was restored after their end."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def ended(workflow: str) -> datetime | None:
        async with gate:
            return await _came_to_its_end(client, workflow)

    cases = (await asyncio.to_thread(_ending_once, database, missing))[:ASKED]
    answers = await asyncio.gather(*map(ended, cases))
    ends = {workflow: at for workflow, at in zip(cases, answers, strict=True) if at is not None}
    reopened = await asyncio.to_thread(_reopened, database, ends) if ends else {}
    return [
        Finding(Ailment.AHEAD, workflow, "引擎中已办结，数据库中未办结", RESTORED)
        for workflow, at in ends.items()
        if workflow not in reopened or reopened[workflow] < at
    ]


def _ending_once(database: Database, workflows: Sequence[str]) -> list[str]:
    """Those whose workflow ends with the case and is not begun again after it.

    A row, a desk and an exchange come and go; a closed disposal comes back for its withdrawal.
    """
    disposals = [one.removeprefix(DISPOSAL) for one in workflows if one.startswith(DISPOSAL)]
    with database.read() as session:
        closed = {
            f"{DISPOSAL}{one}"
            for some in chunks(disposals)
            for one in session.exec(
                select(Disposal.id).where(col(Disposal.id).in_(some), col(Disposal.closed_at).is_not(None))
            )
        }
    return [one for one in workflows if one.startswith((TASK, DISPOSAL, "correction/")) and one not in closed]


def _reopened(database: Database, workflows: Iterable[str]) -> dict[str, datetime]:
    """When tasks that had ended were lawfully opened again, for the last time."""
    chains = {task_chain(one.removeprefix(TASK)): one for one in workflows if one.startswith(TASK)}
    with database.read() as session:
        rows = session.exec(
            select(AuditEvent.chain, func.max(AuditEvent.at))
            .where(
                col(AuditEvent.chain).in_(chains),
                col(AuditEvent.event) == "task.reopened",
            )
            .group_by(col(AuditEvent.chain))
        ).all()
    return {chains[chain]: at for chain, at in rows}


async def _came_to_its_end(client: Client, workflow: str) -> datetime | None:
    try:
        run = await client.get_workflow_handle(workflow).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None
    return run.close_time if run.status is WorkflowExecutionStatus.COMPLETED else None


async def _remembered(client: Client, task: str) -> int:
    """The version of the state that a task's workflow holds; 0 where it does not say."""
    try:
        progress = await client.get_workflow_handle(f"{TASK}{task}").query(
            "progress", result_type=Progress, rpc_timeout=PATIENCE
        )
    except (RPCError, WorkflowQueryFailedError):
        return 0
    # A run that has just begun has read nothing yet.
    return progress.version if progress else 0  # type: ignore[redundant-expr, unused-ignore]  # as said


def _to_ask(database: Database, runs: Sequence[Run]) -> list[str]:
    shown = {one.workflow.removeprefix(TASK): one for one in runs if one.workflow.startswith(TASK)}
    with database.read() as session:
        due = dict(
            session.exec(
                select(Wait.task, func.min(Deadline.due))
                .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
                .where(col(Wait.closed_at).is_(None), col(Wait.scope).startswith(TASK))
                .group_by(col(Wait.task))
            ).all()
        )
        tasks = session.exec(
            select(JointTask.id, JointTask.stage, JointTask.level)
            .where(col(JointTask.status) == TaskStatus.OPEN)
            .order_by(col(JointTask.stage_since).desc(), col(JointTask.id))
        ).all()
    known = [one for one, _, _ in tasks if one in shown]
    differing = [
        one
        for one, stage, level in tasks
        if one in shown and _differs(Stage(stage), level, due.get(one), shown[one])
    ]
    return list(dict.fromkeys([*differing[:ASKED], *known[:NEWEST]]))


def _differs(stage: Stage, level: int, due: datetime | None, run: Run) -> bool:
    """Whether a task's list shows another stage, level or due moment than SQL has."""
    shown = run.shown.get(search_attributes.DUE.name)
    return (f"{min(int(stage), 8)} {stage.label}", level, due and search_attributes.listed_due(due)) != (
        run.shown.get(search_attributes.STAGE.name),
        run.shown.get(search_attributes.ESCALATION.name),
        datetime.fromisoformat(shown) if shown else None,
    )


def _versions(database: Database, tasks: Sequence[str]) -> dict[str, int]:
    with database.read() as session:
        return {
            task: version
            for some in chunks(tasks)
            for task, version in session.exec(
                select(JointTask.id, JointTask.version).where(col(JointTask.id).in_(some))
            )
        }
