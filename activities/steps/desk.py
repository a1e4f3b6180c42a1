"""The activities of a department's desk: notices to the inbox, and what the department owes (部门工作台)."""

from collections.abc import Sequence

from sqlmodel import col, func, select
from temporalio import activity

from activities.acts.reports import report_key
from activities.clocks.rungs import fire_due
from activities.clocks.waits import Clocks
from activities.desk.digests import deliver, next_digest
from activities.plans.rounds import watching_bodies
from activities.plans.rows import report_day
from activities.progress import next_rung, wait_lines
from adapters.channels import Channel
from adapters.database import Database
from models.delivery import Delivery
from models.messages import DeskProgress, TaskStep
from models.organisation import Department, DepartmentKind
from models.plan import PlanDocument, PlanStatus
from models.trail import Notification, Wait
from rules.waits import WaitKind

SHOWN = 12


class DeskActivities:
    """A desk's work against one database."""

    def __init__(self, database: Database, channels: Sequence[Channel] = ()) -> None:
        self.database = database
        self.channels = channels

    @activity.defn(name="tend_desk")
    def tend_desk(self, step: TaskStep) -> DeskProgress:
        """Deliver what is due: the overdue and the urgent at once, the rest with the digest.

        `step.task` is the desk's workflow id, `step.department` the department.
        """
        year = int(step.task.rsplit("/", 1)[1])
        with self.database.write() as session:
            department = session.get_one(Department, step.department)
            clocks = Clocks(session, department.office, step.now)
            _open_yearly_report(clocks, department, year, step.task)
            fire_due(clocks, step.task)
            session.flush()
            deliver(clocks, department, self.channels)
            session.flush()
            return _read_desk(clocks, department, year, step.task)


def _open_yearly_report(clocks: Clocks, department: Department, year: int, scope: str) -> None:
    """The report that the year's notice asks for by its date (阳城 七·三: 20 November).

    The coordinating office is who it is sent to, and owes none; nor does a body that the plan names
    only in rows of another level.
    """
    if department.kind is DepartmentKind.OFFICE:
        return
    plans = clocks.session.exec(
        select(PlanDocument).where(
            col(PlanDocument.office) == department.office,
            col(PlanDocument.year) == year,
            col(PlanDocument.status) == PlanStatus.ADOPTED,
        )
    )
    for plan in plans:
        due = report_day(plan)
        key = report_key(department.id, plan.id)
        if due and clocks.find(key) is None and department.id not in watching_bodies(clocks.session, plan)[1]:
            clocks.open(
                WaitKind.YEARLY_REPORT,
                key=key,
                scope=scope,
                department=department.id,
                opened_by=plan.id,
                due=due,
            )


def _read_desk(clocks: Clocks, department: Department, year: int, scope: str) -> DeskProgress:
    session = clocks.session
    owed = (col(Wait.department) == department.id, col(Wait.closed_at).is_(None))
    undelivered = session.exec(
        select(func.count())
        .select_from(Notification)
        .where(col(Notification.department) == department.id, col(Notification.delivered_at).is_(None))
    ).one()
    # What the desk itself holds (the yearly report) is reminded of until somebody acts, years on.
    own = session.exec(
        select(func.count()).select_from(Wait).where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    ).one()
    unsent = session.exec(
        select(func.count())
        .select_from(Delivery)
        .where(
            col(Delivery.department) == department.id,
            col(Delivery.delivered_at).is_(None),
            col(Delivery.next_try).is_not(None),
        )
    ).one()
    return DeskProgress(
        department=department.id,
        office=department.office,
        name=department.name,
        waits=wait_lines(session, *owed, limit=SHOWN),
        waits_open=session.exec(select(func.count()).select_from(Wait).where(*owed)).one(),
        level=session.exec(select(func.max(Wait.level)).where(*owed)).one() or 0,
        undelivered=undelivered,
        digest_at=next_digest(clocks) if undelivered else None,
        next_rung=next_rung(session, scope),
        over=clocks.today.year > year and undelivered + own + unsent == 0,
        to_send=unsent,
    )
