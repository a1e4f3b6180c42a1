"""What SQL alone shows to be stuck: rungs, papers, signals, notices, messages and the exchange (体检：数据库)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from activities.clocks.waits import Clocks
from activities.desk.digests import is_due
from activities.doctor.findings import Ailment, Finding
from activities.exchange.fallen import to_be_sent
from activities.exchange.queueing import exchange_id
from models.delivery import ChannelName, Delivery, Digest, error_words
from models.exchange import Declaration, ExchangeBatch
from models.organisation import Department
from models.outcomes import Publication
from models.trail import Answer, Deadline, Notification, Outbox, Submission, Wait
from rules.calendar import TZ

RUNG_GRACE = timedelta(minutes=5)
"""Wake-ups are spread over two minutes, and a worker has other things in hand."""
PAPER_GRACE = timedelta(minutes=2)
"""The sweep takes up a paper after half a minute, once a minute."""
NOTICE_GRACE = timedelta(minutes=10)
TRIED = 3
"""So many tries of a message fail before anybody need look."""
MESSAGES_OF = timedelta(days=30)
"""Messages that were given up longer ago are history: they are listed, and no longer mended."""
QUEUE_GRACE = timedelta(minutes=10)
ANSWER_GRACE = timedelta(days=2)
"""A batch without an answer is sent again after a day; one day later something is wrong."""

Look = Callable[[Session, datetime], Iterator[Finding]]


def late_rungs(session: Session, now: datetime) -> Iterator[Finding]:
    """Waits past their next rung without a firing, a line for each workflow that should have fired."""
    rows = session.exec(
        select(Wait.scope, func.count(), func.min(Deadline.next_rung))
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(
            col(Wait.closed_at).is_(None),
            col(Deadline.next_rung).is_not(None),
            col(Deadline.next_rung) < now - RUNG_GRACE,
        )
        .group_by(col(Wait.scope))
        .order_by(col(Wait.scope))
    )
    for scope, count, first in rows:
        yield Finding(Ailment.LATE, scope, f"{count}项待办最早应于 {_moment(first)} 催办")


def unanswered(session: Session, now: datetime) -> Iterator[Finding]:
    """Papers that were filed and never ruled on, a line for each target."""
    rows = session.exec(
        select(Submission.target, func.count(), func.min(Submission.filed_at))
        .outerjoin(Answer, col(Answer.submission) == col(Submission.id))
        .where(col(Answer.submission).is_(None), col(Submission.filed_at) < now - PAPER_GRACE)
        .group_by(col(Submission.target))
        .order_by(col(Submission.target))
    )
    for target, count, first in rows:
        yield Finding(Ailment.UNANSWERED, target, f"{count}份文书未处理，最早 {_moment(first)} 提交")


def unsent(session: Session, now: datetime) -> Iterator[Finding]:
    """Signals that were written with a fact and not sent, a line for each receiver."""
    rows = session.exec(
        select(Outbox.workflow, func.count(), func.min(Outbox.created_at))
        .where(col(Outbox.sent_at).is_(None), col(Outbox.created_at) < now - PAPER_GRACE)
        .group_by(col(Outbox.workflow))
        .order_by(col(Outbox.workflow))
    )
    for workflow, count, first in rows:
        yield Finding(Ailment.UNSENT, workflow, f"{count}条未送出，最早 {_moment(first)} 写下")


def untold(session: Session, now: datetime) -> Iterator[Finding]:
    """Notices that should be in an inbox by now, a line for each department."""
    then = now - NOTICE_GRACE
    waiting = session.exec(
        select(Notification)
        .where(col(Notification.delivered_at).is_(None), col(Notification.created_at) < then)
        .order_by(col(Notification.department), col(Notification.created_at))
    )
    clocks: dict[str, Clocks] = {}
    due: dict[str, list[Notification]] = {}
    for one in waiting:
        if one.office not in clocks:
            clocks[one.office] = Clocks(session, one.office, then)
        if is_due(clocks[one.office], one):
            due.setdefault(one.department, []).append(one)
    for department, notices in due.items():
        first = _moment(notices[0].created_at)
        yield Finding(Ailment.UNTOLD, department, f"{len(notices)}条通知未进收件箱，最早 {first}")


def undelivered(session: Session, now: datetime) -> Iterator[Finding]:
    """E-mail and messenger that keep failing or were given up, a line for each department, channel and cause."""
    rows = session.exec(
        select(Delivery.department, Delivery.channel, Delivery.error, func.count())
        .join(Digest, col(Digest.id) == col(Delivery.digest))
        .where(*failing_deliveries(now))
        .group_by(col(Delivery.department), col(Delivery.channel), col(Delivery.error))
        .order_by(col(Delivery.department), col(Delivery.channel), col(Delivery.error))
    )
    for department, channel, error, count in rows:
        words = f"{ChannelName(channel).label}{count}封未送达（{error_words(error)}）；查看：starter.py inbox deliveries --failed"
        yield Finding(Ailment.UNDELIVERED, department, words)


def failing_deliveries(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition of a message that needs somebody: given up, or tried in vain."""
    return (
        col(Delivery.delivered_at).is_(None),
        col(Delivery.error).is_not(None),
        col(Delivery.next_try).is_(None) | (col(Delivery.tries) >= TRIED),
        col(Digest.made_at) > now - MESSAGES_OF,
    )


