"""Reading histories: which steps a workflow took, and everything that any of its events holds."""

import json
from collections import Counter
from collections.abc import AsyncIterator

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from tests.engine.house import House


async def histories_of(house: House) -> AsyncIterator[WorkflowHistory]:
    """The histories of all runs of a test's workflows."""
    for one in await house.listed():
        yield await house.client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()


def local_steps(history: WorkflowHistory) -> Counter[str]:
    """How often each local activity ran in a history."""
    return Counter(
        name
        for event in history.events
        if event.HasField("marker_recorded_event_attributes")
        for name in [_step_name(event)]
    )


def updates(history: WorkflowHistory) -> int:
    """How many updates a history has taken in."""
    return sum(
        event.HasField("workflow_execution_update_accepted_event_attributes") for event in history.events
    )


def text_of(history: WorkflowHistory) -> str:
    """All that the events hold, payloads and summaries included, as text."""
    raw = b"\n".join(event.SerializeToString() for event in history.events)
    return raw.decode("utf-8", "replace")


def _step_name(event: HistoryEvent) -> str:
    payload = event.marker_recorded_event_attributes.details["data"].payloads[0]
    return str(json.loads(payload.data)["activity_type"])
