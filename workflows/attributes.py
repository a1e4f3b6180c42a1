"""What the search attributes of a workflow say of its standing: whom it waits for, since and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from models.messages import ExchangeProgress, WaitLine
from models.search_attributes import (
    DUE,
    ESCALATION,
    OFFICE,
    PLAN,
    SINCE,
    STAGE,
    WAITING_FOR,
    WAITING_ON,
    listed_due,
)
from rules.calendar import TZ
from rules.waits import WaitKind


@dataclass(frozen=True)
class Standing:
    """The attributes of one moment; nobody waited for and nothing due are empty, not left as they were."""

    office: str
    plan: str
    stage: str
    waiting_on: tuple[str, ...]
    waiting_for: str
    level: int
    due: datetime | None
    since: datetime | None

    def updates(self) -> list[SearchAttributeUpdate[Any]]:
        """The updates that make a workflow show this standing."""
        return [
            OFFICE.value_set(self.office),
            PLAN.value_set(self.plan),
            STAGE.value_set(self.stage),
            WAITING_ON.value_set(list(self.waiting_on)),
            WAITING_FOR.value_set(self.waiting_for),
            ESCALATION.value_set(self.level),
            DUE.value_unset() if self.due is None else DUE.value_set(self.due),
            SINCE.value_unset() if self.since is None else SINCE.value_set(self.since),
        ]


class Shown:
    """What a workflow shows; only what differs is written, for each writing is an event of its history."""

    def __init__(self) -> None:
        self._standing: Standing | None = None

    def show(self, standing: Standing) -> None:
        """Show this standing from now on."""
        if standing != self._standing:
            self._standing = standing
            workflow.upsert_search_attributes(standing.updates())


PLATFORM_AWAY = "省平台连接不上"
OPERATORS = "运维"
"""Who must act where no department can."""


def exchange_standing(progress: ExchangeProgress) -> Standing:
    """The standing of an office's exchange: since when only where it stands still, for else it changes each round."""
    on, what, since = tuple(sorted({one.name for one in progress.rejected_of})), "", None
    stage = "与省平台交换"
    if progress.rejected:
        stage, what = "有退回待更正", "更正后重新报送"
        since = min((one.since for one in progress.rejected_of if one.since), default=progress.since)
    if progress.away:
        stage, what, since = PLATFORM_AWAY, "恢复与省平台的连接", progress.since
        on = (OPERATORS, *on)
    return Standing(
        office=progress.office,
        plan="",
        stage=stage,
        waiting_on=on,
        waiting_for=what,
        level=0,
        due=None,
        since=since and _to_the_second(since),
    )


def standing(
    *, office: str, plan: str = "", stage: str, waits: Sequence[WaitLine], level: int, else_for: str = ""
) -> Standing:
    """The standing of a workflow with these open waits; where there are none, what it waits for else."""
    return Standing(
        office=office,
        plan=plan,
        stage=stage,
        waiting_on=tuple(waiting_on(waits)),
        waiting_for=waiting_for(waits) or else_for,
        level=level,
        due=earliest_due(waits),
        since=waiting_since(waits),
    )


def waiting_on(waits: Sequence[WaitLine]) -> list[str]:
    """The departments waited for, each once, as people call them: operators search for these words."""
    return sorted({wait.name or wait.department for wait in waits})


def waiting_for(waits: Sequence[WaitLine]) -> str:
    """What is waited for most urgently, in the words of the trade."""
    return WaitKind(waits[0].kind).label if waits else ""


def earliest_due(waits: Sequence[WaitLine]) -> datetime | None:
    """The earliest due moment of the waits shown, as a search attribute."""
    due = min((wait.due for wait in waits if wait.due is not None), default=None)
    return due and listed_due(due)


def waiting_since(waits: Sequence[WaitLine]) -> datetime | None:
    """Since when the most urgent wait is open, to the second, in Beijing time."""
    return _to_the_second(waits[0].since) if waits else None


def _to_the_second(at: datetime) -> datetime:
    return at.astimezone(TZ).replace(microsecond=0)
