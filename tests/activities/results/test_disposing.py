"""Disposals: several for one finding, their owner, their clocks, their publication and its withdrawal."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from activities.clocks.explaining import explain_wait
from activities.papers.filing import is_open
from activities.rebuild import open_cases
from activities.steps.case import read_case
from models.exchange import Declaration, DeclarationKind
from models.messages import CaseProgress
from models.outcomes import Disposal, DisposalEntry, Publication, PublicationKind, Referral
from models.papers import (
    AddDisposal,
    AnswerReferral,
    CancelTask,
    CorrectResult,
    ProposedDisposal,
    ReferDishonesty,
    ResultLine,
    SignCorrection,
    SubmitResults,
)
from models.task import Visit
from models.trail import Notification, Wait
from rules.calendar import local_day
from rules.channel import Channel
from rules.disposal import DisposalKind, DisposalState
from rules.results import Category
from rules.roles import Role
from rules.stages import Stage, TaskStatus
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.results.disposing import due, find, take
from tests.activities.scenes import annulled, correction_target, proved, signed_for, summed
from tests.activities.waits import clock_of, wait_of
from tests.activities.world import item_of
from tests.builders import LEAD, NOW, OFFICE_DESK, SECOND, THIRD, actor

K = DisposalKind


def again(driver: Driver, disposal: Disposal) -> Disposal:
    """As it stands now."""
    return driver.read(lambda session: session.get_one(Disposal, disposal.id))


def case_of(driver: Driver, disposal: Disposal) -> CaseProgress:
    """What its workflow is told."""
    return driver.read(lambda session: read_case(session, f"disposal/{disposal.id}"))


def test_one_finding_may_have_several_disposals_each_a_case_of_its_own(at: At) -> None:
    """Each with its own state and clock; the part counts them all."""
    driver = at("visited")
    also = (ProposedDisposal(kind=K.CASE), ProposedDisposal(kind=K.ABNORMAL))
    made = find(driver, ProposedDisposal(kind=K.RECTIFY, period_days=10, also=also), national=True)
    assert {K.RECTIFY, K.CASE, K.ABNORMAL} == {one.kind for one in made}
    assert 1 == len({one.result for one in made})
    assert (3, 3) == (driver.part(SECOND).disposals, driver.part(SECOND).disposals_open)
    expected = {K.RECTIFY: date(2026, 4, 17), K.CASE: date(2026, 4, 23), K.ABNORMAL: date(2026, 4, 16)}
    assert expected == {one.kind: due(driver, one) for one in made}


def test_a_case_is_decided_upon_in_15_and_once_15_more_working_days_then_90_days(at: At) -> None:
    """The extension runs on from the first due day and is the head's."""
    driver = at("visited")
    (case,) = find(driver, ProposedDisposal(kind=K.CASE))
    assert "HeadNeeded" == take(driver, case, "extend").type
    assert "ReasonMissing" == take(driver, case, "extend", role=Role.HEAD, note="").type
    assert "Accepted" == take(driver, case, "extend", role=Role.HEAD).type
    assert date(2026, 5, 18) == due(driver, case)
    assert "DisposalStepOutOfOrder" == take(driver, case, "extend", role=Role.HEAD).type
    assert "Accepted" == take(driver, case, "file").type
    assert driver.today + timedelta(days=90) == due(driver, case)


def test_a_filed_case_is_prolonged_by_30_days_and_then_by_as_many_as_were_decided_together(at: At) -> None:
    """Each from the former due day, by the head; beyond thirty days the number is said."""
    driver = at("visited")
    (case,) = find(driver, ProposedDisposal(kind=K.CASE))
    take(driver, case, "file")
    decided = driver.today + timedelta(days=90)
    assert "DaysTooMany" == take(driver, case, "extend", role=Role.HEAD, days=31).type
    assert "Accepted" == take(driver, case, "extend", role=Role.HEAD).type
    assert decided + timedelta(days=30) == due(driver, case)
    assert "DaysMissing" == take(driver, case, "extend", role=Role.HEAD).type
    assert "Accepted" == take(driver, case, "extend", role=Role.HEAD, days=60).type
    assert decided + timedelta(days=90) == due(driver, case)


