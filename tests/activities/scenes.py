"""The scenes of a task's life, each from the one before it; a copy of any of them in one call."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from activities.desk.notices import desk_id
from activities.exchange.facts import record_facts
from activities.exchange.publishing import scope_of
from activities.steps.desk import DeskActivities
from adapters.exchange import Fact
from models.evidence import Commission, Evidence, SubjectFinding
from models.messages import TaskStep
from models.outcomes import PublicationKind, Referral
from models.papers import (
    AcceptClaim,
    AddEvidence,
    AdoptPlan,
    AnnulDecision,
    AnswerReferral,
    ApproveDraw,
    ApproveLaunch,
    ApproveResults,
    CancelTask,
    CloseVisits,
    CommitSecret,
    ConfirmAspect,
    CorrectResult,
    DecideClock,
    DeclineClaim,
    EvidenceLine,
    ImportPlan,
    OpenCommission,
    Paper,
    Period,
    ProposedDisposal,
    ProposeItems,
    ProposePeriods,
    ProposeScope,
    ProvePublication,
    PublicSource,
    ReceiptSummary,
    RecordFact,
    RecordVisits,
    ReferDishonesty,
    ReportCommission,
    RequestClock,
    RequestDraw,
    ResultLine,
    RetractEvidence,
    RetractFacts,
    RevealLink,
    SignCorrection,
    StartTask,
    StepDisposal,
    SubmitResults,
    SubmitSummary,
    SuspendClock,
    VisitLine,
)
from models.registers import Officer
from models.task import Aspect, Visit
from models.trail import Wait
from rules.channel import Channel
from rules.disposal import DisposalKind
from rules.draw_commitments import commitment, link
from rules.results import Category, SubjectFact
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.stages import VisitStage
from rules.waits import WaitKind
from tests.activities import neighbours
from tests.activities.driver import Driver
from tests.activities.world import NOBODY, OFFICE_TARGET, PARTS, SHA, TASK, item_of
from tests.builders import DOCUMENT, LEAD, OFFICE, OFFICE_DESK, SECOND, THIRD, read_field, row_fields

SECOND_DOCUMENT = "test-2026-b"


def secret(department: str, task: str = TASK) -> bytes:
    """A department's secret, from its name and, but for the usual one, the task's: tests repeat."""
    return hashlib.sha256((department if task == TASK else f"{task} {department}").encode()).digest()


def proposals(driver: Driver) -> dict[Aspect, Paper]:
    """What the initiator proposes for each aspect."""
    return {
        Aspect.SCOPE: ProposeScope(filter=ScopeFilter(kinds=("学校",))),
        Aspect.ITEMS: ProposeItems(items={department: (item_of(department),) for department in PARTS}),
        Aspect.PERIODS: ProposePeriods(
            periods=(Period(first_day=driver.today, last_day=driver.today + timedelta(days=20)),)
        ),
    }


def own_site_visit(driver: Driver, department: str, place: int = 0) -> Visit:
    """The n-th visit of a department whose subject is not a market entity."""
    return [v for v in driver.visits(department) if driver.subject(v).credit_class is None][place]


def result_line(driver: Driver, visit: Visit) -> ResultLine:
    """What is found: two problems with disposals (SECOND, LEAD), one subject without such business (THIRD)."""
    category, finding, disposal = Category.NO_PROBLEM, "", None
    if visit.id == own_site_visit(driver, SECOND).id:
        category, finding = Category.RECTIFICATION_ORDERED, "台账不全"
        disposal = ProposedDisposal(kind=DisposalKind.RECTIFY, period_days=10)
    elif visit.id == own_site_visit(driver, LEAD, 1).id:
        category, finding = Category.PENDING, "属协同局职责"
        disposal = ProposedDisposal(kind=DisposalKind.TRANSFER, receiver=THIRD)
    elif visit.id == driver.visits(THIRD)[0].id:
        category = Category.NO_ACTIVITY
    item = item_of(visit.department)
    return ResultLine(visit=visit.id, item=item, categories=(category,), finding=finding, disposal=disposal)


def second_plan() -> ImportPlan:
    """Another plan of the office, as read."""
    reading = {
        "number": read_field("测〔2026〕9号"),
        "office": read_field("测试领导小组办公室"),
        "title": read_field("另一计划"),
        "year": read_field(2026),
        "date": read_field("2026-01-09"),
    }
    row: dict[str, Any] = {"seq": "1", "region": None, "line": 1, "flags": [], "fields": row_fields()}
    window = {**row["fields"]["window"], "status": "inferred", "why": "合并单元格"}
    doubtful = {**row, "seq": "2", "line": 2, "fields": {**row_fields(), "window": window}}
    return ImportPlan(document=SECOND_DOCUMENT, file_sha256=SHA, reading=reading, rows=(row, doubtful))


def imported(driver: Driver) -> None:
    """A second plan lies imported."""
    driver.act(OFFICE_DESK, Role.OFFICE, second_plan(), target=OFFICE_TARGET)


def both_adopted(driver: Driver) -> None:
    """The second plan is adopted too."""
    driver.act(OFFICE_DESK, Role.OFFICE, AdoptPlan(document=SECOND_DOCUMENT), target=OFFICE_TARGET)


def desk(driver: Driver) -> None:
    """The initiator's desk has opened the wait for its yearly report."""
    step = TaskStep(task=desk_id(LEAD, driver.today.year), department=LEAD, now=driver.now)
    DeskActivities(driver.database).tend_desk(step)


