"""Replaying histories before a release: what today's definitions could not go on with is named (回放核对)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, WorkflowRunner

from adapters.payloads import data_converter

OPEN = "ExecutionStatus = 'Running'"
EVERY = 500
"""Histories between two lines of progress."""


def kept(folder: Path) -> list[WorkflowHistory]:
    """The histories in a folder, as the engine's own program and `tests/histories` write them."""
    return [_from_file(file) for file in sorted(folder.glob("*.json"))]


async def open_histories(client: Client, query: str = OPEN) -> AsyncIterator[WorkflowHistory]:
    """The histories of all that runs; what has gone since it was listed is passed over."""
    async for one in client.list_workflows(query):
        try:
            yield await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise


async def check_replay(
    workflows: Sequence[type],
    runner: WorkflowRunner,
    histories: AsyncIterator[WorkflowHistory],
    say: Callable[[str], None],
) -> list[str]:
    """Replay each; returns what failed, a line each: which workflow and run, and why."""
    replayer = Replayer(workflows=workflows, data_converter=data_converter, workflow_runner=runner)
    failed, count = [], 0
    async with replayer.workflow_replay_iterator(histories) as results:
        async for result in results:
            count += 1
            if (failure := result.replay_failure) is not None:
                why = " ".join(str(failure).split())
                failed.append(f"{result.history.workflow_id} {result.history.run_id}: {why}")
            if count % EVERY == 0:
                say(f"{count} histories replayed, {len(failed)} failed")
    say(f"{count} histories replayed, {len(failed)} failed")
    return failed


async def all_histories(
    client: Client | None, folder: Path | None, query: str = OPEN
) -> AsyncIterator[WorkflowHistory]:
    """Those of a folder, then those of all that runs; without a client the folder's alone."""
    if folder is not None:
        for history in await asyncio.to_thread(kept, folder):
            yield history
    if client is not None:
        async for history in open_histories(client, query):
            yield history


def _from_file(file: Path) -> WorkflowHistory:
    text = file.read_text("utf-8")
    return WorkflowHistory.from_json(json.loads(text).get("workflowId", file.stem), text)
