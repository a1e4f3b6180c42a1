"""The activities of a department's desk: notices to the inbox, and what the department owes (部门工作台)."""

from datetime import date, datetime, time, timedelta

from sqlmodel import col, func, select
from temporalio import activity

from activities.acts.summaries import report_key
from activities.authority import holders_of
from activities.clocks import Clocks
from activities.progress import next_rung, wait_lines
from activities.rungs import fire_due
from adapters.database import Database
from models.messages import DeskProgress, TaskStep
from models.organisation import Department
from models.plan import PlanDocument, PlanStatus
from models.trail import Notification, Wait
from rules.calendar import TZ
from rules.policy import PolicyKey
from rules.waits import WaitKind

SHOWN = 12


class DeskActivities:
    """A desk's work against one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @activity.defn(name="tend_desk")
    def tend_desk(self, step: TaskStep) -> DeskProgress:
        """Deliver what is due to the inbox: the urgent at once, the rest from the digest hour on.

        `step.task` is the desk's workflow id, `step.department` the department.
        """
        year = int(step.task.rsplit("/", 1)[1])
        with self.database.write() as session:
            department = session.get_one(Department, step.department)
            clocks = Clocks(session, department.office, step.now)
            _open_yearly_report(clocks, department, year, step.task)
            fire_due(clocks, step.task)
            session.flush()
            _deliver(clocks, department)
            return _read_desk(clocks, department, year, step.task)


def _open_yearly_report(clocks: Clocks, department: Department, year: int, scope: str) -> None:
    """The report that the year's notice asks for by its date (阳城 七·三: 20 November)."""
    plans = clocks.session.exec(
        select(PlanDocument).where(
            col(PlanDocument.office) == department.office,
            col(PlanDocument.year) == year,
            col(PlanDocument.status) == PlanStatus.ADOPTED,
        )
    )
    for plan in plans:
        due = plan.reading.get("report_by", {}).get("value")
        key = report_key(department.id, plan.id)
        if due and clocks.find(key) is None:
            clocks.open(
                WaitKind.YEARLY_REPORT,
                key=key,
                scope=scope,
                department=department.id,
                opened_by=plan.id,
                due=date.fromisoformat(due),
            )


def _deliver(clocks: Clocks, department: Department) -> None:
    digest = _digest_today(clocks)
    working = clocks.calendar.is_working(clocks.today)
    waiting = clocks.session.exec(
        select(Notification)
        .where(col(Notification.department) == department.id, col(Notification.delivered_at).is_(None))
        .order_by(col(Notification.created_at))
    )
    for notice in waiting:
        if notice.urgent or (working and clocks.now >= digest):
            holders = holders_of(clocks.session, department.id, notice.role, clocks.today)
            notice.delivered_at = clocks.now
            notice.delivered_to = ",".join(dict.fromkeys(holder.person for holder in holders))
    clocks.session.flush()


def _read_desk(clocks: Clocks, department: Department, year: int, scope: str) -> DeskProgress:
    session = clocks.session
    owed = (col(Wait.department) == department.id, col(Wait.closed_at).is_(None))
    undelivered = session.exec(
        select(func.count())
        .select_from(Notification)
        .where(col(Notification.department) == department.id, col(Notification.delivered_at).is_(None))
    ).one()
    return DeskProgress(
        department=department.id,
        office=department.office,
        name=department.name,
        waits=wait_lines(session, *owed, limit=SHOWN),
        waits_open=session.exec(select(func.count()).select_from(Wait).where(*owed)).one(),
        level=session.exec(select(func.max(Wait.level)).where(*owed)).one() or 0,
        undelivered=undelivered,
        digest_at=_next_digest(clocks) if undelivered else None,
        next_rung=next_rung(session, scope),
        over=clocks.today.year > year and undelivered == 0,
    )


def _digest_today(clocks: Clocks) -> datetime:
    hour = time.fromisoformat(str(clocks.policies.value(PolicyKey.DIGEST_HOUR)))
    return datetime.combine(clocks.today, hour, TZ)


def _next_digest(clocks: Clocks) -> datetime:
    """The next digest hour of a working day, strictly ahead."""
    today = _digest_today(clocks)
    if clocks.now < today and clocks.calendar.is_working(clocks.today):
        return today
    day = clocks.calendar.add_working_days(clocks.today, 1)
    return today + timedelta(days=(day - clocks.today).days)
