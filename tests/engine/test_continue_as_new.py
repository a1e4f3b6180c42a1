"""A task goes on over many runs, and nobody who sends messages notices (continue as new)."""

import asyncio
import itertools
from collections import Counter

from temporalio.client import WorkflowExecutionStatus

from cli.demo.cast import Cast
from models.papers import AcceptClaim
from models.trail import Outcome as Verdict
from rules.roles import Role
from tests.builders import SECOND
from tests.engine.house import TASK, TASK_WORKFLOW, House, papers_of, sent_again
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.play import SCENES


async def test_a_task_over_many_runs_ends_the_same_and_repeats_get_their_first_answer(
    hasty: House, undisturbed: Outcome
) -> None:
    """Each scene's messages are sent again in a later run; the exchange, too, continues as new."""
    async with hasty.working():
        for scene in SCENES[:-1]:
            await hasty.play.run(scene)
            for paper in hasty.cast.read(lambda session: papers_of(session, TASK_WORKFLOW)):
                first = hasty.cast.filing.answer_of(paper.id)
                again = await sent_again(hasty, paper)
                assert first is not None
                assert (first.outcome.value, first.type) == (again.outcome, again.type), scene
        await hasty.play.run(SCENES[-1])
        await hasty.task.result()
    assert undisturbed == outcome_of(hasty.database, TASK)
    assert [] == faults_of(hasty.database, TASK)
    runs = await _runs(hasty)
    assert runs[TASK_WORKFLOW] > 5
    assert runs["exchange/test"] > 1


async def test_messages_that_arrive_as_a_run_ends_are_all_answered_once(hasty: House) -> None:
    """Waves of eight clients at a time, over run after run: none is lost, none is ruled on twice."""
    clients = [Cast(hasty.database, hasty.client, TASK, task_queue=hasty.task_queue) for _ in range(8)]
    runs: set[str] = set()
    async with hasty.working():
        await hasty.play.run("launch", "prepare", "claim")
        # Whose paper another's message carried sends none: how many waves fill a run is the machine's affair.
        for wave in itertools.count(1):
            said = [
                client.say(SECOND, Role.HANDLER, AcceptClaim(), name=f"{wave}.{number}")
                for number, client in enumerate(clients)
            ]
            answers = await asyncio.gather(*said)
            assert {Verdict.REFUSED} == {answer.outcome for answer in answers}
            runs.add((await hasty.task.describe()).run_id)
            if len(runs) > 5:
                break
        await hasty.play.run(*SCENES[3:])
        await hasty.task.result()
    effects = outcome_of(hasty.database, TASK).effects
    assert wave * 8 == effects[f"audit refused:{AcceptClaim.kind}"]
    assert [] == faults_of(hasty.database, TASK)


async def _runs(house: House) -> Counter[str]:
    """How many runs each workflow had that continued as new."""
    continued = WorkflowExecutionStatus.CONTINUED_AS_NEW
    return Counter([one.id for one in await house.listed() if one.status is continued])
