"""What fails in an activity fails a workflow task, which is tried again and shown; it never ends a case."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus

from activities.outbox import OutboxActivities
from models.messages import Wake
from models.trail import Outbox
from tests.engine.house import House

PATIENCE = 100.0
"""Seconds for a workflow task to fail, and for one to succeed again: the engine tries at growing pauses."""


@pytest.mark.slow
async def test_a_case_outlives_a_table_that_is_gone(house: House) -> None:
    """Workflow tasks fail while the case runs, and the case goes on once the table is back."""
    async with house.working():
        await house.play.run("launch", "prepare", "claim")
        _rename(house, "taking_part", "mislaid")
        try:
            await house.task.signal("wake", Wake(kind="reading again"))
            await _until_a_workflow_task_fails(house)
            assert WorkflowExecutionStatus.RUNNING is (await house.task.describe()).status
        finally:
            _rename(house, "mislaid", "taking_part")
        await house.play.run("draw")
        await _until_no_step_fails(house)


async def test_what_cannot_be_told_beside_an_answer_is_told_on_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery that fails in a workflow task becomes an activity, which is tried until it succeeds."""
    deliver = OutboxActivities.deliver

    async def only_on_its_own(self: OutboxActivities, source: str | None, now: datetime) -> int:
        if activity.in_activity() and activity.info().is_local:
            raise OSError("the engine does not take it")
        return await deliver(self, source, now)

    monkeypatch.setattr(OutboxActivities, "deliver", only_on_its_own)
    async with house.working():
        await house.play.run("launch", "prepare", "claim", "draw")
        await house.cast.until("empty outbox", _all_sent)
        steps = [
            event.activity_task_scheduled_event_attributes.activity_type.name
            async for event in house.task.fetch_history_events()
        ]
    assert "deliver_outbox" in steps


async def _until_no_step_fails(house: House) -> None:
    """Whatever met the gap tries again by itself, the exchange's round too."""
    async with asyncio.timeout(PATIENCE):
        while await house.troubles():  # noqa: ASYNC110 - another process tells no event
            await asyncio.sleep(0.2)


def _all_sent(session: Session) -> bool:
    return session.exec(select(Outbox).where(col(Outbox.sent_at).is_(None))).first() is None


def _rename(house: House, old: str, new: str) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


async def _until_a_workflow_task_fails(house: House) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        async for event in house.task.fetch_history_events():
            if event.HasField("workflow_task_failed_event_attributes"):
                return
        await asyncio.sleep(0.5)
    raise TimeoutError("no workflow task failed")