@pytest.mark.parametrize(("failed", "expected"), [(False, date(2026, 4, 24)), (True, date(2026, 4, 15))])
def test_a_rectification_is_extended_by_the_heads_days(at: At, failed: bool, expected: date) -> None:
    """Before its end from the last day to comply (11 April and 7 days), after a failed re-check from today; then 5 working days."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.RECTIFY, period_days=10))
    if failed:
        take(driver, made, "recheck_failed")
    else:
        assert "DaysMissing" == take(driver, made, "extend", role=Role.HEAD).type
    assert "HeadNeeded" == take(driver, made, "extend", days=7).type
    assert "Accepted" == take(driver, made, "extend", role=Role.HEAD, days=7).type
    assert expected == due(driver, made)
    assert DisposalState.OPEN == again(driver, made).state


def test_a_penalty_is_public_within_20_working_days_of_its_decision(at: At) -> None:
    """Both steps of its publication, from the decision's day."""
    driver = at("visited")
    (case,) = find(driver, ProposedDisposal(kind=K.CASE), national=True)
    take(driver, case, "file")
    driver.now += timedelta(days=2)
    decided = driver.today - timedelta(days=1)
    assert "OutcomeNeeded" == take(driver, case, "decide").type
    assert "Accepted" == take(driver, case, "decide", on=decided, outcome="penalty").type
    assert date(2026, 5, 6) == due(driver, case)
    driver.trade()
    assert again(driver, case).closed_at is not None


def test_a_failed_rectification_becomes_a_case_of_the_same_owner(at: At) -> None:
    """The first ends with that outcome; the second begins at once, with its own clock."""
    driver = at("visited")
    (first,) = find(driver, ProposedDisposal(kind=K.RECTIFY, period_days=10))
    take(driver, first, "recheck_failed")
    take(driver, first, "turn_to_case")
    second = next(one for one in driver.disposals() if one.id == f"{first.id}/2")
    assert (K.CASE, first.owner, DisposalState.OPEN) == (second.kind, second.owner, second.state)
    assert date(2026, 4, 23) == due(driver, second)
    assert 2 == driver.part(SECOND).disposals_open


def test_another_owner_begins_with_an_acknowledged_transfer(at: At) -> None:
    """Until it acknowledges it is waited for; from then on it owns the disposal and its clock."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.CASE, owner=THIRD))
    assert (DisposalState.HANDED, SECOND, THIRD) == (made.state, made.owner, made.receiver)
    assert date(2026, 4, 9) == due(driver, made)
    assert "NotDisposalOwner" == take(driver, made, "acknowledge", by=SECOND).type
    assert "Accepted" == take(driver, made, "acknowledge", by=THIRD).type
    now = again(driver, made)
    assert (DisposalState.OPEN, THIRD, None) == (now.state, now.owner, now.receiver)
    assert date(2026, 4, 23) == due(driver, made)


def test_a_returned_transfer_leaves_the_owner_as_it_was(at: At) -> None:
    """The receiver says why; the checker goes on, or asks another."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.ABNORMAL), national=True)
    assert "ReceiverUnknown" == take(driver, made, "hand_over", receiver=SECOND).type
    assert "Accepted" == take(driver, made, "hand_over", receiver=THIRD).type
    assert "ReasonMissing" == take(driver, made, "return", by=THIRD, note="").type
    assert "Accepted" == take(driver, made, "return", by=THIRD).type
    now = again(driver, made)
    assert (DisposalState.OPEN, SECOND, None) == (now.state, now.owner, now.receiver)


