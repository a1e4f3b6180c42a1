"""Papers of stage 8 and the summaries (后续处置、汇总上报)."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from models.papers.base import Hex32, Paper, Reason, SummaryNumber
from models.papers.results import ProposedDisposal


class StepDisposal(Paper):
    """A step of a disposal (处置进展)."""

    kind: ClassVar[str] = "disposal.step"
    step: str
    on: date
    note: str = ""
    outcome: str | None = None
    receiver: str | None = None
    """To whom it is handed over, or sent anew after a return."""
    outside: str = Field(default="", max_length=200)
    """Sent anew to a body outside the system, by its name."""
    days: int | None = Field(default=None, ge=1, le=365)
    """By how many days it is extended, where that is the head's to say."""


class AnnulDecision(Paper):
    """A published decision has fallen: its publication is withdrawn (撤回公示)."""

    kind: ClassVar[str] = "disposal.annul"
    authority: Reason
    document: Reason
    decided_on: date
    reason: Reason


class AddDisposal(Paper):
    """A further follow-up of an approved finding (追加处置)."""

    kind: ClassVar[str] = "disposal.add"
    result: str
    disposal: ProposedDisposal
    reason: Reason


class ReferDishonesty(Paper):
    """A dishonest act is handed on to 联合惩戒 (移交联合惩戒)."""

    kind: ClassVar[str] = "referral.make"
    result: str
    act: Reason
    basis: Reason
    authority: Reason
    referred_on: date


class AnswerReferral(Paper):
    """What the receiver of a referral answered: accepted, returned, or what came of it (移交的答复)."""

    kind: ClassVar[str] = "referral.answer"
    referral: str
    reply: Literal["accepted", "returned", "outcome"]
    replied_on: date
    document: Reason
    note: str = Field(default="", max_length=2000)


class SubmitSummary(Paper):
    """A department submits its summary table (报送汇总表)."""

    kind: ClassVar[str] = "summary.submit"
    number: SummaryNumber = 1


class ReceiptSummary(Paper):
    """The coordinating office receipts a summary table (签收汇总表)."""

    kind: ClassVar[str] = "summary.receipt"
    department: str
    number: SummaryNumber = 1


class SubmitReport(Paper):
    """The yearly report was sent to the addressee of the notice (报送全年工作情况和抽查数据).

    `file_sha256` is of the text that a person completed; `internal` are the figures of the
    department's own draws that the system does not know. `supplement` is sent after the date.
    """

    kind: ClassVar[str] = "report.yearly"
    document: str
    number: Reason
    sent_on: date
    file_sha256: Hex32 | None = None
    internal: dict[str, int] = Field(default_factory=dict)
    supplement: bool = False
