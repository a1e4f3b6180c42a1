"""The papers that people file, by kind (文书). Pure pydantic: the engine never sees their content."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.moving import MovedDisposal, MovedPart, MovedResult, MovedSubject, MovedVisit, Word
from rules.calendar import DayKind
from rules.draw_record import Kind as DrawKind
from rules.results import Category, Method, Signature, SubjectFact
from rules.roles import Role
from rules.scope import ScopeFilter

MAX_LINES = 200
"""A paper that carries lines takes 1 to 200: more would outgrow one transaction and one message."""

MAX_ROWS = 2000
"""Rows of a plan in one paper: a whole plan issued anew comes in one piece."""

Reason = Annotated[str, Field(min_length=1, max_length=2000)]
# Bounded, for a number that no column can hold would be neither ruled on nor refused.
Round = Annotated[int, Field(ge=1, le=366)]
ActNumber = Annotated[int, Field(ge=1, le=1000)]
SummaryNumber = Annotated[int, Field(ge=1, le=1000)]
OfTheWait = Annotated[tuple[str, ...], Field(max_length=MAX_LINES)]
"""Some of the visits under a wait, where an act is about them alone; empty for all of it."""
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Paper(BaseModel):
    """The content of a submission. Unknown fields are refused: a misspelt one would be lost silently."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]

    @property
    def count(self) -> int:
        """How many lines the paper carries."""
        return 1

    @property
    def visits_named(self) -> tuple[str, ...]:
        """The visits that it is about, by id, where it names them: they are looked up together."""
        return ()


class DrawnAbove(BaseModel):
    """A list drawn by the level above, as received: whose, under what number, with its draw record's hash."""

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
    """A batch's visit period, both days included, and its share of the drawn order in per cent."""

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
    """A value that nobody knows yet (公共随机值): which lottery or beacon round, and where it will stand."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=500)]


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


class BorrowOfficer(Paper):
    """Ask for an officer of another body for the task's match (借调人员).

    A body of the same office answers by message. The level above is another office, whose persons do
    not act here: there the `number` of its written consent is what exists.
    """

    kind: ClassVar[str] = "officer.borrow"
    officer: str
    number: Annotated[str, Field(max_length=2000)] = ""
    reason: Reason


class LendOfficer(Paper):
    """The lending body's answer to the requests for one of its officers in a task (同意或不同意借调)."""

    kind: ClassVar[str] = "officer.lend"
    officer: str
    lend: bool
    reason: Reason


class WidenAreas(Paper):
    """Let the department's officers check outside their areas in this task (扩大负责区域).

    `areas` empty means the whole territory.
    """

    kind: ClassVar[str] = "match.widen"
    areas: tuple[str, ...] = ()
    reason: Reason


class AttachAssistant(Paper):
    """Attach an expert or helper to an item that needs one (专家、辅助人员): they assist, and never count.

    `expert` is the number in the experts' register, empty for a helper who stands in none.
    """

    kind: ClassVar[str] = "assistant.attach"
    name: Annotated[str, Field(min_length=1, max_length=50)]
    specialty: Annotated[str, Field(min_length=1, max_length=100)]
    item: str
    expert: str = ""
    reason: Reason


class OfferJointVisit(Paper):
    """Offer another running task that has drawn the same subject to come together (进一次门，查多项事).

    The other visit would take the period of this one.
    """

    kind: ClassVar[str] = "joint.offer"
    visit: str
    task: str
    department: str
    reason: Reason


class AnswerJointVisit(Paper):
    """The answer to the joint visits offered for a visit of one's own (是否合并上门)."""

    kind: ClassVar[str] = "joint.answer"
    visit: str
    join: bool
    reason: Reason


class RecogniseResults(Paper):
    """Take unexpired results of other departments instead of a check, or check all the same (结果互认)."""

    kind: ClassVar[str] = "visit.recognise"
    visit: str
    recognise: bool
    reason: Reason


class MatchAgain(Paper):
    """Match again after the registers changed (重新匹配): what is unmatched, and the visits named."""

    kind: ClassVar[str] = "match.again"
    reason: Reason
    visits: tuple[str, ...] = Field(default=(), max_length=MAX_LINES)


