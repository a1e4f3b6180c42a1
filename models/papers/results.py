"""Papers of stages 6 and 7: results, approval, publication, corrections (录入、公示、更正)."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from models.papers.base import MAX_LINES, Hex32, Paper, Reason
from rules.results import Category, Method


class ProposedDisposal(BaseModel):
    """What the checking department proposes for a problem (处置意见)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    kind: str
    period_days: int | None = Field(default=None, ge=1, le=365)
    receiver: str | None = None
    outside: str = Field(default="", max_length=200)
    """The receiver of a transfer that takes no part in the system, by its name: a court, another county's organ."""
    owner: str | None = None
    """Who follows up, where the checker knows better than the rule."""
    also: tuple["ProposedDisposal", ...] = Field(default=(), max_length=6)
    """Further follow-ups of the same finding."""

    def stored(self) -> dict[str, Any]:
        """As it stands in a result's row."""
        made = self.model_dump(mode="json", exclude={"outside", "owner", "also"})
        if self.outside:
            made["outside"] = self.outside
        if self.owner is not None:
            made["owner"] = self.owner
        if self.also:
            made["also"] = [one.stored() for one in self.also]
        return made


class ResultLine(BaseModel):
    """The result of one item at one subject (检查结果)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    visit: str
    item: str
    categories: tuple[Category, ...] = ()
    finding: str = ""
    disposal: ProposedDisposal | None = None
    not_checked: str = Field(default="", max_length=2000)
    """Why the item was not checked: then it has no category."""
    method: Method | None = None
    """How the item was checked, where not as the visit."""


class SubmitResults(Paper):
    """Results of visits (录入检查结果); all items of a visit come together."""

    kind: ClassVar[str] = "result.submit"
    carries: ClassVar[str] = "lines"
    lines: tuple[ResultLine, ...] = Field(min_length=1, max_length=MAX_LINES)


class ApproveResults(Paper):
    """The unit approves the newest submission of visits (审批通过)."""

    kind: ClassVar[str] = "result.approve"
    carries: ClassVar[str] = "visits"
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)


class ReturnResults(Paper):
    """The unit returns the newest submission of visits (退回) with a reason."""

    kind: ClassVar[str] = "result.return"
    carries: ClassVar[str] = "visits"
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    reason: Reason


class CorrectResult(Paper):
    """Ask for the correction of a locked result (更正申请)."""

    kind: ClassVar[str] = "result.correct"
    result: str
    number: int = Field(ge=1)
    categories: tuple[Category, ...] = Field(min_length=1)
    finding: str = ""
    reason: Reason
    disposal: ProposedDisposal | None = None
    """What follows from the corrected finding; it begins when the head has signed."""
    completed_on: date | None = None
    """The day of the check, where it was recorded wrongly: the clock is reckoned from it anew."""


class SignCorrection(Paper):
    """The head signs a correction, or refuses it (主要负责人签字)."""

    kind: ClassVar[str] = "correction.sign"
    sign: bool = True
    reason: str = ""


class ProvePublication(Paper):
    """Proof that results stand on the department's own site or in media (公示证明)."""

    kind: ClassVar[str] = "publication.prove"
    carries: ClassVar[str] = "publications"
    publications: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    address: Reason
    published_on: date
    sha256: Hex32


class CorrectProof(Paper):
    """Another proof in the place of a wrong one (更正公示证明), by the head and with a reason; both stay."""

    kind: ClassVar[str] = "publication.prove_again"
    carries: ClassVar[str] = "publications"
    publications: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    address: Reason
    published_on: date
    sha256: Hex32
    reason: Reason


class VoidProof(Paper):
    """A proof that proves nothing is void (作废公示证明), by the head and with a reason; it is asked for again."""

    kind: ClassVar[str] = "publication.void"
    carries: ClassVar[str] = "publications"
    publications: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    reason: Reason


class ResendPublications(Paper):
    """Send rejected records again after what was wrong is put right (更正后重新报送), with a reason."""

    kind: ClassVar[str] = "publication.resend"
    carries: ClassVar[str] = "records"
    records: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    reason: Reason


class AmendRecord(Paper):
    """The head signs that fields of a rejected record are sent otherwise (更正报送字段); both values stay."""

    kind: ClassVar[str] = "publication.amend"
    record: str
    fields: dict[str, Annotated[str, Field(min_length=1, max_length=500)]] = Field(min_length=1, max_length=6)
    basis: Reason
    reason: Reason
