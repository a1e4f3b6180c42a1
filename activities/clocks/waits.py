"""Opening and settling waits, and the clocks that hang on them (待办与时限)."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property, lru_cache

from sqlalchemy import bindparam
from sqlmodel import Session, col, or_, select

from activities.clocks.reckoning import Terms, hand_down, reckon, suspensions_of
from activities.lookup import among
from activities.standing import Policies, Standing, load_calendar, load_policies, plan_of, standing
from adapters.bulk import put_now
from models.trail import Cause, Deadline, RungFire, Wait
from rules.calendar import Calendar, local_day
from rules.deadline import Unit
from rules.ladder import Fired, Rung, due_rungs, next_rung
from rules.ladder_data import parse_ladder
from rules.policy import PolicyKey
from rules.wait_rules import WAITS
from rules.waits import WaitKind

# Made once: a statement that is built anew is also hashed anew before its compiled form is found.
LIVING = col(Deadline.current).is_not(False)
"""The clock that counts, of a wait that is known.

It says what `is_(True)` does, and no index answers it: SQLite, which keeps no statistics by itself, would begin with the
index of all living clocks and read every one of them, of every task.
"""
ITS_CLOCK = (col(Deadline.wait) == col(Wait.id)) & LIVING
"""A wait joined with its living clock, where the waits are chosen by their case or department."""
_WITH_CLOCK = select(Wait, Deadline).outerjoin(Deadline, ITS_CLOCK)
_BY_KEY = _WITH_CLOCK.where(col(Wait.key) == bindparam("key"))
_MET = _WITH_CLOCK.where(or_(among(col(Wait.id), "ids"), among(col(Wait.key), "keys")))
_CURRENT = select(Deadline).where(col(Deadline.wait) == bindparam("wait"), LIVING)
_FIRED = select(RungFire).where(
    col(RungFire.deadline) == bindparam("deadline"), col(RungFire.due) == bindparam("due")
)


class Clocks:
    """The clocks of one office at one moment, inside one transaction."""

    def __init__(self, session: Session, office: str, now: datetime) -> None:
        self.session = session
        self.office = office
        self.now = now
        self.today = local_day(now)
        self.raised = False
        # Found under the case's lock: nobody else moves these rows while this transaction lasts.
        self._waits: dict[str, Wait] = {}
        self._living: dict[str, Deadline | None] = {}
        self._absent: set[str] = set()

    @cached_property
    def _stands(self) -> Standing:
        return standing(self.session)

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar; most papers settle what is owed and ask for none."""
        return load_calendar(self.session, self._stands)

    @cached_property
    def policies(self) -> Policies:
        """The office's policies of the day."""
        return load_policies(self.session, self.office, self.today, self._stands)

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
        terms: Terms | None = None,
        clock: str | None = None,
        clause: str = "",
    ) -> Wait:
        """Open a wait, or add `count` to the one that stands under this key.

        `key` says what is owed, to the day of the fact that starts the clock: things with one clock
        share one wait, so that thirty thousand visits make dozens of waits. `due` overrides the
        policy's period where the last day comes from the fact itself (of `clause`, else of the kind's
        own source), `terms` where the whole period does; `no_later` caps it where the step lies inside another clock (an approval inside the 20
        working days of an entry). `clock` is the wait whose suspensions stand in this clock too.
        """
        wait = self.find(key)
        if wait is not None:
            wait.total += count
            wait.open += count
            if wait.closed_at is not None:
                # One that is open has its next rung; how many owe it changes nothing.
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
        put_now(self.session, wait)
        self._note(wait, None)
        if clock is not None:
            hand_down(self.session, clock, wait)
        made = terms or self._terms(wait, rule.period, anchor or self.today, due, no_later, clause)
        self._add(wait, made, Cause.OPENED, stood=clock is not None)
        return wait

    def find(self, key: str) -> Wait | None:
        """The wait under a key, open or closed."""
        known = self._waits.get(key)
        if known is not None and known.key == key:
            return known
        if key in self._absent:
            return None
        # Not written first, as above.
        with self.session.no_autoflush:
            found = self.session.exec(_BY_KEY, params={"key": key}).first()
        if found is not None and found[0].key == key:
            return self._note(*found)
        self._absent.add(key)
        return None

    def meet(self, ids: Iterable[str], keys: Iterable[str] = ()) -> None:
        """Look up waits that are about to be asked for, all at once: those not met before are read."""
        met = {wait.id for wait in self._waits.values()}
        unknown = set(keys) - self._waits.keys() - self._absent
        unmet = {"ids": sorted(set(ids) - met), "keys": sorted(unknown)}
        if any(unmet.values()):
            # Waits are written at once when they are opened: what else is pending need not be written first.
            with self.session.no_autoflush:
                for wait, deadline in self.session.exec(_MET, params=unmet):
                    self._note(wait, deadline)
            self._absent |= unknown - self._waits.keys()

    def waits(self, ids: Iterable[str]) -> list[Wait]:
        """Waits by their ids, those that were met before without asking again."""
        wanted = list(ids)
        self.meet(wanted)
        met = {wait.id: wait for wait in self._waits.values()}
        return [met[one] for one in wanted if one in met]

    def settle(self, wait: Wait, *, by: str, count: int = 1, at: datetime | None = None) -> None:
        """Take `count` from a wait; at zero it is closed and its clock falls silent.

        `at` is when the fact was that ends it, where that is known only afterwards (the platform's receipt).
        """
        wait.open = max(0, wait.open - count)
        if wait.open == 0 and wait.closed_at is None:
            wait.closed_at, wait.closed_by, wait.level = at or self.now, by, 0
            if (deadline := self._clock_of(wait)) is not None:
                deadline.next_rung = None
            if wait.asked is not None:
                # What was asked for on its clock has become pointless.
                self.settle(self.session.get_one(Wait, wait.asked), by=by)

    def settle_key(self, key: str, *, by: str, count: int = 1, at: datetime | None = None) -> None:
        """Settle the wait under a key; a wait that was never opened needs no settling."""
        wait = self.find(key)
        if wait is not None and wait.closed_at is None:
            self.settle(wait, by=by, count=count, at=at)

    def settle_scope(self, scope: str, *, by: str, at: datetime | None = None) -> None:
        """Close everything that is open in a scope (its case has ended)."""
        for wait in self.session.exec(
            select(Wait).where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
        ):
            self.settle(wait, by=by, count=wait.open, at=at)

    def renew(self, wait: Wait, terms: Terms, cause: Cause) -> Deadline:
        """A new deadline for a wait, with rungs of its own; the former one stays, no longer current."""
        if (deadline := self._clock_of(wait)) is not None:
            deadline.current, deadline.next_rung = False, None
            self.session.flush()
        made = self._add(wait, terms, cause, stood=True)
        if made.suspended or made.due > self.now:
            wait.level = 0
        return made

    def rearm(self, wait: Wait, deadline: Deadline) -> None:
        """Set the next rung anew: the calendar has changed under it."""
        self._set_next(wait, deadline)

    def fire(self, wait: Wait, deadline: Deadline) -> Fired | None:
        """Claim the rung that is due by insert and record the missed ones as merged into it."""
        fired = self._fired(deadline)
        ladder = self.ladder(wait, deadline)
        if deadline.suspended or self.now < deadline.rungs_from:
            self._set_next(wait, deadline)
            return None
        best, merged = due_rungs(self.calendar, _due(deadline), ladder, fired, self.now, deadline.rungs_from)
        for rung, repetition in merged:
            self._claim(deadline, rung, repetition, merged=True)
        if best is not None:
            self._claim(deadline, *best, merged=False)
            wait.level = max(wait.level, best[0].level)
            self.raised = True
        self._set_next(wait, deadline)
        return best

    def standing(self, scope: str) -> Deadline | None:
        """The clock of what is open in a scope, the earliest due."""
        return self.session.exec(
            select(Deadline)
            .join(Wait, col(Wait.id) == col(Deadline.wait))
            .where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None), LIVING)
            .order_by(col(Deadline.due_day))
        ).first()

    def ladder(self, wait: Wait, deadline: Deadline) -> tuple[Rung, ...]:
        """The ladder that a wait's clock climbs: the department's, else the office's."""
        hours = deadline.unit is Unit.WORKING_HOUR
        key = PolicyKey.SHORT_LADDER if hours else PolicyKey.LADDER
        return _parse(json.dumps(self.policies.value(key, wait.department)))

    def deadline(self, wait: Wait) -> Deadline:
        """The living deadline of a wait."""
        deadline = self._clock_of(wait)
        if deadline is None:
            raise LookupError(f"no deadline of wait {wait.id}")
        return deadline

    def _note(self, wait: Wait, deadline: Deadline | None) -> Wait:
        self._waits[wait.key], self._living[wait.id] = wait, deadline
        self._absent.discard(wait.key)
        return wait

    def _clock_of(self, wait: Wait) -> Deadline | None:
        """The living deadline of a wait; asked for where somebody else has read the wait."""
        if wait.id not in self._living:
            # Deadlines are written at once, like waits.
            with self.session.no_autoflush:
                self._living[wait.id] = self.session.exec(_CURRENT, params={"wait": wait.id}).one_or_none()
        return self._living[wait.id]

    def _terms(
        self,
        wait: Wait,
        period: PolicyKey | None,
        anchor: date,
        due: date | None,
        no_later: date | None,
        clause: str,
    ) -> Terms:
        if due is not None or period is None:
            return Terms.fixed(anchor, due or anchor, clause or WAITS[WaitKind(wait.kind)].clause)
        plan = plan_of(wait.task) if wait.task else ""
        span = self.policies.span(period, wait.department, plan)
        clause = self.policies.clause(period, wait.department, plan)
        return Terms(anchor, span.amount, span.unit, clause, no_later)

    def _add(self, wait: Wait, terms: Terms, cause: Cause, *, stood: bool) -> Deadline:
        # Only a clock that was moved, or continues another, has suspensions to be asked for.
        known = suspensions_of(self.session, wait.id) if stood else []
        reckoned = reckon(self.calendar, terms, wait.opened_at, self.today, known)
        deadline = Deadline(
            wait=wait.id,
            anchor=terms.anchor,
            amount=terms.amount,
            unit=terms.unit,
            calendar=self.calendar.version,
            due_day=reckoned.due_day,
            due=reckoned.due,
            provisional=reckoned.provisional,
            clause=terms.clause,
            made_at=self.now,
            cause=cause,
            no_later=terms.no_later,
            suspended=reckoned.suspended,
            rungs_from=max(self.now, reckoned.quiet_until or self.now),
        )
        # Made a moment ago, it has no rung that has fired.
        self._set_next(wait, deadline, fired=set())
        put_now(self.session, deadline)
        self._living[wait.id] = deadline
        return deadline

    def _set_next(self, wait: Wait, deadline: Deadline, *, fired: set[tuple[str, int]] | None = None) -> None:
        """Keep the next rung beside the deadline: the task's one timer reads its minimum."""
        if deadline.suspended:
            deadline.next_rung = None
            return
        fired = self._fired(deadline) if fired is None else fired
        ladder, moment = self.ladder(wait, deadline), _due(deadline)
        since = deadline.rungs_from
        if self.now >= since:
            best, _ = due_rungs(self.calendar, moment, ladder, fired, self.now, since)
            if best is not None:
                deadline.next_rung = self.now
                return
        ahead = next_rung(self.calendar, moment, ladder, fired, max(self.now, since))
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
        rows = self.session.exec(_FIRED, params={"deadline": deadline.id, "due": deadline.due})
        return {(row.rung, row.repetition) for row in rows}


def _due(deadline: Deadline) -> date | datetime:
    return deadline.due if deadline.unit is Unit.WORKING_HOUR else deadline.due_day


@lru_cache(maxsize=64)
def _parse(text: str) -> tuple[Rung, ...]:
    return parse_ladder(json.loads(text))
