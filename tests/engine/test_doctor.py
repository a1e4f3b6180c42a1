"""Every line of the doctor's that needs an engine: brought about, said with its command, and mended."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from sqlmodel import Session, col, select
from temporalio import workflow
from temporalio.client import WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import audit
from activities.doctor import repair as doctor_repair
from activities.doctor.examination import examine
from activities.doctor.findings import RESTORED, Ailment
from activities.outbox import start_argument
from activities.rebuild import TYPES
from adapters.channels import Channel
from adapters.database import Database
from adapters.engine import find_server
from models import search_attributes
from models.delivery import ChannelName, Delivery, Digest
from models.exchange import Declaration, ExchangeBatch
from models.messages import TaskStart
from models.organisation import Person
from models.papers import AcceptClaim, ResendPublications
from models.task import JointTask
from models.trail import Deadline, Notification, Outbox, Wait
from rules.roles import Role
from rules.stages import TaskStatus
from tests.builders import LEAD, OFFICE, SECOND, person
from tests.engine.conftest import own_queue
from tests.engine.house import TASK, TASK_WORKFLOW, House, fill
from tests.engine.mending import audited, by_hand, examined, mended

AGO = timedelta(hours=1)
REPORT_AT_ONCE = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2"


async def found(house: House) -> dict[Ailment, list[str]]:
    """The subjects of each kind of finding."""
    report = await examined(house)
    return {kind: report.of(kind) for kind in dict.fromkeys(one.ailment for one in report.findings)}


def change(house: House, work: Callable[[Session], object]) -> None:
    """Change rows behind the service's back."""
    with house.database.write() as session:
        work(session)


async def begun(house: House, *scenes: str) -> None:
    """A healthy service in the midst of a task."""
    await mended(house)
    await house.play.run(*(scenes or ("launch", "prepare")))
    await mended(house)
    assert {} == await found(house)


async def test_without_an_engine_the_rest_is_still_examined(house: House) -> None:
    """The engine's absence is a line like any other, with what starts it; once it answers the line is gone."""
    report = await examine(house.database, None, datetime.now(UTC))
    assert [Ailment.ENGINE_AWAY] == [one.ailment for one in report.findings]
    assert "temporal" in report.findings[0].command
    assert Ailment.ENGINE_AWAY not in await found(house)


async def test_no_worker_is_said_and_a_worker_mends_it(house: House) -> None:
    """Nobody polls the queue of this test until a worker does."""
    assert [house.task_queue] == (await found(house))[Ailment.NO_WORKER]
    async with house.working():
        await mended(house)
        assert {} == await found(house)


