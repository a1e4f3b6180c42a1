"""The bare peer: an update handler that files its paper with one INSERT in one activity, and nothing else.

No check of person or role, no answer's row, no audit event, no clock, no counters: the least that a
service on this engine does for a message. Run as a program it is the peer's worker.
"""

import asyncio
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from pydantic import BaseModel
from sqlalchemy import insert
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from adapters.database import Database
from models.trail import Submission
from rules.roles import Role

QUEUE = "peer"
THREADS = 16


class PeerPaper(BaseModel):
    """A paper as the peer takes it: inside the message."""

    id: str
    local: bool
    content: dict[str, object]


@workflow.defn
class PeerWorkflow:
    """Waits for papers, for ever."""

    @workflow.run
    async def run(self) -> None:
        """Nothing but messages."""
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def act(self, paper: PeerPaper) -> float:
        """File one paper by a plain or a local activity; the moment of its commit, in seconds."""
        run = workflow.execute_local_activity if paper.local else workflow.execute_activity
        return float(await run("file_paper", paper, start_to_close_timeout=timedelta(seconds=30)))


class PeerActivities:
    """The one activity."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @activity.defn(name="file_paper")
    def file_paper(self, paper: PeerPaper) -> float:
        """One INSERT, one commit."""
        with self.database.write() as session:
            session.execute(insert(Submission).values(**_row(paper)))
        return time.time()


def _row(paper: PeerPaper) -> dict[str, object]:
    return {
        "id": paper.id,
        "target": "peer",
        "chain": "peer",
        "kind": "peer",
        "content": paper.content,
        "nonce": "",
        "sha256": "",
        "actor": "peer",
        "role": Role.OFFICER,
        "department": "peer",
        "filed_at": datetime.now(UTC),
    }


async def send(client: Client, workflow_id: str, *, local: bool) -> float:
    """Send one paper and wait for its answer; the moment of its commit."""
    paper = PeerPaper(id=token_hex(16), local=local, content={"lines": [{"visit": "0" * 32, "item": "x-1"}]})
    handle = client.get_workflow_handle(workflow_id)
    return float(await handle.execute_update("act", paper, result_type=float))


async def main(address: str, url: str) -> None:
    """Work until killed."""
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[PeerWorkflow],
        activities=[PeerActivities(Database(url)).file_paper],
        activity_executor=ThreadPoolExecutor(THREADS),
        max_concurrent_activities=THREADS,
        max_concurrent_local_activities=THREADS,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
