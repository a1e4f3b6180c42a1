"""Receiving papers and facts inside a workflow: one local activity a wake applies all that wait."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.messages import AnswerSlip, Slip, Wake
    from workflows.afresh import Run

SPREAD_SECONDS = 120
"""Wake-ups of one due moment are spread by hash over two minutes: ten thousand at once take minutes."""
IDLE = timedelta(hours=23, minutes=7)
"""Where no rung lies ahead the timer still comes, about once a day: no wait without a timer.

Not a whole day: set at one morning's signal, it would go off in the very moment of the next morning's, and the
time-skipping server loses the task of a workflow whose timer goes off while a task that cancels it is in hand.
"""


def spread_of(target: str) -> timedelta:
    """How long after a moment shared with many a workflow wakes, by its id."""
    digest = hashlib.sha256(target.encode()).digest()
    return timedelta(seconds=int.from_bytes(digest[:2]) % SPREAD_SECONDS)


def words_for(papers: tuple[str, ...]) -> str:
    """What a sitting is called in the Web UI: a fact brings no paper, and still something may wait in SQL."""
    return f"处理文书{len(papers)}份" if papers else "有新情况，重读数据库"


class PaperDesk:
    """The inbox of one workflow: papers by update, facts by signal, rungs by one timer."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.afresh = False
        self._span = Run()
        self._papers: list[str] = []
        self._answers: dict[str, AnswerSlip] = {}
        self._woken = True
        self._busy = False
        self._next_rung: datetime | None = None
        self._summary = ""
        self._rearm = False
        self._timer: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is in hand: the workflow may end here."""
        return not (self._papers or self._woken or self._busy)

    async def receive(self, slip: Slip) -> AnswerSlip:
        """Papers came: queue their numbers and wait until they are ruled on. A repeat gets the first answer."""
        self._papers += [one.submission for one in slip.all if one.submission not in self._answers]
        if slip.submission not in self._answers:
            await workflow.wait_condition(lambda: slip.submission in self._answers)
        return self._answers[slip.submission]

    def wake(self, _: Wake) -> None:
        """A fact happened that SQL knows more of."""
        self._woken = True

    def expect(self, next_rung: datetime | None, summary: str) -> None:
        """Set the one timer: to the next rung of everything that is waited for."""
        if (next_rung, summary) != (self._next_rung, self._summary):
            # A timer that already runs knows neither the new moment nor who is waited for now.
            self._next_rung, self._summary, self._rearm = next_rung, summary, True

    def pass_border(self) -> None:
        """A stage is over: under another build than the run began with, the next goes on in a fresh run."""
        self.afresh = self.afresh or self._span.outlived

    async def serve(
        self,
        apply: Callable[[tuple[str, ...]], Awaitable[tuple[AnswerSlip, ...]]],
        fire: Callable[[], Awaitable[None]],
    ) -> None:
        """Apply papers and fire rungs, for ever; the workflow ends this by cancelling it."""
        try:
            while True:
                if self._papers or self._woken:
                    await self._apply(apply)
                elif not await self._sleep():
                    self._busy = True
                    await fire()
                    self._busy = False
                if self._span.long and not self._papers:
                    self.afresh = True
        finally:
            self._disarm()

    async def _apply(self, apply: Callable[[tuple[str, ...]], Awaitable[tuple[AnswerSlip, ...]]]) -> None:
        papers, self._papers, self._woken = tuple(self._papers), [], False
        self._busy = True
        answers = await apply(papers)
        self._answers.update({answer.submission: answer for answer in answers})
        self._busy = False

    async def _sleep(self) -> bool:
        """Wait for a paper, a fact or another timer; false when the rung's moment came first."""
        timer = self._armed()
        await workflow.wait_condition(
            lambda: bool(self._papers) or self._woken or self._rearm or timer.done()
        )
        if self._papers or self._woken or self._rearm:
            return True
        self._timer = None
        return False

    def _armed(self) -> asyncio.Task[None]:
        """The one timer. A paper that changes nothing of what is waited for leaves it running."""
        if self._timer is not None and not self._rearm:
            return self._timer
        self._disarm()
        patience, self._rearm = IDLE, False
        if self._next_rung is not None:
            patience = self._next_rung + spread_of(self.target) - workflow.now()
        words = self._summary[:60] or "等待"
        self._timer = asyncio.create_task(workflow.sleep(max(patience, timedelta(0)), summary=words))
        return self._timer

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Errands:
    """Deliveries beside the main course: prompt ones ride with the answer, others never hold it up."""

    def __init__(self, deliver: Callable[[], Awaitable[int]]) -> None:
        self._deliver = deliver
        self._wanted = False
        self._busy = False

    def want(self, unsent: int) -> None:
        """Something was written for others."""
        self._wanted = self._wanted or unsent > 0

    @property
    def idle(self) -> bool:
        """Nothing is waiting to be sent, and nothing is on its way."""
        return not (self._wanted or self._busy)

    async def run(self) -> None:
        """Deliver whenever something is wanted, for ever."""
        while True:
            await workflow.wait_condition(lambda: self._wanted)
            # Before the delivery, not after it: what is written meanwhile is wanted anew.
            self._busy, self._wanted = True, False
            while await self._deliver():
                pass
            self._busy = False
