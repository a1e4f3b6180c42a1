"""No paper that its form admits stops a task: whatever stands in it, it is ruled on.

Anything but a refusal would leave the paper unanswered and, with it, all that are filed after it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.organisation import Posting
from models.papers import (
    AdoptPlan,
    ApproveDraw,
    ApproveLaunch,
    ConfirmAspect,
    ConfirmRegister,
    CorrectResult,
    DeclineClaim,
    ImportPlan,
    IssueToken,
    Paper,
    Period,
    PostPerson,
    PostponeVisits,
    ProposedDisposal,
    ProposeItems,
    ProposePeriods,
    ProposeScope,
    ProvePublication,
    ReceiptSummary,
    RecordVisits,
    ReleaseClaim,
    RequestDraw,
    ResultLine,
    RevealLink,
    RevokeTokens,
    SetPlanField,
    SetPolicy,
    StartTask,
    StepDisposal,
    SubmitReport,
    SubmitResults,
    SubmitSummary,
    VisitLine,
)
from models.trail import Outcome
from rules.draw_record import Kind
from rules.results import Category
from rules.roles import Role
from rules.scope import ScopeFilter
from tests.activities.cases import CASES
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import correction_target, second_plan
from tests.activities.world import ABROAD_DESK, NOBODY, OFFICE_TARGET, OUTSIDER, SHA, TRAIL, dump
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, THIRD, actor, person

FAR = 10**12
DAY = date(2026, 4, 1)


def lines(**change: Any) -> Callable[[Driver], Paper]:
    """A completion of the second department's first visit with something changed."""

    def make(driver: Driver) -> Paper:
        given = {
            "visit": driver.visits(SECOND)[0].id,
            "completed_on": driver.today,
            "officers": driver.officers(SECOND)[:2],
            **change,
        }
        return RecordVisits(lines=(VisitLine(**given),))

    return make


def result(**change: Any) -> Callable[[Driver], Paper]:
    """A result of the second department's first visit with something changed."""

    def make(driver: Driver) -> Paper:
        given = {
            "visit": driver.visits(SECOND)[0].id,
            "item": "second-1",
            "categories": (Category.PENDING,),
            "finding": "有问题",
            **change,
        }
        return SubmitResults(lines=(ResultLine(**given),))

    return make


def post(**change: Any) -> Callable[[Driver], Paper]:
    """A posting with something changed."""
    given = {
        "person": "p-new",
        "name": "新人",
        "department": SECOND,
        "role": "handler",
        "from_day": DAY,
        **change,
    }
    return lambda _: PostPerson(**given)


def proof(driver: Driver, on: date) -> Paper:
    """The proof that the case files, of another day."""
    return CASES["publication.prove"].paper(driver).model_copy(update={"published_on": on})


