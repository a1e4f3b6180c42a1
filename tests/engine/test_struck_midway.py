"""Struck while something is in hand: an answer on its way, a draw being made, a run giving way to the next."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from temporalio import activity
from temporalio.client import WorkflowExecutionStatus

from activities.papers.apply import apply_request
from activities.steps.task import TaskActivities
from tests.engine.house import TASK, TASK_WORKFLOW, House
from tests.engine.mending import ACTS, EVENTS, all_by_hand, audited, by_hand, mended
from tests.engine.outcome import Outcome, faults_of, outcome_of
from tests.play import SCENES

T = TypeVar("T")
PATIENCE = 60.0
PAPERS = "apply_task_papers"
STEPS = {"prepare": (PAPERS,), "draw": ("fix_draw", "execute_draw", "match_officers")}
"""What is held in which scene, in the order in which it comes."""
PAUSE = 2.0
"""Seconds between two blows of a storm."""


class Gate:
    """Holds a step the first time, before its transaction or after it, until it is let go."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def pass_through(self) -> None:
        """Wait here, where nobody has before."""
        if not self.reached.is_set():
            self.reached.set()
            self.open.wait(PATIENCE)


@pytest.fixture
def gates(monkeypatch: pytest.MonkeyPatch, *, after: bool) -> Iterator[dict[str, Gate]]:
    """A gate before or after each step that is named here; the others pass."""
    held: dict[str, Gate] = {}

    def around(work: Callable[[], T]) -> T:
        gate = held.get(activity.info().activity_type)
        if gate is not None and not after:
            gate.pass_through()
        done = work()
        if gate is not None and after:
            gate.pass_through()
        return done

    step = TaskActivities._do

    def guarded(self: TaskActivities, *given: Any, **named: Any) -> Any:
        return around(lambda: step(self, *given, **named))

    monkeypatch.setattr(TaskActivities, "_do", guarded)
    monkeypatch.setattr(
        "activities.steps.task.apply_request", lambda *given: around(lambda: apply_request(*given))
    )
    yield held
    for gate in held.values():
        gate.open.set()


async def strike(house: House, act: str, gate: Gate, *, within_the_task: bool) -> list[str]:
    """Do it while the step is held, mend, and only then let the step go on that nobody waits for any more.

    What rides in a workflow task holds up the cancel of its run: it is let go after a moment.
    """
    assert await asyncio.to_thread(gate.reached.wait, PATIENCE)
    blow = asyncio.create_task(all_by_hand(house, act))
    if within_the_task:
        await asyncio.sleep(1)
        gate.open.set()
    struck = await blow
    await mended(house)
    gate.open.set()
    return struck


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["not yet in SQL", "in SQL already"])
@pytest.mark.parametrize("act", list(ACTS))
async def test_a_step_in_hand_when_its_run_is_struck_is_done_once(
    house: House, undisturbed: Outcome, gates: dict[str, Gate], act: str
) -> None:
    """An update's papers, the freeze, the draw, the match: the next run does them, and a late one changes nothing."""
    struck: list[str] = []
    async with house.working():
        await mended(house)
        for scene in SCENES:
            gates |= {step: Gate() for step in STEPS.get(scene, ())}
            playing = asyncio.create_task(house.play.run(scene))
            for step in STEPS.get(scene, ()):
                struck += await strike(house, act, gates[step], within_the_task=step == PAPERS)
            await playing
        await house.task.result()
        _, left = await mended(house)
        assert () == left.findings
    assert 4 <= struck.count(TASK_WORKFLOW)
    assert sorted(struck) == sorted(one.detail["workflow"] for one in audited(house, EVENTS[act]))
    assert undisturbed == outcome_of(house.database, TASK)
    assert [] == faults_of(house.database, TASK)


@pytest.mark.slow
async def test_a_storm_of_blows_over_many_runs_ends_the_same(hasty: House, undisturbed: Outcome) -> None:
    """Every other second something is struck, wherever it stands, and runs give way to others all the time."""
    chance = random.Random(7)
    struck: list[str] = []
    over = asyncio.Event()

    async def storm() -> None:
        while not over.is_set():
            await asyncio.sleep(PAUSE)
            for one in await hasty.running():
                act, is_struck = chance.choice(list(ACTS)), chance.random() < 1 / 2
                # A quick play sees few rounds of the storm: the task is struck in the first that meets it.
                is_struck |= one == TASK_WORKFLOW and one not in struck
                if is_struck and await by_hand(hasty, act, one):
                    struck.append(one)
            await mended(hasty)

    async with hasty.working():
        await mended(hasty)
        blowing = asyncio.create_task(storm())
        for scene in SCENES:
            await hasty.play.run(scene)
            assert not blowing.done(), blowing.exception()
        over.set()
        await blowing
        assert TASK_WORKFLOW not in await hasty.running()
    told = [one for event in EVENTS.values() for one in audited(hasty, event)]
    assert sorted(struck) == sorted(one.detail["workflow"] for one in told)
    assert struck.count(TASK_WORKFLOW)
    found = hasty.client.list_workflows(f"WorkflowId = '{TASK_WORKFLOW}'")
    assert WorkflowExecutionStatus.CONTINUED_AS_NEW in [one.status async for one in found]
    assert undisturbed == outcome_of(hasty.database, TASK)
    assert [] == faults_of(hasty.database, TASK)