def launched(driver: Driver) -> None:
    """The row is launched."""
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=OFFICE_TARGET)


def proposed(driver: Driver) -> None:
    """Scope, items and periods are proposed, and nobody has confirmed them."""
    for paper in proposals(driver).values():
        driver.act(LEAD, Role.HANDLER, paper)


def prepared(driver: Driver) -> None:
    """Each aspect is proposed and confirmed by a second person."""
    for aspect, paper in proposals(driver).items():
        digest = driver.act(LEAD, Role.HANDLER, paper).data["sha256"]
        driver.act(LEAD, Role.APPROVER, ConfirmAspect(aspect=aspect, sha256=digest))


def offered(driver: Driver) -> None:
    """Both partners are offered the task."""
    driver.steps.offer_to_partners(driver.step())


def declined(driver: Driver) -> None:
    """One partner has claimed, the other declined."""
    driver.act(SECOND, Role.HANDLER, AcceptClaim())
    driver.act(THIRD, Role.HANDLER, DeclineClaim(reason="人员紧张"))


def claimed(driver: Driver) -> None:
    """Both partners have claimed."""
    driver.act(SECOND, Role.HANDLER, AcceptClaim())
    driver.act(THIRD, Role.HANDLER, AcceptClaim())


def requested(driver: Driver) -> None:
    """All have committed, the first draw is asked for."""
    for department in PARTS:
        paper = CommitSecret(commitment=commitment(secret(department, driver.task)))
        driver.act(department, Role.HANDLER, paper)
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划抽取"))


def fixed(driver: Driver) -> None:
    """The draw is approved, frozen and hashed."""
    driver.act(LEAD, Role.APPROVER, ApproveDraw())
    driver.steps.fix_draw(driver.step())


def revealed(driver: Driver) -> None:
    """All links are open."""
    for department in PARTS:
        driver.act(department, Role.HANDLER, RevealLink(link=link(secret(department, driver.task), 1)))


def drawn(driver: Driver) -> None:
    """All have revealed, the subjects are drawn."""
    revealed(driver)
    driver.steps.execute_draw(driver.step())


def announced(driver: Driver) -> None:
    """A public value was announced; all links are open, and the value is waited for."""
    for department in PARTS:
        paper = CommitSecret(commitment=commitment(secret(department, driver.task)))
        driver.act(department, Role.HANDLER, paper)
    source = PublicSource(name="双色球第2026045期", source="中国福彩网", length=14)
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划抽取", public=source))
    fixed(driver)
    for department in PARTS:
        driver.act(department, Role.HANDLER, RevealLink(link=link(secret(department, driver.task), 1)))


def matched(driver: Driver) -> None:
    """Each department's officers are matched."""
    for department in PARTS:
        driver.steps.match_officers(driver.step(department=department))


def short(driver: Driver) -> None:
    """The second department has lost its officers but one before the officers' files are frozen."""
    with driver.database.write() as session:
        rows = session.exec(select(Officer).where(col(Officer.department) == SECOND)).all()
        for officer in rows[1:]:
            officer.certificate_to = driver.today - timedelta(days=1)
    requested(driver)
    fixed(driver)
    drawn(driver)
    matched(driver)


def visited(driver: Driver) -> None:
    """Every check is completed."""
    for department in PARTS:
        officers = driver.officers(department)[:2]
        lines = [
            VisitLine(visit=visit.id, completed_on=driver.today, officers=officers)
            for visit in driver.visits(department, VisitStage.MATCHED)
        ]
        if lines:
            driver.act(department, Role.OFFICER, RecordVisits(lines=tuple(lines)))