ODD: dict[str, tuple[str, str, Callable[[Driver], Paper]]] = {
    "no such round": (
        "task.start",
        "RoundNotPlanned",
        lambda _: StartTask(document=DOCUMENT, seq="1", round=2),
    ),
    "no such row": ("task.start", "RowUnknown", lambda _: StartTask(document="test-1", seq="9")),
    "no such row to approve": (
        "launch.approve",
        "RowUnknown",
        lambda _: ApproveLaunch(document="test-1", seq="9", number="批", reason="补"),
    ),
    "no such aspect": (
        "aspect.confirm",
        "AspectUnknown",
        lambda _: ConfirmAspect(aspect="colour", sha256=SHA),
    ),
    "no such partner": (
        "claim.release",
        "NotTakingPart",
        lambda _: ReleaseClaim(department="x", reason="无"),
    ),
    "the initiator released": (
        "claim.release",
        "InitiatorClaims",
        lambda _: ReleaseClaim(department=LEAD, reason="无"),
    ),
    "a scope of codes that are nobody's": (
        "scope.propose",
        "SubjectUnknown",
        lambda _: ProposeScope(filter=ScopeFilter(hand_picked=("91NOBODY",), reason="投诉集中")),
    ),
    "a scope of an unknown kind": (
        "scope.propose",
        "KindOfSubjectUnknown",
        lambda _: ProposeScope(filter=ScopeFilter(kinds=("学效",))),
    ),
    "a scope of an unknown class": (
        "scope.propose",
        "CreditClassUnknown",
        lambda _: ProposeScope(filter=ScopeFilter(credit_classes=("E",))),
    ),
    "a scope that selects nobody": (
        "scope.propose",
        "ScopeEmpty",
        lambda _: ProposeScope(filter=ScopeFilter(areas=("月球",))),
    ),
    "items of nobody": ("items.propose", "ItemsMissing", lambda _: ProposeItems(items={})),
    "items of a stranger": (
        "items.propose",
        "NotTakingPart",
        lambda _: ProposeItems(
            items={
                LEAD: ("lead-1",),
                SECOND: ("second-1",),
                THIRD: ("third-1",),
                OUTSIDER: ("x",),
            }
        ),
    ),
    "items of another department": (
        "items.propose",
        "ItemUnknown",
        lambda _: ProposeItems(items={LEAD: ("second-1",), SECOND: ("second-1",), THIRD: ("third-1",)}),
    ),
    "no item": (
        "items.propose",
        "ItemUnknown",
        lambda _: ProposeItems(items={LEAD: (), SECOND: ("second-1",), THIRD: ("third-1",)}),
    ),
    "shares below 100": (
        "periods.propose",
        "SharesWrong",
        lambda _: ProposePeriods(periods=(Period(first_day=DAY, last_day=DAY, share=99),)),
    ),
    "a period that ends before it begins": (
        "periods.propose",
        "PeriodReversed",
        lambda _: ProposePeriods(periods=(Period(first_day=DAY + timedelta(days=9), last_day=DAY),)),
    ),
    "a period that is over": (
        "periods.propose",
        "PeriodPast",
        lambda _: ProposePeriods(periods=(Period(first_day=date(2026, 1, 1), last_day=date(2026, 1, 9)),)),
    ),
    "no such act to approve": ("draw.approve", "NothingToApprove", lambda _: ApproveDraw(act=9)),
    "no such act to reveal": ("draw.reveal", "NotFixed", lambda _: RevealLink(act=65, link=SHA)),
    "a replacement before the first draw": (
        "draw.request",
        "WrongStage",
        lambda _: RequestDraw(act=Kind.REPLACEMENT, reason="注销", replaces=("XK",), evidence="通知"),
    ),
    "a check of tomorrow": (
        "visit.record",
        "CompletionInFuture",
        lines(completed_on=DAY + timedelta(days=1)),
    ),
    "a check before the launch": (
        "visit.record",
        "CompletionBeforeLaunch",
        lines(completed_on=DAY - timedelta(days=1)),
    ),
    "a check in the year 1 by nobody": (
        "visit.record",
        "CompletionBeforeLaunch",
        lines(completed_on=date.min, officers=("x", "y")),
    ),
    "one officer twice": (
        "visit.record",
        "TooFewOfficers",
        lines(officers=("ZF-second-000", "ZF-second-000")),
    ),
    "officers of another department": (
        "visit.record",
        "TooFewOfficers",
        lines(officers=("ZF-lead-000", "ZF-lead-001")),
    ),
    "no such visit": ("visit.record", "VisitUnknown", lines(visit=NOBODY)),
    "a period in the past": (
        "visit.postpone",
        "PeriodPast",
        lambda driver: PostponeVisits(
            visits=(driver.visits(SECOND)[0].id,), first_day=DAY, last_day=date(2026, 1, 1), reason="放假"
        ),
    ),
    "a period at the end of time": (
        "visit.postpone",
        "PeriodTooFar",
        lambda driver: PostponeVisits(
            visits=(driver.visits(SECOND)[0].id,), first_day=DAY, last_day=date.max, reason="放假"
        ),
    ),
    "a visit period at the end of time": (
        "periods.propose",
        "PeriodTooFar",
        lambda _: ProposePeriods(periods=(Period(first_day=DAY, last_day=date.max),)),
    ),
    "a token for ever": (
        "person.token",
        "ExpiryTooFar",
        lambda _: IssueToken(person=person(LEAD, Role.HANDLER), sha256=SHA, expires_on=date.max),
    ),
    "no such item": ("result.submit", "ItemsIncomplete", result(item="x")),
    "a problem without a finding": ("result.submit", "FindingMissing", result(finding=" ")),
    "no problem beside a problem": (
        "result.submit",
        "CategoryExclusive",
        result(categories=(Category.NO_PROBLEM, Category.PENDING)),
    ),
    "a disposal without a problem": (
        "result.submit",
        "DisposalWithoutProblem",
        result(categories=(Category.NO_ACTIVITY,), disposal=ProposedDisposal(kind="rectify")),
    ),
    "no such disposal": (
        "result.submit",
        "DisposalKindUnknown",
        result(disposal=ProposedDisposal(kind="shout")),
    ),
    "no such publication": (
        "publication.prove",
        "PublicationUnknown",
        lambda _: ProvePublication(publications=(NOBODY,), address="x", published_on=DAY, sha256=SHA),
    ),
    "a proof of tomorrow": (
        "publication.prove",
        "ProofInFuture",
        lambda driver: proof(driver, driver.today + timedelta(days=1)),
    ),
    "a proof before the approval": (
        "publication.prove",
        "ProofBeforeApproval",
        lambda driver: proof(driver, driver.today - timedelta(days=1)),
    ),
    "no such step": ("disposal.step", "DisposalStepUnknown", lambda _: StepDisposal(step="shout", on=DAY)),
    "a step of another kind": (
        "disposal.step",
        "DisposalStepOutOfOrder",
        lambda _: StepDisposal(step="acknowledge", on=DAY),
    ),
    "a step of tomorrow": (
        "disposal.step",
        "StepInFuture",
        lambda _: StepDisposal(step="recheck_passed", on=DAY + timedelta(days=1)),
    ),
    "an outcome that the state does not allow": (
        "disposal.step",
        "OutcomeNeeded",
        lambda _: StepDisposal(step="recheck_passed", on=DAY, outcome="penalty"),
    ),
    "a correction under another number": (
        "result.correct",
        "CaseUnknown",
        lambda driver: CorrectResult(
            result=correction_target(driver).split("/")[1],
            number=2,
            categories=(Category.PENDING,),
            finding="有问题",
            reason="漏",
        ),
    ),
    "a correction that changes nothing": (
        "result.correct",
        "NothingCorrected",
        lambda driver: CorrectResult(
            result=correction_target(driver).split("/")[1],
            number=1,
            categories=(Category.NO_PROBLEM,),
            reason="漏",
        ),
    ),
    "no such summary": ("summary.submit", "SummaryNotDue", lambda _: SubmitSummary(number=7)),
    "a summary of a stranger": (
        "summary.receipt",
        "NotTakingPart",
        lambda _: ReceiptSummary(department=OUTSIDER),
    ),
    "no such plan to report on": (
        "report.yearly",
        "ReportNotDue",
        lambda _: SubmitReport(document="x", number="1", sent_on=DAY),
    ),
    "no such register": ("register.confirm", "RegisterUnknown", lambda _: ConfirmRegister(directory="x")),
    "no such policy": (
        "policy.set",
        "PolicyUnknown",
        lambda _: SetPolicy(key="x", value=1, clause="c", valid_from=DAY),
    ),
    "a policy value of another kind": (
        "policy.set",
        "PolicyValue",
        lambda _: SetPolicy(key="claim_days", value={"a": [1]}, clause="c", valid_from=DAY),
    ),
    "a policy of no department": (
        "policy.set",
        "DepartmentUnknown",
        lambda _: SetPolicy(key="claim_days", value=3, clause="c", valid_from=DAY, department="x"),
    ),
    "a plan under another office's slug": (
        "plan.import",
        "SlugWrong",
        lambda _: ImportPlan(document="else-1", file_sha256=SHA, reading={}, rows=({},)),
    ),
    "a reading without its title": (
        "plan.import",
        "ReadingInvalid",
        lambda _: second_plan().model_copy(update={"reading": {}}),
    ),
    "a reading with a row that is none": (
        "plan.import",
        "ReadingInvalid",
        lambda _: second_plan().model_copy(update={"rows": ({"seq": "1"},)}),
    ),
    "a reading with one number twice": (
        "plan.import",
        "ReadingInvalid",
        lambda _: second_plan().model_copy(update={"rows": second_plan().rows * 2}),
    ),
    "an initiator that is a number": (
        "plan.set",
        "FieldValue",
        lambda _: SetPlanField(document=DOCUMENT, seq="1", field="initiator", value=5, reason="r"),
    ),
    "a window that is a text": (
        "plan.set",
        "FieldValue",
        lambda _: SetPlanField(document=DOCUMENT, seq="1", field="window", value="3月", reason="r"),
    ),
    "a ratio that is a list": (
        "plan.set",
        "FieldValue",
        lambda _: SetPlanField(document=DOCUMENT, seq="1", field="ratio", value=["5"], reason="r"),
    ),
    "no such plan": ("plan.adopt", "PlanUnknown", lambda _: AdoptPlan(document="x")),
    "no such field": (
        "plan.set",
        "FieldUnknown",
        lambda _: SetPlanField(document=DOCUMENT, seq="1", field="colour", value="x", reason="r"),
    ),
    "a posting in no department": ("person.post", "DepartmentUnknown", post(department="x")),
    "a posting in another office": ("person.post", "DepartmentUnknown", post(department=ABROAD_DESK)),
    "no such role": ("person.post", "RoleUnknown", post(role="king")),
    "a substitute of nobody": ("person.post", "PersonUnknown", post(acting_for=NOBODY)),
    "a substitute without an end": (
        "person.post",
        "SubstituteNeedsEnd",
        post(acting_for=person(SECOND, Role.HANDLER)),
    ),
    "a posting that stands": (
        "person.post",
        "AlreadyPosted",
        post(person=person(SECOND, Role.HANDLER), from_day=date(2020, 1, 1)),
    ),
    "the office's role in an ordinary department": ("person.post", "NotTheOffice", post(role="office")),
    "a token for nobody": (
        "person.token",
        "PersonUnknown",
        lambda _: IssueToken(person=NOBODY, sha256=SHA, expires_on=DAY),
    ),
    "a token for another office's person": (
        "person.token",
        "PersonUnknown",
        lambda _: IssueToken(person=person(ABROAD_DESK, Role.OFFICE), sha256=SHA, expires_on=DAY),
    ),
    "another office's person's tokens revoked": (
        "person.revoke",
        "PersonUnknown",
        lambda _: RevokeTokens(person=person(ABROAD_DESK, Role.OFFICE), reason="r"),
    ),
}
"""What is odd → the kind of paper, the refusal's type, the paper."""


