"""A visit's passage from one state to the next, with the counters and waits that follow it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

import activities.results.visit_rows  # noqa: F401 - writes changed visits in sets
from activities.clocks.reckoning import Terms
from activities.clocks.waits import Clocks
from activities.standing import plan_of
from models.papers import Period
from models.registers import Subject
from models.task import Assignment, TakingPart, Visit
from rules.deadline import Unit
from rules.policy import PolicyKey
from rules.stages import VisitStage
from rules.waits import WaitKind

_REACHED = {
    VisitStage.UNMATCHED: 0,
    VisitStage.MATCHED: 1,
    VisitStage.VISITED: 2,
    VisitStage.RETURNED: 2,
    VisitStage.SUBMITTED: 3,
    VisitStage.APPROVED: 4,
    VisitStage.RECEIPTED: 5,
    VisitStage.PUBLISHED: 6,
}
VISITS_CLOCK = frozenset({WaitKind.ENTRY, WaitKind.RECEIPT})
"""Steps that end with the visit's own clock."""
_COUNTERS = ("matched", "visited", "submitted", "approved", "receipted", "published")


def move(
    clocks: Clocks,
    part: TakingPart,
    visits: Sequence[Visit],
    to: VisitStage,
    *,
    by: str,
    ended: Mapping[str, datetime] | None = None,
) -> None:
    """Bring visits of one part to a state: their waits are settled, the part's counters follow.

    A visit that goes no further (matched anew, postponed, taken back) leaves its wait undone, and is
    counted there no more. `ended` says of waits, by id, when what they waited for was, if not now.
    """
    settled = Counter(visit.wait for visit in visits if visit.wait is not None)
    back = [one for one in visits if one.stage is VisitStage.MATCHED and _REACHED[to] <= _REACHED[one.stage]]
    left = Counter(visit.wait for visit in back if visit.wait is not None)
    for stage, count in Counter(visit.stage for visit in visits).items():
        for place, counter in enumerate(_COUNTERS, start=1):
            before, after = _REACHED[stage] >= place, _REACHED[to] >= place
            if before != after:
                setattr(part, counter, getattr(part, counter) + (count if after else -count))
    for visit in visits:
        visit.stage, visit.wait = to, None
    for wait in clocks.waits(settled):
        wait.total -= left[wait.id]
        clocks.settle(wait, by=by, count=settled[wait.id], at=(ended or {}).get(wait.id))


def await_next(
    clocks: Clocks,
    kind: WaitKind,
    visits: Sequence[Visit],
    *,
    by: str,
    anchor: date,
    inside_clock: bool = True,
) -> None:
    """Put visits of one task and department under the waits that they next need.

    Visits with the same last day share one wait; `inside_clock` keeps the step inside the visits'
    own 20 working days (高平 三: approval, entry and publication all lie inside them). Entry and
    receipt have no period of their own: they end with that clock, suspended and extended as it was.
    """
    groups: dict[_Shared, list[Visit]] = defaultdict(list)
    for visit in visits:
        groups[_shared(kind, visit, anchor, inside_clock=inside_clock)].append(visit)
    for shared, members in groups.items():
        head = members[0]
        wait = clocks.open(
            kind,
            key=_key(kind, head, shared),
            scope=f"joint-task/{head.task}",
            task=head.task,
            department=head.department,
            opened_by=by,
            count=len(members),
            cycle=max(shared.cycle, 1),
            anchor=shared.begins,
            due=shared.cap if kind is WaitKind.VISIT else None,
            no_later=shared.cap,
            terms=visit_terms(clocks, head) if kind in VISITS_CLOCK else None,
            clock=shared.clock if inside_clock else None,
        )
        for visit in members:
            visit.wait = wait.id


def meet_waits(clocks: Clocks, kind: WaitKind, visits: Iterable[Visit], *, anchor: date) -> None:
    """Look up at once the waits that visits are in, and those that they go to inside their clock."""
    rows = list(visits)
    clocks.meet(
        {visit.wait for visit in rows if visit.wait is not None},
        {_key(kind, visit, _shared(kind, visit, anchor, inside_clock=True)) for visit in rows},
    )


class _Shared(NamedTuple):
    """What visits have in common that share a wait."""

    cap: date | None
    cycle: int
    begins: date
    clock: str | None


def _shared(kind: WaitKind, visit: Visit, anchor: date, *, inside_clock: bool) -> _Shared:
    return _Shared(
        cap=visit.last_day if kind is WaitKind.VISIT else visit.due_day if inside_clock else None,
        cycle=visit.cycle,
        begins=visit.clock_from or visit.completed_on or anchor if kind in VISITS_CLOCK else anchor,
        clock=visit.clock,
    )


def _key(kind: WaitKind, visit: Visit, shared: _Shared) -> str:
    # A clock that was moved by an act is moved for those who were in it, and for nobody else.
    apart = f"/{shared.clock}" if shared.clock else ""
    days = f"{shared.begins}/{shared.cap}/{shared.cycle}"
    return f"{visit.task}/{kind.value}/{visit.department}/{days}{apart}"


def visit_terms(clocks: Clocks, visit: Visit) -> Terms:
    """The clock of one checked subject: so many working days from the day of its check, or of the last one."""
    return Terms(
        visit.clock_from or visit.completed_on or clocks.today,
        visit.due_amount,
        Unit.WORKING_DAY,
        clocks.policies.clause(PolicyKey.ENTRY_DAYS, visit.department, plan_of(visit.task)),
    )


def withdraw(
    clocks: Clocks,
    part: TakingPart,
    visits: Sequence[Visit],
    *,
    by: str,
    to: VisitStage = VisitStage.WITHDRAWN,
) -> None:
    """Take visits back (replaced, drawn anew, or closed on a fact): they stay on record and count no more."""
    unmatched = sum(visit.stage is VisitStage.UNMATCHED for visit in visits)
    move(clocks, part, visits, VisitStage.UNMATCHED, by=by)
    for visit in visits:
        visit.stage = to
    part.subjects -= len(visits)
    release_officers(clocks, visits)
    if unmatched:
        key = f"{part.task}/match/{part.department}/{part.match_run}"
        clocks.settle_key(key, by=by, count=unmatched)


def release_officers(clocks: Clocks, visits: Sequence[Visit]) -> None:
    """The officers of these visits are free again; who they were stays on record."""
    ids = [visit.id for visit in visits]
    for assignment in clocks.session.exec(
        select(Assignment).where(col(Assignment.visit).in_(ids), col(Assignment.current).is_(True))
    ):
        assignment.current = False


def plan_visits(
    session: Session, part: TakingPart, act: int, subjects: Sequence[Subject], periods: Sequence[Period]
) -> None:
    """One visit a subject for a department, in the batch that its place in the drawn order falls into."""
    spans = batches(len(subjects), periods)
    for subject, (first_day, last_day) in zip(subjects, spans, strict=True):
        session.add(
            Visit(
                task=part.task,
                department=part.department,
                subject=subject.id,
                act=act,
                first_day=first_day,
                last_day=last_day,
            )
        )
    part.subjects += len(subjects)
    if part.match_run:
        part.match_asked = part.match_run + 1
    session.flush()


def batches(count: int, periods: Sequence[Period]) -> list[tuple[date, date]]:
    """The visit period of each place of the drawn order: the batches are slices of it by their shares."""
    spans: list[tuple[date, date]] = []
    share = 0
    for period in periods:
        share += period.share
        end = -(-count * share // 100)
        spans += [(period.first_day, period.last_day)] * (end - len(spans))
    return spans
