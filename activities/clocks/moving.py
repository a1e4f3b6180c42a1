"""Moving a wait's clock: a new deadline beside the old one, and the visits that hang on it (时限变动)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import col, select

from activities.clocks.reckoning import Terms, closed, last_day, suspensions_of
from activities.clocks.waits import Clocks
from activities.desk.notices import notify
from activities.results.passage import VISITS_CLOCK
from models.task import Visit
from models.trail import Cause, Deadline, Wait
from rules.calendar import until_words
from rules.deadline import Unit, due_day
from rules.refusal import Refusal
from rules.waits import WaitKind


def move_clock(clocks: Clocks, wait: Wait, terms: Terms, cause: Cause) -> Deadline:
    """Renew a wait's deadline; the visits under it carry what was moved to their next steps."""
    visits = _visits(clocks, wait)
    if visits:
        # The act is about these visits: whoever is checked later on the same day is not part of it.
        wait.key = f"{wait.key}#{len(_deadlines(clocks, wait))}"
        terms = _with_visits(clocks, wait, visits, terms)
    return clocks.renew(wait, terms, cause)


def split_off(clocks: Clocks, wait: Wait, visits: Sequence[str], *, by: str) -> Wait:
    """Visits that go on under a wait of their own, with the same clock; the wait itself where they are all.

    Refuses `VisitNotWaited` for a visit that the wait is not about.
    """
    under = {visit.id: visit for visit in _visits(clocks, wait)}
    if strange := sorted(set(visits) - set(under)):
        raise Refusal(
            "VisitNotWaited",
            f"下列检查不在该待办之中，请更正：{'、'.join(strange[:5])}；在其中的见 deadline visits {wait.id[:8]}",
        )
    chosen = [under[one] for one in sorted(set(visits))]
    if len(chosen) == len(under):
        return wait
    before = clocks.deadline(wait)
    apart = clocks.open(
        WaitKind(wait.kind),
        key=f"{wait.key}/{by}",
        scope=wait.scope,
        department=wait.department,
        opened_by=by,
        task=wait.task,
        count=len(chosen),
        cycle=wait.cycle,
        terms=Terms.of(before),
        clock=wait.id,
    )
    apart.role, apart.assignee, apart.level = wait.role, wait.assignee, wait.level
    for visit in chosen:
        visit.wait = apart.id
    clocks.settle(wait, by=by, count=len(chosen))
    clocks.session.flush()
    return apart


def last_words(deadline: Deadline) -> str:
    """A clock's end: its last day, of a period in hours the moment."""
    hours = Unit(deadline.unit) is Unit.WORKING_HOUR
    return until_words(deadline.due) if hours else str(deadline.due_day)


def tell_moved(clocks: Clocks, wait: Wait, former: Deadline, moved: Deadline, why: str) -> None:
    """Tell those who owe it that the last day is another one."""
    kind = WaitKind(wait.kind)
    when = (
        "中止计算，恢复后另行通知到期日"
        if moved.suspended
        else f"由{last_words(former)}变为{last_words(moved)}"
    )
    notify(
        clocks.session,
        wait.department,
        wait.role,
        key=f"{wait.key}/{moved.id}",
        event="deadline",
        text=f"“{kind.label}”的期限{when}（{moved.cause.label}）。{why}",
        now=clocks.now,
        task=wait.task,
        person=wait.assignee,
    )


def anchor_corrected(clocks: Clocks, visit: Visit, day: date, *, by: str) -> None:
    """The check was on another day: the visit's clock is reckoned anew, and that of its present step."""
    visit.completed_on = day
    visit_due(clocks, visit)
    wait = clocks.session.get(Wait, visit.wait) if visit.wait else None
    if wait is None or wait.closed_at is not None:
        return
    apart = split_off(clocks, wait, [visit.id], by=by)
    begin_on(clocks, apart, visit, visit.clock_from or day, "检查完成日已更正")


def begin_on(clocks: Clocks, wait: Wait, visit: Visit, day: date, why: str) -> None:
    """Let the clock of a wait begin on another day; a step inside the visits' clock is capped by its new end.

    `visit` is any of those under the wait, its last day reckoned anew already.
    """
    before = clocks.deadline(wait)
    own = WaitKind(wait.kind) in VISITS_CLOCK
    terms = replace(
        Terms.of(before),
        anchor=day if own else before.anchor,
        no_later=visit.due_day if before.no_later is not None else None,
    )
    tell_moved(clocks, wait, before, clocks.renew(wait, terms, Cause.CORRECTED), why)


def visit_due(clocks: Clocks, visit: Visit) -> None:
    """Reckon a visit's last day anew, by its own amount and the suspensions that it carries."""
    begins = visit.clock_from or visit.completed_on
    if begins is None:
        return
    known = suspensions_of(clocks.session, visit.clock) if visit.clock else []
    ended = [closed(one, clocks.today) for one in known]
    visit.due_day = due_day(clocks.calendar, begins, visit.due_amount, Unit.WORKING_DAY, ended)


def _with_visits(clocks: Clocks, wait: Wait, visits: list[Visit], terms: Terms) -> Terms:
    """The visits' own clock follows the act; a step inside that clock is capped by its new end."""
    before = clocks.deadline(wait)
    own = WaitKind(wait.kind) in VISITS_CLOCK
    added = terms.amount - before.amount if own else _days_over(clocks, wait, terms, before)
    stood = bool(suspensions_of(clocks.session, wait.id))
    for visit in visits:
        visit.clock = wait.id if stood else visit.clock
        visit.due_amount += added
        visit_due(clocks, visit)
    capped = before.no_later is not None and not own
    return replace(terms, no_later=visits[0].due_day if capped else None)


def _days_over(clocks: Clocks, wait: Wait, terms: Terms, before: Deadline) -> int:
    """By how many working days a longer step outgrows the clock that it lies inside."""
    known = [closed(one, clocks.today) for one in suspensions_of(clocks.session, wait.id)]
    end = last_day(clocks.calendar, terms, known)
    if before.no_later is None or terms.no_later is not None or end <= before.no_later:
        return 0
    return clocks.calendar.working_days_between(before.no_later, end)


def _visits(clocks: Clocks, wait: Wait) -> list[Visit]:
    return list(clocks.session.exec(select(Visit).where(col(Visit.wait) == wait.id)))


def _deadlines(clocks: Clocks, wait: Wait) -> list[Deadline]:
    return list(clocks.session.exec(select(Deadline).where(col(Deadline.wait) == wait.id)))
