"""What an office must keep up itself: calendar, registers, and a trail that holds (体检：日历、名录库、留痕)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from activities import audit
from activities.doctor.findings import Ailment, Finding
from activities.standing import Policies
from models.plan import PlanDocument, PlanStatus
from models.registers import CalendarYear, RegisterConfirmation
from models.trail import AuditAnchor, AuditHead
from rules.calendar import local_day
from rules.policy import PolicyKey

NOTICE_BY = (12, 1)
"""Month and day by which the State Council's notice for the next year is out: it came in October or November."""
SUBJECTS = "subjects"
"""The register whose confirmation the draw asks for."""
WHOLE = 50_000
"""Up to so many events, a second's work, the whole trail is verified; beyond that what came since the last anchors."""


def calendar(session: Session, now: datetime) -> Iterator[Finding]:
    """This year's calendar, and late in the year the next one's."""
    today = local_day(now)
    loaded = set(session.exec(select(CalendarYear.year)))
    wanted = [today.year]
    if (today.month, today.day) >= NOTICE_BY:
        wanted.append(today.year + 1)
    for year in wanted:
        if year not in loaded:
            words = f"{year}年的日历没有录入，跨入该年的期限都是暂定"
            command = f"starter.py calendar load {year} --file 通知.csv --document 文号"
            yield Finding(Ailment.CALENDAR, str(year), words, command)


def registers(session: Session, now: datetime) -> Iterator[Finding]:
    """The subjects' register of every office that has a plan for this year, by the policy's age."""
    today = local_day(now)
    offices = session.exec(
        select(PlanDocument.office)
        .where(col(PlanDocument.status) == PlanStatus.ADOPTED, col(PlanDocument.year) == today.year)
        .distinct()
        .order_by(col(PlanDocument.office))
    ).all()
    confirmed = dict(
        session.exec(
            select(RegisterConfirmation.office, func.max(RegisterConfirmation.confirmed_on))
            .where(col(RegisterConfirmation.directory) == SUBJECTS)
            .group_by(col(RegisterConfirmation.office))
        ).all()
    )
    for office in offices:
        age = int(Policies(session, office, today).value(PolicyKey.REGISTER_MAX_AGE_DAYS))
        newest: date | None = confirmed.get(office)
        if newest is None or newest < today - timedelta(days=age):
            words = f"检查对象名录库最近一次确认：{newest or '从未'}，有效期{age}天"
            yield Finding(Ailment.REGISTER, office, words, f"starter.py register confirm {SUBJECTS}")


def trail(session: Session, _: datetime) -> Iterator[Finding]:
    """The audit chains, whole or since the last anchors."""
    for fault in audit.verify(session, since=verified_from(session)):
        words = f"{fault}；请停止写入，与备份和外存锚点核对"
        yield Finding(
            Ailment.AUDIT, fault.split(" #", 1)[0].split(": ", 1)[0], words, "starter.py audit verify"
        )


def verified_from(session: Session) -> AuditAnchor | None:
    """The anchor from which on a large trail is verified, the last but one; None for the whole trail."""
    events = session.exec(select(func.sum(AuditHead.number))).one() or 0
    if events <= WHOLE:
        return None
    newest = session.exec(select(AuditAnchor).order_by(col(AuditAnchor.day).desc()).limit(2)).all()
    return newest[-1] if newest else None