def unpublished(session: Session, now: datetime) -> Iterator[Finding]:
    """What should have left for the platform, or have been answered by it; a line for each office."""
    queued: Counter[str] = Counter()
    oldest: dict[str, datetime] = {}
    for table in (Publication, Declaration):
        rows = session.exec(
            select(table.office, func.count(), func.min(table.queued_at))
            .where(
                col(table.sent_at).is_(None),
                col(table.receipted_at).is_(None),
                col(table.rejected).is_(None),
                col(table.queued_at) < now - QUEUE_GRACE,
                *((to_be_sent(),) if table is Publication else ()),
            )
            .group_by(col(table.office))
        )
        for office, count, first in rows:
            queued[office] += count
            oldest[office] = min(first, oldest.get(office, first))
    for office, count in sorted(queued.items()):
        words = (
            f"{count}项未能送出，最早 {_moment(oldest[office])} 待发，"
            "请核对 JOINT_EXCHANGE、令牌和密钥，以及省平台是否可用"
        )
        yield Finding(Ailment.UNPUBLISHED, exchange_id(office), words)
    silent = Counter(one.office for one in silent_batches(session, now))
    for office, count in sorted(silent.items()):
        yield Finding(Ailment.UNPUBLISHED, exchange_id(office), f"{count}批送出两日仍无回执")


def silent_batches(
    session: Session, now: datetime, grace: timedelta = ANSWER_GRACE
) -> Sequence[ExchangeBatch]:
    """Batches that were sent longer ago than the grace, and never answered as a whole."""
    unreceipted = [
        select(col(table.batch)).where(col(table.receipted_at).is_(None), col(table.rejected).is_(None))
        for table in (Publication, Declaration)
    ]
    return session.exec(
        select(ExchangeBatch)
        .where(
            col(ExchangeBatch.sent_at) < now - grace,
            col(ExchangeBatch.id).in_(unreceipted[0]) | col(ExchangeBatch.id).in_(unreceipted[1]),
        )
        .order_by(col(ExchangeBatch.id))
    ).all()


def rejected(session: Session, now: datetime) -> Iterator[Finding]:
    """What the platform rejected and nobody has put right for a day, a line for each task and department."""
    for table in (Declaration, Publication):
        rows = session.exec(
            select(table.task, Department.name, func.count(), func.min(table.sent_at))
            .join(Department, col(Department.id) == col(table.department))
            .where(
                col(table.rejected).is_not(None),
                col(table.receipted_at).is_(None),
                col(table.sent_at) < now - timedelta(days=1),
            )
            .group_by(col(table.task), col(Department.name))
            .order_by(col(table.task), col(Department.name))
        )
        for task, name, count, first in rows:
            command = f"starter.py publication resend {task} --all --reason 更正内容"
            words = (
                f"{name}{count}项，最早 {_moment(first)} 报送；原因：starter.py publication rejections {task}"
            )
            yield Finding(Ailment.REJECTED, task, words, command)


LOOKS: tuple[Look, ...] = (late_rungs, unanswered, unsent, untold, undelivered, unpublished, rejected)


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(TZ).strftime("%Y-%m-%d %H:%M+08:00")
