"""Holding every projection of a task against the rows: details, search attributes, progress, desks."""

import asyncio
import re

from sqlmodel import Session, col, select
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHandle

from activities.progress import read_progress
from activities.steps.case import read_case
from models import search_attributes
from models.messages import CaseProgress, Progress, Wake
from models.trail import Deadline, Wait
from rules.stages import TaskStatus
from tests.engine.house import TASK, TASK_WORKFLOW, House
from workflows import attributes, projection

PATIENCE = 10.0
"""Seconds for a workflow to take in what SQL says already."""
_WAIT_ITEM = re.compile(r"^- (?:⚠ )?等 \*\*([^*]+)\*\*", re.MULTILINE)
"""A wait's item: the department's name, then the role."""


async def disagreements(house: House) -> list[str]:
    """What differs between the rows and what is shown of them, a line each; empty when all agree.

    A machine's step may still be on its way: what differs for long differs.
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while faults := await _disagreements(house):
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.2)
    return faults


async def _disagreements(house: House) -> list[str]:
    with house.database.read() as session:
        faults = _clock_faults(session)
        progress = read_progress(session, TASK)
        waits = _open_waits(session)
    faults += _compare("waits_open", len(waits), progress.waits_open)
    faults += _compare("waits", {one.id for one in waits}, {one.id for one in progress.waits})
    if progress.status is not TaskStatus.OPEN:
        return faults
    seen = await house.task.query("progress", result_type=Progress)
    faults += _compare("progress", _rows_only(progress), seen and _rows_only(seen))
    departments = {wait.department for wait in waits}
    details = await _details(house.task)
    faults += _compare("details", projection.task_details(progress), details)
    named = {wait.name for wait in progress.waits}
    faults += _compare("details' departments", named, set(_WAIT_ITEM.findall(details)))
    faults += _compare("names", departments, {wait.department for wait in progress.waits})
    shown = (await house.task.describe()).typed_search_attributes
    faults += _compare("WaitingOn", named, set(shown.get(search_attributes.WAITING_ON, [])))
    since = attributes.waiting_since(progress.waits)
    faults += _compare("WaitingSince", since, shown.get(search_attributes.SINCE))
    faults += _compare("DueAt", attributes.earliest_due(progress.waits), shown.get(search_attributes.DUE))
    faults += _compare("EscalationLevel", progress.level, shown.get(search_attributes.ESCALATION))
    stage = f"{min(int(progress.stage), 8)} {progress.stage.label}"
    faults += _compare("stage", stage, shown.get(search_attributes.STAGE))
    return faults + await _case_faults(house) + await _desk_faults(house)


def _compare(what: str, expected: object, actual: object) -> list[str]:
    return [] if expected == actual else [f"{what}: {expected!r} in the rows, {actual!r} shown"]


def _open_waits(session: Session) -> list[Wait]:
    return list(
        session.exec(select(Wait).where(col(Wait.scope) == TASK_WORKFLOW, col(Wait.closed_at).is_(None)))
    )


def _clock_faults(session: Session) -> list[str]:
    """Every open wait has one current deadline; the task's next rung is the earliest of theirs."""
    faults: list[str] = []
    rungs = []
    for wait in session.exec(select(Wait).where(col(Wait.closed_at).is_(None))):
        current = session.exec(
            select(Deadline).where(col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
        ).all()
        if len(current) != 1:
            faults.append(f"{wait.key}: {len(current)} current deadlines")
        if wait.scope == TASK_WORKFLOW:
            rungs += [one.next_rung for one in current if one.next_rung is not None]
    return faults + _compare("next_rung", min(rungs, default=None), read_progress(session, TASK).next_rung)


def _rows_only(progress: Progress) -> Progress:
    """Without the unsent signals, which go out beside the course, and the version, which orders answers."""
    return progress.model_copy(update={"outbox": 0, "version": 0})


async def _details(handle: "WorkflowHandle[object, object]") -> str:
    metadata: WorkflowMetadata = await handle.query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    return metadata.current_details


async def _case_faults(house: House) -> list[str]:
    """Disposals and corrections show their own rows."""
    faults: list[str] = []
    for workflow in await house.running():
        if workflow.split("/", 1)[0] not in ("disposal", "correction"):
            continue
        with house.database.read() as session:
            progress = read_case(session, workflow)
        if progress.closed:
            continue
        handle = house.client.get_workflow_handle(workflow)
        seen = await handle.query("progress", result_type=CaseProgress)
        shown = (await handle.describe()).typed_search_attributes
        named = {wait.name for wait in progress.waits}
        faults += _compare(f"{workflow} state", progress.state, seen and seen.state)
        faults += _compare(f"{workflow} waits", progress.waits, seen and seen.waits)
        faults += _compare(
            f"{workflow} details", projection.case_details(progress, workflow), await _details(handle)
        )
        faults += _compare(f"{workflow} WaitingOn", named, set(shown.get(search_attributes.WAITING_ON, [])))
    return faults


async def _desk_faults(house: House) -> list[str]:
    """A desk that is woken shows all that its department owes."""
    faults: list[str] = []
    for workflow in await house.running():
        if not workflow.startswith("department/"):
            continue
        department = workflow.removeprefix("department/").rsplit("/", 1)[0]
        handle = house.client.get_workflow_handle(workflow)
        await handle.signal("wake", Wake(kind="test"))
        with house.database.read() as session:
            owed = _owed(session, department)
        shown = re.findall(r"待办(\d+)项", await _details(handle))
        faults += _compare(workflow, [str(owed)], shown)
    return faults


def _owed(session: Session, department: str) -> int:
    return len(
        session.exec(
            select(Wait.id).where(col(Wait.department) == department, col(Wait.closed_at).is_(None))
        ).all()
    )
