"""What a department's people are told: one message to each that lists it all (每日提醒、即时送达)."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from activities.authority import holders_of
from activities.clocks.waits import Clocks
from activities.progress import wait_lines
from adapters.channels import Channel
from models.delivery import Delivery, Digest
from models.messages import WaitLine
from models.organisation import Department, Person
from models.trail import Notification, Wait
from rules.calendar import TZ, local_day, until_words
from rules.policy import PolicyKey
from rules.roles import Role
from rules.waits import WaitKind, case_of

OVERDUE = "overdue"
"""The event of a rung past the due day: the one thing that is told on days off too."""
AFTER_RUNGS = timedelta(minutes=3)
"""Rungs of the digest's own hour are spread over two minutes: it waits for them, or would be two."""
LISTED = 30


def deliver(clocks: Clocks, department: Department, channels: Sequence[Channel]) -> None:
    """Put what is due into the inboxes, and make of it one message to each person concerned."""
    due = _due(clocks, department)
    told: dict[str, list[Notification]] = defaultdict(list)
    for notice in due:
        readers = readers_of(clocks, notice)
        notice.delivered_at, notice.delivered_to = clocks.now, ",".join(readers)
        for reader in readers:
            told[reader].append(notice)
    for person, notices in told.items():
        _message(clocks, department, person, notices, channels)
    clocks.session.flush()


def readers_of(clocks: Clocks, notice: Notification) -> list[str]:
    """The present holders of the notice's role, or the one named; a substitute instead of whom they stand for."""
    holders = holders_of(clocks.session, notice.department, notice.role, clocks.today)
    if notice.person is not None:
        holders = [one for one in holders if notice.person in (one.person, one.acting_for)]
    away = {one.acting_for for one in holders}
    return list(dict.fromkeys(one.person for one in holders if one.person not in away))


def next_digest(clocks: Clocks) -> datetime:
    """The next digest of a working day, strictly ahead."""
    today = digest_of(clocks, clocks.now)
    if clocks.now < today and clocks.calendar.is_working(clocks.today):
        return today
    day = clocks.calendar.add_working_days(clocks.today, 1)
    return today + timedelta(days=(day - clocks.today).days)


def digest_of(clocks: Clocks, moment: datetime) -> datetime:
    """When the digest of a moment's day goes out: its hour (policy), after the rungs of that hour."""
    hour = time.fromisoformat(str(clocks.policies.value(PolicyKey.DIGEST_HOUR)))
    return datetime.combine(local_day(moment), hour, TZ) + AFTER_RUNGS


def _due(clocks: Clocks, department: Department) -> Sequence[Notification]:
    """What `is_due` says of each, asked of the database: however much waits for the digest is not read."""
    due = col(Notification.event) == OVERDUE
    if clocks.calendar.is_working(clocks.today):
        due |= col(Notification.urgent).is_(True)
        digest = digest_of(clocks, clocks.now)
        if digest <= clocks.now:
            due |= col(Notification.created_at) < digest
    return clocks.session.exec(
        select(Notification)
        .where(col(Notification.department) == department.id, col(Notification.delivered_at).is_(None), due)
        .order_by(col(Notification.created_at), col(Notification.key))
    ).all()


def is_due(clocks: Clocks, notice: Notification) -> bool:
    """Overdue at once on any day, urgent at once on a working day, all else with the next digest."""
    if notice.event == OVERDUE:
        return True
    if not clocks.calendar.is_working(clocks.today):
        return False
    today = digest_of(clocks, clocks.now)
    return notice.urgent or notice.created_at < today <= clocks.now


def _message(
    clocks: Clocks,
    department: Department,
    person: str,
    notices: Sequence[Notification],
    channels: Sequence[Channel],
) -> None:
    digest = Digest(
        # From what the notices say, not from their rows: told again after a restore it is the same message.
        id=_key(person, *sorted(notice.key for notice in notices)),
        department=department.id,
        person=person,
        subject=_subject(department, notices),
        text=_text(clocks.session, department, person, clocks.today, notices),
        notices=sorted(notice.id for notice in notices),
        urgent=any(notice.urgent for notice in notices),
        made_at=clocks.now,
    )
    clocks.session.add(digest)
    clocks.session.flush()
    reader = clocks.session.get_one(Person, person)
    for channel in channels:
        address = channel.address_of(reader)
        if address is not None:
            clocks.session.add(
                Delivery(
                    id=_key(digest.id, channel.name),
                    digest=digest.id,
                    department=department.id,
                    channel=channel.name,
                    address=channel.masked(address),
                    next_try=clocks.now,
                )
            )


def _key(*parts: str) -> str:
    """32 hex digits that follow from the parts: the same message again is the same key."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _subject(department: Department, notices: Sequence[Notification]) -> str:
    late = sum(notice.event == OVERDUE for notice in notices)
    tail = f"，其中逾期{late}件" if late else ""
    return f"双随机联合抽查提醒：{department.name}{len(notices)}条{tail}"


def _text(
    session: Session, department: Department, person: str, today: object, notices: Sequence[Notification]
) -> str:
    """All notices, the overdue first, and below them what the reader's roles still owe."""
    first = sorted(notices, key=lambda one: (one.event != OVERDUE, not one.urgent, one.created_at))
    roles = {notice.role for notice in notices}
    owed = wait_lines(
        session,
        col(Wait.department) == department.id,
        col(Wait.role).in_(roles),
        col(Wait.closed_at).is_(None),
        col(Wait.assignee).is_(None) | (col(Wait.assignee) == person),
        limit=LISTED,
    )
    lines = [f"{department.name}　{today}", "", "通知："]
    lines += [f"{number}. {_marked(notice)}" for number, notice in enumerate(first, start=1)]
    if owed:
        lines += ["", "尚未办结的待办（按期限）：", *(_owed(wait) for wait in owed)]
    return "\n".join(lines)


def _marked(notice: Notification) -> str:
    return f"【逾期】{notice.text}" if notice.event == OVERDUE else notice.text


def _owed(wait: WaitLine) -> str:
    when = "期限中止" if wait.suspended or wait.due is None else f"{until_words(wait.due)}前"
    case = case_of(wait.scope)
    return f"· {WaitKind(wait.kind).label}{f' {case}' if case else ''}（{Role(wait.role).label}，{wait.open}件，{when}）"
