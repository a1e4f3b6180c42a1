"""Deliveries beside a workflow's main course."""

import asyncio
from collections.abc import Callable

import pytest
from temporalio import workflow

from workflows.paper_desk import Errands


async def test_what_is_written_while_a_delivery_runs_is_delivered_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second paper commits after the courier has counted what is left: it must come once more."""

    async def wait_condition(condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - the condition is any function, as in a workflow
            await asyncio.sleep(0)

    monkeypatch.setattr(workflow, "wait_condition", wait_condition)
    unsent = ["first"]
    sent: list[str] = []

    async def deliver() -> int:
        taken = unsent.copy()
        unsent.clear()
        if not sent:
            unsent.append("second")
            errands.want(1)
        sent.extend(taken)
        await asyncio.sleep(0)
        return 0

    errands = Errands(deliver)
    errands.want(1)
    running = asyncio.create_task(errands.run())
    await asyncio.wait_for(wait_condition(lambda: errands.idle), timeout=5)
    running.cancel()
    assert ["first", "second"] == sent
