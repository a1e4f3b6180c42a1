"""Papers of stage 5: checks, what was found of the subject, evidence, commissioned reports (实施检查)."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from models.papers.base import MAX_LINES, Hex32, Paper, Reason
from rules.results import Method, Signature, SubjectFact


class VisitLine(BaseModel):
    """One completed check (检查登记): a subject, its day, how, and the officers present by certificate number."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    visit: str
    completed_on: date
    method: Method = Method.ON_SITE
    officers: tuple[str, ...] = Field(min_length=2)
    facts: dict[str, Any] = Field(default_factory=dict)
    opinion: str = Field(default="", max_length=2000)
    """The subject's own words on the check's record."""
    signature: Signature | None = None
    witness: str = ""
    """Who saw that the subject refused to sign, or was absent."""


class RecordVisits(Paper):
    """Completion of checks (登记检查完成), per subject and department."""

    kind: ClassVar[str] = "visit.record"
    carries: ClassVar[str] = "lines"
    lines: tuple[VisitLine, ...] = Field(min_length=1, max_length=MAX_LINES)


class EvidenceLine(BaseModel):
    """A file by its hash (证据): the store keeps its content, the paper what it is."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    visit: str
    item: str = ""
    evidence: str = "record"
    sha256: Hex32
    name: Annotated[str, Field(min_length=1, max_length=255)]
    media_type: str
    size: int = Field(ge=1)
    source: str = ""


class AddEvidence(Paper):
    """Evidence for results that are not locked yet (登记证据)."""

    kind: ClassVar[str] = "evidence.add"
    carries: ClassVar[str] = "lines"
    lines: tuple[EvidenceLine, ...] = Field(min_length=1, max_length=MAX_LINES)


class Letter(BaseModel):
    """A registered letter to the registered address (专用信函): its number, when sent, when it came back."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    number: Reason
    sent_on: date
    returned_on: date | None = None


class RecordFact(Paper):
    """A fact about the subject, as its own kind of record (登记对象情况)."""

    kind: ClassVar[str] = "visit.fact"
    visit: str
    fact: SubjectFact
    found_on: date
    source: Reason
    letters: tuple[Letter, ...] = Field(default=(), max_length=2)


class CloseVisits(Paper):
    """The unit closes visits without results on a recorded fact (因对象情况终止检查)."""

    kind: ClassVar[str] = "visit.close"
    carries: ClassVar[str] = "visits"
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    reason: Reason


class RetractFacts(Paper):
    """Ask to take back facts that were recorded wrongly (撤回对象情况); a visit closed on them alone is reopened."""

    kind: ClassVar[str] = "fact.retract"
    visit: str
    number: int = Field(ge=1)
    facts: tuple[str, ...] = Field(min_length=1, max_length=20)
    first_day: date | None = None
    last_day: date | None = None
    """The period of a check that was never made, where the planned one is over."""
    reason: Reason


class RetractEvidence(Paper):
    """Ask to take back evidence of a wrong subject, or that must not be kept (撤回证据)."""

    kind: ClassVar[str] = "evidence.retract"
    visit: str
    number: int = Field(ge=1)
    evidence: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    erase: bool = False
    """Whether the content itself must not be kept."""
    reason: Reason


class OpenCommission(Paper):
    """A test or audit is given to an institution (委托专业机构)."""

    kind: ClassVar[str] = "commission.open"
    visit: str
    item: str
    institution: Reason
    qualification: Reason
    due_on: date


class ReportCommission(Paper):
    """The institution's report has come, or why there will be none (收到报告)."""

    kind: ClassVar[str] = "commission.report"
    commission: str
    reported_on: date
    conclusion: Reason
    evidence: str | None = None
