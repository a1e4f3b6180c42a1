"""Papers of stage 3: commitments, draw acts, links (抽取对象)."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.papers.base import MAX_LINES, ActNumber, Hex32, Paper, Reason
from rules.draw_record import Kind as DrawKind


class CommitSecret(Paper):
    """A department's commitment for the task's draws (提交承诺值).

    With keep="service" the service makes, seals and opens the secret for it; no secret travels.
    """

    kind: ClassVar[str] = "draw.commit"
    commitment: Hex32 | None = None
    keep: Literal["department", "service"] = "department"

    @model_validator(mode="after")
    def _one_keeper(self) -> "CommitSecret":
        if (self.commitment is None) == (self.keep == "department"):
            raise ValueError("自行保管秘密的须附承诺值；由系统保管的不附")
        return self


class PublicSource(BaseModel):
    """A value that nobody knows yet (公共随机值): which lottery or beacon round, where and how it will stand.

    `length` is the number of its digits and letters: only these are mixed in.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=500)]
    length: Annotated[int, Field(ge=1, le=256)]


class RequestDraw(Paper):
    """Ask for a draw act (申请抽取).

    `ceiling` and `recent` say what becomes of subjects drawn beyond their yearly ceiling, or visited
    lately by another task; `leave_out` maps codes to the written approval that leaves them out, and
    `unclassified` is the approval of drawing market entities without a class where the notice wants all classed.
    """

    kind: ClassVar[str] = "draw.request"
    act: DrawKind = DrawKind.FIRST
    reason: Reason
    replaces: tuple[str, ...] = ()
    size: int | None = Field(default=None, ge=1)
    evidence: str = ""
    public: PublicSource | None = None
    ceiling: Literal["exclude", "keep"] | None = None
    recent: Literal["exclude", "keep"] | None = None
    leave_out: dict[str, Reason] = Field(default_factory=dict, max_length=MAX_LINES)
    unclassified: Reason | None = None


class ApproveDraw(Paper):
    """Approve a draw act before it is fixed and hashed (批准抽取)."""

    kind: ClassVar[str] = "draw.approve"
    act: ActNumber = 1


class RefuseDraw(Paper):
    """Refuse a draw act that is not approved yet, or take one's own request back (不予批准、撤回)."""

    kind: ClassVar[str] = "draw.refuse"
    act: ActNumber = 1
    reason: Reason


class RevealLink(Paper):
    """Open the act's link of the department's hash chain (揭示)."""

    kind: ClassVar[str] = "draw.reveal"
    act: ActNumber = 1
    link: Hex32


class PublicValue(Paper):
    """The announced public value of an act, once it is known (公布公共随机值)."""

    kind: ClassVar[str] = "draw.public"
    act: int = 1
    value: Annotated[str, Field(min_length=1, max_length=500)]
