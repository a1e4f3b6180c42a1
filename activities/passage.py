"""A visit's passage from one state to the next, with the counters and waits that follow it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select

from activities.clocks import Clocks
from models.task import TakingPart, Visit
from models.trail import Wait
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
_COUNTERS = ("matched", "visited", "submitted", "approved", "receipted", "published")


def move(clocks: Clocks, part: TakingPart, visits: Sequence[Visit], to: VisitStage, *, by: str) -> None:
    """Bring visits of one part to a state: their waits are settled, the part's counters follow."""
    settled: dict[str, int] = defaultdict(int)
    for visit in visits:
        if visit.wait is not None:
            settled[visit.wait] += 1
        for place, counter in enumerate(_COUNTERS, start=1):
            before, after = _REACHED[visit.stage] >= place, _REACHED[to] >= place
            if before != after:
                setattr(part, counter, getattr(part, counter) + (1 if after else -1))
        visit.stage, visit.wait = to, None
    if settled:
        for wait in clocks.session.exec(select(Wait).where(col(Wait.id).in_(settled))):
            clocks.settle(wait, by=by, count=settled[wait.id])


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
    own 20 working days (高平 三: approval, entry and publication all lie inside them).
    """
    groups: dict[tuple[date | None, int], list[Visit]] = defaultdict(list)
    for visit in visits:
        cap = visit.last_day if kind is WaitKind.VISIT else visit.due_day if inside_clock else None
        groups[cap, visit.cycle].append(visit)
    for (cap, cycle), members in groups.items():
        head = members[0]
        fixed = kind in (WaitKind.VISIT, WaitKind.ENTRY, WaitKind.RECEIPT)
        wait = clocks.open(
            kind,
            key=f"{head.task}/{kind.value}/{head.department}/{anchor}/{cap}/{cycle}",
            scope=f"joint-task/{head.task}",
            task=head.task,
            department=head.department,
            opened_by=by,
            count=len(members),
            cycle=max(cycle, 1),
            anchor=anchor,
            due=cap if fixed else None,
            no_later=None if fixed else cap,
        )
        for visit in members:
            visit.wait = wait.id
