"""The audit trail shows whoever altered it: changed links, missing links, a cut tail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from activities import audit
from models.trail import AuditAnchor, AuditEvent, AuditHead
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.tampering import unguarded
from tests.activities.world import TASK

CHAIN = audit.task_chain(TASK)


def event(session: Session, number: int) -> AuditEvent:
    """A link of the task's chain."""
    return session.get_one(AuditEvent, (CHAIN, number))


def length(session: Session) -> int:
    """How many links the head says there are."""
    return session.get_one(AuditHead, CHAIN).number


def tampered(driver: Driver, how: Callable[[Session], None]) -> list[str]:
    """What the verification says after somebody with the owner's rights did something."""
    assert [] == driver.read(audit.verify)
    with unguarded(driver.database, "audit_event") as session:
        how(session)
    return driver.read(audit.verify)


def rehash_from(session: Session, number: int) -> None:
    """Forge the rest of the chain so that it holds together again, its head included."""
    previous = event(session, number - 1).hash
    for one in range(number, length(session) + 1):
        row = event(session, one)
        row.previous = previous
        row.hash = previous = audit.event_hash(row)
    session.get_one(AuditHead, CHAIN).hash = previous


def cut(session: Session) -> None:
    """Take the last link away and set the head back."""
    last = length(session)
    session.delete(event(session, last))
    head = session.get_one(AuditHead, CHAIN)
    head.number, head.hash = last - 1, event(session, last - 1).hash


def test_each_paper_of_a_task_is_a_link_of_its_chain(at: At) -> None:
    """Numbers without a gap, each link holding the hash of the one before."""
    events = at("closed").read(
        lambda session: session.exec(
            select(AuditEvent).where(col(AuditEvent.chain) == CHAIN).order_by(col(AuditEvent.number))
        ).all()
    )
    assert list(range(1, len(events) + 1)) == [one.number for one in events]
    assert [audit.GENESIS, *(one.hash for one in events[:-1])] == [one.previous for one in events]
    assert "task.closed" == next(one.event for one in reversed(events) if one.actor == "system")


def test_an_altered_detail_is_found(at_each: At) -> None:
    """The link no longer fits its own hash."""

    def alter(session: Session) -> None:
        row = event(session, 5)
        row.detail = {**row.detail, "sha256": "0" * 64}

    assert [f"{CHAIN} #5: 内容与哈希不符"] == tampered(at_each("claimed"), alter)


@pytest.mark.parametrize(
    ("field", "value"),
    [("actor", "p-else"), ("acting_for", "p-else"), ("role", "head"), ("department", "x"), ("event", "x")],
)
def test_every_field_of_a_link_is_hashed(at: At, field: str, value: str) -> None:
    """Nobody can be put in another's place."""
    faults = tampered(at("claimed"), lambda session: setattr(event(session, 3), field, value))
    assert [f"{CHAIN} #3: 内容与哈希不符"] == faults


def test_a_removed_link_is_found(at_each: At) -> None:
    """Its number is missing, and the next one does not fit."""
    faults = tampered(at_each("claimed"), lambda session: session.delete(event(session, 5)))
    assert [f"{CHAIN} #5: 缺失", f"{CHAIN} #6: 与前一条不衔接"] == faults


def test_a_cut_tail_is_found_by_the_head(at: At) -> None:
    """Who only deletes the last link is told by the head."""
    faults = tampered(at("claimed"), lambda session: session.delete(event(session, length(session))))
    assert [f"{CHAIN}: 链尾与登记不符"] == [fault.partition("（")[0] for fault in faults]


def test_a_chain_without_its_head_is_found(at: At) -> None:
    """Who deletes the head, so that the tail may be cut, is told so."""
    faults = tampered(at("claimed"), lambda session: session.delete(session.get_one(AuditHead, CHAIN)))
    assert [f"{CHAIN}: 链尾没有登记"] == faults


def test_a_cut_tail_with_its_head_set_back_is_found_by_the_days_anchor(at_each: At) -> None:
    """Without an anchor such a cut cannot be seen: that is what the anchor is for."""
    driver = at_each("claimed")
    with driver.database.write() as session:
        audit.anchor(session, driver.today)
        number = length(session)
    assert [f"锚点 {driver.today}: {CHAIN} 第 {number} 条已不存在或被改动"] == tampered(driver, cut)


def test_a_forged_chain_is_found_by_the_days_anchor(at: At) -> None:
    """Every hash computed anew from the alteration on: only what was anchored before tells."""
    driver = at("claimed")
    with driver.database.write() as session:
        anchored = length(session)
        audit.anchor(session, driver.today)

    def forge(session: Session) -> None:
        event(session, 4).actor = "p-else"
        rehash_from(session, 4)

    assert [f"锚点 {driver.today}: {CHAIN} 第 {anchored} 条已不存在或被改动"] == tampered(driver, forge)


def test_an_altered_anchor_is_found(at: At) -> None:
    """Its hash covers its day and all heads."""
    driver = at("claimed")
    with driver.database.write() as session:
        audit.anchor(session, driver.today)
    with unguarded(driver.database, "audit_anchor") as session:
        row = session.get_one(AuditAnchor, driver.today)
        row.heads = {chain: head for chain, head in row.heads.items() if chain != CHAIN}
    assert [f"锚点 {driver.today}: 内容与哈希不符"] == driver.read(audit.verify)


def test_a_day_has_one_anchor(at: At) -> None:
    """The first of a day stands, whatever is written after it; the next day has its own."""
    driver = at("claimed")
    with driver.database.write() as session:
        first = audit.anchor(session, driver.today).hash
        audit.record(session, CHAIN, "later", at=driver.now)
        assert first == audit.anchor(session, driver.today).hash
        assert first != audit.anchor(session, driver.today + timedelta(days=1)).hash
