"""The service inside a test: worker, engine, database and the platform's stand-in, all to be broken off."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, col, select
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from activities.outbox import OutboxActivities
from activities.papers.sweep import sweep_for_ever
from adapters.build import Deployment
from adapters.channels import Channel
from adapters.database import Database
from adapters.exchange import Exchange
from adapters.exchange_files import FileExchange
from cli.demo.cast import Cast
from cli.demo.platform import answer
from models.messages import AnswerSlip, Slip
from models.trail import Submission
from rules.calendar import local_day
from tests.builders import ALL_YEAR, DOCUMENT, add_coming_years, add_world
from tests.play import Play
from worker import WORKFLOWS, build_worker

TASK = f"{DOCUMENT}/1/1"
TASK_WORKFLOW = f"joint-task/{TASK}"
PLATFORM_PAUSE = 0.1
PATIENCE = 30.0


@dataclass
class House:
    """One test's service; its task queue is its own, so that nothing of another test is taken up."""

    database: Database
    client: Client
    folder: Path
    task_queue: str
    channels: Sequence[Channel] = ()
    deployment: Deployment | None = None
    workflows: Sequence[type] = tuple(WORKFLOWS)

    def __post_init__(self) -> None:
        self.exchange: Exchange = FileExchange(self.folder)
        (self.folder / "taken").mkdir(exist_ok=True)
        self.cast = Cast(self.database, self.client, TASK, task_queue=self.task_queue)
        self.play = Play(self.cast)

    @property
    def task(self) -> "WorkflowHandle[object, object]":
        """The task's workflow."""
        return self.client.get_workflow_handle(TASK_WORKFLOW)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker with its sweep, and a platform that answers, for as long as the context lasts."""
        worker = build_worker(
            self.client,
            self.database,
            self.exchange,
            task_queue=self.task_queue,
            channels=self.channels,
            deployment=self.deployment,
            workflows=self.workflows,
            strict=True,
        )
        courier = OutboxActivities(self.database, self.client, self.task_queue)
        async with worker:
            beside = [asyncio.create_task(one) for one in (self._platform(), sweep_for_ever(courier))]
            try:
                yield
            finally:
                for one in beside:
                    one.cancel()

    async def running(self) -> list[str]:
        """The ids of this test's workflows that run: the list, which follows the engine by a moment, names them.

        Whether one runs the engine says itself. One that was started a moment ago may not be listed: ask its `status`.
        """
        known = sorted(
            {one.id async for one in self.client.list_workflows(f"TaskQueue = '{self.task_queue}'")}
        )
        found = await asyncio.gather(*(self.status(one) for one in known))
        running = WorkflowExecutionStatus.RUNNING
        return [one for one, status in zip(known, found, strict=True) if status is running]

    async def listed(self) -> list[WorkflowExecution]:
        """All runs of this test's workflows, once the list says of each workflow what the engine says."""
        while True:
            query = f"TaskQueue = '{self.task_queue}'"
            runs = [one async for one in self.client.list_workflows(query)]
            handles = (self.client.get_workflow_handle(one) for one in {run.id for run in runs})
            newest = {
                one.run_id: one.status for one in await asyncio.gather(*(h.describe() for h in handles))
            }
            said = {one.run_id: one.status for one in runs}
            # Of those that gave way to the newest none runs any more.
            ended = all(
                said[run] is not WorkflowExecutionStatus.RUNNING for run in said.keys() - newest.keys()
            )
            if ended and newest.items() <= said.items():
                return runs
            await asyncio.sleep(0.05)

    async def terminate_all(self) -> list[str]:
        """End every workflow of this test through the client; their ids."""
        ended: set[str] = set()
        # What runs when it is asked may have ended by itself before it is struck.
        while found := await self.running():
            for workflow in found:
                try:
                    await self.client.get_workflow_handle(workflow).terminate("test")
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                ended.add(workflow)
            await asyncio.sleep(0.05)
        return sorted(ended)

    async def troubles(self) -> list[str]:
        """Workflows in which a step keeps failing: they would go on for ever, and a play may not notice."""
        found = []
        for workflow in await self.running():
            about = (await self.client.get_workflow_handle(workflow).describe()).raw_description
            found += [
                f"{workflow}: {pending.activity_type.name}: {pending.last_failure.message}"
                for pending in about.pending_activities
                if pending.HasField("last_failure")
            ]
            if about.pending_workflow_task.attempt > 1:
                found.append(f"{workflow}: workflow task, attempt {about.pending_workflow_task.attempt}")
        return found

    async def status(self, workflow: str) -> WorkflowExecutionStatus | None:
        """Whether a workflow runs, or how it ended."""
        return (await self.client.get_workflow_handle(workflow).describe()).status

    async def until_it_runs(self) -> None:
        """Until the outbox has started the launched task: before that its id is an earlier test's, which has ended."""
        async with asyncio.timeout(PATIENCE):
            while TASK_WORKFLOW not in await self.running():  # noqa: ASYNC110 - another process tells no event
                await asyncio.sleep(0.05)

    async def _platform(self) -> None:
        while True:
            await asyncio.to_thread(answer, self.folder, None, self.cast.clock)
            await asyncio.sleep(PLATFORM_PAUSE)


def fill(database: Database, *, subjects: int = 12, percent: str = "85") -> None:
    """The small office, with a plan whose window is open today: the engine's clock is the wall's.

    Eleven of twelve subjects are drawn, so that both channels have some whatever the day's seed.
    """
    today = local_day(datetime.now(UTC))
    with database.write() as session:
        add_world(session, subjects=subjects, percent=percent, today=today, months=ALL_YEAR)
        add_coming_years(session, today)


def slip_of(paper: Submission) -> Slip:
    """The message that carries a filed paper's number."""
    return Slip(submission=paper.id, sha256=paper.sha256, kind=paper.kind, actor=paper.actor)


def papers_of(session: Session, target: str) -> Sequence[Submission]:
    """All papers that were filed to a target."""
    return session.exec(
        select(Submission).where(col(Submission.target) == target).order_by(col(Submission.filed_at))
    ).all()


async def sent_again(house: House, paper: Submission) -> AnswerSlip:
    """The same message once more, past our own client; patient where a run is just ending."""
    while True:
        try:
            slip = slip_of(paper)
            answer: AnswerSlip = await house.task.execute_update(
                "act", slip, id=paper.id, result_type=AnswerSlip
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
            await asyncio.sleep(0.1)
        else:
            return answer
