"""Whatever is done to any workflow by the engine's own tools, at any stage: it is mended, and on record."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from temporalio.client import WorkflowExecutionStatus

from models.outcomes import Disposal
from models.papers import MatchAgain, SignCorrection, StepDisposal
from models.registers import Officer
from models.trail import AuditEvent, Intervention, Wait
from rules.roles import Role
from rules.stages import Stage
from rules.waits import WaitKind
from tests.builders import DOCUMENT, SECOND
from tests.engine.corrections import ask_for_correction, corrections_entered
from tests.engine.house import TASK, House
from tests.engine.mending import ACTS, EVENTS, REASON, all_by_hand, audited, by_hand, examined, mended
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.play import SCENES

KINDS = {"joint-task", "department", "exchange", "disposal", "correction", "plan-row"}
ALWAYS = {
    "adoption": {"plan-row"},
    **{scene: {"joint-task", "department"} for scene in SCENES[:-1]},
    "enter": {"joint-task", "department", "exchange", "disposal"},
    "publicize": {"joint-task", "department", "disposal"},
    "recheck": {"joint-task", "department"},
    "correction": {"department", "correction"},
    "signature": {"department", "correction"},
}
"""What is sure to run, and is struck, after each scene and between some."""


async def blow(house: House, act: str) -> list[str]:
    """Somebody does it to all that runs; the doctor mends it and then finds nothing more to do."""
    struck = await all_by_hand(house, act)
    _, left = await mended(house)
    assert () == left.findings, (act, left.findings)
    return struck


@pytest.mark.slow
@pytest.mark.parametrize("act", list(ACTS))
async def test_every_workflow_at_every_stage_is_mended_and_ends_the_same(
    house: House, act: str, undisturbed: Outcome
) -> None:
    """Terminated, reset and cancelled: all six types, after every scene, and each by whom in the trail."""
    struck: list[str] = []
    reached: dict[str, set[str]] = {}

    async def strike(after: str) -> None:
        some = await blow(house, act)
        reached[after] = {one.split("/", 1)[0] for one in some}
        struck.extend(some)

    async with house.working():
        await mended(house)
        await strike("adoption")
        assert f"plan-row/{DOCUMENT}/1" in struck
        for scene in SCENES[:-2]:
            await house.play.run(scene)
            await strike(scene)
        for one in house.cast.read(lambda session: session.exec(select(Disposal)).all()):
            step = StepDisposal(step="recheck_passed", on=house.play.today)
            await house.cast.act(one.owner, Role.HANDLER, step, target=f"disposal/{one.id}")
        await strike("recheck")
        await house.play.run("dispose")
        await strike("dispose")
        await house.play.run("summarize")
        await house.task.result()
        assert undisturbed == outcome_of(house.database, TASK)
        case = await ask_for_correction(house, SECOND)
        await strike("correction")
        await house.cast.act(SECOND, Role.HEAD, SignCorrection(), target=case)
        await strike("signature")
        await house.cast.until("the receipt", corrections_entered)
        await strike("receipt")
        await house.play.prove()
        # What it changed in a submitted table is told by a supplement.
        await house.play.run("summarize")
        await house.task.result()
        _, left = await mended(house)
        assert () == left.findings
        assert {one.split("/", 1)[0] for one in await house.running()} <= {"department", "exchange"}
    assert {one.split("/", 1)[0] for one in struck} == KINDS
    # The exchange comes and goes with what it has to send, and a disposal ends with its outcome's receipt.
    assert [] == [place for place, kinds in ALWAYS.items() if not kinds <= reached[place]]
    assert [] == faults_of(house.database, TASK)
    told = audited(house, EVENTS[act])
    assert len(struck) == len(told) == len(house.cast.read(lambda s: s.exec(select(Intervention)).all()))
    assert sorted(struck) == sorted(one.detail["workflow"] for one in told)
    assert all(one.detail["identity"] for one in told)
    if act != "cancel":
        # The command line takes no reason for a cancel.
        assert all(REASON in one.detail["reason"] for one in told)


@pytest.mark.slow
@pytest.mark.parametrize("act", list(ACTS))
async def test_a_task_short_of_officers_is_mended_and_goes_on(house: House, act: str) -> None:
    """The fourth stage is passed at once where officers suffice: here a department has one left until it is struck."""

    def away(until: timedelta) -> None:
        with house.database.write() as session:
            for one in session.exec(select(Officer).where(col(Officer.department) == SECOND)).all()[1:]:
                one.certificate_to = house.play.today + until

    def waits(session: Session) -> str | None:
        return session.exec(
            select(Wait.id).where(col(Wait.kind) == WaitKind.MATCH, col(Wait.closed_at).is_(None))
        ).first()

    async with house.working():
        await mended(house)
        await house.play.run("launch", "prepare", "claim")
        away(-timedelta(days=1))
        drawing = asyncio.create_task(house.play.run("draw"))
        await house.cast.until("the lack of officers", waits)
        struck = await blow(house, act)
        assert {f"joint-task/{TASK}", f"department/{SECOND}/{house.play.today.year}"} <= set(struck)
        assert Stage.MATCH is house.cast.progress().stage
        away(timedelta(days=700))
        await house.cast.act(SECOND, Role.HANDLER, MatchAgain(reason="证件已换发"))
        await drawing
        await house.play.run("visit")
        assert [] == faults_of(house.database, TASK)


async def test_an_engine_cancel_compensates_nothing(house: House) -> None:
    """The run ends at once; the task stays open, nobody is released or told, and it goes on where it stood."""
    async with house.working():
        await mended(house)
        await house.play.run("launch", "prepare", "claim")
        before = outcome_of(house.database, TASK)
        struck = await all_by_hand(house, "cancel")
        assert before == outcome_of(house.database, TASK)
        await mended(house)
        # Only those who owe something are needed: what has nothing to do is not started again.
        assert set(await house.running()) <= set(struck)
        assert WorkflowExecutionStatus.RUNNING is await house.status(f"joint-task/{TASK}")
        assert () == (await examined(house)).findings
    after = outcome_of(house.database, TASK)
    assert ("open", before.parts) == (after.status, after.parts)


async def test_a_repair_again_does_nothing(house: House) -> None:
    """Once on record, once rebuilt: the second finds nothing, writes nothing."""
    async with house.working():
        await mended(house)
        await house.play.run("launch")
        await all_by_hand(house, "terminate")
        first, _ = await mended(house)
        events = len(audited(house, "engine.terminated")), len(audited(house, "doctor.repaired"))
        second, left = await mended(house)
    assert {"recorded", "rebuilt"} <= set(first.done)
    assert ({}, ()) == (second.done, left.findings)
    assert events == (len(audited(house, "engine.terminated")), len(audited(house, "doctor.repaired")))


async def test_a_reset_of_what_was_cancelled_is_told_beside_the_cancel(house: House) -> None:
    """The reset stands in the heir's history only; both are on record, each with its identity."""
    workflow = f"joint-task/{TASK}"
    async with house.working():
        await mended(house)
        await house.play.run("launch")
        await all_by_hand(house, "terminate")
        await by_hand(house, "reset", workflow)
        await mended(house)
    told = [one.event for one in audited_of(house, workflow)]
    assert ["engine.terminated", "engine.reset"] == told


def audited_of(house: House, workflow: str) -> list[AuditEvent]:
    """The interventions of one workflow, in the order in which they happened."""
    every = [one for event in EVENTS.values() for one in audited(house, event)]
    mine = [one for one in every if one.detail["workflow"] == workflow]
    return sorted(mine, key=lambda one: one.detail["happened_at"])