@pytest.mark.slow
async def test_what_runs_for_no_case_is_left_to_an_explicit_word(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repair does not touch it, for the address may be the wrong one; a repair after a restore ends it."""
    monkeypatch.setattr(doctor_repair, "SETTLES", 2)
    stray = "joint-task/test-2026/9/1"
    async with house.working():
        await begun(house)
    await start(house, stray)
    report = await examined(house)
    assert [(stray, RESTORED)] == [
        (one.subject, one.command) for one in report.findings if one.ailment is Ailment.UNKNOWN
    ]
    await mended(house)
    assert stray in await house.running()
    done, _ = await mended(house, restored=True)
    assert stray not in await house.running()
    # Its launch was ruled on without a workflow: no history tells of it.
    assert [stray] == done.gone


@pytest.mark.slow
async def test_what_runs_for_a_closed_case_is_ended(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Woken it ends by itself; where no worker wakes it, it is terminated, which is on record as our doing."""
    monkeypatch.setattr(doctor_repair, "SETTLES", 2)
    async with house.working():
        await mended(house)
        await house.play.run()
        await house.task.result()
        await mended(house)
    await start(house, TASK_WORKFLOW)
    assert [TASK_WORKFLOW] == (await found(house))[Ailment.OVER]
    await mended(house)
    assert WorkflowExecutionStatus.TERMINATED is await house.status(TASK_WORKFLOW)
    assert ["p-office-office"] == [one.detail["identity"] for one in audited(house, "engine.terminated")]
    assert Ailment.OVER not in await found(house)


async def test_what_was_ended_behind_our_back_is_put_on_record_and_started_afresh(house: House) -> None:
    """Two lines, one of who did it and one of what does not run; one repair mends both."""
    async with house.working():
        await begun(house)
        await by_hand(house, "terminate", TASK_WORKFLOW)
        assert {Ailment.INTERVENED: [TASK_WORKFLOW], Ailment.MISSING: [TASK_WORKFLOW]} == await found(house)
        done, left = await mended(house)
        assert ([TASK_WORKFLOW], ()) == (done.done["rebuilt"], left.findings)
        assert [TASK_WORKFLOW] == [one.detail["workflow"] for one in audited(house, "engine.terminated")]


async def test_a_memory_that_is_ahead_is_found_and_begins_anew_after_the_word(house: House) -> None:
    """The database has an older version than the workflow holds: it would take no news; a plain repair leaves it so."""
    async with house.working():
        await begun(house)
        change(house, lambda session: setattr(session.get_one(JointTask, TASK), "version", 1))
        report = await examined(house)
        assert [(Ailment.AHEAD, TASK_WORKFLOW, RESTORED)] == [
            (one.ailment, one.subject, one.command) for one in report.findings
        ]
        _, left = await mended(house)
        assert report.findings == left.findings
        done, left = await mended(house, restored=True)
        assert (True, ()) == (TASK_WORKFLOW in done.done["rebuilt"], left.findings)
        assert {} == await found(house)


@pytest.mark.slow
async def test_a_task_that_ended_in_the_lost_hour_is_told_from_one_that_was_opened_again(
    house: House,
) -> None:
    """Both are open in SQL and have ended in the engine; only what the trail says was opened again is started."""

    def reopen(session: Session) -> None:
        audit.record(session, audit.task_chain(TASK), "task.reopened", at=datetime.now(UTC))

    async with house.working():
        await mended(house)
        await house.play.run()
        await house.task.result()
        await mended(house)
        change(house, lambda session: setattr(session.get_one(JointTask, TASK), "status", TaskStatus.OPEN))
        assert {Ailment.AHEAD: [TASK_WORKFLOW]} == await found(house)
        done, left = await mended(house)
        assert (None, [TASK_WORKFLOW]) == (done.done.get("rebuilt"), left.of(Ailment.AHEAD))
        change(house, reopen)
        assert {Ailment.MISSING: [TASK_WORKFLOW]} == await found(house)
        done, left = await mended(house)
        assert [TASK_WORKFLOW] == done.done["rebuilt"]


async def test_a_rung_that_did_not_fire_fires_after_a_wake(house: House) -> None:
    """The moment lies an hour back, the timer ahead."""

    def late(session: Session) -> None:
        rows = session.exec(
            select(Deadline)
            .join(Wait, col(Wait.id) == col(Deadline.wait))
            .where(col(Wait.scope) == TASK_WORKFLOW, col(Wait.closed_at).is_(None))
        )
        for row in rows:
            row.next_rung = datetime.now(UTC) - AGO

    async with house.working():
        await begun(house, "launch")
        change(house, late)
        assert {Ailment.LATE: [TASK_WORKFLOW]} == await found(house)
        done, left = await mended(house)
        assert ([TASK_WORKFLOW], ()) == (done.done["woken"], left.findings)


async def test_a_paper_that_was_filed_and_not_delivered_is_answered(house: House) -> None:
    """Its sender died in between; the sweep would come within a minute, the doctor comes at once."""
    async with house.working():
        await begun(house)
        await house.play.until_offered(SECOND)
        actor = house.cast.actor(SECOND, Role.HANDLER)
        filed = datetime.now(UTC) - AGO
        paper = house.cast.filing._file(TASK_WORKFLOW, AcceptClaim(), actor, None, filed)
        assert {Ailment.UNANSWERED: [TASK_WORKFLOW]} == await found(house)
        assert () == (await mended(house))[1].findings
    answer = house.cast.filing.answer_of(paper.id)
    assert "Accepted" == (answer and answer.type)


async def test_a_signal_that_was_not_sent_is_sent(house: House) -> None:
    """A row of the outbox that nobody took."""
    row = Outbox(workflow=TASK_WORKFLOW, source=TASK, created_at=datetime.now(UTC) - AGO)
    row.argument = {"kind": "test"}
    async with house.working():
        await begun(house)
        change(house, lambda session: session.add(row))
        assert {Ailment.UNSENT: [TASK_WORKFLOW]} == await found(house)
        assert () == (await mended(house))[1].findings


async def test_a_notice_that_stayed_behind_is_told(house: House) -> None:
    """Overdue is told on any day; nobody woke the desk."""
    notice = Notification(
        key="test",
        office=OFFICE,
        department=LEAD,
        role=Role.HANDLER,
        event="overdue",
        text="逾期",
        created_at=datetime.now(UTC) - AGO,
    )
    async with house.working():
        await begun(house)
        change(house, lambda session: session.add(notice))
        assert {Ailment.UNTOLD: [LEAD]} == await found(house)
        assert () == (await mended(house))[1].findings
    assert house.cast.read(lambda session: session.get_one(Notification, notice.id).delivered_at)


class Post(Channel):
    """A mail server that is there again."""

    name = ChannelName.EMAIL

    def __init__(self) -> None:
        self.keys: list[str] = []

    def address_of(self, person: Person) -> str | None:  # noqa: ARG002 - the channel's signature
        """Nobody gets anything new here."""
        return None

    def masked(self, address: str) -> str:
        """As it is."""
        return address

    def send(self, key: str, person: Person, subject: str, text: str) -> None:  # noqa: ARG002 - as above
        """Remember the key."""
        self.keys.append(key)


async def test_a_message_that_was_given_up_is_sent_again_under_its_key(house: House) -> None:
    """The server is back; the receiver sees the same Message-ID."""
    post = Post()
    house.channels = (post,)
    now = datetime.now(UTC)
    digest = Digest(
        id=token_hex(16),
        department=LEAD,
        person=person(LEAD, Role.HANDLER),
        subject="s",
        text="t",
        made_at=now,
    )
    letter = Delivery(
        id=token_hex(16),
        digest=digest.id,
        department=LEAD,
        channel=ChannelName.EMAIL,
        address="a***@example.invalid",
        tries=9,
        error="ConnectionRefusedError",
    )

    def given_up(session: Session) -> None:
        session.add(digest)
        session.flush()
        session.add(letter)

    async with house.working():
        await begun(house)
        change(house, given_up)
        report = await examined(house)
        assert [(Ailment.UNDELIVERED, LEAD)] == [(one.ailment, one.subject) for one in report.findings]
        assert "邮件服务器连接不上" in report.findings[0].words
        assert () == (await mended(house))[1].findings
    assert [letter.id] == post.keys


async def test_what_did_not_leave_for_the_platform_or_was_not_answered_goes_out(house: House) -> None:
    """A batch that an absent platform did not take for an hour, and others answered by nobody for three days."""

    def lost(session: Session) -> None:
        batches = session.exec(select(ExchangeBatch).order_by(col(ExchangeBatch.made_at))).all()
        for batch in batches:
            batch.sent_at = datetime.now(UTC) - timedelta(days=3)
        batches[0].sent_at = None
        for row in session.exec(select(Declaration)):
            row.receipted_at = row.receipt = None
            if row.batch == batches[0].id:
                row.sent_at, row.queued_at = None, datetime.now(UTC) - AGO

    def receipted(session: Session) -> bool:
        return all(row.receipt for row in session.exec(select(Declaration)))

    async with house.working():
        await begun(house, "launch", "prepare", "claim")
        await house.cast.until("the receipts", receipted)
        change(house, lost)
        assert {Ailment.UNPUBLISHED: [f"exchange/{OFFICE}"] * 2} == await found(house)
        done, left = await mended(house)
        assert (True, ()) == ("resent" in done.done, left.findings)
        await house.cast.until("the receipts again", receipted)


async def test_what_the_platform_rejected_waits_for_its_department(house: House) -> None:
    """No repair can know what was wrong; the line names the command that sends it again."""

    def reject(session: Session) -> None:
        row = session.exec(select(Declaration).where(col(Declaration.department) == LEAD)).all()[0]
        row.receipted_at = row.receipt = None
        row.rejected, row.sent_at = "名称不符", datetime.now(UTC) - timedelta(days=2)

    async with house.working():
        await begun(house)
        await house.cast.until(
            "the receipt", lambda session: all(row.receipt for row in session.exec(select(Declaration)))
        )
        change(house, reject)
        _, left = await mended(house)
        assert [(Ailment.REJECTED, TASK)] == [(one.ailment, one.subject) for one in left.findings]
        assert left.findings[0].command.startswith(f"starter.py publication resend {TASK}")
        ids = house.cast.read(
            lambda session: session.exec(
                select(Declaration.id).where(col(Declaration.rejected).is_not(None))
            ).all()
        )
        await house.cast.act(LEAD, Role.HANDLER, ResendPublications(records=tuple(ids), reason="已更正"))
        await mended(house)
        assert Ailment.REJECTED not in await found(house)


@workflow.defn(name="JointTaskWorkflow")
class Broken:
    """A build with a bug: every workflow task of a task fails."""

    @workflow.run
    async def run(self, start: TaskStart) -> None:  # noqa: ARG002 - the workflow's input
        """Fail, and be tried again for ever."""
        raise RuntimeError("bug")


@pytest.mark.slow
async def test_a_workflow_whose_tasks_fail_is_found_and_restarted_under_a_mended_build(
    sqlite: Database, tmp_path: Path
) -> None:
    """The engine reports it after some failures; ended and started afresh it goes on at once, on record as ours."""
    fill(sqlite)
    environment = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=find_server(),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", REPORT_AT_ONCE],
        search_attributes=search_attributes.ALL,
    )
    house = House(sqlite, environment.client, tmp_path / "exchange", own_queue())
    try:
        async with house.working():
            await mended(house)
            await house.play.run("launch")
        await house.terminate_all()
        async with Worker(
            house.client,
            task_queue=house.task_queue,
            workflows=[Broken],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            await start(house, TASK_WORKFLOW)
            report = await examined(house)
            while TASK_WORKFLOW not in report.of(Ailment.FAILING):
                report = await examined(house)
        command = next(one.command for one in report.findings if one.ailment is Ailment.FAILING)
        assert f"starter.py doctor --repair --restart {TASK_WORKFLOW}" == command
        async with house.working():
            done, left = await mended(house, restart=(TASK_WORKFLOW,))
            assert (True, ()) == (TASK_WORKFLOW in done.done["rebuilt"], left.findings)
            await house.play.run("prepare")
    finally:
        await environment.shutdown()


async def start(house: House, workflow_id: str) -> None:
    """Start a workflow past everybody."""
    await house.client.start_workflow(
        TYPES[workflow_id.split("/", 1)[0]],
        start_argument(workflow_id),
        id=workflow_id,
        task_queue=house.task_queue,
    )
