"""What operators watch, counted in the database (运行指标): how much is open, late, or not on its way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal
from sqlmodel import Session, col, func, select

from activities.exchange.fallen import to_be_sent
from models.delivery import ChannelName, Delivery
from models.outcomes import Publication
from models.task import JointTask
from models.trail import Answer, ArchivedRun, Deadline, Notification, Outbox, Submission, Wait
from rules.stages import Stage, TaskStatus

Labels = tuple[str, ...]
_KEPT = timedelta(days=60)


@dataclass
class Gauge:
    """One measure with a value for each combination of its labels."""

    name: str
    help: str
    labels: Labels = ()
    values: dict[Labels, float] = field(default_factory=dict)


def gauges(session: Session, now: datetime) -> Iterator[Gauge]:
    """Every measure of the domain at one moment; ages in seconds, zero where nothing waits."""
    yield _open_tasks(session)
    yield _overdue(session, now)
    unanswered = select(func.count(), func.min(Submission.filed_at)).outerjoin(
        Answer, col(Answer.submission) == col(Submission.id)
    )
    yield from _waiting(
        session,
        now,
        unanswered.where(col(Answer.submission).is_(None)),
        "submissions",
        "Papers without an answer",
    )
    yield from _waiting(
        session, now, _count(Notification.created_at, col(Notification.delivered_at).is_(None)),
        "notifications", "Notices that their reader was not given",
    )  # fmt: skip
    yield from _waiting(
        session, now, _count(Outbox.created_at, col(Outbox.sent_at).is_(None)),
        "outbox", "Signals that were written and not sent",
    )  # fmt: skip
    yield from _waiting(
        session, now, _count(Publication.queued_at, col(Publication.receipted_at).is_(None) & to_be_sent()),
        "publications", "Records without the platform's receipt",
    )  # fmt: skip
    missed = _count(
        Deadline.next_rung,
        col(Deadline.current) & (col(Deadline.next_rung) <= now) & col(Wait.closed_at).is_(None),
    ).join(Wait, col(Wait.id) == col(Deadline.wait))
    yield from _waiting(
        session, now, missed, "rungs", "Reminders whose moment has passed and that did not fire"
    )
    yield from _waiting(
        session, now, _unarchived(now), "histories", "Closed tasks whose history was not archived"
    )
    yield _deliveries(session)


def _unarchived(now: datetime) -> Any:
    """Of the last sixty days: what the engine may have lost before is not to be had any more."""
    kept = select(ArchivedRun.workflow).where(
        col(ArchivedRun.workflow) == literal("joint-task/") + col(JointTask.id)
    )
    return _count(JointTask.closed_at, (col(JointTask.closed_at) > now - _KEPT) & ~kept.exists())


def _count(moment: Any, condition: ColumnElement[bool]) -> Any:
    return select(func.count(), func.min(moment)).where(condition)


def _waiting(session: Session, now: datetime, statement: Any, what: str, words: str) -> Iterator[Gauge]:
    count, oldest = session.exec(statement).one()
    age = max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0
    yield Gauge(f"joint_{what}_waiting", f"{words}.", values={(): float(count)})
    yield Gauge(f"joint_{what}_oldest_seconds", f"{words}: the age of the oldest.", values={(): age})


def _open_tasks(session: Session) -> Gauge:
    gauge = Gauge("joint_tasks_open", "Open joint tasks by stage.", ("office", "stage"))
    rows = session.exec(
        select(JointTask.office, JointTask.stage, func.count())
        .where(col(JointTask.status) == TaskStatus.OPEN)
        .group_by(col(JointTask.office), col(JointTask.stage))
    )
    gauge.values = {(office, str(int(Stage(stage)))): float(count) for office, stage, count in rows}
    return gauge


def _overdue(session: Session, now: datetime) -> Gauge:
    """By the clock, not by the rungs that fired: it shows what a stopped worker would not."""
    gauge = Gauge(
        "joint_waits_overdue",
        "Things owed past their deadline, by the level that their escalation reached.",
        ("office", "department", "level"),
    )
    rows = session.exec(
        select(Wait.office, Wait.department, Wait.level, func.sum(Wait.open))
        .join(Deadline, col(Deadline.wait) == col(Wait.id))
        .where(
            col(Wait.closed_at).is_(None),
            col(Deadline.current),
            col(Deadline.suspended).is_(False),
            col(Deadline.due) <= now,
        )
        .group_by(col(Wait.office), col(Wait.department), col(Wait.level))
    )
    gauge.values = {
        (office, department, str(level)): float(count) for office, department, level, count in rows
    }
    return gauge


def _deliveries(session: Session) -> Gauge:
    gauge = Gauge("joint_deliveries_failing", "Messages that a channel failed to deliver.", ("channel",))
    rows = session.exec(
        select(Delivery.channel, func.count())
        .where(col(Delivery.delivered_at).is_(None), col(Delivery.tries) > 0)
        .group_by(col(Delivery.channel))
    )
    gauge.values = {(ChannelName(channel).value,): float(count) for channel, count in rows}
    return gauge
