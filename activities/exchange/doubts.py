"""What came back and can't be true: kept out of the records, and told to the office (存疑回执)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from activities import audit
from activities.authority import office_department
from activities.papers.docket import notify
from adapters.exchange import Fact
from models.exchange import Declaration
from models.outcomes import Publication
from rules.channel import Channel
from rules.roles import Role

_SHOWN = 5


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
    kept, refused = [], []
    for fact in facts:
        if why := doubt(rows.get(fact.key), fact):
            refused.append(f"{fact.key}：{why}")
        else:
            kept.append(fact)
    if refused:
        _tell(session, office, refused, now)
    return kept


def _tell(session: Session, office: str, refused: list[str], now: datetime) -> None:
    same = hashlib.sha256("\n".join(refused).encode()).hexdigest()[:24]
    more = f"等{len(refused)}项" if len(refused) > _SHOWN else ""
    fresh = _tell_office(
        session,
        office,
        key=f"exchange/{office}/doubtful/{same}",
        text=f"省平台回执存疑，未予登记：{'；'.join(refused[:_SHOWN])}{more}。请与省平台核对后由其重新出具",
        now=now,
    )
    if fresh:
        detail = {"facts": len(refused), "doubts": refused[:100]}
        audit.record(session, audit.office_chain(office), "platform.doubtful", at=now, detail=detail)


def tell_unread(session: Session, office: str, names: Sequence[str], now: datetime) -> None:
    """Receipt files that could not be read: the office is told of each once."""
    for name in names:
        fresh = _tell_office(
            session,
            office,
            key=f"exchange/{office}/unread/{name}",
            text=f"省平台回执文件 {name} 不能读取，已移到交换目录的 bad 中，未予登记。请由省平台重新出具该批次的回执",
            now=now,
        )
        if fresh:
            chain = audit.office_chain(office)
            audit.record(session, chain, "platform.unread", at=now, detail={"file": name})


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
