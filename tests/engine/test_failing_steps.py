"""A step that fails for ever is said with its command, and forgotten once it is done; histories do not leave unkept."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, delete, select

from activities.doctor import failing_steps
from activities.doctor import repair as doctor_repair
from activities.doctor.engine_runs import closed_since
from activities.doctor.findings import Ailment, Finding
from activities.doctor.rows import QUEUE_GRACE
from activities.doctor.unkept import unarchived
from adapters.exchange import Batch, Fact, Unread
from adapters.interceptors import ASIDE
from models.operations import FailingStep
from models.trail import ArchivedRun
from tests.builders import OFFICE
from tests.engine.house import House
from tests.engine.mending import examined, mended

EXCHANGE = f"exchange/{OFFICE}"
RETENTION = timedelta(days=1)
"""The embedded engine's."""


class Disk:
    """A way to the platform on a disk that may be full: no absence of the platform, but a fault of ours."""

    def __init__(self, house: House) -> None:
        self._way = house.exchange
        self.full = True

    def send(self, batch: Batch) -> None:
        """Fail while the disk is full."""
        if self.full:
            raise RuntimeError("no space left")
        self._way.send(batch)

    def receipts(self, office: str) -> Iterator[tuple[str, Sequence[Fact]]]:
        """As the way underneath."""
        return self._way.receipts(office)

    def finish(self, office: str, name: str) -> None:
        """As the way underneath."""
        self._way.finish(office, name)

    def unread(self, office: str) -> Sequence[Unread]:
        """As the way underneath."""
        return self._way.unread(office)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noted at every second attempt, which is a second after the first."""
    monkeypatch.setattr(failing_steps, "TRIES", 2)


async def failing(house: House) -> list[Finding]:
    """The lines of failing steps, as soon as there are any."""
    while True:
        lines = [one for one in (await examined(house)).findings if one.ailment is Ailment.STEP_FAILING]
        if lines:
            return lines
        await asyncio.sleep(0.2)


def notes(session: Session) -> list[str]:
    """The workflows that are noted."""
    return list(session.exec(select(FailingStep.workflow)))


async def until(look: Callable[[], bool]) -> None:
    """Wait for a moment that comes."""
    while not look():  # noqa: ASYNC110 - rows have no event to wait for
        await asyncio.sleep(0.1)


@pytest.mark.usefixtures("soon")
async def test_a_step_that_fails_for_ever_is_said_until_its_cause_is_gone(house: House) -> None:
    """Named with its tries, its error and what restarts it; once it is done neither line nor note is left."""
    disk = Disk(house)
    house.exchange = disk
    async with house.working():
        await mended(house)
        await house.play.run("launch", "prepare")
        (line,) = await failing(house)
        assert (EXCHANGE, f"starter.py doctor --repair --restart {EXCHANGE}") == (line.subject, line.command)
        assert "RuntimeError, see log" in line.words
        about = (await house.client.get_workflow_handle(EXCHANGE).describe()).raw_description
        (shown,) = [one.last_failure.message for one in about.pending_activities]
        assert re.search(r"自 \d{4}-\d\d-\d\d \d\d:\d\d\+08:00 起第\d+次", shown)
        assert "请运维按编号查工作进程日志，排除原因：starter.py doctor" in shown
        assert ASIDE not in line.words
        disk.full = False
        await until(lambda: not house.cast.read(notes))
        await mended(house)
        assert Ailment.STEP_FAILING.value not in (await examined(house)).counts


@pytest.mark.usefixtures("soon")
async def test_a_step_that_fails_is_begun_afresh_with_its_workflow(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command of the line: the run is ended, its note dropped, and the next run does what the first could not."""
    monkeypatch.setattr(doctor_repair, "SETTLES", 3)
    disk = Disk(house)
    house.exchange = disk
    async with house.working():
        await mended(house)
        await house.play.run("launch", "prepare")
        await failing(house)
        disk.full = False
        done, left = await mended(house, restart=(EXCHANGE,))
        assert ([EXCHANGE], True) == (done.done["ended"], EXCHANGE in done.done["rebuilt"])
        assert () == left.findings
        assert [] == house.cast.read(notes)


@pytest.mark.usefixtures("soon")
async def test_a_step_whose_failing_no_note_tells_of_is_found_by_what_it_did_not_do(house: House) -> None:
    """The note could not be written; what did not leave for the platform says where to look."""
    house.exchange = Disk(house)
    async with house.working():
        await mended(house)
        await house.play.run("launch", "prepare")
        await failing(house)
        with house.database.write() as session:
            session.execute(delete(FailingStep))
        report = await examined(house, later=QUEUE_GRACE * 2)
        assert [EXCHANGE] == report.of(Ailment.STEP_FAILING)
        await house.terminate_all()


async def test_a_closed_run_that_nobody_archived_is_said_in_good_time_and_archived_by_a_repair(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before half the retention, for a worker looks once a day; afterwards until it is kept, once each."""
    monkeypatch.setattr(doctor_repair, "SETTLES", 1)
    later = RETENTION / 2 + timedelta(hours=1)
    async with house.working():
        await mended(house)
        await house.play.run("launch")
        await house.terminate_all()
        await mended(house)

        async def lines(after: timedelta) -> list[Finding]:
            now = datetime.now(UTC) + after
            return await unarchived(house.client, house.database, house.task_queue, now)

        assert [] == await lines(RETENTION / 2 - timedelta(hours=1))
        (line,) = await lines(later)
        assert (Ailment.UNARCHIVED, True) == (line.ailment, line.ailment.mended_by_repair)
        done, _ = await mended(house, later=later)
        assert [] == await lines(later)
    closed = {
        one.run
        for one in await closed_since(house.client, house.task_queue, datetime(2026, 1, 1, tzinfo=UTC))
    }
    assert set(done.done["archived"]) <= closed
    with house.database.read() as session:
        assert sorted(done.done["archived"]) == sorted(session.exec(select(ArchivedRun.run)))
