"""What came back and can't be true: kept out of the records, and told to the office (存疑回执)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from activities import audit
from activities.authority import office_department
from activities.desk.notices import notify
from activities.lookup import chunks
from adapters.exchange import Fact, Unread
from models.exchange import Declaration, ExchangeBatch
from models.outcomes import Publication
from rules.calendar import TZ
from rules.channel import Channel
from rules.roles import Role

_SHOWN = 5
MOMENTS = {"entered": "receipted_at", "forwarded": "forwarded_at", "published": "published_at"}
"""Where each fact's moment is kept: as the platform states it."""
SKEW = timedelta(minutes=5)
"""So far may two clocks be apart that are both right."""


def doubt(row: Publication | Declaration | None, fact: Fact) -> str:
    """Why a fact is not recorded; empty where nothing speaks against it."""
    if row is None:
        return "本办公室没有报送过这一事项"
    if fact.fact == "entered":
        if not fact.receipt.strip():
            return "没有回执编号"
        if row.receipted_at is not None and row.receipt != fact.receipt:
            return f"回执编号{fact.receipt}与已登记的{row.receipt}不一致"
    elif fact.fact != "rejected" and isinstance(row, Publication) and row.channel is Channel.OWN_SITE:
        return "应由部门自行公示并提交证明，不由国家系统公示"
    return ""


def sound(
    session: Session,
    office: str,
    facts: Sequence[Fact],
    rows: Mapping[str, Publication | Declaration],
    now: datetime,
) -> list[Fact]:
    """The facts that can be recorded; the others are in the trail, and the office is told once of each set."""
    kept, refused, untimely = [], [], []
    written = _written(session, rows)
    for fact in facts:
        if why := doubt(rows.get(fact.key), fact):
            refused.append(f"{fact.key}：{why}")
            continue
        earliest = written[fact.key]
        if _known(rows[fact.key], fact):
            kept.append(fact)
        elif why := doubtful_moment(fact, earliest, now):
            untimely.append(f"{fact.key}：{why}")
            kept.append(fact.model_copy(update={"at": now}))
        else:
            kept.append(fact.model_copy(update={"at": min(max(fact.at, earliest), now)}))
    if refused:
        _tell(session, office, "未予登记", refused, now)
    if untimely:
        _tell(session, office, "已登记，所载时间不予采用、以读入时间为准", untimely, now)
    return kept


def _known(row: Publication | Declaration, fact: Fact) -> bool:
    return fact.fact in MOMENTS and getattr(row, MOMENTS[fact.fact], None) is not None


def doubtful_moment(fact: Fact, written: datetime, now: datetime) -> str:
    """Why a stated moment can't be true; empty where it can. `written` is when its batch was."""
    stated = fact.at.astimezone(TZ)
    if fact.at > now + SKEW:
        return f"所载时间{stated:%Y-%m-%d %H:%M}尚未到来"
    if fact.at < written - SKEW:
        return f"所载时间{stated:%Y-%m-%d %H:%M}早于报送批次生成时间{written.astimezone(TZ):%Y-%m-%d %H:%M}"
    return ""


def _written(session: Session, rows: Mapping[str, Publication | Declaration]) -> dict[str, datetime]:
    """Since when each record can have been answered: since it was queued, and put into a batch at once.

    Of one that was put right and sent again since that batch was written. Of the others the batch's own moment says
    less: after a restore it is written anew, and the platform repeats what it did before.
    """
    ids = {row.batch for row in rows.values() if row.batch is not None and row.revision > 1}
    made = {
        id_: at
        for some in chunks(ids)
        for id_, at in session.exec(
            select(ExchangeBatch.id, ExchangeBatch.made_at).where(col(ExchangeBatch.id).in_(some))
        )
    }
    return {key: made.get(row.batch or "", row.queued_at) for key, row in rows.items()}


def _tell(session: Session, office: str, what: str, doubts: list[str], now: datetime) -> None:
    same = hashlib.sha256("\n".join(doubts).encode()).hexdigest()[:24]
    more = f"等{len(doubts)}项" if len(doubts) > _SHOWN else ""
    fresh = _tell_office(
        session,
        office,
        key=f"exchange/{office}/doubtful/{same}",
        text=f"省平台回执存疑，{what}：{'；'.join(doubts[:_SHOWN])}{more}。请与省平台核对后由其重新出具",
        now=now,
    )
    if fresh:
        detail = {"facts": len(doubts), "what": what, "doubts": doubts[:100]}
        audit.record(session, audit.office_chain(office), "platform.doubtful", at=now, detail=detail)


def tell_unread(session: Session, office: str, unread: Sequence[Unread], now: datetime) -> None:
    """What came in and was not taken: the office is told of each once, and why."""
    for one in unread:
        fresh = _tell_office(
            session,
            office,
            key=f"exchange/{office}/unread/{one.name}",
            text=f"省平台回执 {one.name} 不能采用，未予登记：{one.why}。请由省平台重新出具；"
            "来件均予保存，运维人员见 starter.py doctor",
            now=now,
        )
        if fresh:
            detail = {"file": one.name, "why": one.why}
            audit.record(session, audit.office_chain(office), "platform.unread", at=now, detail=detail)


def _tell_office(session: Session, office: str, *, key: str, text: str, now: datetime) -> bool:
    """Whether the office did not know yet."""
    return notify(
        session,
        office_department(session, office),
        Role.OFFICE,
        key=key,
        event="exchange",
        text=text,
        now=now,
        urgent=True,
    )
