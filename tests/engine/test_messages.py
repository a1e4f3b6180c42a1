"""Messages: once each, answered as before when repeated, refused with a trace where they come too late."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError

from activities import audit
from activities.doctor.lost_papers import ruled
from activities.outbox import OutboxActivities
from activities.papers.filing import Filing
from activities.papers.sweep import sweep
from models.messages import AnswerSlip, Slip, Wake
from models.outcomes import Correction, Publication, PublicationKind, Result
from models.papers import (
    AcceptClaim,
    CorrectResult,
    DeclineClaim,
    Paper,
    ResultLine,
    SignCorrection,
    SubmitResults,
)
from models.task import Visit
from models.trail import Answer, AuditEvent, Outbox, Submission
from models.trail import Outcome as Verdict
from rules.channel import Channel
from rules.results import Category
from rules.roles import Role
from tests.builders import LEAD, SECOND, THIRD, actor
from tests.engine.histories import local_steps, updates
from tests.engine.house import TASK, TASK_WORKFLOW, House, papers_of, sent_again, slip_of
from tests.engine.outcome import Outcome, faults_of, outcome_of


def line_of(visit: Visit) -> ResultLine:
    """A result without a problem."""
    item = f"{visit.department.split('/')[1]}-1"
    return ResultLine(visit=visit.id, item=item, categories=(Category.NO_PROBLEM,))


async def test_every_message_repeated_to_a_running_task_gets_its_first_answer(house: House) -> None:
    """Sent again by the engine's client, past our own: the workflow answers as before, nothing changes."""
    async with house.working():
        await house.play.run("launch", "prepare", "claim", "draw", "visit")
        before = outcome_of(house.database, TASK)
        papers = house.cast.read(lambda session: papers_of(session, TASK_WORKFLOW))
        for paper in papers:
            first = house.cast.filing.answer_of(paper.id)
            again = await sent_again(house, paper)
            assert first is not None
            assert (paper.id, first.outcome, first.type) == (again.submission, again.outcome, again.type)
    assert len(papers) > 10
    assert before == outcome_of(house.database, TASK)


async def test_after_the_end_a_repeat_is_answered_as_before_and_a_new_message_is_refused(
    house: House, undisturbed: Outcome
) -> None:
    """The refusal is stored and audited, and names the way that is left."""
    async with house.working():
        await house.play.run()
        await house.task.result()
        for paper in house.cast.read(lambda session: papers_of(session, TASK_WORKFLOW)):
            first = house.cast.filing.answer_of(paper.id)
            assert first == await _repeat(house, paper)
        assert undisturbed == outcome_of(house.database, TASK)
        late = await house.cast.say(SECOND, Role.HANDLER, AcceptClaim(), name="late")
        assert (Verdict.REFUSED, "TaskClosed") == (late.outcome, late.type)
        assert "result correct" in late.words
        assert late == await house.cast.say(SECOND, Role.HANDLER, AcceptClaim(), name="late")
    assert 1 == house.cast.read(
        lambda session: _audited(session, f"refused:{AcceptClaim.kind}", late.submission)
    )
    assert [] == faults_of(house.database, TASK)


@pytest.mark.parametrize("channel", list(Channel))
async def test_a_correction_after_the_end_is_carried_through_to_its_publication(
    house: House, channel: Channel
) -> None:
    """By either channel, published beside the original; the task runs again until its table is supplemented."""
    async with house.working():
        await house.play.run()
        await house.task.result()
        result = house.cast.read(lambda session: _result_in(session, channel))
        target = f"correction/{result.id}/1"
        department = house.cast.read(lambda session: session.get_one(Visit, result.visit).department)
        ask = CorrectResult(
            result=result.id,
            number=1,
            categories=(Category.NOT_PUBLISHED,),
            finding="未公示",
            reason="录入遗漏",
        )
        await house.cast.act(department, Role.HANDLER, ask, target=target)
        await house.cast.act(department, Role.HEAD, SignCorrection(), target=target)
        if channel is Channel.OWN_SITE:
            await house.cast.until("the receipt", lambda session: _correction(session, receipted=True))
            await house.play.prove()
        await house.cast.until("its publication", lambda session: _correction(session, published=True))
        await house.client.get_workflow_handle(target).result()
        again = await house.cast.say(department, Role.HEAD, SignCorrection(), target=target)
        assert Verdict.ACCEPTED == again.outcome
        late = await house.cast.say(department, Role.HEAD, SignCorrection(), target=target, name="late")
        assert (Verdict.REFUSED, "AlreadyDecided") == (late.outcome, late.type)
        await house.play.run("summarize")
        # Also what is told to those who have ended: else the exchange would try for ever.
        await house.cast.until("empty outbox", _all_sent)
        await house.task.result()
    assert 1 == house.cast.read(lambda session: len(session.exec(select(Correction)).all()))
    assert WorkflowExecutionStatus.COMPLETED == await house.status(TASK_WORKFLOW)
    assert [] == faults_of(house.database, TASK)


