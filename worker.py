"""The worker: wires activities, workflows and sweeps to one engine and one database."""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import structlog
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.archive.histories import Archive, archive_for_ever
from activities.desk.deliveries import DeliveryActivities
from activities.doctor.failing_steps import NotesFailingSteps
from activities.exchange.watching import watch_for_ever
from activities.gauges import gauges
from activities.outbox import OutboxActivities
from activities.papers.sweep import sweep_for_ever
from activities.steps.case import CaseActivities
from activities.steps.desk import DeskActivities
from activities.steps.exchange import ExchangeActivities
from activities.steps.row import RowActivities
from activities.steps.task import TaskActivities
from adapters import tracing
from adapters.alive import beat
from adapters.build import Deployment
from adapters.channels import Channel, channels_of
from adapters.database import Database
from adapters.deployment import set_current, worker_config
from adapters.engine import connect
from adapters.evidence_store import EvidenceStore
from adapters.exchange import Exchange
from adapters.exchange_files import FileExchange
from adapters.exchange_http import open_exchange
from adapters.interceptors import DiscreetFailures, SignsOfLife
from adapters.leaving import leaving
from adapters.logging import configure
from adapters.metrics import Metrics
from adapters.replay import all_histories, check_replay
from adapters.search_attributes import EngineRefuses, register_search_attributes
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
HISTORIES = Path(__file__).parent / "tests" / "histories"
"""Kept histories of each stage's border; in the image, too."""
THREADS = 16
GRACE = timedelta(seconds=20)


def sandbox() -> SandboxedWorkflowRunner:
    """The runner that watches what workflows call: in the tests, and before a release."""
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("structlog")
    )


def build_worker(
    client: Client,
    database: Database,
    exchange: Exchange,
    *,
    task_queue: str = TASK_QUEUE,
    max_cached_workflows: int = CACHED_WORKFLOWS,
    failing: tuple[type[BaseException], ...] = (),
    channels: Sequence[Channel] = (),
    deployment: Deployment | None = None,
    workflows: Sequence[type] = WORKFLOWS,
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
        workflows=workflows,
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
        interceptors=[DiscreetFailures(), SignsOfLife(), NotesFailingSteps(database)],
        graceful_shutdown_timeout=GRACE,
        workflow_failure_exception_types=list(failing),
        workflow_runner=sandbox() if strict else UnsandboxedWorkflowRunner(),
        deployment_config=worker_config(deployment) if deployment else None,
    )


@asynccontextmanager
async def working(client: Client, settings: Settings, database: Database) -> AsyncIterator[Worker]:
    """A worker with its sweep and its archive, for as long as the context lasts."""
    exchange = open_exchange(settings.exchange, settings.exchange_token, settings.exchange_secrets)
    worker = build_worker(
        client,
        database,
        exchange,
        channels=channels_of(settings),
        max_cached_workflows=settings.cached_workflows,
        deployment=settings.deployment,
    )
    courier = OutboxActivities(database, client)
    archive = Archive(client, database, EvidenceStore(settings.archive))
    async with worker:
        lasting = [sweep_for_ever(courier), archive_for_ever(archive)]
        if isinstance(exchange, FileExchange):
            lasting.append(watch_for_ever(client, exchange))
        if settings.alive is not None:
            lasting.append(beat(settings.alive, client, database))
        beside = [asyncio.create_task(one) for one in lasting]
        try:
            yield worker
        finally:
            for one in beside:
                one.cancel()


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what is in hand."""
    tracing.start(settings.traces, "joint-worker")
    metrics = Metrics() if settings.metrics else None
    client = await _connected(metrics)
    # Not left to whoever installs: a new version may bring a new one.
    await register_search_attributes(client)
    database = Database(settings.database_url)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    # What was loaded stays for ever: the collector need not go over it again each time, a twentieth of the CPU.
    gc.collect()
    gc.freeze()
    shown = metrics.serving(settings.metrics, database, gauges) if metrics else nullcontext()
    with shown:
        async with working(client, settings, database):
            log.info("worker started", task_queue=TASK_QUEUE)
            await stop.wait()
            log.info("worker stopping")
    database.close()
    tracing.stop()


async def make_current(deployment: Deployment) -> None:
    """Give all tasks to this build's workers: the last step of a deployment."""
    await set_current(await _connected(), deployment)
    log.info("current version set", deployment=deployment.name, build=deployment.build)


async def setup() -> None:
    """Register our search attributes, and say what was done."""
    _say((await register_search_attributes(await _connected())).words)


async def _connected(metrics: Metrics | None = None) -> Client:
    try:
        return await connect(metrics.runtime if metrics else None)
    except RuntimeError as error:
        raise EngineRefuses(f"连接不上 Temporal 服务，请核对 TEMPORAL_ADDRESS：{error}") from None


async def replay(folder: Path, *, only_kept: bool) -> None:
    """Replay kept histories and those of all that runs; ends with 1 where any of them fails."""
    client = None if only_kept else await _connected()
    failed = await check_replay(WORKFLOWS, sandbox(), all_histories(client, folder), _say)
    for line in failed:
        _say(f"FAILED {line}")
    sys.exit(1 if failed else 0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Work, or do what the first word says."""
    parser = argparse.ArgumentParser(description="工作进程；不写子命令则开始工作")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser(
        "setup", help="在 Temporal 服务登记本系统的搜索属性，可重复执行（工作进程每次启动也会核对）"
    )
    commands.add_parser("set-current", help="把本版本设为当前版本：未办结的任务由它继续（发布的最后一步）")
    check = commands.add_parser("check-replay", help="发布前核对：回放留存的和全部未办结的运行记录")
    check.add_argument("--histories", type=Path, default=HISTORIES, metavar="目录", help="留存的运行记录")
    check.add_argument("--only-kept", action="store_true", help="只核对留存的，不连接 Temporal")
    given = parser.parse_args()
    try:
        settings = Settings.load()
    except ValueError as wrong:
        parser.error(str(wrong))
    # The last step of a history that ends in the midst of its task runs as if it were new: its log lines are of the past.
    level = logging.WARNING if given.command == "check-replay" else logging.INFO
    configure(json=settings.profile is Profile.PRODUCTION, level=level)
    if given.command == "set-current" and settings.deployment is None:
        parser.error("没有设置 JOINT_DEPLOYMENT：工作进程不分版本，不必设当前版本")
    try:
        asyncio.run(_chosen(given, settings))
    except EngineRefuses as refusal:
        sys.exit(str(refusal))


async def _chosen(given: argparse.Namespace, settings: Settings) -> None:
    if given.command == "setup":
        await setup()
    elif given.command == "set-current" and settings.deployment is not None:
        await make_current(settings.deployment)
    elif given.command == "check-replay":
        await replay(given.histories, only_kept=given.only_kept)
    else:
        await work(settings)


if __name__ == "__main__":
    leaving(main)
