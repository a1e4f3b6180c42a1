"""Papers of one process to one workflow share messages; each gets its own answer."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from activities.papers import lanes
from activities.papers.lanes import Lanes
from models.messages import Slip
from models.trail import Answer, Outcome

NOW = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
TARGET = "joint-task/t"


class Engine:
    """A workflow that rules on whatever lies filed, some moments after a message came."""

    def __init__(self) -> None:
        self.filed: set[str] = set()
        self.answered: dict[str, Answer] = {}
        self.messages: list[tuple[str, ...]] = []
        self.hangs = False
        self.faults = 0
        self.deaf = False
        self.dead = 0.0
        self.only_named = False

    async def bring(self, _target: str, slip: Slip, _now: datetime) -> bool:
        """Take a message."""
        self.messages.append(tuple(one.submission for one in slip.all))
        if self.faults:
            self.faults -= 1
            raise OSError("the wire broke")
        if self.deaf or self.dead:
            await asyncio.sleep(self.dead)
            return False
        await asyncio.sleep(0.02)
        ruled = self.messages[-1] if self.only_named else self.filed
        self.answered |= {one: answer_to(one) for one in ruled}
        if self.hangs:
            await asyncio.Event().wait()
        return True

    def look(self, submissions: Sequence[str]) -> dict[str, Answer]:
        """The answers so far."""
        return {one: self.answered[one] for one in submissions if one in self.answered}

    async def file(self, made: Lanes, number: int) -> Answer | None:
        """File a paper and have its number brought."""
        name = f"s{number:02}"
        self.filed.add(name)
        slip = Slip(submission=name, sha256="0" * 64, kind="result.submit", actor=f"p-{number}")
        return await made.answer(TARGET, slip, NOW)


def answer_to(submission: str) -> Answer:
    """An acceptance."""
    return Answer(submission=submission, outcome=Outcome.ACCEPTED, type="Accepted", answered_at=NOW)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine whose senders are quick to look and to give up."""
    monkeypatch.setattr(lanes, "LOOK", 0.05)
    monkeypatch.setattr(lanes, "ROUNDS", 3)
    return Engine()


def lanes_to(engine: Engine) -> Lanes:
    """One process's ways to the engine."""
    return Lanes(engine.bring, engine.look, 0.001)


@pytest.mark.parametrize("writers", [8, 24])
async def test_however_many_write_at_once_two_messages_do(engine: Engine, writers: int) -> None:
    """The first goes at once, one with the numbers of all others follows; each gets the answer to its own."""
    made = lanes_to(engine)
    answers = await asyncio.gather(*(engine.file(made, number) for number in range(writers)))
    assert [f"s{number:02}" for number in range(writers)] == [one.submission for one in answers if one]
    assert 2 >= len(engine.messages)


async def test_a_message_names_all_that_wait_and_nobody_twice(engine: Engine) -> None:
    """What came while the first message was away is in the second: histories know every number."""
    engine.only_named = True
    made = lanes_to(engine)
    await asyncio.gather(*(engine.file(made, number) for number in range(5)))
    assert [("s00",), ("s01", "s02", "s03", "s04")] == engine.messages


async def test_a_message_that_hangs_is_not_waited_for_once_the_answer_lies_there(engine: Engine) -> None:
    """The engine's client tries again for seconds what was refused; the database knows better."""
    engine.hangs = True
    answer = await asyncio.wait_for(engine.file(lanes_to(engine), 1), timeout=1)
    assert answer is not None
    assert "s01" == answer.submission


async def test_what_nobody_takes_is_given_up_after_some_tries(engine: Engine) -> None:
    """It lies filed; the sweep delivers it."""
    engine.deaf = True
    made = lanes_to(engine)
    assert [None] * 4 == await asyncio.gather(*(engine.file(made, number) for number in range(4)))
    # Who came while the first was away waits for one more than it.
    assert 4 == len(engine.messages)


async def test_where_each_try_takes_long_it_is_given_up_after_a_minute(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead worker's workflow takes a message and lets it run into its time: fifty of them were a quarter of an hour."""
    monkeypatch.setattr(lanes, "ROUNDS", 1000)
    monkeypatch.setattr(lanes, "PATIENCE", 0.1)
    engine.dead = 0.06
    assert [None] * 3 == await asyncio.gather(*(engine.file(lanes_to(engine), number) for number in range(3)))
    assert 6 >= len(engine.messages)


async def test_a_try_that_comes_back_after_the_minute_is_not_waited_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first holds the way, the others wait for it: all of them give up in time."""
    monkeypatch.setattr(lanes, "PATIENCE", 0.1)
    engine.dead = 60
    made = lanes_to(engine)
    async with asyncio.timeout(1):
        answers = await asyncio.gather(*(engine.file(made, number) for number in range(3)))
    assert [None] * 3 == answers


async def test_a_fault_is_the_fault_of_one_sender_and_the_others_go_on(engine: Engine) -> None:
    """Who held the message learns of it; nobody else is held up."""
    engine.faults = 1
    made = lanes_to(engine)
    first, *others = await asyncio.gather(
        *(engine.file(made, number) for number in range(4)), return_exceptions=True
    )
    assert isinstance(first, OSError)
    assert ["s01", "s02", "s03"] == [one.submission for one in others if isinstance(one, Answer)]


async def test_a_sender_who_goes_away_holds_nobody_up(engine: Engine) -> None:
    """Its message is given up with it, and the next takes over."""
    engine.hangs = True
    made = lanes_to(engine)
    away = asyncio.create_task(engine.file(made, 1))
    await asyncio.sleep(0)
    other = asyncio.create_task(engine.file(made, 2))
    await asyncio.sleep(0)
    away.cancel()
    answer = await asyncio.wait_for(other, timeout=1)
    assert answer is not None
    assert "s02" == answer.submission
