"""The doctor's time with many open tasks, and the rebuild of all of them after the engine has lost everything."""

import asyncio
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, select
from temporalio.client import Client

from activities.audit import By
from activities.clocks import Clocks
from activities.doctor import Report, examine
from activities.doctor_findings import Ailment
from activities.doctor_orders import Order
from activities.doctor_repair import Repair
from adapters.database import Database
from adapters.engine import start_embedded
from adapters.exchange_files import FileExchange
from adapters.logging import configure
from adapters.migrate import migrate
from models.plan import PlanRow
from models.task import JointTask, Part, TakingPart
from rules.calendar import local_day
from rules.stages import Claim
from rules.waits import WaitKind
from tests.builders import DOCUMENT, LEAD, OFFICE, OFFICE_DESK, SECOND, THIRD, add_world
from worker import build_worker

QUEUE = "benchmark"
BY = By(actor="benchmark", role="operator", department=OFFICE_DESK)
GOAL = 10.0
"""Seconds for one examination of 10,000 open tasks."""


def run(full: bool) -> None:
    """10,000 open tasks, or 500: an examination, all lost, a rebuild, an examination."""
    configure(json=False, level=40)
    asyncio.run(_run(10_000 if full else 500))


async def _run(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/doctor.db"
        migrate(url)
        database = Database(url)
        now = datetime.now(UTC)
        with database.write() as session:
            add_world(session, today=local_day(now))
            _open_tasks(session, count, now)
        environment = await start_embedded(None)
        try:
            worker = build_worker(
                environment.client, database, FileExchange(Path(folder) / "exchange"), task_queue=QUEUE
            )
            async with worker:
                await _measure(database, environment.client, count)
        finally:
            await environment.shutdown()
            database.close()


async def _measure(database: Database, client: Client, count: int) -> None:
    lost, seconds = await _examined(database, client)
    print(
        f"{count:,} open tasks, none of them runs: examined in {seconds:.1f} s, {len(lost.findings):,} lines"
    )
    began = time.perf_counter()
    order = Order(OFFICE, BY)
    mended, _ = await Repair(database, client, datetime.now(UTC), order, QUEUE).run(lost)
    repaired = time.perf_counter() - began
    started = len(mended.done["rebuilt"])
    print(f"  repair: {started:,} started in {repaired:.0f} s, {started / repaired:.0f} a second")
    await _until_waiting(client, count)
    seconds = time.perf_counter() - began
    print(f"  all wait again after {seconds:.0f} s, {count / seconds:.0f} a second")
    healthy, seconds = await _examined(database, client)
    left = sum(one.ailment is not Ailment.CALENDAR for one in healthy.findings)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  healthy: examined in {seconds:.1f} s (goal: {GOAL:.0f} s for 10,000), {left} lines, {peak} MiB")


async def _examined(database: Database, client: Client) -> tuple[Report, float]:
    began = time.perf_counter()
    report = await examine(database, client, datetime.now(UTC), task_queue=QUEUE)
    return report, time.perf_counter() - began


async def _until_waiting(client: Client, count: int) -> None:
    """Until each task has read where it stands and shows whom it waits for."""
    query = (
        f"TaskQueue = '{QUEUE}' AND ExecutionStatus = 'Running' AND WaitingFor = '{WaitKind.PREPARE.label}'"
    )
    while (await client.count_workflows(query)).count < count:  # noqa: ASYNC110 - the engine has no event to wait for
        await asyncio.sleep(0.5)


def _open_tasks(session: Session, count: int, now: datetime) -> None:
    """So many launched tasks in their first stage, each of three departments."""
    row = session.exec(select(PlanRow)).one()
    clocks = Clocks(session, OFFICE, now)
    ids = [f"{DOCUMENT}/1/{number}" for number in range(1, count + 1)]
    for number, task in enumerate(ids, start=1):
        session.add(
            JointTask(
                id=task,
                office=OFFICE,
                document=DOCUMENT,
                seq="1",
                round=number,
                row=row.id or 0,
                name="benchmark",
                initiator=LEAD,
                window_first=local_day(now),
                window_last=local_day(now),
                opened_at=now,
                stage_since=now,
            )
        )
    session.flush()
    for task in ids:
        for department in (LEAD, SECOND, THIRD):
            first = department == LEAD
            part = Part.INITIATOR if first else Part.PARTNER
            claim = Claim.CLAIMED if first else Claim.NONE
            session.add(TakingPart(task=task, department=department, part=part, claim=claim, stage_since=now))
        clocks.open(
            WaitKind.PREPARE,
            key=f"{task}/prepare",
            scope=f"joint-task/{task}",
            task=task,
            department=LEAD,
            opened_by="benchmark",
        )
