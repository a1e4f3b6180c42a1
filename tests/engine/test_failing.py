"""What fails in an activity fails a workflow task, which is tried again and reported; it never ends a case."""

import asyncio

import pytest
from sqlalchemy import text
from temporalio.client import WorkflowExecutionStatus

from models.messages import Wake
from tests.engine.house import House

PATIENCE = 200.0
"""Seconds for the engine to report a problem, or to find that it is over."""


@pytest.mark.slow
async def test_a_case_outlives_a_table_that_is_gone(house: House) -> None:
    """The engine reports the problem while the case runs, and the case goes on once the table is back."""
    async with house.working():
        await house.play.run("launch", "prepare")
        _rename(house, "taking_part", "mislaid")
        await house.task.signal("wake", Wake(kind="reading again"))
        try:
            await _until_problems(house, reported=True)
            assert WorkflowExecutionStatus.RUNNING is (await house.task.describe()).status
        finally:
            _rename(house, "mislaid", "taking_part")
        await house.play.run("claim")
        await _until_problems(house, reported=False)


def _rename(house: House, old: str, new: str) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


async def _until_problems(house: House, *, reported: bool) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        attributes = (await house.task.describe()).search_attributes
        if reported is ("TemporalReportedProblems" in attributes):
            return
        assert asyncio.get_running_loop().time() < deadline, attributes
        await asyncio.sleep(0.5)