def suspended(driver: Driver) -> None:
    """The second department's entry clock stands still."""
    statement = select(Wait.id).where(col(Wait.kind) == WaitKind.ENTRY, col(Wait.department) == SECOND)
    wait = driver.read(lambda session: session.exec(statement).one())
    paper = SuspendClock(wait=wait, from_day=driver.today, reason="等待鉴定", approval="批0")
    driver.act(SECOND, Role.HEAD, paper)


def entry_of_second(driver: Driver) -> str:
    """The wait for the second department's results; nobody's before there is one."""
    statement = select(Wait.id).where(col(Wait.kind) == WaitKind.ENTRY, col(Wait.department) == SECOND)
    return driver.read(lambda session: session.exec(statement).first()) or NOBODY


def request_of(driver: Driver) -> RequestClock:
    """The second department asks for a standstill from today."""
    wait = entry_of_second(driver)
    return RequestClock(wait=wait, lever="suspend", from_day=driver.today, reason="等待鉴定")


def asked(driver: Driver) -> None:
    """A standstill of the second department's entry clock is asked for, and nobody has decided."""
    driver.act(SECOND, Role.HANDLER, request_of(driver))


def decision_of(driver: Driver) -> DecideClock:
    """The approval of what was asked for."""
    statement = select(Wait.id).where(col(Wait.kind) == WaitKind.DECIDE_CLOCK)
    wait = driver.read(lambda session: session.exec(statement).first()) or NOBODY
    return DecideClock(wait=wait, approve=True, number="批7")


def decided(driver: Driver) -> None:
    """The head has approved it."""
    driver.act(SECOND, Role.HEAD, decision_of(driver))


def submitted(driver: Driver) -> None:
    """All results lie before the approvers."""
    for department in PARTS:
        visits = driver.visits(department, VisitStage.VISITED, VisitStage.RETURNED)
        lines = tuple(result_line(driver, visit) for visit in visits)
        if lines:
            driver.act(department, Role.OFFICER, SubmitResults(lines=lines))


def approved(driver: Driver) -> None:
    """All results are approved."""
    for department in PARTS:
        visits = tuple(visit.id for visit in driver.visits(department, VisitStage.SUBMITTED))
        if visits:
            driver.act(department, Role.APPROVER, ApproveResults(visits=visits))


def receipted(driver: Driver) -> None:
    """The platform has answered: national results are public, the others wait for proof."""
    driver.trade()


def proved(driver: Driver, kind: PublicationKind = PublicationKind.RESULT) -> None:
    """Proof of everything of a kind that departments publish themselves."""
    for one in driver.publications(kind, Channel.OWN_SITE):
        if one.published_at is None:
            paper = ProvePublication(
                publications=(one.id,),
                address="https://example.invalid",
                published_on=driver.today,
                sha256=SHA,
            )
            driver.act(one.department, Role.HANDLER, paper, target=scope_of(one))


def summed(driver: Driver) -> None:
    """Every summary that is due is submitted."""
    for one in driver.summaries():
        if one.submitted is None:
            driver.act(one.department, Role.HANDLER, SubmitSummary(number=one.number))


def signed_for(driver: Driver) -> None:
    """Every summary is receipted."""
    for one in driver.summaries():
        if one.receipted is None:
            paper = ReceiptSummary(department=one.department, number=one.number)
            driver.act(OFFICE_DESK, Role.OFFICE, paper)


def sent(driver: Driver) -> None:
    """The case that is another department's lies before it."""
    for one in driver.disposals():
        if one.kind is DisposalKind.TRANSFER:
            paper = StepDisposal(step="send", on=driver.today)
            driver.act(one.owner, Role.HANDLER, paper, target=f"disposal/{one.id}")


def outcome(driver: Driver) -> None:
    """Both disposals have come to their outcome, and the platform has receipted it."""
    for one in driver.disposals():
        if one.outcome is not None:
            continue
        steps = ["recheck_passed"] if one.kind is DisposalKind.RECTIFY else ["send", "acknowledge"]
        for step in steps:
            by = one.receiver if step == "acknowledge" else one.owner
            paper = StepDisposal(step=step, on=driver.today)
            driver.act(by or "", Role.HANDLER, paper, target=f"disposal/{one.id}")
    driver.trade()


def disposed(driver: Driver) -> None:
    """The outcomes of both disposals are public."""
    proved(driver, PublicationKind.DISPOSAL)


def closed(driver: Driver) -> None:
    """The supplements are submitted and receipted."""
    summed(driver)
    signed_for(driver)