@pytest.mark.parametrize("blank", ["actor", "submission"])
async def test_a_message_from_the_web_ui_without_an_actor_is_turned_away_without_a_trace(
    house: House, blank: str
) -> None:
    """A button pressed there files nothing: the validator refuses it before history knows of it."""
    slip = Slip(submission="0" * 32, sha256="0" * 64, kind=AcceptClaim.kind, actor="p-x")
    async with house.working():
        await house.play.run("launch")
        await house.until_it_runs()
        before = await _settled_length(house)
        with pytest.raises(WorkflowUpdateFailedError):
            await house.task.execute_update("act", slip.model_copy(update={blank: ""}))
        assert before == await _settled_length(house)
        await house.play.run("prepare", "claim")


async def test_the_number_of_a_paper_that_was_never_filed_is_refused_and_holds_nothing_up(
    house: House, undisturbed: Outcome
) -> None:
    """Else one wrong number would keep a task from ever ending."""
    slip = Slip(submission="f" * 32, sha256="0" * 64, kind=AcceptClaim.kind, actor="p-x")
    async with house.working():
        await house.play.run("launch")
        await house.until_it_runs()
        async with asyncio.timeout(20):
            answer = await house.task.execute_update("act", slip, result_type=AnswerSlip)
        assert ("refused", "SubmissionUnknown") == (answer.outcome, answer.type)
        await house.play.run(
            "prepare", "claim", "draw", "visit", "enter", "publicize", "dispose", "summarize"
        )
        await house.task.result()
    assert undisturbed == outcome_of(house.database, TASK)


async def test_messages_that_arrive_together_share_one_activity(house: House) -> None:
    """Two claims that wait for a worker are ruled on in one transaction."""
    async with house.working():
        await house.play.run("launch", "prepare")
        await house.play.until_offered(THIRD)
        await house.cast.until("empty outbox", _all_sent)
    before = local_steps(await house.task.fetch_history())
    said = [
        asyncio.create_task(house.cast.act(department, Role.HANDLER, AcceptClaim()))
        for department in (SECOND, THIRD)
    ]
    await asyncio.sleep(1)
    async with house.working():
        answers = await asyncio.gather(*said)
    after = local_steps(await house.task.fetch_history())
    assert {Verdict.ACCEPTED} == {answer.outcome for answer in answers}
    assert 1 == (after - before)["apply_task_papers"]


async def test_twenty_four_who_write_to_one_task_at_once_cost_it_few_messages(house: House) -> None:
    """The engine takes ten updates of a run at a time: the numbers of one process's papers share them."""
    async with house.working():
        await house.play.run("launch", "prepare", "claim", "draw", "visit")
        papers = [
            (department, SubmitResults(lines=(line_of(visit),)))
            for department in house.play.departments()
            for visit in house.cast.visits(department)
        ][:24]
        before = updates(await house.task.fetch_history())
        answers = await asyncio.gather(
            *(house.cast.act(department, Role.OFFICER, paper) for department, paper in papers)
        )
        after = updates(await house.task.fetch_history())
    assert 24 == len({answer.submission for answer in answers})
    assert 6 >= after - before


