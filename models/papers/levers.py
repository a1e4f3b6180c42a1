"""Papers that move a wait's clock or its owner (中止、恢复、延期、改派、免办)."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from models.papers.base import OfTheWait, Paper, Reason
from rules.roles import Role


class SuspendClock(Paper):
    """A wait's clock stands still from a day on (中止期限), to a day where its end is known."""

    kind: ClassVar[str] = "clock.suspend"
    wait: str
    visits: OfTheWait = ()
    from_day: date
    to_day: date | None = None
    reason: Reason
    approval: Reason


class ResumeClock(Paper):
    """A suspended clock runs on from a day (恢复期限); that day counts again."""

    kind: ClassVar[str] = "clock.resume"
    wait: str
    visits: OfTheWait = ()
    runs_from: date
    reason: Reason
    approval: Reason


class ExtendWait(Paper):
    """A wait's period is longer by so many of its own units (延长期限)."""

    kind: ClassVar[str] = "clock.extend"
    wait: str
    visits: OfTheWait = ()
    amount: int = Field(ge=1, le=60)
    reason: Reason
    approval: Reason


class RequestClock(Paper):
    """The department asks that a wait's clock be suspended, resumed or extended (申请中止、恢复、延期)."""

    kind: ClassVar[str] = "clock.request"
    wait: str
    visits: OfTheWait = ()
    lever: Literal["suspend", "resume", "extend"]
    from_day: date | None = None
    to_day: date | None = None
    amount: int | None = Field(default=None, ge=1, le=60)
    reason: Reason

    @model_validator(mode="after")
    def _says_what(self) -> "RequestClock":
        if (self.lever == "extend") != (self.amount is not None):
            raise ValueError("申请延期须写明延长多少，其余申请不写")
        if (self.lever == "extend") == (self.from_day is not None):
            raise ValueError("申请中止、恢复须写明自何日起，申请延期不写")
        return self


class DecideClock(Paper):
    """Who may approve decides on what was asked (批准或不批准期限变动申请); `wait` is the decision's own."""

    kind: ClassVar[str] = "clock.decide"
    wait: str
    approve: bool
    number: str = ""
    reason: str = ""


class ReassignWait(Paper):
    """Another role of the department, or one named person of it, is reminded from now on (改派)."""

    kind: ClassVar[str] = "wait.reassign"
    wait: str
    role: Role | None = None
    person: str | None = None
    reason: Reason


class SkipWait(Paper):
    """The coordinating office orders that what is owed need not be done (免办)."""

    kind: ClassVar[str] = "wait.skip"
    wait: str
    reason: Reason
    approval: Reason