def test_a_returned_hand_over_wins_no_time(at: At) -> None:
    """The owner's clock runs on as it stood, its extension with it; what was handed over at once runs from its opening."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.RECTIFY, period_days=10))
    take(driver, made, "extend", role=Role.HEAD, days=7)
    expected = due(driver, made)
    opened = driver.now
    take(driver, made, "hand_over", receiver=THIRD)
    driver.now += timedelta(days=3)
    take(driver, made, "return", by=THIRD)
    assert expected == due(driver, made)
    driver.now = opened
    other = at("visited")
    (handed,) = find(other, ProposedDisposal(kind=K.CASE, owner=THIRD))
    other.now += timedelta(days=3)
    take(other, handed, "return", by=THIRD)
    assert date(2026, 4, 23) == due(other, handed)


def test_the_days_to_comply_run_from_the_delivery_of_the_order(at: At) -> None:
    """Until it is recorded from the approval; a wrong day is put right by another entry, both stay."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.RECTIFY, period_days=10))
    assert date(2026, 4, 17) == due(driver, made)
    driver.now += timedelta(days=5)
    assert "ReasonMissing" == take(driver, made, "deliver", note="").type
    assert "StepBeforeCheck" == take(driver, made, "deliver", on=date(2026, 1, 1)).type
    for late, expected in ((5, date(2026, 4, 23)), (3, date(2026, 4, 21))):
        day = date(2026, 4, 1) + timedelta(days=late)
        assert "Accepted" == take(driver, made, "deliver", on=day).type
        assert expected == due(driver, made)
    entries = driver.read(
        lambda session: session.exec(
            select(DisposalEntry.content).where(col(DisposalEntry.disposal) == made.id)
        ).all()
    )
    assert ["2026-04-06", "2026-04-04"] == [one["on"] for one in entries]
    take(driver, made, "extend", role=Role.HEAD, days=7)
    assert "AlreadyExtended" == take(driver, made, "deliver").type


def test_a_re_checks_clock_says_where_the_days_to_comply_come_from(at: At) -> None:
    """From the approval while no delivery is recorded, from the delivery, from the head's extension."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.RECTIFY, period_days=10))

    def words() -> str:
        def read(session: Session) -> str:
            wait = session.exec(
                select(Wait).where(col(Wait.scope) == f"disposal/{made.id}", col(Wait.closed_at).is_(None))
            ).one()
            return explain_wait(session, wait, driver.now).anchor_words

        return driver.read(read)

    assert "自2026-04-01审批起（送达尚未登记" in words()
    driver.now += timedelta(days=2)
    take(driver, made, "deliver", on=date(2026, 4, 3))
    assert "自责令改正通知书2026-04-03送达起，至2026-04-13" in words()
    take(driver, made, "extend", role=Role.HEAD, days=7)
    assert "经批准延期，至2026-04-20" in words()


def test_a_new_order_after_a_failed_re_check_is_delivered_too(at: At) -> None:
    """Its days run from its own delivery."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.RECTIFY, period_days=10))
    take(driver, made, "recheck_failed")
    take(driver, made, "extend", role=Role.HEAD, days=7)
    driver.now += timedelta(days=1)
    assert "Accepted" == take(driver, made, "deliver").type
    assert date(2026, 4, 16) == due(driver, made)


def test_the_days_to_decide_run_from_the_filing_however_late_it_is_recorded(at: At) -> None:
    """行政处罚法 第六十条: from the day of the filing; not before the check."""
    driver = at("visited")
    (case,) = find(driver, ProposedDisposal(kind=K.CASE))
    filed = driver.today
    driver.now += timedelta(days=4)
    assert "StepBeforeCheck" == take(driver, case, "file", on=date(2026, 1, 1)).type
    assert "Accepted" == take(driver, case, "file", on=filed).type
    assert filed + timedelta(days=90) == due(driver, case)


@pytest.mark.parametrize("kind", [K.ABNORMAL, K.SERIOUS])
def test_only_market_entities_go_on_their_lists(at: At, kind: DisposalKind) -> None:
    """A public school is on neither: refused when it is entered, corrected or added, with the legal form."""
    driver = at("visited")
    visit = next(one for one in driver.visits(SECOND) if driver.subject(one).credit_class is None)
    line = ResultLine(
        visit=visit.id,
        item=item_of(SECOND),
        categories=(Category.PENDING,),
        finding="台账造假",
        disposal=ProposedDisposal(kind=K.RECTIFY, also=(ProposedDisposal(kind=kind),)),
    )
    answer = driver.say(SubmitResults(lines=(line,)), actor(SECOND, Role.OFFICER))
    assert "NotMarketEntity" == answer.type
    assert "该对象为事业单位" in answer.words
    assert (
        "Accepted"
        == driver.say(
            SubmitResults(lines=(line.model_copy(update={"disposal": ProposedDisposal(kind=K.RECTIFY)}),)),
            actor(SECOND, Role.OFFICER),
        ).type
    )


