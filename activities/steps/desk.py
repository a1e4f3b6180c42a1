"""The activities of a department's desk: notices to the inbox, and what the department owes (部门工作台)."""

from collections.abc import Sequence

from sqlalchemy import String, bindparam
from sqlalchemy import select as rows_of
from sqlmodel import col, func, select
from temporalio import activity

from activities.acts.reports import report_key
from activities.clocks.rungs import fire_due
from activities.clocks.waits import ITS_CLOCK, Clocks
from activities.desk.digests import deliver, next_digest
from activities.plans.rounds import watching_bodies
from activities.plans.rows import report_day
from activities.progress import wait_lines
from adapters.channels import Channel
from adapters.database import Database
from models.delivery import Delivery
from models.messages import DeskProgress, TaskStep
from models.organisation import Department, DepartmentKind
from models.plan import PlanDocument, PlanStatus
from models.trail import Deadline, Notification, Wait
from rules.waits import WaitKind

SHOWN = 12
_DEPARTMENT, _SCOPE = bindparam("department", type_=String), bindparam("scope", type_=String)
_OWED = (col(Wait.department) == _DEPARTMENT, col(Wait.closed_at).is_(None))
_OWN = (col(Wait.scope) == _SCOPE, col(Wait.closed_at).is_(None))
_STANDS = rows_of(
    rows_of(func.count()).select_from(Wait).where(*_OWED).scalar_subquery().label("owed"),
    rows_of(func.max(Wait.level)).where(*_OWED).scalar_subquery().label("level"),
    rows_of(func.count())
    .select_from(Notification)
    .where(col(Notification.department) == _DEPARTMENT, col(Notification.delivered_at).is_(None))
    .scalar_subquery()
    .label("undelivered"),
    # What the desk itself holds (the yearly report) is reminded of until somebody acts, years on.
    rows_of(func.count()).select_from(Wait).where(*_OWN).scalar_subquery().label("own"),
    rows_of(func.min(Deadline.next_rung))
    .join(Wait, ITS_CLOCK)
    .where(*_OWN)
    .scalar_subquery()
    .label("next_rung"),
    rows_of(func.count())
    .select_from(Delivery)
    .where(
        col(Delivery.department) == _DEPARTMENT,
        col(Delivery.delivered_at).is_(None),
        col(Delivery.next_try).is_not(None),
    )
    .scalar_subquery()
    .label("unsent"),
)
"""What a department owes, what its desk holds, and what it still has to tell."""


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
    stands = session.execute(_STANDS, {"department": department.id, "scope": scope}).one()
    return DeskProgress(
        department=department.id,
        office=department.office,
        name=department.name,
        waits=wait_lines(
            session, col(Wait.department) == department.id, col(Wait.closed_at).is_(None), limit=SHOWN
        ),
        waits_open=stands.owed,
        level=stands.level or 0,
        undelivered=stands.undelivered,
        digest_at=next_digest(clocks) if stands.undelivered else None,
        next_rung=stands.next_rung,
        over=clocks.today.year > year and stands.undelivered + stands.own + stands.unsent == 0,
        to_send=stands.unsent,
    )
