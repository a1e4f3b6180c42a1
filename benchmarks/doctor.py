"""The doctor's time with many open tasks, and the rebuild of all of them after the engine has lost everything.

Each task is of three departments, has a plan row and a trail of its own, and waits in its first stage.
"""

import asyncio
import os
import resource
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sqlalchemy import insert
from sqlmodel import Session
from temporalio.client import Client

from activities import audit
from activities.doctor.examination import Report, examine
from activities.doctor.orders import Order
from activities.doctor.repair import Repair
from adapters.evidence_store import EvidenceStore
from adapters.logging import configure
from benchmarks.copies import copy_task
from benchmarks.costs import load, since, spent, words
from benchmarks.rig import Rig, ask, play, rig, usage
from models.trail import AuditEvent, AuditHead
from tests.activities import scenes
from tests.builders import OFFICE, OFFICE_DESK

BY = audit.By(actor="benchmark", role="operator", department=OFFICE_DESK)
GOAL = 10.0
"""Seconds for one examination of 10,000 open tasks."""
EVENTS = 20
"""Audit events of a task that has come to the middle of its way."""
LOOKS, POLLED = 3, 2.0
ROWS = 10_000


def run(full: bool) -> None:
    """10,000 open tasks, or 500, on either database: an examination, all lost, a rebuild, examinations."""
    configure(json=False, level=40)
    for sqlite in (True, False):
        asyncio.run(_run(10_000 if full else 500, sqlite=sqlite))


async def _run(count: int, *, sqlite: bool) -> None:
    async with rig(subjects=12, rows=count, sqlite=sqlite) as bench:
        play(bench, scenes.launched)
        tasks = ["test-2026/1/1", *copy_task(bench.database, "test-2026/1/1", range(2, count + 1))]
        with bench.database.write() as session:
            _add_trail(session, tasks[1:])
        await bench.start_worker()
        # Until the engine knows of the worker.
        await asyncio.sleep(POLLED)
        name = "SQLite" if sqlite else "PostgreSQL"
        print(
            f"{count:,} open tasks on {name}, {os.cpu_count()} cores for all, load average {os.getloadavg()[0]:.1f}:",
            flush=True,
        )
        await _measure(bench, count)


async def _measure(bench: Rig, count: int) -> None:
    lost = await _examined(bench, "none of them runs")
    began, before = time.perf_counter(), spent()
    store = EvidenceStore(bench.folder / "archive")
    repair = Repair(bench.database, bench.client, store, datetime.now(UTC), Order(OFFICE, BY))
    mended, _ = await repair.run(lost)
    repaired = time.perf_counter() - began
    started = len(mended.done["rebuilt"])
    print(f"  repair: {started:,} started in {repaired:.0f} s, {started / repaired:.0f} a second", flush=True)
    await _until_waiting(bench.client, count)
    seconds, costs = time.perf_counter() - began, since(before)
    print(
        f"  all wait again after {seconds:.0f} s, {count / seconds:.0f} a second; {words(costs, count)};"
        f" {load(costs, seconds)}; worker {usage(bench.processes[0])[1]:.0f} MB"
    )
    for _ in range(LOOKS):
        await _examined(bench, "all of them run")
    seconds, _ = ask(bench, "doctor", "--json")
    print(f"  `doctor` as a command: {seconds:.1f} s")


async def _examined(bench: Rig, when: str) -> Report:
    before, own, began = spent(), time.process_time(), time.perf_counter()
    report = await examine(bench.database, bench.client, datetime.now(UTC))
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"  {when}: examined in {seconds:.1f} s (goal {GOAL:.0f} for 10,000), {time.process_time() - own:.1f} s of it"
        f" CPU of the doctor's own, {sum(since(before).values()):.1f} s of all; {report.counts or 'no lines'};"
        f" {len(report.runs):,} runs, {memory} MiB",
        flush=True,
    )
    return report


async def _until_waiting(client: Client, count: int) -> None:
    """Until each task has read where it stands and shows it."""
    query = "WorkflowType = 'JointTaskWorkflow' AND InspectionStage != ''"
    while (await client.count_workflows(query)).count < count:  # noqa: ASYNC110 - the engine has no event to wait for
        await asyncio.sleep(0.5)


def _add_trail(session: Session, tasks: list[str]) -> None:
    """A chain for each task, of the last days."""
    first = datetime.now(UTC) - timedelta(days=EVENTS)
    events, heads = [], []
    for task in tasks:
        chain, former = audit.task_chain(task), audit.GENESIS
        for number in range(1, EVENTS + 1):
            event = {
                "chain": chain,
                "number": number,
                "at": first + timedelta(days=number - 1),
                "actor": "p-0001",
                "acting_for": None,
                "role": "handler",
                "department": f"{OFFICE}/lead",
                "event": "submission.accepted",
                "detail": {"kind": "benchmark", "submission": audit.GENESIS[:32], "sha256": former},
                "previous": former,
            }
            former = event["hash"] = audit.event_hash(SimpleNamespace(**event))
            events.append(event)
        heads.append({"chain": chain, "number": EVENTS, "hash": former})
    for start in range(0, len(events), ROWS):
        session.execute(insert(AuditEvent), events[start : start + ROWS])
    session.execute(insert(AuditHead), heads)
