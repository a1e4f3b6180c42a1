"""Every kind of paper, with what it is answered in and out of its place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import col, select

from models.moving import MovedPart, MovedSubject
from models.outcomes import PublicationKind
from models.papers import (
    AcceptClaim,
    AddAlias,
    AddDepartment,
    AddDisposal,
    AddEvidence,
    AdjustedRow,
    AdjustPlan,
    AdoptPlan,
    AmendRecord,
    AnswerJointVisit,
    AnswerPlan,
    ApproveDraw,
    ApproveLaunch,
    ApproveResults,
    AttachAssistant,
    BorrowOfficer,
    CancelTask,
    CloseVisits,
    CommitSecret,
    ConfirmAspect,
    ConfirmPlanFields,
    ConfirmRegister,
    CorrectResult,
    DeclareRecusal,
    DeclineClaim,
    EvidenceLine,
    ExtendClaim,
    ExtendWait,
    IssueToken,
    LendOfficer,
    MatchAgain,
    MoveTaskIn,
    MoveUndrawnIn,
    OfferJointVisit,
    OmitRound,
    Paper,
    PlanAnswer,
    PostPerson,
    PostponeVisits,
    ProposedDisposal,
    ProvePublication,
    PublicValue,
    ReassignWait,
    ReceiptSummary,
    RecogniseResults,
    RecordFact,
    RecordVisits,
    RefuseDraw,
    ReleaseClaim,
    ReofferClaim,
    RequestDraw,
    ResendPublications,
    ResultLine,
    ResumeClock,
    ReturnResults,
    RevealLink,
    RevokeTokens,
    SetPlanField,
    SetPolicy,
    SignCorrection,
    SkipWait,
    StartTask,
    StepDisposal,
    SubmitReport,
    SubmitResults,
    SubmitSummary,
    SuspendClock,
    VisitLine,
    WidenAreas,
)
from models.plan import PlanDocument
from models.task import Aspect, Preparation
from models.trail import Wait
from rules.channel import Channel
from rules.disposal import DisposalKind
from rules.draw import commitment, link
from rules.policy import PolicyKey
from rules.recusal import RecusalGround
from rules.results import Category, SubjectFact
from rules.roles import Role
from rules.stages import Claim
from rules.waits import WaitKind
from tests.activities.calendars import a_calendar
from tests.activities.driver import Driver
from tests.activities.neighbours import BORROWED, OTHER
from tests.activities.scenes import (
    SECOND_DOCUMENT,
    annulment,
    commission_of,
    correction_target,
    decision_of,
    own_site_visit,
    proposals,
    referral_of,
    reply_of,
    report_of,
    request_of,
    second_plan,
    secret,
)
from tests.activities.world import NOBODY, OFFICE_TARGET, OUTSIDER, PARTS, SHA, item_of
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, THIRD, person, set_field, subject_code

AS_BEFORE = "Accepted"
"""A late paper that states again what is settled: answered, and nothing changes."""


@dataclass(frozen=True)
class Case:
    """One kind: where it is accepted, by whom, and the types of the refusals elsewhere.

    `early`, `late`: a scene and the type there; empty where the kind knows no stage. `closed`,
    `cancelled`: the type after the task's end; empty where the kind outlives the task.
    """

    scene: str
    by: tuple[str, Role]
    paper: Callable[[Driver], Paper]
    stranger: tuple[str, str] = ("", "")
    early: tuple[str, str] = ("", "")
    late: tuple[str, str] = ("", "")
    closed: str = "TaskClosed"
    cancelled: str = "TaskClosed"
    target: Callable[[Driver], str] = field(default=lambda driver: driver.target)


def _first(driver: Driver, department: str = SECOND) -> str:
    visits = driver.visits(department)
    return visits[0].id if visits else NOBODY


def _confirm(driver: Driver) -> Paper:
    rows = driver.read(
        lambda session: session.exec(
            select(Preparation.sha256).where(col(Preparation.aspect) == Aspect.SCOPE)
        ).all()
    )
    return ConfirmAspect(aspect=Aspect.SCOPE, sha256=rows[0] if rows else SHA)


def _record(driver: Driver) -> Paper:
    line = VisitLine(
        visit=_first(driver),
        completed_on=driver.today,
        officers=driver.officers(SECOND)[:2],
        facts={"n": "1"},
    )
    return RecordVisits(lines=(line,))


def _submit(driver: Driver) -> Paper:
    line = ResultLine(visit=_first(driver), item=item_of(SECOND), categories=(Category.NO_PROBLEM,))
    return SubmitResults(lines=(line,))


def _prove(driver: Driver) -> Paper:
    mine = [
        one.id
        for one in driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
        if one.department == SECOND
    ]
    return ProvePublication(
        publications=(mine[0],), address="https://example.invalid", published_on=driver.today, sha256=SHA
    )


def _sent(driver: Driver) -> str:
    mine = [one.id for one in driver.publications(PublicationKind.RESULT) if one.department == SECOND]
    return mine[0]


def _found(driver: Driver) -> str:
    return driver.result(own_site_visit(driver, SECOND)).id


def _evidence(driver: Driver) -> Paper:
    line = EvidenceLine(
        visit=_first(driver), sha256=SHA, name="现场.pdf", media_type="application/pdf", size=10
    )
    return AddEvidence(lines=(line,))


def _disposal(driver: Driver) -> str:
    mine = [one.id for one in driver.disposals() if one.owner == SECOND]
    return f"disposal/{mine[0] if mine else NOBODY}"


def _correct(driver: Driver) -> Paper:
    return CorrectResult(
        result=correction_target(driver).split("/")[1],
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="未公示许可信息",
        reason="录入遗漏",
    )


def _newest_plan(driver: Driver) -> str:
    """The plan that was imported in the play, else the one that was adopted before it."""
    known = driver.read(lambda session: session.get(PlanDocument, SECOND_DOCUMENT))
    return SECOND_DOCUMENT if known else DOCUMENT


def _policy(driver: Driver) -> Paper:
    return SetPolicy(key=PolicyKey.CLAIM_DAYS, value=3, clause="会议纪要", valid_from=driver.today)


def _post(driver: Driver) -> Paper:
    return PostPerson(
        person="p-new", name="新人", department=SECOND, role=Role.HANDLER, from_day=date(2026, 4, 1)
    )


def _moved(driver: Driver) -> Paper:
    """A task of an old portal, drawn yesterday, whose officers are matched here."""
    yesterday = driver.today - timedelta(days=1)
    return MoveTaskIn(
        row=2,
        portal="旧平台",
        number="OLD-7",
        file_sha256=SHA,
        document=DOCUMENT,
        seq="1",
        stage=4,
        opened_on=yesterday,
        drawn_on=yesterday,
        list_number="旧〔2026〕7号",
        record_sha256=SHA,
        first_day=driver.today,
        last_day=driver.today + timedelta(days=20),
        parts=tuple(
            MovedPart(row=2, department=one, claim=Claim.CLAIMED, items=(item_of(one),)) for one in PARTS
        ),
        subjects=tuple(MovedSubject(row=2 + number, code=subject_code(number)) for number in range(4)),
    )


def _moved_undrawn(driver: Driver) -> Paper:
    """A task of an old portal that nobody there has drawn: one partner claimed yesterday, the other did not."""
    yesterday = driver.today - timedelta(days=1)
    return MoveUndrawnIn(
        row=2,
        portal="旧平台",
        number="OLD-8",
        file_sha256=SHA,
        document=DOCUMENT,
        seq="1",
        stage=2,
        opened_on=yesterday,
        parts=tuple(
            MovedPart(
                row=2,
                department=one,
                claim=Claim.CLAIMED if one in (LEAD, SECOND) else Claim.NONE,
                claimed_on=yesterday if one == SECOND else None,
            )
            for one in PARTS
        ),
    )


def _wait(driver: Driver, kind: WaitKind = WaitKind.ENTRY, department: str = SECOND) -> str:
    statement = select(Wait.id).where(col(Wait.kind) == kind, col(Wait.department) == department)
    return driver.read(lambda session: session.exec(statement).first()) or NOBODY


_WINDOW = {"from_month": 3, "to_month": 10}
_DESK = (OFFICE_DESK, Role.OFFICE)
_SECOND_HEAD = (SECOND, Role.HEAD)
_NOT_THE_DESK = (OUTSIDER, "NotTheOffice")
_NO_PART = (OUTSIDER, "NotTakingPart")
_NOT_INITIATOR = (SECOND, "InitiatorOnly")


def _office(paper: Callable[[Driver], Paper], scene: str = "adopted", **fields: object) -> Case:
    """An act of the coordinating office that knows no task."""
    given: dict[str, object] = {"by": _DESK, "stranger": _NOT_THE_DESK, **fields}
    return Case(scene, paper=paper, closed="", cancelled="", target=lambda _: OFFICE_TARGET, **given)  # type: ignore[arg-type]  # the fields of a case


CASES: dict[str, Case] = {
    "task.start": _office(
        lambda driver: StartTask(document=_newest_plan(driver), seq="1"),
        by=(LEAD, Role.HANDLER),
        stranger=_NOT_INITIATOR,
        early=("imported", "RowNotAdopted"),
        late=("launched", "AlreadyLaunched"),
    ),
    "task.move_in": _office(_moved, late=("launched", "AlreadyLaunched")),
    "task.move_in_undrawn": _office(_moved_undrawn, late=("launched", "AlreadyLaunched")),
    "launch.approve": _office(
        lambda _: ApproveLaunch(document=DOCUMENT, seq="1", number="批1", reason="补充")
    ),
    "task.cancel": Case(
        "launched", _DESK, lambda _: CancelTask(approval_number="批1", reason="调整"), _NOT_THE_DESK
    ),
    "claim.accept": Case(
        "offered",
        (SECOND, Role.HANDLER),
        lambda _: AcceptClaim(),
        _NO_PART,
        ("launched", "ClaimNotOpen"),
        ("claimed", "ClaimNotOpen"),
    ),
    "claim.decline": Case(
        "offered",
        (SECOND, Role.HANDLER),
        lambda _: DeclineClaim(reason="人员紧张"),
        (LEAD, "InitiatorClaims"),
        ("launched", "ClaimNotOpen"),
        ("claimed", "ClaimNotOpen"),
    ),
    "claim.reoffer": Case(
        "declined",
        _DESK,
        lambda _: ReofferClaim(department=THIRD, reason="已协调"),
        _NOT_THE_DESK,
        ("offered", "ClaimNotOpen"),
        ("claimed", "WrongStage"),
    ),
    "claim.release": Case(
        "declined",
        _DESK,
        lambda _: ReleaseClaim(department=THIRD, reason="无此职责"),
        _NOT_THE_DESK,
        ("prepared", "ClaimNotOpen"),
        ("claimed", "WrongStage"),
    ),
    "claim.extend": Case(
        "offered",
        _DESK,
        lambda _: ExtendClaim(department=THIRD, days=3, reason="汛期"),
        _NOT_THE_DESK,
        ("prepared", "ClaimNotOpen"),
        ("claimed", "WrongStage"),
    ),
    "scope.propose": Case(
        "launched",
        (LEAD, Role.HANDLER),
        lambda driver: proposals(driver)[Aspect.SCOPE],
        _NOT_INITIATOR,
        late=("requested", "AlreadyFrozen"),
    ),
    "items.propose": Case(
        "launched",
        (LEAD, Role.HANDLER),
        lambda driver: proposals(driver)[Aspect.ITEMS],
        _NOT_INITIATOR,
        late=("requested", "AlreadyFrozen"),
    ),
    "periods.propose": Case(
        "launched",
        (LEAD, Role.HANDLER),
        lambda driver: proposals(driver)[Aspect.PERIODS],
        _NOT_INITIATOR,
        late=("requested", "AlreadyFrozen"),
    ),
    "aspect.confirm": Case(
        "proposed",
        (LEAD, Role.APPROVER),
        _confirm,
        _NOT_INITIATOR,
        ("launched", "ProposalChanged"),
        ("requested", "AlreadyFrozen"),
    ),
    "draw.commit": Case(
        "claimed",
        (SECOND, Role.HANDLER),
        lambda _: CommitSecret(commitment=commitment(secret(SECOND))),
        _NO_PART,
        ("offered", "WrongStage"),
        ("drawn", "WrongStage"),
    ),
    "draw.request": Case(
        "claimed",
        (LEAD, Role.HANDLER),
        lambda _: RequestDraw(reason="按计划"),
        _NOT_INITIATOR,
        ("offered", "WrongStage"),
        ("fixed", "AlreadyRequested"),
    ),
    "draw.approve": Case(
        "requested",
        (LEAD, Role.APPROVER),
        lambda _: ApproveDraw(),
        _NOT_INITIATOR,
        ("claimed", "NothingToApprove"),
        ("fixed", AS_BEFORE),
    ),
    "draw.refuse": Case(
        "requested",
        (LEAD, Role.APPROVER),
        lambda _: RefuseDraw(reason="范围有误"),
        _NOT_INITIATOR,
        ("claimed", "NothingToApprove"),
        ("fixed", "AlreadyApproved"),
    ),
    "draw.reveal": Case(
        "fixed",
        (SECOND, Role.HANDLER),
        lambda _: RevealLink(link=link(secret(SECOND), 1)),
        (OUTSIDER, "NotCommitted"),
        ("requested", "NotFixed"),
        ("drawn", AS_BEFORE),
    ),
    "draw.public": Case(
        "announced",
        _DESK,
        lambda _: PublicValue(value="01 02 03 04 05 06+07"),
        _NOT_THE_DESK,
        ("fixed", "NothingAnnounced"),
        ("drawn", "NothingAnnounced"),
    ),
    "officer.borrow": Case(
        "short",
        (SECOND, Role.APPROVER),
        lambda _: BorrowOfficer(officer=BORROWED, reason="人员不足"),
        _NO_PART,
        ("fixed", "NothingToMatch"),
        ("visited", "NothingToMatch"),
    ),
    "officer.recuse": Case(
        "matched",
        (SECOND, Role.APPROVER),
        lambda driver: DeclareRecusal(
            officer=driver.officers(SECOND)[0],
            subjects=(driver.subject(driver.visits(SECOND)[0]).code,),
            ground=RecusalGround.KINSHIP,
            reason="近亲属任职",
        ),
        _NO_PART,
    ),
    "officer.lend": Case(
        "asked",
        (THIRD, Role.APPROVER),
        lambda _: LendOfficer(officer=BORROWED, lend=True, reason="可以支援"),
        (LEAD, "NothingAsked"),
        ("short", "NothingAsked"),
    ),
    "joint.offer": Case(
        "overlapping",
        (SECOND, Role.HANDLER),
        lambda driver: OfferJointVisit(visit=_first(driver), task=OTHER, department=THIRD, reason="同一对象"),
        (THIRD, "VisitUnknown"),
        ("matched", "NoOverlap"),
        ("visited", "VisitStage"),
    ),
    "joint.answer": Case(
        "offered_joint",
        (SECOND, Role.APPROVER),
        lambda driver: AnswerJointVisit(visit=_first(driver), join=True, reason="一次上门"),
        (THIRD, "VisitUnknown"),
        ("overlapping", "NothingOffered"),
        ("visited", "VisitStage"),
    ),
    "visit.recognise": Case(
        "checked_elsewhere",
        (SECOND, Role.APPROVER),
        lambda driver: RecogniseResults(visit=_first(driver), recognise=True, reason="结果在有效期内"),
        (THIRD, "VisitUnknown"),
        ("matched", "NothingToRecognise"),
        ("visited", "VisitStage"),
    ),
    "assistant.attach": Case(
        "matched",
        (SECOND, Role.HANDLER),
        lambda _: AttachAssistant(name="测专家", specialty="锅炉", item=item_of(SECOND), reason="专业性强"),
        _NO_PART,
        ("fixed", "WrongStage"),
        ("visited", "WrongStage"),
    ),
    "match.widen": Case(
        "short",
        (SECOND, Role.APPROVER),
        lambda _: WidenAreas(reason="人员不足"),
        _NO_PART,
        ("fixed", "NothingToMatch"),
        ("visited", "NothingToMatch"),
    ),
    "match.again": Case(
        "short",
        (SECOND, Role.HANDLER),
        lambda _: MatchAgain(reason="已补充执法人员"),
        _NO_PART,
        ("fixed", "NothingToMatch"),
        ("visited", "NothingToMatch"),
    ),
    "visit.postpone": Case(
        "matched",
        (SECOND, Role.APPROVER),
        lambda driver: PostponeVisits(
            visits=(_first(driver),),
            first_day=driver.today + timedelta(days=7),
            last_day=driver.today + timedelta(days=14),
            reason="学校放假",
        ),
        (THIRD, "VisitUnknown"),
        ("fixed", "VisitUnknown"),
        ("visited", "VisitStage"),
    ),
    "visit.record": Case(
        "matched",
        (SECOND, Role.OFFICER),
        _record,
        (THIRD, "VisitUnknown"),
        ("drawn", "VisitStage"),
        ("visited", "VisitStage"),
    ),
    "result.submit": Case(
        "visited",
        (SECOND, Role.OFFICER),
        _submit,
        (THIRD, "VisitUnknown"),
        ("matched", "VisitStage"),
        ("submitted", "VisitStage"),
    ),
    "result.approve": Case(
        "submitted",
        (SECOND, Role.APPROVER),
        lambda driver: ApproveResults(visits=(_first(driver),)),
        (THIRD, "VisitUnknown"),
        ("visited", "VisitStage"),
        ("approved", "VisitStage"),
    ),
    "result.return": Case(
        "submitted",
        (SECOND, Role.APPROVER),
        lambda driver: ReturnResults(visits=(_first(driver),), reason="附件不全"),
        (THIRD, "VisitUnknown"),
        ("visited", "VisitStage"),
        ("approved", "VisitStage"),
    ),
    "publication.prove": Case(
        "receipted",
        (SECOND, Role.HANDLER),
        _prove,
        (THIRD, "PublicationUnknown"),
        ("approved", "NotEntered"),
        ("published", AS_BEFORE),
    ),
    "publication.resend": Case(
        "rejected",
        (SECOND, Role.HANDLER),
        lambda driver: ResendPublications(records=(_sent(driver),), reason="代码已更正"),
        (THIRD, "PublicationUnknown"),
        ("approved", "NotRejected"),
        ("published", "AlreadyEntered"),
        closed="AlreadyEntered",
        cancelled="AlreadyEntered",
    ),
    "publication.amend": Case(
        "rejected",
        _SECOND_HEAD,
        lambda driver: AmendRecord(
            record=_sent(driver),
            fields={"subject_name": "更名后的学校"},
            basis="登记机关核准更名通知",
            reason="名称已变更",
        ),
        (THIRD, "PublicationUnknown"),
        ("approved", "NotRejected"),
        ("published", "AlreadyEntered"),
        closed="AlreadyEntered",
        cancelled="AlreadyEntered",
    ),
    "evidence.add": Case(
        "visited",
        (SECOND, Role.OFFICER),
        _evidence,
        (THIRD, "VisitUnknown"),
        ("matched", "VisitStage"),
        ("submitted", "VisitStage"),
    ),
    "visit.fact": Case(
        "matched",
        (SECOND, Role.OFFICER),
        lambda driver: RecordFact(
            visit=_first(driver), fact=SubjectFact.MOVED_AWAY, found_on=driver.today, source="现场核实"
        ),
        (THIRD, "VisitUnknown"),
        ("fixed", "VisitUnknown"),
        ("submitted", "VisitStage"),
    ),
    "visit.close": Case(
        "found_gone",
        (SECOND, Role.APPROVER),
        lambda driver: CloseVisits(visits=(_first(driver),), reason="已注销，无法检查"),
        (THIRD, "VisitUnknown"),
        ("matched", "FactMissing"),
        ("submitted", "VisitStage"),
    ),
    "commission.open": Case(
        "visited",
        (SECOND, Role.HANDLER),
        commission_of,
        (THIRD, "VisitUnknown"),
        ("matched", "VisitStage"),
        ("submitted", "VisitStage"),
    ),
    "commission.report": Case(
        "commissioned",
        (SECOND, Role.HANDLER),
        report_of,
        (THIRD, "CommissionUnknown"),
        ("visited", "CommissionUnknown"),
        ("reported", "AlreadyReported"),
    ),
    "disposal.add": Case(
        "approved",
        (SECOND, Role.HEAD),
        lambda driver: AddDisposal(
            result=_found(driver), disposal=ProposedDisposal(kind=DisposalKind.CASE), reason="情节较重"
        ),
        (THIRD, "NotOwnResult"),
        ("submitted", "NotLocked"),
        closed="",
    ),
    "referral.make": Case(
        "approved",
        (SECOND, Role.HANDLER),
        referral_of,
        (THIRD, "ResultUnknown"),
        ("submitted", "NotLocked"),
        closed="",
    ),
    "disposal.annul": Case(
        "disposed",
        (SECOND, Role.HANDLER),
        annulment,
        (THIRD, "NotDisposalOwner"),
        ("outcome", "NotPublished"),
        ("annulled", "AlreadyAnnulled"),
        closed="",
        cancelled="",
        target=_disposal,
    ),
    "disposal.step": Case(
        "approved",
        (SECOND, Role.HANDLER),
        lambda driver: StepDisposal(step="recheck_passed", on=driver.today),
        (THIRD, "NotDisposalOwner"),
        ("submitted", "CaseUnknown"),
        ("outcome", "DisposalStepOutOfOrder"),
        closed="DisposalStepOutOfOrder",
        cancelled="",
        target=_disposal,
    ),
    "result.correct": Case(
        "published",
        (THIRD, Role.HANDLER),
        _correct,
        (SECOND, "NotOwnResult"),
        ("submitted", "NotLocked"),
        ("corrected", "CorrectionNumber"),
        closed="",
        cancelled="",
        target=correction_target,
    ),
    "correction.sign": Case(
        "corrected",
        (THIRD, Role.HEAD),
        lambda _: SignCorrection(),
        (SECOND, "NotOwnResult"),
        ("published", "CorrectionUnknown"),
        ("signed", "AlreadyDecided"),
        closed="",
        cancelled="",
        target=correction_target,
    ),
    "summary.submit": Case(
        "published",
        (SECOND, Role.HANDLER),
        lambda _: SubmitSummary(),
        _NO_PART,
        ("receipted", "SummaryNotDue"),
        ("summed", "AlreadySubmitted"),
    ),
    "summary.receipt": Case(
        "summed",
        _DESK,
        lambda _: ReceiptSummary(department=SECOND),
        _NOT_THE_DESK,
        ("published", "SummaryNotSubmitted"),
        ("signed_for", AS_BEFORE),
    ),
    "report.yearly": _office(
        lambda driver: SubmitReport(document=DOCUMENT, number="牵头局〔2026〕9号", sent_on=driver.today),
        "desk",
        by=(LEAD, Role.HANDLER),
        stranger=(OUTSIDER, "ReportNotDue"),
        early=("adopted", "ReportNotDue"),
    ),
    "register.confirm": _office(
        lambda _: ConfirmRegister(directory="subjects"), by=(LEAD, Role.KEEPER), stranger=("", "")
    ),
    "policy.set": _office(_policy),
    "plan.import": _office(lambda _: second_plan()),
    "plan.set": _office(
        lambda driver: SetPlanField(
            document=_newest_plan(driver),
            seq="1",
            field="scope",
            value="全县学校（不含高校）",
            reason="核对原文",
        ),
        "imported",
        early=("adopted", "RowAdopted"),
        late=("both_adopted", "RowAdopted"),
    ),
    "plan.confirm": _office(
        lambda driver: ConfirmPlanFields(
            document=_newest_plan(driver), field="window", value=_WINDOW, seqs=("2",)
        ),
        "imported",
        early=("adopted", "RowUnknown"),
    ),
    "plan.answer": _office(
        lambda driver: AnswerPlan(
            document=_newest_plan(driver),
            answers=(
                PlanAnswer(seq="2", field="window", value=_WINDOW, accepted=True, reason="同意"),
                PlanAnswer(seq="2", field="ratio", value={"percent": "5"}, reason="电话核实"),
            ),
        ),
        "imported",
        early=("adopted", "RowUnknown"),
    ),
    "plan.adjust": _office(
        lambda driver: AdjustPlan(
            document=_newest_plan(driver),
            number="牵头局〔2026〕3号",
            approval="测批〔2026〕1号",
            reason="扩大比例",
            changed=(AdjustedRow(seq="1", fields={"ratio": set_field({"percent": "50"})}),),
        ),
        early=("imported", "PlanNotAdopted"),
    ),
    "plan.omit": _office(
        lambda _: OmitRound(document=DOCUMENT, seq="1", round=1, number="测批〔2026〕2号", reason="并入专项"),
        late=("launched", "AlreadyLaunched"),
    ),
    "alias.add": _office(lambda _: AddAlias(alias="牵头管理局", department=LEAD)),
    "department.add": _office(lambda _: AddDepartment(code="new", name="新设局", aliases=("新局",))),
    "plan.adopt": _office(
        lambda _: AdoptPlan(document=SECOND_DOCUMENT),
        "imported",
        early=("adopted", "PlanUnknown"),
        late=("both_adopted", AS_BEFORE),
    ),
    "person.post": _office(_post),
    "person.token": _office(
        lambda driver: IssueToken(
            person=person(LEAD, Role.HANDLER), sha256=SHA, expires_on=driver.today + timedelta(days=90)
        )
    ),
    "person.revoke": _office(lambda _: RevokeTokens(person=person(LEAD, Role.HANDLER), reason="离职")),
    "clock.suspend": Case(
        "visited",
        _SECOND_HEAD,
        lambda driver: SuspendClock(
            wait=_wait(driver), from_day=driver.today, reason="等待鉴定结论", approval="批1"
        ),
        (THIRD, "NotOwnWait"),
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.resume": Case(
        "suspended",
        _SECOND_HEAD,
        lambda driver: ResumeClock(
            wait=_wait(driver), runs_from=driver.today + timedelta(days=1), reason="结论已到", approval="批2"
        ),
        (THIRD, "NotOwnWait"),
        ("visited", "NotSuspended"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.extend": Case(
        "visited",
        _DESK,
        lambda driver: ExtendWait(wait=_wait(driver), amount=5, reason="对象停业整顿", approval="批3"),
        _NOT_THE_DESK,
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.request": Case(
        "visited",
        (SECOND, Role.HANDLER),
        request_of,
        (THIRD, "NotOwnWait"),
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "clock.decide": Case(
        "clock asked",
        _SECOND_HEAD,
        decision_of,
        (THIRD, "NotOwnWait"),
        ("visited", "WaitUnknown"),
        ("decided", "WaitClosed"),
        closed="WaitUnknown",
        cancelled="WaitUnknown",
    ),
    "referral.answer": Case(
        "referred",
        (SECOND, Role.HANDLER),
        reply_of,
        (THIRD, "ReferralUnknown"),
        ("approved", "ReferralUnknown"),
        ("replied", "AlreadyAnswered"),
        closed="ReferralUnknown",
    ),
    "wait.reassign": Case(
        "visited",
        _SECOND_HEAD,
        lambda driver: ReassignWait(wait=_wait(driver), role=Role.HANDLER, reason="执法人员请假"),
        (THIRD, "NotOwnWait"),
        ("matched", "WaitUnknown"),
        ("submitted", "WaitClosed"),
        closed="WaitClosed",
        cancelled="WaitClosed",
    ),
    "wait.skip": _office(
        lambda driver: SkipWait(
            wait=_wait(driver, WaitKind.YEARLY_REPORT, LEAD), reason="并入市级报告", approval="批4"
        ),
        "desk",
        early=("adopted", "WaitUnknown"),
    ),
    "calendar.load": _office(lambda _: a_calendar(2027)),
}
