"""Papers of stages 1 and 2: a task is started, proposed, confirmed, offered and claimed (发起、通知领取)."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from models.papers.base import Hex32, Paper, Reason, Round
from rules.scope import ScopeFilter


class DrawnAbove(BaseModel):
    """A list drawn by the level above (上级抽取名单), as received: whose, under what number, with its draw record's hash."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    issuer: Reason
    number: Reason
    drawn_on: date
    record_sha256: Hex32
    file_sha256: Hex32
    codes: tuple[str, ...] = Field(min_length=1, max_length=20_000)


class StartTask(Paper):
    """Start a joint task from an adopted row (发起任务), where the level above draws from its list."""

    kind: ClassVar[str] = "task.start"
    document: str
    seq: str
    round: Round = 1
    received: DrawnAbove | None = None


class ApproveLaunch(Paper):
    """The coordinating office approves a launch outside the row's window (批准窗口外发起)."""

    kind: ClassVar[str] = "launch.approve"
    document: str
    seq: str
    round: Round = 1
    number: Reason
    reason: Reason


class CancelTask(Paper):
    """Cancel a task (撤销任务) by order of the coordinating office; nothing is deleted."""

    kind: ClassVar[str] = "task.cancel"
    approval_number: Reason
    reason: Reason


class AcceptClaim(Paper):
    """Claim the task (领取任务)."""

    kind: ClassVar[str] = "claim.accept"


class DeclineClaim(Paper):
    """Decline the task with a reason (拒领)."""

    kind: ClassVar[str] = "claim.decline"
    reason: Reason


class ReofferClaim(Paper):
    """The coordinating office offers a declined task again (再次交办)."""

    kind: ClassVar[str] = "claim.reoffer"
    department: str
    reason: Reason


class ReleaseClaim(Paper):
    """The coordinating office releases a partner (免除配合)."""

    kind: ClassVar[str] = "claim.release"
    department: str
    reason: Reason


class ExtendClaim(Paper):
    """The coordinating office gives a partner more working days to claim (延长领取期限)."""

    kind: ClassVar[str] = "claim.extend"
    department: str
    days: int = Field(ge=1, le=20)
    reason: Reason


class ProposeScope(Paper):
    """The row's prose as a filter (提出抽查范围)."""

    kind: ClassVar[str] = "scope.propose"
    filter: ScopeFilter


class ProposeItems(Paper):
    """Each department's check items by code (提出抽查事项)."""

    kind: ClassVar[str] = "items.propose"
    items: dict[str, tuple[str, ...]]


class Period(BaseModel):
    """A batch's visit period (检查时段), both days included, and its share of the drawn order in per cent."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    first_day: date
    last_day: date
    share: int = Field(default=100, ge=1, le=100)


class ProposePeriods(Paper):
    """The visit period of each batch (提出检查时段); the shares add up to 100."""

    kind: ClassVar[str] = "periods.propose"
    periods: tuple[Period, ...] = Field(min_length=1, max_length=12)


class ConfirmAspect(Paper):
    """A second person confirms what was proposed, by its hash (复核确认)."""

    kind: ClassVar[str] = "aspect.confirm"
    aspect: str
    sha256: Hex32
