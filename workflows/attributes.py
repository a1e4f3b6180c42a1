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
)
from rules.calendar import TZ
from workflows import projection


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


def exchange_standing(progress: ExchangeProgress) -> Standing:
    """The standing of an office's exchange: since when only where it stands still, for else it changes each round."""
    if progress.away:
        stage, stuck = PLATFORM_AWAY, True
    elif progress.rejected:
        stage, stuck = "有退回待更正", True
    else:
        stage, stuck = "与省平台交换", False
    return Standing(
        office=progress.office,
        plan="",
        stage=stage,
        waiting_on=tuple(sorted({one.name for one in progress.rejected_of})),
        waiting_for="更正后重新报送" if progress.rejected else "",
        level=0,
        due=None,
        since=progress.since and progress.since.astimezone(TZ) if stuck else None,
    )


def standing(*, office: str, plan: str = "", stage: str, waits: Sequence[WaitLine], level: int) -> Standing:
    """The standing of a workflow with these open waits."""
    return Standing(
        office=office,
        plan=plan,
        stage=stage,
        waiting_on=tuple(projection.waiting_on(waits)),
        waiting_for=projection.waiting_for(waits),
        level=level,
        due=projection.earliest_due(waits),
        since=projection.waiting_since(waits),
    )
