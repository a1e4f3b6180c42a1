"""The sweep: what could not be delivered is delivered later, and one bad paper holds up no other."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from temporalio.service import RPCError, RPCStatusCode

from activities.outbox import OutboxActivities
from activities.papers.rulings import RULINGS, Rule
from activities.papers.sweep import PATIENCE, sweep
from models.papers import AcceptClaim, ConfirmRegister, RevokeTokens
from models.trail import Answer, AuditAnchor, Outbox
from rules.roles import Role
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET
from tests.builders import LEAD, OFFICE_DESK, SECOND, actor, person


class Nobody:
    """An engine in which no workflow runs; it remembers who was called."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def get_workflow_handle(self, workflow: str) -> "Nobody":
        """A handle on nobody."""
        self.called.append(workflow)
        return self

    async def signal(self, *_: Any) -> None:
        """Nobody hears."""
        raise RPCError("nobody", RPCStatusCode.NOT_FOUND, b"")

    async def start_workflow(self, *_: Any, id: str, **__: Any) -> None:  # noqa: A002 - the client's own name
        """Somebody is called."""
        self.called.append(id)


async def swept(driver: Driver) -> list[str]:
    """One sweep, a while after what was filed; who was called."""
    engine = Nobody()
    driver.now += PATIENCE + timedelta(seconds=1)
    await sweep(OutboxActivities(driver.database, engine), driver.now)  # type: ignore[arg-type]  # as much of a client as is used
    return engine.called


async def test_a_filed_paper_that_nobody_ruled_on_is_answered(at: At) -> None:
    """A sender died between filing and ruling: an act of the office is ruled on by the sweep."""
    driver = at("adopted")
    paper = driver.file(ConfirmRegister(directory="subjects"), actor(LEAD, Role.KEEPER), target=OFFICE_TARGET)
    await swept(driver)
    assert "Accepted" == driver.row(Answer, paper.id).type


async def test_a_late_paper_to_a_closed_task_is_answered(at: At) -> None:
    """Whoever sent it finds its refusal."""
    driver = at("closed")
    paper = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    await swept(driver)
    assert "TaskClosed" == driver.row(Answer, paper.id).type


async def test_a_paper_that_its_sender_still_tries_to_deliver_is_left_alone(at: At) -> None:
    """Until its patience is over the sender is the one who delivers."""
    driver = at("closed")
    paper = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    engine = Nobody()
    await sweep(OutboxActivities(driver.database, engine), driver.now)  # type: ignore[arg-type]  # as above
    assert driver.read(lambda session: session.get(Answer, paper.id)) is None


async def test_every_unsent_signal_is_sent(at: At) -> None:
    """What a worker wrote and could not send: each receiver is called, and nothing is left."""
    driver = at("matched")
    called = await swept(driver)
    assert {driver.target, f"department/{SECOND}/2026"} <= set(called)
    unsent = select(Outbox).where(col(Outbox.sent_at).is_(None))
    assert [] == driver.read(lambda session: session.exec(unsent).all())


async def test_a_paper_that_is_a_bug_holds_up_no_other(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its target stays unanswered and is logged; the others are served in the same sweep."""
    driver = at("closed")

    def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    rule = RULINGS["person.revoke"]
    monkeypatch.setitem(RULINGS, "person.revoke", Rule(rule.targets, rule.paper, rule.roles, breaks))
    revoke = RevokeTokens(person=person(LEAD, Role.HANDLER), reason="r")
    bad = driver.file(revoke, actor(OFFICE_DESK, Role.OFFICE), target=OFFICE_TARGET)
    good = driver.file(AcceptClaim(), actor(SECOND, Role.HANDLER))
    await swept(driver)
    assert driver.read(lambda session: session.get(Answer, bad.id)) is None
    assert "TaskClosed" == driver.row(Answer, good.id).type


async def test_the_sweep_anchors_the_day_once(at: At) -> None:
    """One anchor a day over all heads, whoever sweeps first."""
    driver = at("closed")
    await swept(driver)
    await swept(driver)
    assert [driver.today] == list(
        driver.read(lambda session: session.exec(select(col(AuditAnchor.day))).all())
    )
