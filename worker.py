"""The worker: wires activities, workflows and sweeps to one engine and one database."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.case_steps import CaseActivities
from activities.deliveries import DeliveryActivities
from activities.desk_steps import DeskActivities
from activities.exchange_steps import ExchangeActivities
from activities.outbox import OutboxActivities
from activities.row_steps import RowActivities
from activities.sweep import sweep_for_ever
from activities.task_steps import TaskActivities
from adapters.channels import Channel, channels_of
from adapters.database import Database
from adapters.engine import connect, register_search_attributes
from adapters.exchange import Exchange
from adapters.exchange_http import open_exchange
from adapters.interceptors import DiscreetFailures, SignsOfLife
from adapters.logging import configure
from adapters.settings import CACHED_WORKFLOWS, Profile, Settings
from models.messages import TASK_QUEUE
from workflows.case import CorrectionWorkflow, DisposalWorkflow
from workflows.department import DepartmentWorkflow
from workflows.exchange import ExchangeWorkflow
from workflows.joint_task import JointTaskWorkflow
from workflows.plan_row import PlanRowWorkflow

log = structlog.get_logger(__name__)

WORKFLOWS = [
    JointTaskWorkflow,
    DepartmentWorkflow,
    DisposalWorkflow,
    CorrectionWorkflow,
    ExchangeWorkflow,
    PlanRowWorkflow,
]
THREADS = 16
GRACE = timedelta(seconds=20)


def build_worker(
    client: Client,
    database: Database,
    exchange: Exchange,
    *,
    task_queue: str = TASK_QUEUE,
    max_cached_workflows: int = CACHED_WORKFLOWS,
    failing: tuple[type[BaseException], ...] = (),
    channels: Sequence[Channel] = (),
    strict: bool = False,
) -> Worker:
    """A worker with everything registered; `failing` lets tests end a workflow on a bug.

    `strict` refuses whatever is not deterministic in a workflow, as the tests do. In earnest that would
    double a waiting task's memory, and take a fifth of the worker's time for entering and leaving.
    """
    task, case = TaskActivities(database), CaseActivities(database)
    desk, outbox = DeskActivities(database, channels), OutboxActivities(database, client, task_queue)
    platform = ExchangeActivities(database, exchange)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=[
            task.read_task,
            task.apply_task_papers,
            task.offer_to_partners,
            task.fix_draw,
            task.execute_draw,
            task.match_officers,
            task.fire_task_rungs,
            case.read_case,
            case.apply_case_papers,
            case.fire_case_rungs,
            desk.tend_desk,
            DeliveryActivities(database, channels).send_digests,
            outbox.deliver_outbox,
            platform.run,
            RowActivities(database).tend_row,
        ],
        activity_executor=ThreadPoolExecutor(THREADS),
        max_concurrent_activities=THREADS,
        max_concurrent_local_activities=THREADS,
        max_cached_workflows=max_cached_workflows,
        interceptors=[DiscreetFailures(), SignsOfLife()],
        graceful_shutdown_timeout=GRACE,
        workflow_failure_exception_types=list(failing),
        workflow_runner=strict_runner() if strict else UnsandboxedWorkflowRunner(),
    )


def strict_runner() -> SandboxedWorkflowRunner:
    """The runner that loads the workflows' modules anew for every run, and watches what they call."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("structlog")
    )


@asynccontextmanager
async def working(client: Client, settings: Settings, database: Database) -> AsyncIterator[Worker]:
    """A worker and its sweep, for as long as the context lasts."""
    exchange = open_exchange(settings.exchange, settings.exchange_token)
    worker = build_worker(
        client,
        database,
        exchange,
        channels=channels_of(settings),
        max_cached_workflows=settings.cached_workflows,
    )
    courier = OutboxActivities(database, client)
    async with worker:
        sweep = asyncio.create_task(sweep_for_ever(courier))
        try:
            yield worker
        finally:
            sweep.cancel()


async def main() -> None:
    """Work until SIGTERM or SIGINT, then finish what is in hand."""
    settings = Settings.load()
    configure(json=settings.profile is Profile.PRODUCTION)
    client = await connect()
    await register_search_attributes(client)
    database = Database(settings.database_url)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with working(client, settings, database):
        log.info("worker started", task_queue=TASK_QUEUE)
        await stop.wait()
        log.info("worker stopping")
    database.close()


if __name__ == "__main__":
    asyncio.run(main())
