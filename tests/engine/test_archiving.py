"""Every closed run is kept before the engine forgets it, once, and can still be replayed years later."""

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from temporalio.client import WorkflowExecutionStatus, WorkflowHistory

from activities import audit
from activities.archive.histories import Archive
from activities.archive.legal_record import workflows_of
from adapters.evidence_store import EvidenceStore
from adapters.replay import check_replay
from models.papers import SignCorrection
from models.trail import ArchivedRun, AuditEvent
from rules.roles import Role
from tests.builders import OFFICE_DESK, SECOND, person
from tests.engine.corrections import ask_for_correction, corrections_entered
from tests.engine.house import TASK, TASK_WORKFLOW, House
from tests.engine.mending import by_hand, mended
from tests.engine.processes import ROOT
from tests.play import SCENES
from worker import WORKFLOWS, sandbox


async def closed_runs(house: House) -> set[str]:
    """The run ids of all that has ended, once the engine lists it."""
    running = WorkflowExecutionStatus.RUNNING
    return {one.run_id for one in await house.listed() if one.status is not running}


def kept_runs(session: Session) -> list[ArchivedRun]:
    """The archive's rows."""
    return list(session.exec(select(ArchivedRun).order_by(col(ArchivedRun.closed_at))))


async def test_every_closed_run_is_archived_once_and_replays(hasty: House, tmp_path: Path) -> None:
    """Those that continued as new, too; two workers that look at the same time keep each once."""
    store, now = EvidenceStore(tmp_path / "archive"), datetime.now(UTC)
    async with hasty.working():
        await hasty.play.run()
        await hasty.task.result()
    closed = await closed_runs(hasty)
    archive = Archive(hasty.client, hasty.database, store, hasty.task_queue)
    other = Archive(hasty.client, hasty.database, store, hasty.task_queue)
    counts = await asyncio.gather(archive.keep_closed(now), other.keep_closed(now))
    assert len(closed) == sum(map(len, counts))
    assert [] == await archive.keep_closed(now)
    with hasty.database.read() as session:
        rows = kept_runs(session)
        assert [] == audit.verify(session)
        told = session.exec(select(AuditEvent).where(col(AuditEvent.event) == "history.archived")).all()
    assert closed == {row.run for row in rows}
    assert {row.run: row.sha256 for row in rows} == {one.detail["run"]: one.detail["sha256"] for one in told}
    runs = [row for row in rows if row.workflow == TASK_WORKFLOW]
    assert len(runs) > 5
    assert {TASK} == {row.task for row in runs}
    assert (["continued_as_new"] * (len(runs) - 1)) + ["completed"] == [row.status for row in runs]
    assert [None] * len(rows) == [store.check(row.sha256) for row in rows]
    said: list[str] = []
    assert [] == await check_replay(WORKFLOWS, sandbox(), _unpacked(store, rows), said.append)
    assert [f"{len(rows)} histories replayed, 0 failed"] == said


@pytest.mark.slow
async def test_the_record_of_a_task_has_every_run_of_it_whatever_was_done_to_them(
    hasty: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terminated, reset, cancelled, continued as new, with disposals and a correction; no worker had archived any."""
    async with hasty.working():
        await mended(hasty)
        for act, scenes in (("terminate", SCENES[:2]), ("reset", SCENES[2:4]), ("cancel", SCENES[4:6])):
            await hasty.play.run(*scenes)
            assert await by_hand(hasty, act, TASK_WORKFLOW)
            await mended(hasty)
        await hasty.play.run(*SCENES[6:])
        await hasty.task.result()
        case = await ask_for_correction(hasty, SECOND)
        await hasty.cast.act(SECOND, Role.HEAD, SignCorrection(), target=case)
        await hasty.cast.until("the receipt", corrections_entered)
        await hasty.play.run("summarize")
        await hasty.task.result()
        await hasty.terminate_all()
    closed = await closed_runs(hasty)
    with hasty.database.read() as session:
        workflows = workflows_of(session, TASK)
    store, now = EvidenceStore(tmp_path / "data" / "archive"), datetime.now(UTC)
    archive = Archive(hasty.client, hasty.database, store, hasty.task_queue)
    kept = set(await archive.keep_of(workflows, now))
    assert kept < closed
    assert [] == await archive.keep_of(workflows, now)
    with hasty.database.read() as session:
        rows = kept_runs(session)
    assert {"completed", "continued_as_new", "terminated", "canceled"} == {row.status for row in rows}
    assert {"joint-task", "disposal", "correction"} == {row.workflow.split("/", 1)[0] for row in rows}
    monkeypatch.setenv("JOINT_PROFILE", "dev")
    monkeypatch.setenv("DATABASE_URL", hasty.database.url)
    monkeypatch.setenv("JOINT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    record = tmp_path / "record"
    command = [sys.executable, "starter.py", "task", "archive", TASK, "--to", str(record)]
    clerk = person(OFFICE_DESK, Role.OFFICE)
    await asyncio.to_thread(subprocess.run, [*command, "--as", clerk], cwd=ROOT, check=True)
    assert kept == {one.name.split(".")[1] for one in (record / "histories").iterdir()}
    checking = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    await asyncio.to_thread(subprocess.run, checking, cwd=record, check=True)


async def test_a_round_that_looks_back_a_day_finds_what_closed_since(house: House, tmp_path: Path) -> None:
    """And what closed before is left to the daily round over everything."""
    archive = Archive(house.client, house.database, EvidenceStore(tmp_path / "archive"), house.task_queue)
    async with house.working():
        await house.play.run("launch")
    await house.terminate_all()
    closed = await closed_runs(house)
    now = datetime.now(UTC)
    assert [] == await archive.keep_closed(now, now + timedelta(minutes=1))
    assert closed == set(await archive.keep_closed(now, now - timedelta(days=1)))
    assert closed


async def _unpacked(store: EvidenceStore, rows: list[ArchivedRun]) -> AsyncIterator[WorkflowHistory]:
    for row in rows:
        text = gzip.decompress(store.path(row.sha256).read_bytes()).decode()
        yield WorkflowHistory.from_json(json.loads(text)["workflowId"], text)