@pytest.mark.parametrize("odd", sorted(ODD))
def test_an_odd_paper_is_refused_by_its_type(at: At, odd: str) -> None:
    """Filed where its kind is accepted, by whom it is accepted from: only its content is odd."""
    kind, type_, paper = ODD[odd]
    case = CASES[kind]
    driver = at(case.scene)
    before = dump(driver.database, without=TRAIL)
    answer = driver.say(paper(driver), actor(*case.by), target=case.target(driver))
    assert (Outcome.REFUSED, type_) == (answer.outcome, answer.type), answer.words
    assert before == dump(driver.database, without=TRAIL)


@pytest.mark.parametrize(
    "target", ["", "office", "office/", "joint-task", "joint-task/", "disposal/x", "x/y", "correction/1"]
)
@pytest.mark.parametrize("kind", ["task.start", "claim.accept", "disposal.step", "correction.sign"])
def test_a_paper_to_nowhere_is_refused(at: At, kind: str, target: str) -> None:
    """Also where the target has no form at all."""
    driver = at("approved")
    answer = driver.rule(
        driver.file(CASES[kind].paper(driver), actor(*CASES[kind].by), target=target or "nowhere")
    )
    assert Outcome.REFUSED is answer.outcome
    assert answer.type in ("KindUnknown", "OfficeUnknown", "CaseUnknown")