def test_the_rule_proposes_and_says_why(at: At) -> None:
    """Who licensed goes first; nobody is burdened without a person's word."""
    driver = at("visited")
    with driver.database.write() as session:
        for visit in session.exec(select(Visit)):
            driver_subject = driver.subject(visit)
            driver_subject.licensed_by = THIRD
            session.merge(driver_subject)
    (made,) = find(driver, ProposedDisposal(kind=K.RECTIFY))
    assert SECOND == made.owner
    assert "按规则建议由 协同局 处置（谁审批、谁负责：该部门颁发了许可）" == made.reason


def test_serious_illegality_needs_the_document_of_the_authority_above(at: At) -> None:
    """Consent one level up is named; without it nothing is listed."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.SERIOUS), national=True)
    assert "DisposalStepOutOfOrder" == take(driver, made, "list").type
    assert "ReasonMissing" == take(driver, made, "consent", note=" ").type
    assert "Accepted" == take(driver, made, "consent", note="市局〔2026〕3号同意").type
    assert "Accepted" == take(driver, made, "list").type
    assert "listed" == again(driver, made).outcome


def test_a_disposal_that_is_added_after_the_end_opens_the_task_again_until_it_has_ended(at_each: At) -> None:
    """Stage 8, 检查已结、处置未结 (domain, 8); a supplement tells of it and is receipted, then it closes anew."""
    driver = at_each("closed")
    result = next(one.result for one in driver.disposals() if one.owner == SECOND)
    paper = AddDisposal(result=result, disposal=ProposedDisposal(kind=K.NONE), reason="另查明")
    made = driver.act(SECOND, Role.HEAD, paper).data["disposals"]
    assert [f"{result}/2"] == made
    assert (TaskStatus.OPEN, Stage.FOLLOW_UP) == (driver.job().status, driver.job().stage)
    cases = driver.read(lambda session: open_cases(session, NOW))
    assert {f"disposal/{result}/2", driver.target} <= set(cases)
    added = next(one for one in driver.disposals() if one.id == made[0])
    take(driver, added, "close")
    driver.trade()
    assert [2, 2, 1] == [driver.part(one).summaries for one in (LEAD, SECOND, THIRD)]
    proved(driver, PublicationKind.DISPOSAL)
    assert again(driver, added).closed_at is not None
    assert [2, 3, 1] == [driver.part(one).summaries for one in (LEAD, SECOND, THIRD)]
    summed(driver)
    assert TaskStatus.OPEN is driver.job().status
    signed_for(driver)
    assert TaskStatus.CLOSED is driver.job().status
    third = next(one for one in driver.summaries() if (one.department, one.number) == (SECOND, 3))
    assert third.content is not None
    assert {"opened": 1, "ended": 1} == third.content["disposals"]["不予处置"]


def test_a_task_that_ran_again_is_declared_so_and_is_not_cancelled(at: At) -> None:
    """The platform hears of each end and each new beginning once; what was over cannot be undone by order."""
    driver = at("closed")
    result = next(one.result for one in driver.disposals() if one.owner == SECOND)
    for number in (2, 3):
        paper = AddDisposal(result=result, disposal=ProposedDisposal(kind=K.NONE), reason="另查明")
        (made,) = driver.act(SECOND, Role.HEAD, paper).data["disposals"]
        assert f"{result}/{number}" == made
        order = CancelTask(approval_number="批1", reason="计划调整")
        assert "TaskWasClosed" == driver.say(order, actor(OFFICE_DESK, Role.OFFICE)).type
        added = next(one for one in driver.disposals() if one.id == made)
        take(driver, added, "close")
        driver.trade()
        proved(driver, PublicationKind.DISPOSAL)
        summed(driver)
        signed_for(driver)
    keys = driver.read(
        lambda session: session.exec(
            select(Declaration.key).where(col(Declaration.kind) == DeclarationKind.TASK)
        ).all()
    )
    events = {key.removeprefix(f"{driver.task}|task|") for key in keys}
    assert {"launched", "closed", "reopened/1", "closed/1", "reopened/2", "closed/2"} == events


def test_a_signed_correction_opens_what_follows_from_it(at: At) -> None:
    """Not before the head has signed."""
    driver = at("published")
    target = correction_target(driver)
    paper = CorrectResult(
        result=target.split("/")[1],
        number=1,
        categories=(Category.RECTIFICATION_ORDERED,),
        finding="未公示",
        reason="漏填",
        disposal=ProposedDisposal(kind=K.RECTIFY),
    )
    driver.act(THIRD, Role.HANDLER, paper, target=target)
    assert 2 == len(driver.disposals())
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=target)
    assert [THIRD] == [one.owner for one in driver.disposals() if one.department == THIRD]


def test_a_fallen_decision_is_withdrawn_within_3_working_days(at: At) -> None:
    """Its case wakes again, and is over when the proof of the withdrawal is there; the task stays as it was."""
    driver = at("disposed")
    made = next(one for one in driver.disposals() if one.owner == SECOND)
    assert case_of(driver, made).closed
    annulled(driver)
    assert (False, "待撤回公示") == (case_of(driver, made).closed, case_of(driver, made).state)
    assert driver.read(lambda session: is_open(session, f"disposal/{made.id}"))
    assert f"disposal/{made.id}" in driver.read(lambda session: open_cases(session, NOW))
    # From Wednesday, 1 April: 4 to 6 April are a holiday (清明).
    assert date(2026, 4, 7) == due(driver, made)
    driver.trade()
    assert not case_of(driver, made).closed
    (withdrawal,) = driver.publications(PublicationKind.WITHDRAWAL)
    assert (Channel.OWN_SITE, None) == (withdrawal.channel, withdrawal.published_at)
    proved(driver, PublicationKind.WITHDRAWAL)
    assert case_of(driver, made).closed
    assert again(driver, made).closed_at is not None


def test_a_withdrawal_on_the_national_system_needs_no_proof(at: At) -> None:
    """The platform's word is the fact."""
    driver = at("visited")
    (case,) = find(driver, ProposedDisposal(kind=K.ABNORMAL), national=True)
    take(driver, case, "list")
    driver.trade()
    assert again(driver, case).closed_at is not None
    annulled(driver)
    driver.trade()
    rows = driver.read(lambda session: session.exec(select(Publication)).all())
    assert [True] == [one.published_at is not None for one in rows if one.kind is PublicationKind.WITHDRAWAL]
    assert case_of(driver, case).closed


