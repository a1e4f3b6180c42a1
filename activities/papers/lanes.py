"""How a process brings papers to a workflow: one message at a time, with the numbers of all that wait (投递)."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.messages import Slip
from models.trail import Answer

TOGETHER = 50
"""Numbers in one message: as many papers as one sitting rules on at once, and a payload of some ten kilobytes."""
LOOK = 1.0
"""Seconds after which a sender whose message still waits looks for the answer itself.

The engine takes ten updates of a run at a time, and its client tries what it refused again after a second, two,
four: by then another's message has long had the paper ruled on.
"""
ROUNDS = 50
"""Messages that did not bring an answer; then the paper lies filed and the sweep delivers it."""
PATIENCE = 55.0
"""Seconds of waiting in all: with the start and end of a command a minute, whatever a message still does.

One to a workflow whose worker has died takes twenty to come back, and is not waited for.
"""

Bring = Callable[[str, Slip, datetime], Awaitable[bool]]
"""Brings a slip to a target at its sender's moment; false where it was not taken and is worth another try."""
Look = Callable[[Sequence[str]], dict[str, Answer]]
"""The answers that some papers have by now."""


@dataclass(eq=False)
class _Waiting:
    slip: Slip
    now: datetime
    answer: Answer | None = None


@dataclass
class _Lane:
    """One target's papers; the gate is held by whoever brings the numbers of all."""

    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: list[_Waiting] = field(default_factory=list)
    rounds: int = 0

    @property
    def unanswered(self) -> list[_Waiting]:
        return [one for one in self.waiting if one.answer is None]


class Lanes:
    """The ways of one process to its targets: twenty-four who write at once cost the engine what one does."""

    def __init__(self, bring: Bring, look: Look, pause: float) -> None:
        """`pause`: seconds between tries, a half more or less by chance."""
        self._bring, self._look, self._pause = bring, look, pause
        self._lanes: dict[str, _Lane] = {}

    async def answer(self, target: str, slip: Slip, now: datetime) -> Answer | None:
        """The answer to a filed paper; None where none came in all tries, or for most of a minute.

        Whose turn it is brings the numbers of all that wait; whoever then has an answer brings nothing.
        """
        lane = self._lanes.setdefault(target, _Lane())
        mine = _Waiting(slip, now)
        lane.waiting.append(mine)
        last = lane.rounds + ROUNDS

        def hoping() -> bool:
            return mine.answer is None and lane.rounds < last

        limit = asyncio.timeout(PATIENCE)
        try:
            async with limit:
                while hoping():
                    async with lane.gate:
                        if hoping():
                            lane.rounds += 1
                            await self._round(target, lane)
        except TimeoutError:
            if not limit.expired():
                raise
        finally:
            lane.waiting.remove(mine)
            if not lane.waiting:
                del self._lanes[target]
        return mine.answer

    async def _round(self, target: str, lane: _Lane) -> None:
        first, *others = lane.unanswered[:TOGETHER]
        slip = first.slip.model_copy(update={"along": tuple(one.slip for one in others)})
        bringing = asyncio.ensure_future(self._bring(target, slip, first.now))
        try:
            while first.answer is None:
                done, _ = await asyncio.wait({bringing}, timeout=LOOK)
                if done and not bringing.result():
                    await asyncio.sleep(self._pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
                await self._read(lane)
                if done:
                    break
        finally:
            bringing.cancel()

    async def _read(self, lane: _Lane) -> None:
        waiting = lane.unanswered
        found = await asyncio.to_thread(self._look, [one.slip.submission for one in waiting])
        for one in waiting:
            one.answer = found.get(one.slip.submission)