async def test_a_paper_that_was_ruled_on_before_its_number_came_stands_in_the_history(house: House) -> None:
    """Else a database that is restored to a moment before it would never miss it."""
    deaf = Filing(house.database, None)
    async with house.working():
        await house.play.run("launch", "prepare")
        await house.play.until_offered(SECOND)
        paper = _file_only(deaf, SECOND, Role.HANDLER, DeclineClaim(reason="人员不足"))
        await house.task.signal("wake", Wake(kind="test"))
        await house.cast.until("its answer", lambda session: session.get(Answer, paper.id))
        await _settled_length(house)
        history = await house.task.fetch_history()
    (found,) = [slip for event in history.events for slip in ruled(event) if slip.submission == paper.id]
    assert (paper.kind, paper.actor) == (found.kind, found.actor)


async def test_a_paper_that_could_not_be_delivered_is_delivered_by_the_sweep(house: House) -> None:
    """Filed while the engine was away; nobody has to send it again."""
    deaf = Filing(house.database, None)
    async with house.working():
        await house.play.run("launch", "prepare")
        await house.play.until_offered(SECOND)
        paper = _file_only(deaf, SECOND, Role.HANDLER, DeclineClaim(reason="人员不足"))
        assert 1 == await _sweep(house)
        answer = await house.cast.until("its answer", lambda session: session.get(Answer, paper.id))
    assert Verdict.ACCEPTED == answer.outcome


async def test_the_sweep_answers_what_was_filed_to_a_task_that_has_ended(house: House) -> None:
    """Nobody serves it any more, and still it is answered."""
    deaf = Filing(house.database, None)
    async with house.working():
        await house.play.run()
        await house.task.result()
        paper = _file_only(deaf, LEAD, Role.HANDLER, AcceptClaim())
        assert 1 == await _sweep(house)
    answer = deaf.answer_of(paper.id)
    assert answer is not None
    assert (Verdict.REFUSED, "TaskClosed") == (answer.outcome, answer.type)
    assert 0 == await _sweep(house)


async def _settled_length(house: House) -> int:
    """The events of the task's history, once nothing more comes of what happened before."""
    length = -1
    while (now := (await house.task.describe()).history_length) != length:
        length = now
        await asyncio.sleep(0.5)
    return length


async def _repeat(house: House, paper: Submission) -> Answer | None:
    """The same message once more, straight to the workflow's filing, under its own id."""
    await house.cast.filing._deliver(TASK_WORKFLOW, slip_of(paper), datetime.now(UTC))
    return house.cast.filing.answer_of(paper.id)


def _file_only(filing: Filing, department: str, role: Role, paper: Paper) -> Submission:
    return filing._file(TASK_WORKFLOW, paper, actor(department, role), None, datetime.now(UTC))


async def _sweep(house: House) -> int:
    courier = OutboxActivities(house.database, house.client, house.task_queue)
    return await sweep(courier, datetime.now(UTC) + timedelta(minutes=2))


def _audited(session: Session, event: str, submission: str) -> int:
    rows = session.exec(
        select(AuditEvent).where(
            col(AuditEvent.chain) == audit.task_chain(TASK), col(AuditEvent.event) == event
        )
    )
    return sum(row.detail["submission"] == submission for row in rows)


def _result_in(session: Session, channel: Channel) -> Result:
    """A result without a problem that was published through a channel."""
    rows = session.exec(
        select(Result)
        .join(Publication, col(Publication.visit) == col(Result.visit))
        .where(col(Publication.kind) == PublicationKind.RESULT, col(Publication.channel) == channel)
        .order_by(col(Result.id))
    )
    return next(row for row in rows if row.categories == [Category.NO_PROBLEM.value])


def _all_sent(session: Session) -> bool:
    return session.exec(select(Outbox.id).where(col(Outbox.sent_at).is_(None))).first() is None


def _correction(session: Session, *, receipted: bool = False, published: bool = False) -> bool:
    row = session.exec(select(Publication).where(col(Publication.kind) == PublicationKind.CORRECTION)).first()
    if row is None or (receipted and row.receipted_at is None):
        return False
    return not published or row.published_at is not None