class PostponeVisits(Paper):
    """Give visits another period (检查延期), with a reason; who can't come then is matched anew."""

    kind: ClassVar[str] = "visit.postpone"
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    first_day: date
    last_day: date
    reason: Reason

    @property
    def count(self) -> int:
        """Its visits."""
        return len(self.visits)


class VisitLine(BaseModel):
    """One completed check: a subject, its day, how, and the officers present by certificate number."""

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
    lines: tuple[VisitLine, ...] = Field(min_length=1, max_length=MAX_LINES)

    @property
    def count(self) -> int:
        """Its lines."""
        return len(self.lines)

    @property
    def visits_named(self) -> tuple[str, ...]:
        """The visits of its lines."""
        return tuple(line.visit for line in self.lines)


class ProposedDisposal(BaseModel):
    """What the checking department proposes for a problem (处置意见)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    kind: str
    period_days: int | None = Field(default=None, ge=1, le=365)
    receiver: str | None = None
    owner: str | None = None
    """Who follows up, where the checker knows better than the rule."""
    also: tuple["ProposedDisposal", ...] = Field(default=(), max_length=6)
    """Further follow-ups of the same finding."""

    def stored(self) -> dict[str, Any]:
        """As it stands in a result's row."""
        made = self.model_dump(mode="json", exclude={"owner", "also"})
        if self.owner is not None:
            made["owner"] = self.owner
        if self.also:
            made["also"] = [one.stored() for one in self.also]
        return made


class ResultLine(BaseModel):
    """The result of one item at one subject."""

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
    lines: tuple[ResultLine, ...] = Field(min_length=1, max_length=MAX_LINES)

    @property
    def count(self) -> int:
        """Its lines."""
        return len(self.lines)

    @property
    def visits_named(self) -> tuple[str, ...]:
        """The visits of its lines."""
        return tuple(line.visit for line in self.lines)


class ApproveResults(Paper):
    """The unit approves the newest submission of visits (审批通过)."""

    kind: ClassVar[str] = "result.approve"
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)

    @property
    def count(self) -> int:
        """Its visits."""
        return len(self.visits)

    @property
    def visits_named(self) -> tuple[str, ...]:
        """Its visits."""
        return self.visits


class ReturnResults(Paper):
    """The unit returns the newest submission of visits (退回) with a reason."""

    kind: ClassVar[str] = "result.return"
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    reason: Reason

    @property
    def count(self) -> int:
        """Its visits."""
        return len(self.visits)

    @property
    def visits_named(self) -> tuple[str, ...]:
        """Its visits."""
        return self.visits


class ProvePublication(Paper):
    """Proof that results stand on the department's own site or in media (公示证明)."""

    kind: ClassVar[str] = "publication.prove"
    publications: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    address: Reason
    published_on: date
    sha256: Hex32

    @property
    def count(self) -> int:
        """Its publications."""
        return len(self.publications)


class ResendPublications(Paper):
    """Send rejected records again after what was wrong is put right (更正后重新报送), with a reason."""

    kind: ClassVar[str] = "publication.resend"
    records: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    reason: Reason

    @property
    def count(self) -> int:
        """Its records."""
        return len(self.records)


class AmendRecord(Paper):
    """The head signs that fields of a rejected record are sent otherwise (更正报送字段); both values stay."""

    kind: ClassVar[str] = "publication.amend"
    record: str
    fields: dict[str, Annotated[str, Field(min_length=1, max_length=500)]] = Field(min_length=1, max_length=6)
    basis: Reason
    reason: Reason


class EvidenceLine(BaseModel):
    """A file by its hash: the store keeps its content, the paper what it is."""

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
    lines: tuple[EvidenceLine, ...] = Field(min_length=1, max_length=MAX_LINES)

    @property
    def count(self) -> int:
        """Its files."""
        return len(self.lines)


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
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    reason: Reason

    @property
    def count(self) -> int:
        """Its visits."""
        return len(self.visits)


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