def correction_target(driver: Driver) -> str:
    """The first correction of the third department's first own-site result."""
    return f"correction/{driver.result(own_site_visit(driver, THIRD, 1)).id}/1"


def corrected(driver: Driver) -> None:
    """A correction lies before the head."""
    target = correction_target(driver)
    paper = CorrectResult(
        result=target.split("/")[1],
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="未公示",
        reason="录入遗漏",
    )
    driver.act(THIRD, Role.HANDLER, paper, target=target)


def signed(driver: Driver) -> None:
    """The head has signed, and the platform has receipted the correction."""
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=correction_target(driver))
    driver.trade()


def cancelled(driver: Driver) -> None:
    """Cancelled by order."""
    driver.act(OFFICE_DESK, Role.OFFICE, CancelTask(approval_number="批1", reason="计划调整"))


def allowed_again(driver: Driver, number: str = "批2") -> None:
    """The coordinating office lets the cancelled round be launched again."""
    paper = ApproveLaunch(document=DOCUMENT, seq="1", number=number, reason="重新抽取")
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)


def rejected(driver: Driver) -> None:
    """The platform has rejected the first result of the second department by a field."""
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    first = next(one for one in driver.publications(PublicationKind.RESULT) if one.department == SECOND)
    fact = Fact(
        key=first.key, fact="rejected", at=driver.now, reason="代码不符", fields={"subject_code": "代码不符"}
    )
    with driver.database.write() as session:
        record_facts(session, OFFICE, [fact], driver.now)


def found_gone(driver: Driver) -> None:
    """The first subject of the second department is found deregistered."""
    paper = RecordFact(
        visit=driver.visits(SECOND)[0].id,
        fact=SubjectFact.DEREGISTERED,
        found_on=driver.today,
        source="登记机关注销公告",
    )
    driver.act(SECOND, Role.OFFICER, paper)


def closed_on_it(driver: Driver) -> None:
    """The unit has closed its visit."""
    paper = CloseVisits(visits=(driver.visits(SECOND)[0].id,), reason="已注销，无法检查")
    driver.act(SECOND, Role.APPROVER, paper)


def retraction_target(driver: Driver) -> str:
    """The first retraction of what lies behind the second department's first visit."""
    visits = driver.visits(SECOND)
    return f"correction/{visits[0].id if visits else NOBODY}/1"


def fact_retraction(driver: Driver) -> RetractFacts:
    """Taking back all that was found of that subject."""
    visit = driver.visits(SECOND)[0].id
    statement = select(SubjectFinding.id).where(col(SubjectFinding.visit) == visit)
    facts = driver.read(lambda session: session.exec(statement).all()) or (NOBODY,)
    return RetractFacts(visit=visit, number=1, facts=tuple(facts), reason="误认同名企业")


def retraction_asked(driver: Driver) -> None:
    """It lies before the head."""
    driver.act(SECOND, Role.OFFICER, fact_retraction(driver), target=retraction_target(driver))


def evidenced(driver: Driver) -> None:
    """A file lies behind the second department's first visit."""
    line = EvidenceLine(
        visit=driver.visits(SECOND)[0].id,
        sha256=SHA,
        name="现场.pdf",
        media_type="application/pdf",
        size=10,
    )
    driver.act(SECOND, Role.OFFICER, AddEvidence(lines=(line,)))


def evidence_retraction(driver: Driver, *, erase: bool = False) -> RetractEvidence:
    """Taking back all evidence of that visit."""
    visit = driver.visits(SECOND)[0].id
    statement = select(Evidence.id).where(col(Evidence.visit) == visit)
    found = driver.read(lambda session: session.exec(statement).all()) or (NOBODY,)
    return RetractEvidence(visit=visit, number=1, evidence=tuple(found), erase=erase, reason="拍的是另一户")


def evidence_asked(driver: Driver) -> None:
    """Its retraction lies before the head."""
    driver.act(SECOND, Role.OFFICER, evidence_retraction(driver), target=retraction_target(driver))


def commissioned(driver: Driver) -> None:
    """The first item of the second department's first subject is with an institution."""
    driver.act(SECOND, Role.HANDLER, commission_of(driver))


def commission_of(driver: Driver) -> OpenCommission:
    """A test of its one item, due in a week."""
    return OpenCommission(
        visit=driver.visits(SECOND)[0].id,
        item=item_of(SECOND),
        institution="某检测中心",
        qualification="CMA 140000000001",
        due_on=driver.today + timedelta(days=7),
    )


def report_of(driver: Driver) -> ReportCommission:
    """The report on the first commission that there is."""
    ids = driver.read(lambda session: session.exec(select(Commission.id)).all())
    return ReportCommission(
        commission=ids[0] if ids else NOBODY, reported_on=driver.today, conclusion="合格，报告编号J-1"
    )


