"""What was ended by mistake goes on in the engine too: a visit comes back to its department, a task to its stages."""

from datetime import UTC, datetime

from sqlmodel import Session, col, select
from temporalio.client import WorkflowExecutionStatus

from activities.outbox import OutboxActivities
from activities.papers.sweep import sweep
from models.evidence import SubjectFinding
from models.messages import TaskEnd
from models.outcomes import Publication, PublicationKind
from models.papers import (
    CloseVisits,
    ReceiptSummary,
    RecordFact,
    RetractFacts,
    SignCorrection,
    SubmitSummary,
    VoidProof,
)
from models.task import JointTask, TakingPart, Visit
from rules.channel import Channel
from rules.results import SubjectFact
from rules.roles import Role
from rules.stages import Stage, TaskStatus, VisitStage
from tests.builders import OFFICE_DESK, SECOND
from tests.engine.house import TASK, TASK_WORKFLOW, House
from tests.engine.outcome import faults_of


async def _close_one(house: House) -> str:
    """The second department's last subject is taken for deregistered, and its visit closed."""
    visit = house.cast.visits(SECOND)[-1].id
    fact = RecordFact(
        visit=visit, fact=SubjectFact.DEREGISTERED, found_on=house.play.today, source="登记机关公告"
    )
    await house.cast.act(SECOND, Role.OFFICER, fact)
    await house.cast.act(SECOND, Role.APPROVER, CloseVisits(visits=(visit,), reason="已注销"))
    return visit


async def _take_back(house: House, visit: str) -> None:
    """It was another firm of that name; its officers are matched by the machine."""
    statement = select(SubjectFinding.id).where(col(SubjectFinding.visit) == visit)
    facts = tuple(house.cast.read(lambda session: session.exec(statement).all()))
    case = f"correction/{visit}/1"
    paper = RetractFacts(visit=visit, number=1, facts=facts, reason="误认同名企业")
    await house.cast.act(SECOND, Role.OFFICER, paper, target=case)
    await house.cast.act(SECOND, Role.HEAD, SignCorrection(), target=case)
    await house.client.get_workflow_handle(case).result()
    await _sweep(house)

    def matched(session: Session) -> bool:
        return session.get_one(Visit, visit).stage is VisitStage.MATCHED

    await house.cast.until("the match", matched)


async def _sweep(house: House) -> None:
    """What the sweep of every worker does each minute."""
    await sweep(OutboxActivities(house.database, house.client, house.task_queue), datetime.now(UTC))


async def _ended(house: House) -> None:
    """The task's present run comes to its end, with nothing left over."""
    handle = house.client.get_workflow_handle(TASK_WORKFLOW, result_type=TaskEnd)
    assert TaskStatus.CLOSED == (await handle.result()).status
    assert WorkflowExecutionStatus.COMPLETED is await house.status(TASK_WORKFLOW)
    assert [] == faults_of(house.database, TASK)


async def test_a_visit_comes_back_to_a_department_that_was_through(any_house: House) -> None:
    """Its own part was over while others went on: it is matched, checked and told all the same."""
    house = any_house
    async with house.working():
        await house.play.run("launch", "prepare", "claim", "draw")
        visit = await _close_one(house)
        await house.play.run("visit", "enter", "publicize", "dispose")
        await house.cast.act(SECOND, Role.HANDLER, SubmitSummary())
        await house.cast.act(OFFICE_DESK, Role.OFFICE, ReceiptSummary(department=SECOND))
        part = house.cast.read(lambda session: session.get_one(TakingPart, (TASK, SECOND)))
        assert Stage.OVER is part.stage
        await _take_back(house, visit)
        await house.play.run("visit", "enter", "publicize", "summarize")
        await _ended(house)


async def test_a_task_that_had_ended_runs_again_until_what_came_up_has_ended(house: House) -> None:
    """After the end: a visit that was never made, then a proof that proved nothing."""
    async with house.working():
        await house.play.run("launch", "prepare", "claim", "draw")
        visit = await _close_one(house)
        await house.play.run("visit", "enter", "publicize", "dispose", "summarize")
        await house.task.result()
        first = (await house.task.describe()).run_id
        await _take_back(house, visit)
        await house.play.run("visit", "enter", "publicize", "summarize")
        await _ended(house)
        second = (await house.task.describe()).run_id
        await _void(house)
        await house.cast.until("the task open", _open)
        await _sweep(house)
        await house.play.prove()
        await _ended(house)
        assert 3 == len({first, second, (await house.task.describe()).run_id})


async def _void(house: House) -> None:
    statement = select(Publication.id).where(
        col(Publication.kind) == PublicationKind.RESULT,
        col(Publication.channel) == Channel.OWN_SITE,
        col(Publication.department) == SECOND,
    )
    one = house.cast.read(lambda session: session.exec(statement).first())
    assert one is not None
    await house.cast.act(SECOND, Role.HEAD, VoidProof(publications=(one,), reason="页面上没有该户"))


def _open(session: Session) -> bool:
    return session.get_one(JointTask, TASK).status is TaskStatus.OPEN
