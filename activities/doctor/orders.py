"""What a repair is ordered to do, and what it did (修复的指令和结果)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from activities import audit
from activities.doctor.lost_papers import LostPaper


@dataclass(frozen=True)
class Order:
    """Who orders a repair of what: `by` are the trail's actor, role and department, `office` whose trail tells of it.

    With `restored` everything that runs is ended first, for its memory is ahead of SQL; `restart` names single workflows.
    `since` is the moment of the backup; without it that of the last paper in SQL, which holds until somebody files again.
    """

    office: str
    by: audit.By
    restored: bool = False
    since: datetime | None = None
    restart: tuple[str, ...] = ()


@dataclass
class Mended:
    """What was done, by kind, with the subjects; and what a restored database has lost.

    `lost` are papers to be filed again; `gone` the workflows of tasks and rows that the database does not know any
    more: what began them (a plan's adoption, a launch) was ruled on without a workflow and stands in no history.
    """

    done: dict[str, list[str]] = field(default_factory=dict)
    lost: list[LostPaper] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def add(self, what: str, subjects: Iterable[str]) -> None:
        """Note what was done; nothing done leaves no trace."""
        if named := list(subjects):
            self.done.setdefault(what, []).extend(named)