def reported(driver: Driver) -> None:
    """Its report has come."""
    driver.act(SECOND, Role.HANDLER, report_of(driver))


def referral_of(driver: Driver) -> ReferDishonesty:
    """The second department's finding is handed on."""
    return ReferDishonesty(
        result=driver.result(own_site_visit(driver, SECOND)).id,
        act="提供虚假台账",
        basis="某办法第三条",
        authority="县联合惩戒办公室",
        referred_on=driver.today,
    )


def referred(driver: Driver) -> None:
    """A dishonest act is handed on to 联合惩戒, and nobody has answered."""
    driver.act(SECOND, Role.HANDLER, referral_of(driver))


def reply_of(driver: Driver) -> AnswerReferral:
    """What came of it."""
    ids = driver.read(lambda session: session.exec(select(Referral.id)).all())
    return AnswerReferral(
        referral=ids[0] if ids else NOBODY,
        reply="outcome",
        replied_on=driver.today,
        document="惩戒〔2026〕5号",
        note="列入失信名单",
    )


def replied(driver: Driver) -> None:
    """The receiver has said what came of it."""
    driver.act(SECOND, Role.HANDLER, reply_of(driver))


def annulment(driver: Driver) -> AnnulDecision:
    """What the authority above decided today."""
    return AnnulDecision(
        authority="县人民政府", document="复议〔2026〕1号", decided_on=driver.today, reason="决定被撤销"
    )


def annulled(driver: Driver) -> None:
    """The decision on the second department's disposal has fallen."""
    target = next(one.id for one in driver.disposals() if one.owner == SECOND)
    driver.act(SECOND, Role.HANDLER, annulment(driver), target=f"disposal/{target}")


@dataclass(frozen=True)
class Scene:
    """A scene and the one that it begins from."""

    begins: str
    play: Callable[[Driver], None]


SCENES: dict[str, Scene] = {
    "imported": Scene("adopted", imported),
    "both_adopted": Scene("imported", both_adopted),
    "desk": Scene("adopted", desk),
    "launched": Scene("adopted", launched),
    "proposed": Scene("launched", proposed),
    "prepared": Scene("launched", prepared),
    "offered": Scene("prepared", offered),
    "declined": Scene("offered", declined),
    "claimed": Scene("offered", claimed),
    "requested": Scene("claimed", requested),
    "fixed": Scene("requested", fixed),
    "drawn": Scene("fixed", drawn),
    "announced": Scene("claimed", announced),
    "matched": Scene("drawn", matched),
    "short": Scene("claimed", short),
    "asked": Scene("short", neighbours.asked),
    "overlapping": Scene("matched", neighbours.overlapping),
    "offered_joint": Scene("matched", neighbours.offered_joint),
    "checked_elsewhere": Scene("matched", neighbours.checked_elsewhere),
    "expert_lacking": Scene("drawn", neighbours.expert_lacking),
    "visited": Scene("matched", visited),
    "suspended": Scene("visited", suspended),
    "clock asked": Scene("visited", asked),
    "decided": Scene("clock asked", decided),
    "submitted": Scene("visited", submitted),
    "approved": Scene("submitted", approved),
    "receipted": Scene("approved", receipted),
    "published": Scene("receipted", proved),
    "summed": Scene("published", summed),
    "signed_for": Scene("summed", signed_for),
    "sent": Scene("published", sent),
    "outcome": Scene("signed_for", outcome),
    "disposed": Scene("outcome", disposed),
    "closed": Scene("disposed", closed),
    "corrected": Scene("published", corrected),
    "signed": Scene("corrected", signed),
    "cancelled": Scene("receipted", cancelled),
    "rejected": Scene("approved", rejected),
    "found_gone": Scene("matched", found_gone),
    "closed_on_it": Scene("found_gone", closed_on_it),
    "retraction_asked": Scene("closed_on_it", retraction_asked),
    "evidenced": Scene("visited", evidenced),
    "evidence_asked": Scene("evidenced", evidence_asked),
    "commissioned": Scene("visited", commissioned),
    "reported": Scene("commissioned", reported),
    "annulled": Scene("disposed", annulled),
    "referred": Scene("approved", referred),
    "replied": Scene("referred", replied),
}
"""After "adopted", where the plan's row waits to be launched; what is named twice forks there."""

OF_A_TASK = SCENES.keys() - {"imported", "both_adopted", "desk"}
"""The scenes in which the task has begun."""
