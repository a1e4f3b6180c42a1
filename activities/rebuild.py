"""Starting workflows afresh from SQL: after a terminate, a lost engine database, or a restore (重建)."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import literal
from sqlmodel import Session, col, select
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from activities import audit
from activities.captions import caption
from activities.docket import desk_id
from activities.outbox import start_argument
from activities.plan_rounds import is_over, row_id
from activities.publishing import exchange_id
from adapters.database import Database
from models.delivery import Delivery
from models.exchange import Declaration
from models.messages import TASK_QUEUE
from models.organisation import Department
from models.outcomes import Correction, CorrectionDecision, Disposal, Publication, PublicationKind, Verdict
from models.plan import PlanDocument, PlanRow
from models.task import JointTask
from models.trail import Notification, Wait
from rules.calendar import local_day
from rules.stages import TaskStatus

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
    return [
        *_tasks(session, task),
        *_disposals(session, task),
        *_corrections(session, task),
        *(_desks(session, now) + _exchanges(session) + _rows(session, now) if task is None else []),
    ]


async def rebuild(
    client: Client, database: Database, ids: Sequence[str], now: datetime, *, task_queue: str = TASK_QUEUE
) -> int:
    """Start each workflow afresh at its present stage; one that is alive is kept. Returns how many were sent."""
    with database.read() as session:
        captions = {workflow: caption(session, workflow) for workflow in ids}
    for workflow in ids:
        await client.start_workflow(
            TYPES[workflow.split("/", 1)[0]],
            start_argument(workflow),
            id=workflow,
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=captions[workflow].summary,
            static_details=captions[workflow].details,
        )
    with database.write() as session:
        for workflow in ids:
            if workflow.startswith("joint-task/"):
                chain = audit.task_chain(workflow.split("/", 1)[1])
                audit.record(session, chain, "workflow.rebuilt", at=now)
    log.info("rebuilt", workflows=len(ids))
    return len(ids)


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
    """Corrections that are not refused by the head and not published."""
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
    ids = [f"correction/{one}" for one in session.exec(statement.order_by(col(Correction.id)))]
    if task is None:
        return ids
    scopes = set(session.exec(select(Wait.scope).where(col(Wait.task) == task).distinct()))
    return [one for one in ids if one in scopes]


def _desks(session: Session, now: datetime) -> list[str]:
    """The desks of departments that owe something, or have not been told or sent something.

    A report of last year that is still owed is held by last year's desk.
    """
    owing = set(session.exec(select(Wait.department).where(col(Wait.closed_at).is_(None)).distinct()))
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
    known = session.exec(select(Department.id).where(col(Department.id).in_(owing | untold | unsent)))
    holding = session.exec(
        select(Wait.scope)
        .where(col(Wait.closed_at).is_(None), col(Wait.scope).startswith("department/"))
        .distinct()
    )
    present = {desk_id(department, local_day(now).year) for department in known}
    return sorted(present | set(holding))


def _rows(session: Session, now: datetime) -> list[str]:
    """The adopted rows whose year is not over."""
    today = local_day(now)
    rows = session.exec(
        select(PlanRow, PlanDocument)
        .join(PlanDocument, col(PlanDocument.id) == col(PlanRow.document))
        .where(col(PlanRow.version) > 0)
        .order_by(col(PlanRow.document), col(PlanRow.id))
    ).all()
    return [row_id(plan.id, row.seq) for row, plan in rows if not is_over(session, plan, row.seq, today)]


def _exchanges(session: Session) -> list[str]:
    waiting = col(Publication.receipted_at).is_(None) | col(Publication.published_at).is_(None)
    offices = set(session.exec(select(Publication.office).where(waiting).distinct()))
    offices |= set(
        session.exec(select(Declaration.office).where(col(Declaration.receipted_at).is_(None)).distinct())
    )
    return [exchange_id(office) for office in sorted(offices)]
