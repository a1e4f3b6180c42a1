"""A house that takes its time: every wait of a task is left to its last rung before it is answered."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from activities.rebuild import rebuild
from adapters.exchange import Batch, Fact
from adapters.exchange_files import write_whole
from adapters.skipped_time import Clock, end_at_rest
from models.papers import (
    LoadCalendar,
    Paper,
)
from models.trail import Deadline, Wait
from rules.calendar import TZ, local_day
from rules.channel import Channel
from rules.ladder import Level
from rules.roles import Role
from rules.waits import WaitKind
from tests.builders import OFFICE
from tests.engine.house import House
from tests.engine.ladder_oracle import Days
from workflows.paper_desk import SPREAD_SECONDS

NEVER = datetime(9999, 1, 1, tzinfo=TZ)


EXCHANGE = f"exchange/{OFFICE}"
NOTICED = timedelta(seconds=SPREAD_SECONDS + 10)
WHOLE = frozenset(
    {
        WaitKind.PREPARE,
        WaitKind.PREPARE_ITEMS,
        WaitKind.PREPARE_PERIODS,
        WaitKind.CONFIRM,
        WaitKind.CONFIRM_ITEMS,
        WaitKind.CONFIRM_PERIODS,
        WaitKind.CLAIM,
        WaitKind.SETTLE_CLAIM,
        WaitKind.REQUEST_DRAW,
        WaitKind.APPROVE_DRAW,
        WaitKind.MATCH,
        WaitKind.VISIT,
        WaitKind.ENTRY,
        WaitKind.COMMISSION,
        WaitKind.DECIDE_CLOCK,
        WaitKind.APPROVAL,
        WaitKind.RECEIPT,
        WaitKind.FORWARD,
        WaitKind.PROOF,
        WaitKind.DISPOSAL,
        WaitKind.ACKNOWLEDGE,
        WaitKind.SIGN,
        WaitKind.SUMMARY,
        WaitKind.SUMMARY_RECEIPT,
        WaitKind.YEARLY_REPORT,
        WaitKind.YEARLY_SUPPLEMENT,
        WaitKind.WINDOW,
    }
)
"""What this play leaves to its last rung, and the last rung again. Commitments and reveals end by themselves."""
CASES = frozenset(
    {("rectify", "open"), ("case", "open"), ("case", "filed"), ("transfer", "open"), ("transfer", "sent")}
)
"""The steps of disposals among them: re-check, filing, decision, sending and acknowledgement."""


@dataclass
class SlowHouse(House):
    """A service whose platform says only what it is let say: nothing, "entered", or everything."""

    says: tuple[str, ...] = ("entered",)
    answers: bool = True
    known: dict[str, str | None] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)

    async def _platform(self) -> None:
        while True:
            if self.answers:
                await asyncio.to_thread(self._answer)
            await asyncio.sleep(0.1)

    def _answer(self) -> None:
        for path in sorted((self.folder / "out").glob("*.json")):
            for record in Batch.model_validate_json(path.read_text("utf-8")).records:
                self.known[record.key] = record.channel
            path.replace(self.folder / "taken" / path.name)
        fresh = [
            (key, fact)
            for key, channel in sorted(self.known.items())
            for fact in self.says
            if (key, fact) not in self.told and (fact == "entered" or channel == Channel.NATIONAL)
        ]
        facts = [
            Fact(key=key, fact=fact, at=self.cast.clock(), receipt="SX1").model_dump(mode="json")
            for key, fact in fresh
        ]
        self.told |= set(fresh)
        if facts:
            name = f"{OFFICE}-{len(self.told):024x}.json"
            write_whole(self.folder / "in" / name, json.dumps(facts, ensure_ascii=False))


@dataclass
class Year:
    """The play: who acts, the clock, and the notices of the calendar that have come."""

    house: SlowHouse
    clock: Clock
    notice: LoadCalendar
    arrived: datetime = NEVER
    coming: LoadCalendar | None = None

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return local_day(self.clock.now)

    @property
    def days(self) -> Days:
        """The days as they are known now."""
        known = (
            [self.notice, self.coming] if self.coming and self.clock.now >= self.arrived else [self.notice]
        )
        return Days.of([one for one in known if one])

    async def act(self, department: str, role: Role, paper: Paper, target: str = "") -> Any:
        """File a paper that must be accepted."""
        return (await self.house.cast.act(department, role, paper, target=target, name=str(self.today))).data

    async def opened(self, kind: WaitKind, count: int = 1) -> list[Wait]:
        """Wait until so many waits of a kind are open."""

        def look(session: Session) -> list[Wait] | None:
            found = session.exec(
                select(Wait).where(col(Wait.kind) == kind, col(Wait.closed_at).is_(None))
            ).all()
            return list(found) if len(found) >= count else None

        return await self.house.cast.until(f"{count} of {kind.value}", look)

    async def leave(self, *kinds: WaitKind) -> None:
        """Nobody answers what is open of these kinds until the last rung of each has come a second time."""
        last = self.clock.now
        for kind in kinds:
            for wait in await self.opened(kind):
                due = clock_of(self, wait).due_day
                rungs = self.days.rungs(due, self.clock.now + timedelta(days=366))
                ahead = [moment for name, _, moment in rungs if name == "plus3" and moment > self.clock.now]
                last = max(last, ahead[1])
        await self.noon(local_day(last))
        for kind in kinds:
            levels = {wait.level for wait in await self.opened(kind)}
            assert {int(Level.OFFICE)} == levels, (kind, levels)

    async def noon(self, day: date) -> None:
        """Let the time pass until noon of a day."""
        end = datetime(day.year, day.month, day.day, 12, tzinfo=TZ)
        # The platform answers in real time; a poll every five minutes of skipped time would take for ever.
        await asyncio.sleep(0.5)
        if not self.house.answers:
            # The exchange stands still, as it does where the platform is away; SQL keeps what is to be sent.
            await end_at_rest(self.house.client, EXCHANGE)
        await self.clock.skip_to(end)

    async def soon(self) -> None:
        """Time for some rounds with the platform."""
        for _ in range(4):
            await asyncio.sleep(0.3)
            await self.clock.skip_to(self.clock.now + timedelta(minutes=6))

    async def platform(self, *facts: str) -> None:
        """From now on the platform says these facts of every result; none: it is silent."""
        self.house.answers, self.house.says = bool(facts), facts
        if facts:
            await rebuild(
                self.house.client,
                self.house.database,
                [EXCHANGE],
                self.clock.now,
                task_queue=self.house.task_queue,
            )


def clock_of(year: Year, wait: Wait) -> Deadline:
    """The clock of a wait as it stands now."""
    statement = select(Deadline).where(col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
    return year.house.cast.read(lambda session: session.exec(statement).one())
