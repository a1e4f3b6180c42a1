"""Opening and settling waits, and the clocks that hang on them (待办与时限)."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from activities.standing import Policies, load_calendar
from models.trail import Deadline, RungFire, Wait
from rules.calendar import local_day
from rules.deadline import Unit, add_working_hours, due_day, due_moment
from rules.ladder import Fired, Rung, due_rungs, next_rung
from rules.ladder_data import parse_ladder
from rules.policy import PolicyKey
from rules.waits import WAITS, WaitKind


class Clocks:
    """The clocks of one office at one moment, inside one transaction."""

    def __init__(self, session: Session, office: str, now: datetime) -> None:
        self.session = session
        self.office = office
        self.now = now
        self.today = local_day(now)
        self.calendar = load_calendar(session)
        self.policies = Policies(session, office, self.today)

    def open(
        self,
        kind: WaitKind,
        *,
        key: str,
        scope: str,
        department: str,
        opened_by: str,
        task: str | None = None,
        count: int = 1,
        cycle: int = 1,
        anchor: date | None = None,
        due: date | None = None,
        no_later: date | None = None,
    ) -> Wait:
        """Open a wait, or add `count` to the one that stands under this key.

        `key` says what is owed, to the day of the fact that starts the clock: things with one clock
        share one wait, so that thirty thousand visits make dozens of waits. `due` overrides the
        policy's period where the last day comes from the fact itself; `no_later` caps it where the
        step lies inside another clock (an approval inside the 20 working days of an entry).
        """
        wait = self.find(key)
        if wait is not None:
            wait.total += count
            wait.open += count
            wait.closed_at = wait.closed_by = None
            self._set_next(wait, self.deadline(wait))
            return wait
        rule = WAITS[kind]
        wait = Wait(
            key=key,
            scope=scope,
            task=task,
            office=self.office,
            department=department,
            role=rule.role,
            kind=kind.value,
            stage=int(rule.stage),
            cycle=cycle,
            total=count,
            open=count,
            opened_by=opened_by,
            opened_at=self.now,
        )
        self.session.add(wait)
        self.session.flush()
        self._start(wait, rule.period, anchor or self.today, due, no_later)
        return wait

    def find(self, key: str) -> Wait | None:
        """The wait under a key, open or closed."""
        return self.session.exec(select(Wait).where(col(Wait.key) == key)).first()

    def settle(self, wait: Wait, *, by: str, count: int = 1) -> None:
        """Take `count` from a wait; at zero it is closed and its clock falls silent."""
        wait.open = max(0, wait.open - count)
        if wait.open == 0 and wait.closed_at is None:
            wait.closed_at, wait.closed_by, wait.level = self.now, by, 0
            for deadline in self._deadlines(wait):
                deadline.next_rung = None

    def settle_key(self, key: str, *, by: str, count: int = 1) -> None:
        """Settle the wait under a key; a wait that was never opened needs no settling."""
        wait = self.find(key)
        if wait is not None and wait.closed_at is None:
            self.settle(wait, by=by, count=count)

    def settle_scope(self, scope: str, *, by: str) -> None:
        """Close everything that is open in a scope (its case has ended)."""
        for wait in self.session.exec(
            select(Wait).where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
        ):
            self.settle(wait, by=by, count=wait.open)

    def renew(self, wait: Wait, *, anchor: date, amount: int, unit: Unit, clause: str) -> Deadline:
        """A new deadline for a wait, with rungs of its own; the former one stays, no longer current."""
        for deadline in self._deadlines(wait):
            deadline.current, deadline.next_rung = False, None
        self.session.flush()
        return self._add(wait, anchor, amount, unit, clause, None)

    def fire(self, wait: Wait, deadline: Deadline) -> Fired | None:
        """Claim the rung that is due by insert and record the missed ones as merged into it."""
        fired = self._fired(deadline)
        ladder = self.ladder(wait, deadline)
        moment = _due(deadline)
        best, merged = due_rungs(self.calendar, moment, ladder, fired, self.now, deadline.made_at)
        for rung, repetition in merged:
            self._claim(deadline, rung, repetition, merged=True)
        if best is not None:
            self._claim(deadline, *best, merged=False)
            wait.level = max(wait.level, best[0].level)
        self._set_next(wait, deadline)
        return best

    def due_in(self, scope: str) -> date | None:
        """The earliest due day of what is open in a scope."""
        return self.session.exec(
            select(col(Deadline.due_day))
            .join(Wait, col(Wait.id) == col(Deadline.wait))
            .where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None), col(Deadline.current).is_(True))
            .order_by(col(Deadline.due_day))
        ).first()

    def ladder(self, wait: Wait, deadline: Deadline) -> tuple[Rung, ...]:
        """The ladder that a wait's clock climbs: the department's, else the office's."""
        hours = deadline.unit is Unit.WORKING_HOUR
        key = PolicyKey.SHORT_LADDER if hours else PolicyKey.LADDER
        return _parse(json.dumps(self.policies.value(key, wait.department)))

    def deadline(self, wait: Wait) -> Deadline:
        """The living deadline of a wait."""
        statement = select(Deadline).where(col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
        return self.session.exec(statement).one()

    def _start(
        self, wait: Wait, period: PolicyKey | None, anchor: date, due: date | None, no_later: date | None
    ) -> None:
        if due is not None or period is None:
            last = due or anchor
            self._add(wait, anchor, (last - anchor).days, Unit.NATURAL_DAY, "", last)
            return
        amount = int(self.policies.value(period, wait.department))
        unit = period.unit or Unit.WORKING_DAY
        clause = self.policies.clause(period, wait.department)
        if no_later is not None and due_day(self.calendar, anchor, amount, unit) > no_later:
            self._add(wait, anchor, amount, unit, clause, no_later)
        else:
            self._add(wait, anchor, amount, unit, clause, None)

    def _add(
        self, wait: Wait, anchor: date, amount: int, unit: Unit, clause: str, last: date | None
    ) -> Deadline:
        if unit is Unit.WORKING_HOUR:
            moment = add_working_hours(self.calendar, self.now, amount)
            day = local_day(moment)
        else:
            day = last or due_day(self.calendar, anchor, amount, unit)
            moment = due_moment(day)
        deadline = Deadline(
            wait=wait.id,
            anchor=anchor,
            amount=amount,
            unit=unit,
            calendar=self.calendar.version,
            due_day=day,
            due=moment,
            provisional=unit in (Unit.WORKING_DAY, Unit.WORKING_HOUR)
            and self.calendar.provisional(anchor, day),
            clause=clause,
            made_at=self.now,
        )
        self.session.add(deadline)
        self.session.flush()
        self._set_next(wait, deadline)
        return deadline

    def _set_next(self, wait: Wait, deadline: Deadline) -> None:
        """Keep the next rung beside the deadline: the task's one timer reads its minimum."""
        fired, ladder, moment = self._fired(deadline), self.ladder(wait, deadline), _due(deadline)
        best, _ = due_rungs(self.calendar, moment, ladder, fired, self.now, deadline.made_at)
        if best is not None:
            deadline.next_rung = self.now
            return
        ahead = next_rung(self.calendar, moment, ladder, fired, self.now)
        deadline.next_rung = None if ahead is None else ahead[2]

    def _claim(self, deadline: Deadline, rung: Rung, repetition: int, *, merged: bool) -> None:
        self.session.add(
            RungFire(
                deadline=deadline.id,
                due=deadline.due,
                rung=rung.name,
                repetition=repetition,
                merged=merged,
                fired_at=self.now,
            )
        )
        self.session.flush()

    def _fired(self, deadline: Deadline) -> set[tuple[str, int]]:
        rows = self.session.exec(
            select(RungFire).where(col(RungFire.deadline) == deadline.id, col(RungFire.due) == deadline.due)
        )
        return {(row.rung, row.repetition) for row in rows}

    def _deadlines(self, wait: Wait) -> Sequence[Deadline]:
        return self.session.exec(
            select(Deadline).where(col(Deadline.wait) == wait.id, col(Deadline.current).is_(True))
        ).all()


def _due(deadline: Deadline) -> date | datetime:
    return deadline.due if deadline.unit is Unit.WORKING_HOUR else deadline.due_day


@lru_cache(maxsize=64)
def _parse(text: str) -> tuple[Rung, ...]:
    return parse_ladder(json.loads(text))
