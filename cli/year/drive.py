"""Driving a year in lock step: time skips to the next slot, everything settles, people act, it settles again."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from activities.outbox import OutboxActivities
from activities.papers.sweep import sweep
from activities.plans.rounds import year_of
from activities.plans.rows import rows_in_force
from cli.year import office
from cli.year.closing import CLOSING, may_begin
from cli.year.duties import Duties, still_open
from cli.year.incidents import Incident, give_out
from cli.year.law import Duty, slots_of
from cli.year.notice import synthetic_notice
from cli.year.opening import OPENING
from cli.year.scene import Scene, newest_act_pending
from models.delivery import Delivery
from models.exchange import Declaration
from models.outcomes import Disposal, Publication
from models.plan import PlanDocument
from models.task import JointTask
from models.trail import Answer, Notification, Outbox, Submission, Wait
from rules.calendar import TZ, Calendar
from rules.stages import TaskStatus
from rules.waits import WaitKind

PLAYERS = OPENING | CLOSING
SETTLE = timedelta(seconds=75)
"""How much time is given after acts: all that they set off must end before the clock may pass it."""
ROUNDS = 8
_LONGEST = timedelta(days=365)
"""How long after its year a plan may run on; whatever is open then is lost."""


class Drive:
    """The year from its first working day until nothing of it is open any more."""

    def __init__(
        self, scene: Scene, plan: office.PlanOfTheYear, tell: Callable[[date, int, int], None]
    ) -> None:
        self.scene = scene
        self.plan = plan
        self.tell = tell
        self.settled: list[office.Settled] = []
        self.arrival: dict[str, object] = {}
        self._duties = Duties()
        self._moments: dict[tuple[Duty, str], datetime] = {}
        self._adopted = False
        random = scene.law.random("calendar")
        self._notice_day = date(plan.year, 4, 1) + timedelta(days=random.randint(5, 26))
        self._last = date(plan.year, 12, 31)

    async def run(self) -> None:
        """Slot by slot."""
        scene = self.scene
        day = scene.today
        while day <= self._last + _LONGEST:
            if scene.calendar().is_working(day):
                for place, slot in enumerate(slots_of(day)):
                    await scene.clock.skip_to(slot)
                    await self._slot(first=place == 0)
            if day > self._last and scene.read(self._over):
                break
            if day.day == 1 or day > self._last:
                await self._sweep()
            self.tell(day, *scene.read(_progress))
            day += timedelta(days=1)
        await scene.clock.skip_to(datetime.combine(day, time(23), TZ))

    async def _slot(self, *, first: bool) -> None:
        """What the office has on its own desk, then everybody whose moment has come, until nobody is left."""
        scene = self.scene
        if first:
            await self._office()
        ready = [one for one in scene.agenda if one[0] <= scene.clock.now]
        for one in ready:
            scene.agenda.remove(one)
            await one[1]()
        for _ in range(ROUNDS):
            if not await self._round():
                return
            await scene.clock.skip_to(scene.clock.now + SETTLE)

    async def _round(self) -> int:
        scene = self.scene
        calendar = scene.calendar()
        duties = [
            duty
            for duty in scene.read(self._duties.open)
            if self._moment(duty, calendar) <= scene.clock.now and self._may(duty)
        ]
        for duty in duties:
            # Whoever acted before in this round may have ended it, or asked for a draw act.
            if not scene.read(partial(still_open, duty)) or not self._may(duty):
                continue
            if duty.kind is WaitKind.SETTLE_ROWS:
                await self._settle()
            else:
                await PLAYERS[duty.kind](scene, duty)
        return len(duties)

    def _moment(self, duty: Duty, calendar: Calendar) -> datetime:
        """When a duty is done; the law says the same of the same duty on the same calendar."""
        known = self._moments.get((duty, calendar.version))
        if known is None:
            known = self._moments[duty, calendar.version] = self.scene.law.moment(duty, calendar)
        return known

    def _may(self, duty: Duty) -> bool:
        """Nobody visits before the period, or while a draw act runs; a row that nobody remembers stays."""
        scene = self.scene
        if duty.kind is WaitKind.WINDOW:
            return Incident.FORGET not in scene.incidents.get(duty.id.rsplit("/", 1)[1], ())
        if duty.kind is not WaitKind.VISIT:
            return True
        pending = scene.read(lambda session: newest_act_pending(session, duty.task))
        return not pending and may_begin(scene, duty)

    async def _office(self) -> None:
        scene = self.scene
        if not self._adopted and scene.today >= self.plan.issued:
            await office.import_and_adopt(scene, self.plan)
            self._adopted = True
            self._befall()
        if not self.arrival and scene.today >= self._notice_day:
            notice = synthetic_notice(self.plan.year, scene.law.random("notice"))
            answer = await scene.office(notice)
            self.arrival = {"on": scene.today.isoformat(), "document": notice.document, **answer.data}

    async def _settle(self) -> None:
        self.settled += await office.settle_rows(self.scene)
        self._befall()

    def _befall(self) -> None:
        """What befalls the tasks is given out once all rows are known, before any is launched."""
        scene = self.scene
        rows = scene.read(lambda session: office.candidates(session, scene.law, scene.document))
        scene.incidents = give_out(scene.law, rows)

    async def _sweep(self) -> None:
        """What each worker does once a minute, on this clock."""
        courier = OutboxActivities(self.scene.database, self.scene.client)
        await sweep(courier, self.scene.clock.now)

    def _over(self, session: Session) -> bool:
        """Whether nothing of the year is open: no wait, task, round, disposal, paper, notice or signal."""
        if self.scene.agenda or any(unfinished(session).values()):
            return False
        plan = session.get_one(PlanDocument, self.scene.document)
        rows = rows_in_force(session, plan.id, plan.version)
        return all(year_of(session, plan, row.seq, self.scene.today).over for row in rows)


def unfinished(session: Session) -> dict[str, int]:
    """What has no recorded end, by its kind."""

    def count(table: type, condition: ColumnElement[bool]) -> int:
        return session.exec(select(func.count()).select_from(table).where(condition)).one()

    unanswered = (
        select(func.count())
        .select_from(Submission)
        .outerjoin(Answer, col(Answer.submission) == col(Submission.id))
        .where(col(Answer.submission).is_(None))
    )
    return {
        "tasks": count(JointTask, col(JointTask.status) == TaskStatus.OPEN),
        "waits": count(Wait, col(Wait.closed_at).is_(None)),
        "disposals": count(Disposal, col(Disposal.closed_at).is_(None)),
        "papers": session.exec(unanswered).one(),
        "signals": count(Outbox, col(Outbox.sent_at).is_(None)),
        "notices": count(Notification, col(Notification.delivered_at).is_(None)),
        "deliveries": count(Delivery, col(Delivery.delivered_at).is_(None)),
        "publications": count(
            Publication, or_(col(Publication.receipted_at).is_(None), col(Publication.published_at).is_(None))
        ),
        "declarations": count(Declaration, col(Declaration.receipted_at).is_(None)),
    }


def _progress(session: Session) -> tuple[int, int]:
    launched = session.exec(select(func.count()).select_from(JointTask)).one()
    ended = session.exec(
        select(func.count()).select_from(JointTask).where(col(JointTask.status) != TaskStatus.OPEN)
    ).one()
    return launched, ended
