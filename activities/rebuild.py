"""Starting workflows afresh from SQL: after a terminate, a lost engine database, or a restore (重建)."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import literal
from sqlmodel import Session, col, select
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities import audit
from activities.captions import Caption, caption
from activities.desk.notices import desk_id
from activities.doctor.interventions import chain_of
from activities.exchange.queueing import exchange_id
from activities.lookup import chunks
from activities.outbox import start_argument
from activities.plans.rounds import living_rows
from adapters.database import Database
from models.delivery import Delivery
from models.exchange import Declaration
from models.messages import TASK_QUEUE
from models.organisation import Department
from models.outcomes import Correction, CorrectionDecision, Disposal, Publication, PublicationKind, Verdict
from models.retractions import Retraction, RetractionDecision
from models.task import JointTask
from models.trail import Notification, Wait
from rules.calendar import local_day
from rules.stages import TaskStatus

AT_ONCE = 32
"""How many starts are on their way at the same time."""

log = structlog.get_logger(__name__)

TYPES = {
    "joint-task": "JointTaskWorkflow",
    "disposal": "DisposalWorkflow",
    "correction": "CorrectionWorkflow",
    "department": "DepartmentWorkflow",
    "exchange": "ExchangeWorkflow",
    "plan-row": "PlanRowWorkflow",
}
"""Workflow type by the first part of the id."""


def open_cases(session: Session, now: datetime, task: str | None = None) -> list[str]:
    """The ids of every workflow that should run, as SQL knows it; of one task, or of all."""
    of_cases = [*_tasks(session, task), *_disposals(session, task), *_corrections(session, task)]
    if task is not None:
        return of_cases
    rows = living_rows(session, local_day(now))
    return [*of_cases, *_desks(session, now), *_exchanges(session), *rows]


async def rebuild(
    client: Client,
    database: Database,
    ids: Iterable[str],
    now: datetime,
    *,
    task_queue: str = TASK_QUEUE,
    by: audit.By | None = None,
) -> list[str]:
    """Start each workflow afresh at its present stage and say so in the trail; one that is alive is kept.

    `by` names who ordered it, as the trail's actor, role and department. Returns those that were started.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def start(workflow: str, named: Caption) -> bool:
        async with gate:
            return await _start(client, workflow, named, task_queue)

    started: list[str] = []
    for some in chunks(ids):
        captions = await asyncio.to_thread(_captions, database, some)
        answers = await asyncio.gather(*(start(*one) for one in zip(some, captions, strict=True)))
        fresh = [one for one, was_started in zip(some, answers, strict=True) if was_started]
        await asyncio.to_thread(_note, database, fresh, now, by or {})
        started += fresh
    log.info("rebuilt", workflows=len(started))
    return started


def _captions(database: Database, workflows: Sequence[str]) -> list[Caption]:
    with database.read() as session:
        return [caption(session, workflow) for workflow in workflows]


async def _start(client: Client, workflow: str, named: Caption, task_queue: str) -> bool:
    try:
        await client.start_workflow(
            TYPES[workflow.split("/", 1)[0]],
            start_argument(workflow),
            id=workflow,
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=named.summary,
            static_details=named.details,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


def _note(database: Database, started: Sequence[str], now: datetime, by: audit.By) -> None:
    with database.write() as session:
        for workflow in started:
            chain = chain_of(session, workflow)
            audit.record(session, chain, "workflow.rebuilt", at=now, detail={"workflow": workflow}, **by)


def _tasks(session: Session, task: str | None) -> list[str]:
    statement = select(JointTask.id).where(col(JointTask.status) == TaskStatus.OPEN)
    if task is not None:
        statement = statement.where(col(JointTask.id) == task)
    return [f"joint-task/{one}" for one in session.exec(statement.order_by(col(JointTask.id)))]


def _disposals(session: Session, task: str | None) -> list[str]:
    owed = select(Wait.scope).where(col(Wait.closed_at).is_(None))
    statement = select(Disposal.id).where(
        col(Disposal.closed_at).is_(None) | (literal("disposal/") + col(Disposal.id)).in_(owed)
    )
    if task is not None:
        statement = statement.where(col(Disposal.task) == task)
    return [f"disposal/{one}" for one in session.exec(statement.order_by(col(Disposal.id)))]


def _corrections(session: Session, task: str | None) -> list[str]:
    """Corrections that are not refused by the head and not published, and retractions not signed yet."""
    statement = (
        select(Correction.id)
        .outerjoin(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
        .outerjoin(
            Publication,
            (col(Publication.reference) == col(Correction.id))
            & (col(Publication.kind) == PublicationKind.CORRECTION),
        )
        .where(
            col(CorrectionDecision.verdict).is_(None) | (col(CorrectionDecision.verdict) != Verdict.RETURNED),
            col(Publication.published_at).is_(None),
        )
    )
    unsigned = (
        select(Retraction.id)
        .outerjoin(RetractionDecision, col(RetractionDecision.retraction) == col(Retraction.id))
        .where(col(RetractionDecision.retraction).is_(None))
    )
    open_ones = sorted([*session.exec(statement), *session.exec(unsigned)])
    ids = [f"correction/{one}" for one in open_ones]
    if task is None:
        return ids
    scopes = set(session.exec(select(Wait.scope).where(col(Wait.task) == task).distinct()))
    return [one for one in ids if one in scopes]


def _desks(session: Session, now: datetime) -> list[str]:
    """The desks of departments that owe something, or have not been told or sent something."""
    owing = set(session.exec(select(Wait.department).where(col(Wait.closed_at).is_(None)).distinct()))
    known = session.exec(select(Department.id).where(col(Department.id).in_(owing)))
    present = {desk_id(department, local_day(now).year) for department in known}
    return sorted(present | busy_desks(session, now))


def busy_desks(session: Session, now: datetime) -> set[str]:
    """The desks that have something of their own to do: others merely show what is owed, and a notice starts them.

    A report of last year that is still owed is held by last year's desk.
    """
    untold = set(
        session.exec(
            select(Notification.department).where(col(Notification.delivered_at).is_(None)).distinct()
        )
    )
    unsent = set(
        session.exec(
            select(Delivery.department)
            .where(col(Delivery.delivered_at).is_(None), col(Delivery.next_try).is_not(None))
            .distinct()
        )
    )
    holding = session.exec(
        select(Wait.scope)
        .where(col(Wait.closed_at).is_(None), col(Wait.scope).startswith("department/"))
        .distinct()
    )
    return {desk_id(department, local_day(now).year) for department in untold | unsent} | set(holding)


def _exchanges(session: Session) -> list[str]:
    waiting = col(Publication.receipted_at).is_(None) | col(Publication.published_at).is_(None)
    offices = set(session.exec(select(Publication.office).where(waiting).distinct()))
    offices |= set(
        session.exec(select(Declaration.office).where(col(Declaration.receipted_at).is_(None)).distinct())
    )
    return [exchange_id(office) for office in sorted(offices)]