def test_what_stands_is_not_registered_twice(at_each: At) -> None:
    """The same approval, posting or token under another message id is refused, not run into the database."""
    driver = at_each("adopted")
    for kind in ("launch.approve", "person.post", "person.token"):
        paper = CASES[kind].paper(driver)
        driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
        again = driver.say(paper, actor(OFFICE_DESK, Role.OFFICE), target=OFFICE_TARGET)
        assert Outcome.REFUSED is again.outcome
        assert again.type.startswith("Already")


def test_another_offices_plan_cannot_be_settled(at: At) -> None:
    """Each office is its own world: documents belong to one."""
    driver = at("adopted")
    paper = SetPlanField(document=DOCUMENT, seq="1", field="scope", value="x", reason="r")
    answer = driver.say(paper, actor(ABROAD_DESK, Role.OFFICE), target="office/else")
    assert (Outcome.REFUSED, "NotTheOffice") == (answer.outcome, answer.type)


def test_a_head_cannot_make_an_office_of_their_own_department(at: At) -> None:
    """Who may post people in one department does not thereby gain the coordinating office's powers."""
    driver = at("adopted")
    answer = driver.say(post(role="office")(driver), actor(SECOND, Role.HEAD), target=OFFICE_TARGET)
    assert (Outcome.REFUSED, "NotTheOffice") == (answer.outcome, answer.type)
    assert not driver.read(
        lambda session: session.exec(select(Posting).where(Posting.person == "p-new")).first()
    )


def test_a_character_that_no_text_column_holds_is_refused(at_each: At) -> None:
    """PostgreSQL's text knows no NUL: let through, it would fail each try of the ruling for ever."""
    driver = at_each("offered")
    answer = driver.say(DeclineClaim(reason="人员\x00紧张"), actor(SECOND, Role.HANDLER))
    assert (Outcome.REFUSED, "PaperInvalid") == (answer.outcome, answer.type)


@pytest.mark.parametrize("number", [FAR, 0, -1])
def test_a_number_beyond_reason_is_no_paper(number: int) -> None:
    """Rounds, acts and numbers of summaries are small: a larger one would run into the database's own limits."""
    for make in (
        lambda: StartTask(document=DOCUMENT, seq="1", round=number),
        lambda: ApproveLaunch(document=DOCUMENT, seq="1", round=number, number="批", reason="r"),
        lambda: ApproveDraw(act=number),
        lambda: RevealLink(act=number, link=SHA),
        lambda: SubmitSummary(number=number),
        lambda: ReceiptSummary(department=SECOND, number=number),
    ):
        with pytest.raises(ValueError, match="1 validation error"):
            make()