def test_dishonest_acts_are_recorded_referrals(at: At) -> None:
    """With act, basis, to whom, when; of a subject without problem there is none."""
    driver = at("closed")
    made = next(one for one in driver.disposals() if one.owner == SECOND)

    def paper(result: str) -> ReferDishonesty:
        return ReferDishonesty(
            result=result, act="造假", basis="第三条", authority="县信用办", referred_on=driver.today
        )

    by = actor(SECOND, Role.HANDLER)
    clean = next(one for one in driver.visits(SECOND) if one.id != made.visit)
    assert "NoDishonesty" == driver.say(paper(driver.result(clean).id), by).type
    assert [1, 2] == [driver.act(SECOND, Role.HANDLER, paper(made.result)).data["number"] for _ in range(2)]
    rows = driver.read(lambda session: session.exec(select(Referral)).all())
    assert {("县信用办", local_day(NOW))} == {(row.authority, row.referred_on) for row in rows}


def test_what_a_signed_correction_says_is_what_may_be_referred_and_followed_up(at: At) -> None:
    """A problem found by correction is one; before the head signs it there is none."""
    driver = at("closed")
    result = driver.result(
        next(one for one in driver.visits(SECOND) if one.id != driver.disposals()[0].visit)
    ).id
    refer = ReferDishonesty(
        result=result, act="造假", basis="第三条", authority="县信用办", referred_on=driver.today
    )
    add = AddDisposal(result=result, disposal=ProposedDisposal(kind=K.NONE), reason="另查明")
    by, approver = actor(SECOND, Role.HANDLER), actor(SECOND, Role.APPROVER)
    correction = f"correction/{result}/1"
    asked = CorrectResult(
        result=result, number=1, categories=(Category.FALSE_PUBLICATION,), finding="造假", reason="复核"
    )
    driver.act(SECOND, Role.HANDLER, asked, target=correction)
    before = driver.say(refer, by).type, driver.say(add, approver).type
    assert ("NoDishonesty", "DisposalWithoutProblem") == before
    driver.act(SECOND, Role.HEAD, SignCorrection(), target=correction)
    assert ("Accepted", "Accepted") == (driver.say(refer, by).type, driver.say(add, approver).type)


