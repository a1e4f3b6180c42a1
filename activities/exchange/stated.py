"""When what the platform tells was: clocks stop at the moment that it states, not when it is read (回执所载时间)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Mapped
from sqlmodel import col, func, select

from activities.clocks.waits import Clocks
from models.outcomes import Publication, PublicationKind
from models.task import Visit


def ended_at(
    clocks: Clocks, visits: Sequence[Visit], stated: Mapping[str, datetime], fact: Mapped[datetime | None]
) -> dict[str, datetime]:
    """When the last of each wait's facts was: those at hand, and those that came in answers before.

    A courier may bring the later answer first.
    """
    groups: dict[str, list[Visit]] = {}
    for visit in visits:
        if visit.wait is not None:
            groups.setdefault(visit.wait, []).append(visit)
    ended = {}
    for wait in clocks.waits(groups):
        members = groups[wait.id]
        head, last = members[0], max(stated[one.id] for one in members)
        if wait.open <= len(members) < wait.total:
            earlier = clocks.session.exec(
                select(func.max(fact))
                .join(Visit, col(Visit.id) == col(Publication.visit))
                .where(
                    col(Publication.kind) == PublicationKind.RESULT,
                    col(Visit.task) == head.task,
                    col(Visit.department) == head.department,
                    col(Visit.cycle) == head.cycle,
                    col(Visit.due_day) == head.due_day,
                    col(Visit.clock).is_not_distinct_from(head.clock),
                )
            ).one()
            last = max(last, earlier or last)
        ended[wait.id] = min(last, clocks.now)
    return ended
