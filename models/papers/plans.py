"""Papers about a plan: read, answered, adopted, adjusted (计划)."""

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from models.papers.base import MAX_ROWS, Hex32, Paper, Reason, Round


class ImportPlan(Paper):
    """What was read of a plan notice (导入计划): a proposal until it is adopted."""

    kind: ClassVar[str] = "plan.import"
    document: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")]
    file_sha256: Hex32
    reading: dict[str, Any]
    rows: tuple[dict[str, Any], ...] = Field(min_length=1)


class AdoptPlan(Paper):
    """Adopt an imported plan (采用计划); its complete rows can be launched from then on.

    `no_number`: why the notice bears no 文号, where it bears none.
    """

    kind: ClassVar[str] = "plan.adopt"
    document: str
    no_number: Reason | None = None


class SetPlanField(Paper):
    """A person's word on one field of one row, or of the notice itself (核定字段)."""

    kind: ClassVar[str] = "plan.set"
    document: str
    seq: str
    field: str
    value: Any
    reason: Reason


class ConfirmPlanFields(Paper):
    """A person accepts a proposal, in all the rows where it is one and the same (确认提议)."""

    kind: ClassVar[str] = "plan.confirm"
    carries: ClassVar[str] = "seqs"
    document: str
    field: str
    value: Any
    seqs: tuple[str, ...] = Field(min_length=1, max_length=MAX_ROWS)


class PlanAnswer(BaseModel):
    """The answer to one open question of a plan: a value, or the proposal accepted."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    seq: str
    field: str
    value: Any
    accepted: bool = False
    reason: Reason


class AnswerPlan(Paper):
    """Answers to many open questions of a plan at once (答复待定问题)."""

    kind: ClassVar[str] = "plan.answer"
    carries: ClassVar[str] = "answers"
    document: str
    answers: tuple[PlanAnswer, ...] = Field(min_length=1, max_length=12 * MAX_ROWS)


class AdjustedRow(BaseModel):
    """A row as an adjustment leaves it; without `seq` a new one. Fields that are absent stay as they are."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    seq: str | None = None
    line: int = 0
    region: str = ""
    flags: tuple[str, ...] = ()
    fields: dict[str, dict[str, Any]]


class AdjustPlan(Paper):
    """Adjust an adopted plan (调整、增、减) on a written application and its approval.

    `notice` holds the notice's own fields where a whole plan was issued anew.
    """

    kind: ClassVar[str] = "plan.adjust"
    document: str
    number: Reason
    approval: Reason
    reason: Reason
    file_sha256: str = ""
    notice: dict[str, Any] = Field(default_factory=dict)
    changed: tuple[AdjustedRow, ...] = Field(default=(), max_length=MAX_ROWS)
    removed: tuple[str, ...] = Field(default=(), max_length=MAX_ROWS)

    @property
    def count(self) -> int:
        """Its rows."""
        return len(self.changed) + len(self.removed)


class OmitRound(Paper):
    """The coordinating office records that a round is not carried out (登记未实施)."""

    kind: ClassVar[str] = "plan.omit"
    document: str
    seq: str
    round: Round = 1
    number: Reason
    reason: Reason