def test_the_reply_to_a_referral_is_waited_for_on_the_departments_desk(at: At) -> None:
    """Twenty working days (policy), also after the task's end; the first reply ends the wait."""
    driver = at("closed")
    made = next(one for one in driver.disposals() if one.owner == SECOND)
    paper = ReferDishonesty(
        result=made.result, act="造假", basis="第三条", authority="县信用办", referred_on=driver.today
    )
    driver.act(SECOND, Role.HANDLER, paper)
    wait = wait_of(driver, WaitKind.REFERRAL)
    assert (f"department/{SECOND}/{driver.today.year}", made.task) == (wait.scope, wait.task)
    assert date(2026, 4, 30) == clock_of(driver, wait).due_day
    referral = driver.read(lambda session: session.exec(select(Referral.id)).one())
    reply = AnswerReferral(
        referral=referral, reply="accepted", replied_on=driver.today, document="信1号", note=""
    )
    driver.act(SECOND, Role.HANDLER, reply)
    assert wait_of(driver, WaitKind.REFERRAL).closed_at is not None


def test_a_returned_transfer_goes_to_another_or_becomes_the_senders_own_case(at: At) -> None:
    """The sender is told of the return with its reason; keeping it is a decision to file or not."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.TRANSFER, receiver=THIRD))
    take(driver, made, "send")
    take(driver, made, "return", by=THIRD, note="不属本局管辖")
    (told,) = driver.read(
        lambda session: session.exec(select(Notification).where(col(Notification.event) == "answered")).all()
    )
    assert (SECOND, True) == (told.department, told.urgent)
    assert "协同局对移送" in told.text
    assert "不属本局管辖" in told.text
    assert "Accepted" == take(driver, made, "send", receiver=LEAD).type
    assert (LEAD, DisposalState.SENT) == (again(driver, made).receiver, again(driver, made).state)
    take(driver, made, "return", by=LEAD)
    take(driver, made, "keep")
    kept = next(one for one in driver.disposals() if one.id == f"{made.id}/2")
    assert (K.CASE, SECOND, "kept") == (kept.kind, kept.owner, again(driver, made).outcome)


def test_a_receiver_outside_the_system_answers_through_the_owner(at: At) -> None:
    """Its receipt is waited for at the sender's desk, and named by its document."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=K.TRANSFER_JUSTICE, outside="县人民检察院"))
    assert (None, "县人民检察院") == (made.receiver, made.outside)
    take(driver, made, "send")
    wait = wait_of(driver, WaitKind.ACKNOWLEDGE)
    assert SECOND == wait.department
    assert "ReasonMissing" == take(driver, made, "acknowledge", note="").type
    assert "Accepted" == take(driver, made, "acknowledge", note="检收〔2026〕1号").type
    assert "transferred" == again(driver, made).outcome


def test_only_a_transfer_has_a_receiver_outside(at: At) -> None:
    """Nobody else could answer for a disposal of one's own."""
    driver = at("disposed")
    result = next(one.result for one in driver.disposals() if one.owner == SECOND)
    proposed = ProposedDisposal(kind=K.CASE, outside="县人民检察院")
    paper = AddDisposal(result=result, disposal=proposed, reason="另查明")
    assert "OutsideNotTransfer" == driver.say(paper, actor(SECOND, Role.HEAD)).type


@pytest.mark.parametrize("kind", [K.TRANSFER, K.TRANSFER_JUSTICE])
def test_a_transfer_ends_with_its_acknowledgement(at: At, kind: DisposalKind) -> None:
    """Sent, waited for, acknowledged by the receiver alone."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=kind, receiver=THIRD))
    take(driver, made, "send")
    assert "NotDisposalOwner" == take(driver, made, "acknowledge").type
    assert "Accepted" == take(driver, made, "acknowledge", by=THIRD).type
    assert "transferred" == again(driver, made).outcome