class StepDisposal(Paper):
    """A step of a disposal (处置进展)."""

    kind: ClassVar[str] = "disposal.step"
    step: str
    on: date
    note: str = ""
    outcome: str | None = None
    receiver: str | None = None
    """To whom it is handed over."""


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


class ConfirmRegister(Paper):
    """A keeper confirms that a register is up to date (确认名录库)."""

    kind: ClassVar[str] = "register.confirm"
    directory: str


class SetPolicy(Paper):
    """Set a policy value with the clause it comes from (设定规则); `plan`: for the tasks of this plan alone."""

    kind: ClassVar[str] = "policy.set"
    key: str
    value: Any
    clause: Reason
    valid_from: date
    department: str = ""
    plan: str = ""


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
    document: str
    field: str
    value: Any
    seqs: tuple[str, ...] = Field(min_length=1, max_length=MAX_ROWS)

    @property
    def count(self) -> int:
        """Its rows."""
        return len(self.seqs)


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
    document: str
    answers: tuple[PlanAnswer, ...] = Field(min_length=1, max_length=12 * MAX_ROWS)

    @property
    def count(self) -> int:
        """Its answers."""
        return len(self.answers)


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


class AddAlias(Paper):
    """A name under which notices call a department (登记别名)."""

    kind: ClassVar[str] = "alias.add"
    alias: Reason
    department: str


class AddDepartment(Paper):
    """A department that the office did not know yet (登记新部门)."""

    kind: ClassVar[str] = "department.add"
    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
    name: Reason
    aliases: tuple[str, ...] = ()


class PostPerson(Paper):
    """Give a person a role in a department for a period (任职), or as a substitute (代理)."""

    kind: ClassVar[str] = "person.post"
    person: str
    name: str
    department: str
    role: str
    from_day: date
    to_day: date | None = None
    acting_for: str | None = None


class IssueToken(Paper):
    """A new personal token: its hash and expiry (发放令牌)."""

    kind: ClassVar[str] = "person.token"
    person: str
    sha256: Hex32
    expires_on: date


class RevokeTokens(Paper):
    """Revoke all tokens of a person (吊销令牌)."""

    kind: ClassVar[str] = "person.revoke"
    person: str
    reason: Reason


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


class CalendarLine(BaseModel):
    """A day that is not what its weekday says, in the words of the notice."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    day: date
    kind: DayKind
    name: str = ""


class LoadCalendar(Paper):
    """A year's holidays and make-up days as the State Council has published them (录入工作日历)."""

    kind: ClassVar[str] = "calendar.load"
    year: int = Field(ge=2008, le=2100)
    document: Reason
    days: tuple[CalendarLine, ...] = Field(min_length=1, max_length=MAX_LINES)

    @property
    def count(self) -> int:
        """Its days."""
        return len(self.days)


class MoveTaskIn(Paper):
    """A drawn task of an old portal goes on here (移入任务): what is stated of it, with the hash of its workbook.

    `number` is the task's number there, `stage` where it should stand here; the draw cannot be verified.
    """

    kind: ClassVar[str] = "task.move_in"
    row: int
    portal: Word
    number: Word
    file_sha256: Hex32
    document: str
    seq: str
    round: Round = 1
    stage: int = Field(ge=4, le=8)
    opened_on: date
    drawn_on: date
    list_number: Word
    record_sha256: Hex32
    first_day: date
    last_day: date
    parts: tuple[MovedPart, ...] = Field(min_length=1, max_length=50)
    subjects: tuple[MovedSubject, ...] = Field(min_length=1, max_length=5000)
    visits: tuple[MovedVisit, ...] = Field(default=(), max_length=20_000)
    results: tuple[MovedResult, ...] = Field(default=(), max_length=50_000)
    disposals: tuple[MovedDisposal, ...] = Field(default=(), max_length=5000)

    @property
    def count(self) -> int:
        """Its subjects."""
        return len(self.subjects)


PAPERS: dict[str, type[Paper]] = {paper.kind: paper for paper in Paper.__subclasses__()}
