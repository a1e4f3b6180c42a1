"""A database restored to an hour ago, and an engine that lost all: after the doctor everything ends, nothing twice."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from activities.doctor import examination as doctor
from activities.doctor import lost_papers
from activities.doctor.examination import examine
from activities.doctor.findings import Ailment
from activities.doctor.lost_papers import EVENT
from activities.doctor.orders import Order
from activities.doctor.repair import Repair
from adapters.database import Database
from adapters.evidence_store import EvidenceStore
from cli.demo.cast import Cast
from models.exchange import Declaration
from models.messages import TASK_QUEUE
from models.trail import Submission
from tests.builders import OFFICE
from tests.engine.house import TASK, TASK_WORKFLOW, House, fill
from tests.engine.mending import BY, audited, examined, mended
from tests.engine.outcome import Outcome, agree, faults_of, outcome_of
from tests.engine.processes import Processes
from tests.platform import standing
from tests.play import SCENES, Play

MOMENT = 30.0


def filed(session: Session) -> set[str]:
    """The papers that were addressed to workflows."""
    return set(session.exec(select(Submission.id).where(~col(Submission.target).startswith("office/"))))


def kept(database: Database, where: Path) -> None:
    """A backup of a SQLite database, all of one moment."""
    file = str(database.engine.url.database)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(where)) as target:
        source.backup(target)


def restored(database: Database, backup: Path) -> None:
    """Put the backup in the database's place."""
    database.close()
    file = Path(str(database.engine.url.database))
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(backup, file)


@pytest.mark.slow
@pytest.mark.parametrize("last", ["launch", "draw", "visit", "publicize", "dispose"])
async def test_a_database_restored_to_an_hour_ago_ends_the_same(
    house: House, tmp_path: Path, undisturbed: Outcome, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """Backed up after a scene, lost after the next two; what was filed in that hour is listed and filed again."""
    # One machine, one clock: what is read must not hang on the slack.
    monkeypatch.setattr(lost_papers, "SLACK", timedelta())
    backup = tmp_path / "backup.db"
    place = SCENES.index(last) + 1
    hour = SCENES[place : place + 2]
    with standing(tmp_path) as platform:
        house.exchange = platform.exchange
        async with house.working():
            await mended(house)
            await house.play.run(*SCENES[:place])
            await asyncio.to_thread(kept, house.database, backup)
            before = house.cast.read(filed)
            await house.play.run(*hour)
            lost = house.cast.read(filed) - before
        restored(house.database, backup)
        async with house.working():
            # Whether it still runs, or has come to its end in that hour.
            await _until_ahead(house)
            # A plain repair first, as one types it at night: it leaves what waits for the explicit word, and says so.
            _, early = await mended(house)
            assert TASK_WORKFLOW in early.of(Ailment.AHEAD)
            done, left = await mended(house, restored=True)
            assert () == left.findings
            assert lost == {one.submission for one in done.lost}
            assert lost == {one.detail["submission"] for one in audited(house, EVENT)}
            assert all(one.actor and one.kind for one in done.lost)
            await house.play.run(*SCENES[place:])
            await house.task.result()
            await house.cast.until("all receipts", _all_receipted)
            agree(house.database, platform)
        assert undisturbed == outcome_of(house.database, TASK)
        assert [] == faults_of(house.database, TASK)


@pytest.mark.slow
async def test_an_answer_that_was_taken_in_the_lost_hour_is_asked_for_again(
    house: House, tmp_path: Path
) -> None:
    """Sent before the backup and answered after it: nobody would ask for that answer for a day."""
    backup = tmp_path / "backup.db"
    with standing(tmp_path) as platform:
        house.exchange = platform.exchange
        async with house.working():
            await mended(house)
            await house.play.run("launch")
            await house.cast.until("a sent record", _one_sent)
            await house.cast.until("all receipts", _all_receipted)
            await asyncio.to_thread(kept, house.database, backup)
        with closing(sqlite3.connect(backup)) as file, file:
            file.execute("UPDATE declaration SET receipt = NULL, receipted_at = NULL")
        restored(house.database, backup)
        async with house.working():
            done, left = await mended(house, restored=True)
            assert () == left.findings
            assert [one for one in done.done["resent"] if one.startswith("batch/")]
            await house.cast.until("all receipts", _all_receipted)
            agree(house.database, platform)


def _one_sent(session: Session) -> bool:
    return (
        session.exec(select(Declaration.id).where(col(Declaration.sent_at).is_not(None))).first() is not None
    )


async def _until_ahead(house: House) -> None:
    """The doctor finds it out; a worker that has just begun may need a moment before it can answer."""
    async with asyncio.timeout(MOMENT):
        while TASK_WORKFLOW not in (await examined(house)).of(Ailment.AHEAD):
            pass


def _all_receipted(session: Session) -> bool:
    return not session.exec(select(Declaration.id).where(col(Declaration.receipted_at).is_(None))).first()


@pytest.fixture
def processes(sqlite: Database, tmp_path: Path) -> Iterator[Processes]:
    """Engine, worker and platform as processes on the small office."""
    fill(sqlite)
    made = Processes(tmp_path, sqlite.url)
    made.start_engine()
    made.start_worker()
    made.start_platform()
    made.await_worker()
    yield made
    made.kill_all()


@pytest.mark.slow
async def test_the_whole_engine_database_lost_at_every_stage_ends_the_same(
    processes: Processes, sqlite: Database, undisturbed: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each pair of scenes the engine begins with nothing; each time one repair brings all back."""
    monkeypatch.setattr(doctor, "SECOND_LOOK", 0.3)
    for first in range(0, len(SCENES), 2):
        client = await processes.connect()
        scenes = SCENES[first : first + 2]
        await Play(Cast(sqlite, client, TASK)).run(*scenes)
        if SCENES[-1] in scenes:
            await client.get_workflow_handle(TASK_WORKFLOW).result()
            break
        await asyncio.to_thread(_lose_engine, processes)
        fresh = await processes.connect()
        now = datetime.now(UTC)
        report = await examine(sqlite, fresh, now)
        assert TASK_WORKFLOW in report.of(Ailment.MISSING)
        store = EvidenceStore(processes.exchange.parent / "archive")
        repair = Repair(sqlite, fresh, store, now, Order(OFFICE, BY), TASK_QUEUE)
        done, left = await repair.run(report)
        assert TASK_WORKFLOW in done.done["rebuilt"]
        assert [] == [one for one in left.findings if one.ailment.mended_by_repair], scenes
    assert undisturbed == outcome_of(sqlite, TASK)
    assert [] == faults_of(sqlite, TASK)


def _lose_engine(processes: Processes) -> None:
    processes.kill("worker")
    processes.kill("engine")
    shutil.rmtree(processes.state.parent)
    processes.start_engine()
    processes.start_worker()
