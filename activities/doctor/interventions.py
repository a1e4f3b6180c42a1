"""What was done to runs behind the service's back, found in the engine's histories and put on record (人为干预)."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime

from sqlmodel import Session, col, select
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client

from activities import audit
from activities.doctor.engine_runs import Run
from activities.lookup import chunks
from activities.papers.submissions import task_behind
from adapters.database import Database
from models.organisation import Department
from models.trail import Intervention, InterventionKind

RESETTER = "history-resetter"
"""The identity under which the engine ends a run that is reset; who did it stands in the reason."""
AT_ONCE = 16
PAGE = 50
FEW = 500
"""Up to so many ended runs are read to their beginning, for the resets that they descend from."""


def unrecorded(session: Session, runs: Sequence[Run]) -> list[Run]:
    """The runs that were ended from outside and are not on record yet."""
    ids = [one.run for one in runs]
    known = {
        run
        for some in chunks(ids)
        for run in session.exec(select(Intervention.run).where(col(Intervention.run).in_(some)))
    }
    return [one for one in runs if one.run not in known]


async def find_out(client: Client, runs: Sequence[Run], alive: Sequence[Run]) -> list[Intervention]:
    """What happened to runs that ended from outside, by whom; also the resets that those alive descend from."""
    gate = asyncio.Semaphore(AT_ONCE)
    ended = {one.workflow for one in runs}
    heirs = [one for one in alive if one.workflow in ended]
    whole = len(runs) <= FEW

    async def read(run: Run) -> list[Intervention]:
        async with gate:
            return await _read(client, run, whole=whole)

    found = await asyncio.gather(*(read(one) for one in (*runs, *heirs)))
    return [one for some in found for one in some]


async def raised(client: Client, completed: Sequence[Run], alive: Sequence[Run]) -> list[Intervention]:
    """The resets of runs that had come to their end: what runs, or ran, after such an end tells of them."""
    ends: dict[str, datetime] = {}
    for one in completed:
        if one.closed_at is not None:
            ends[one.workflow] = min(ends.get(one.workflow, one.closed_at), one.closed_at)
    later = [one for one in (*alive, *completed) if one.started_at > ends.get(one.workflow, one.started_at)]
    found = [one for run in later[:FEW] for one in await _read(client, run, whole=True)]
    return [one for one in found if one.kind is InterventionKind.RESET]


def record(database: Database, found: Iterable[Intervention], now: datetime) -> list[Intervention]:
    """Put interventions on record and into the audit trail, each once; returns the new ones."""
    fresh = []
    for some in chunks(list(found)):
        with database.write() as session:
            for one in some:
                if session.get(Intervention, (one.run, one.kind)) is not None:
                    continue
                session.add(one)
                audit.record(
                    session,
                    chain_of(session, one.workflow),
                    f"engine.{one.kind.value}",
                    at=now,
                    detail={
                        "workflow": one.workflow,
                        "run": one.run,
                        "identity": one.identity,
                        "reason": one.reason,
                        "happened_at": one.at.astimezone(UTC).isoformat(),
                    },
                )
                fresh.append(one)
    return fresh


def chain_of(session: Session, workflow: str) -> str:
    """The audit chain that tells of a workflow; where SQL does not know its case, the chain of that name."""
    kind, _, case = workflow.partition("/")
    if kind == "plan-row":
        return audit.plan_chain(case.split("/", 1)[0])
    if kind == "exchange":
        return audit.office_chain(case)
    if kind == "department":
        department = session.get(Department, case.rsplit("/", 1)[0])
        return audit.office_chain(department.office if department else case)
    return audit.task_chain(task_behind(session, workflow) or case)


async def newest_first(client: Client, run: Run) -> AsyncIterator[HistoryEvent]:
    """The events of a run from its end: what ended it stands among the last."""
    token = b""
    while True:
        page = await client.workflow_service.get_workflow_execution_history_reverse(
            GetWorkflowExecutionHistoryReverseRequest(
                namespace=client.namespace,
                execution=WorkflowExecution(workflow_id=run.workflow, run_id=run.run),
                maximum_page_size=PAGE,
                next_page_token=token,
            )
        )
        for event in page.history.events:
            yield event
        token = page.next_page_token
        if not token:
            return


async def _read(client: Client, run: Run, *, whole: bool) -> list[Intervention]:
    """How a run was ended from outside, and the resets in its own history: of runs that had ended before it."""
    found: list[Intervention] = []
    async for event in newest_first(client, run):
        if one := _told(run, event):
            found.append(one)
            if not whole and one.run == run.run:
                break
    return found


def _told(run: Run, event: HistoryEvent) -> Intervention | None:
    at = event.event_time.ToDatetime(UTC)
    if event.HasField("workflow_execution_terminated_event_attributes"):
        ended = event.workflow_execution_terminated_event_attributes
        kind = InterventionKind.RESET if ended.identity == RESETTER else InterventionKind.TERMINATED
        return _made(run, run.run, kind, ended.identity, ended.reason, at)
    if event.HasField("workflow_execution_cancel_requested_event_attributes"):
        asked = event.workflow_execution_cancel_requested_event_attributes
        return _made(run, run.run, InterventionKind.CANCELLED, asked.identity, asked.cause, at)
    failed = event.workflow_task_failed_event_attributes
    if failed.cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW:
        kind = InterventionKind.RESET
        return _made(run, failed.base_run_id, kind, failed.identity, failed.failure.message, at)
    return None


def _made(
    run: Run, base: str, kind: InterventionKind, identity: str, reason: str, at: datetime
) -> Intervention:
    return Intervention(run=base, kind=kind, workflow=run.workflow, identity=identity, reason=reason, at=at)
