"""The audit trail (留痕): hash chains, one per task, plan document and office."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TypedDict

from sqlalchemy import bindparam, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from models.trail import AuditAnchor, AuditEvent, AuditHead

GENESIS = "0" * 64
_HEAD = select(AuditHead).where(col(AuditHead.chain) == bindparam("chain")).with_for_update()
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_HEADS = sa_select(*AuditHead.__table__.columns).order_by(col(AuditHead.chain))  # type: ignore[attr-defined]  # SQLModel's own attribute
"""Every head as a plain row: a year of a province has ten thousand."""
_CHAINS = 200
"""Chains in one question: two parameters each."""


def task_chain(task: str) -> str:
    """The chain of a task, its disposals and corrections included."""
    return f"task/{task}"


def plan_chain(document: str) -> str:
    """The chain of a plan document."""
    return f"plan/{document}"


def office_chain(office: str) -> str:
    """The chain of an office: registers, persons, policies, calendar, refusals without a task."""
    return f"office/{office}"


def event_hash(event: Any) -> str:
    """SHA-256 over an event's canonical JSON, the previous hash included; the event as its object or plain row."""
    body = {
        "chain": event.chain,
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": event.actor,
        "acting_for": event.acting_for,
        "role": event.role,
        "department": event.department,
        "event": event.event,
        "detail": event.detail,
        "previous": event.previous,
    }
    return hashlib.sha256(_CANONICAL.encode(body).encode()).hexdigest()


class _Event(NamedTuple):
    chain: str
    number: int
    at: datetime
    actor: str
    acting_for: str | None
    role: str
    department: str
    event: str
    detail: dict[str, Any]
    previous: str


class By(TypedDict, total=False):
    """Who did something, as the trail names them."""

    actor: str
    role: str
    department: str
    acting_for: str


def record(
    session: Session,
    chain: str,
    event: str,
    *,
    at: datetime,
    actor: str = "system",
    role: str = "machine",
    department: str = "",
    acting_for: str | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append one event to a chain. The head's row is locked until the transaction ends.

    The lock is per chain: one global chain would make every writer wait for every other.
    """
    row = AuditEvent(
        **link(
            hold(session, chain),
            event,
            at=at,
            actor=actor,
            role=role,
            department=department,
            acting_for=acting_for,
            detail=detail or {},
        )
    )
    session.add(row)
    return row


def link(
    head: AuditHead,
    event: str,
    *,
    at: datetime,
    actor: str,
    role: str,
    department: str,
    acting_for: str | None,
    detail: dict[str, Any],
) -> dict[str, Any]:
    """The next event of a chain whose head is held, as the row to be written; the head goes on to it."""
    made = _Event(
        chain=head.chain,
        number=head.number + 1,
        at=at,
        actor=actor,
        acting_for=acting_for,
        role=role,
        department=department,
        event=event,
        # Through JSON once, so that what is hashed now is what any database gives back later.
        detail=json.loads(json.dumps(detail, ensure_ascii=False, default=str)),
        previous=head.hash,
    )
    head.number, head.hash = made.number, event_hash(made)
    return {**made._asdict(), "hash": head.hash}


def hold(session: Session, chain: str) -> AuditHead:
    """The head of a chain, locked until the transaction, or the savepoint that asks for it, is over."""
    head = session.exec(_HEAD, params={"chain": chain}).first()
    if head is None:
        head = AuditHead(chain=chain, number=0, hash=GENESIS)
        session.add(head)
    return head


def verify(session: Session, *, since: AuditAnchor | None = None) -> list[str]:
    """What is wrong with the trail, a line each; empty when every chain and anchor holds.

    With `since` what that anchor holds is taken for granted, and only what came later is read.
    """
    faults: list[str] = []
    start: dict[str, tuple[int, str]] = {
        chain: (int(number), str(digest))
        for chain, (number, digest) in (since.heads if since else {}).items()
    }
    seen = dict(start)
    known: dict[tuple[str, int], str] = {(chain, number): digest for chain, (number, digest) in start.items()}
    for event in _events(session, start):
        number, previous = seen.get(event.chain, (0, GENESIS))
        if event.number != number + 1:
            faults.append(f"{event.chain} #{number + 1}: 缺失")
        if event.previous != previous:
            faults.append(f"{event.chain} #{event.number}: 与前一条不衔接")
        if event_hash(event) != event.hash:
            faults.append(f"{event.chain} #{event.number}: 内容与哈希不符")
        seen[event.chain] = (event.number, event.hash)
        known[event.chain, event.number] = event.hash
    heads = session.execute(_HEADS).all()
    for head in heads:
        faults += _tail_faults(head, seen)
    faults += [f"{chain}: 链尾没有登记" for chain in sorted(seen.keys() - {head.chain for head in heads})]
    anchors = select(AuditAnchor).order_by(col(AuditAnchor.day))
    for anchor in session.exec(anchors.where(col(AuditAnchor.day) >= since.day) if since else anchors):
        faults += _anchor_faults(anchor, known)
    return faults


def _events(session: Session, start: dict[str, tuple[int, str]]) -> Iterator[Any]:
    """The events behind the start of each chain, in order; as plain rows, for there may be millions."""
    table = AuditEvent.__table__  # type: ignore[attr-defined]  # SQLModel's own attribute
    every = sa_select(table).order_by(table.c.chain, table.c.number)
    if not start:
        yield from session.execute(every.execution_options(yield_per=2000))
        return
    grown = [
        head.chain for head in session.execute(_HEADS) if head.number > start.get(head.chain, (0, ""))[0]
    ]
    for some in (grown[at : at + _CHAINS] for at in range(0, len(grown), _CHAINS)):
        behind = or_(
            *((table.c.chain == chain) & (table.c.number > start.get(chain, (0, ""))[0]) for chain in some)
        )
        yield from session.execute(every.where(behind))


def _tail_faults(head: Any, seen: dict[str, tuple[int, str]]) -> list[str]:
    if seen.get(head.chain, (0, GENESIS)) == (head.number, head.hash):
        return []
    return [f"{head.chain}: 链尾与登记不符（登记为第 {head.number} 条）"]


def _anchor_faults(anchor: AuditAnchor, known: dict[tuple[str, int], str]) -> list[str]:
    if anchor_hash(anchor.day, anchor.heads) != anchor.hash:
        return [f"锚点 {anchor.day}: 内容与哈希不符"]
    return [
        f"锚点 {anchor.day}: {chain} 第 {number} 条已不存在或被改动"
        for chain, (number, digest) in anchor.heads.items()
        if known.get((chain, number)) != digest
    ]


def anchor_hash(day: date, heads: dict[str, Any]) -> str:
    """SHA-256 over the day and all heads, canonical JSON."""
    text = json.dumps([day.isoformat(), heads], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def anchor(session: Session, day: date) -> AuditAnchor:
    """The day's anchor over all heads; the first call of a day makes it."""
    stored = session.get(AuditAnchor, day)
    if stored is None:
        heads = {
            head.chain: [head.number, head.hash]
            for head in session.exec(select(AuditHead).order_by(col(AuditHead.chain)))
        }
        stored = AuditAnchor(day=day, heads=heads, hash=anchor_hash(day, heads))
        session.add(stored)
        session.flush()
    return stored
