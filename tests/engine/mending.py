"""The engine's own command line as somebody uses it behind our back, and the doctor who comes afterwards."""

import asyncio
import subprocess
from datetime import UTC, datetime, timedelta

from sqlmodel import col, select
from temporalio.client import WorkflowExecutionStatus

from activities.audit import By
from activities.doctor import examination as doctor
from activities.doctor.examination import Report, examine
from activities.doctor.orders import Mended, Order
from activities.doctor.repair import Repair
from adapters.engine import find_server
from adapters.evidence_store import EvidenceStore
from models.trail import AuditEvent
from tests.builders import OFFICE, OFFICE_DESK
from tests.engine.house import House

BY = By(actor="p-office-office", role="office", department=OFFICE_DESK)
REASON = "by hand"
ACTS = {
    "terminate": ("--reason", REASON),
    "reset": ("--type", "FirstWorkflowTask", "--reason", REASON),
    "cancel": (),
}
"""What the engine's command line can do to a workflow, with the options that it asks for."""
EVENTS = {"terminate": "engine.terminated", "reset": "engine.reset", "cancel": "engine.cancelled"}
PAUSE = 0.3


async def by_hand(house: House, act: str, workflow: str) -> bool:
    """`temporal workflow terminate|reset|cancel`, as an operator types it; false where it has ended by itself."""
    address = house.client.service_client.config.target_host
    command = [find_server() or "", "--address", address, "workflow", act, "--workflow-id", workflow]
    run = (await house.client.get_workflow_handle(workflow).describe()).run_id
    done = await asyncio.to_thread(
        subprocess.run, [*command, *ACTS[act]], check=False, capture_output=True, timeout=60, text=True
    )
    if done.returncode:
        assert "already completed" in done.stderr
        return False
    return act == "reset" or await _ended(house, workflow, run) is not WorkflowExecutionStatus.COMPLETED


async def _ended(house: House, workflow: str, run: str | None) -> WorkflowExecutionStatus | None:
    """How a run ends that was asked to; a cancel has to be taken up by the worker first."""
    while True:
        found = await house.client.get_workflow_handle(workflow, run_id=run).describe()
        if found.status is not WorkflowExecutionStatus.RUNNING:
            return found.status
        await asyncio.sleep(0.05)


async def all_by_hand(house: House, act: str) -> list[str]:
    """The same to every workflow that runs, all at once; the ids of those that were struck."""
    running = await house.running()
    struck = await asyncio.gather(*(by_hand(house, act, one) for one in running))
    return [one for one, was_struck in zip(running, struck, strict=True) if was_struck]


async def examined(house: House, *, later: timedelta = timedelta()) -> Report:
    """What the doctor finds, now or as it would be found later; differences are looked at twice in quick succession."""
    doctor.SECOND_LOOK = PAUSE
    return await examine(house.database, house.client, datetime.now(UTC) + later, task_queue=house.task_queue)


async def mended(
    house: House,
    *,
    later: timedelta = timedelta(),
    restored: bool = False,
    restart: tuple[str, ...] = (),
) -> tuple[Mended, Report]:
    """`doctor --repair`: what it did, and what is left."""
    report = await examined(house, later=later)
    order = Order(OFFICE, BY, restored=restored, restart=restart)
    now = datetime.now(UTC) + later
    store = EvidenceStore(house.folder / "archive")
    return await Repair(house.database, house.client, store, now, order, house.task_queue).run(report)


def audited(house: House, event: str) -> list[AuditEvent]:
    """The events of a name in the trail."""
    with house.database.read() as session:
        return list(session.exec(select(AuditEvent).where(col(AuditEvent.event) == event)))
