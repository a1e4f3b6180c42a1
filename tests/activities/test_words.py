"""A refusal tells whoever reads it what is missing, who acts, and what to type; ids are not names."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from activities.authority import name_of
from models.organisation import Posting
from models.papers import (
    AcceptClaim,
    CorrectResult,
    DeclineClaim,
    Paper,
    PostPerson,
    PostponeVisits,
    ProposeItems,
    RecordVisits,
    SignCorrection,
    StepDisposal,
    VisitLine,
)
from models.trail import Answer, Notification, Outcome
from rules.results import Category
from rules.roles import Role
from rules.wait_rules import WAITS
from rules.waits import WaitKind
from tests.activities.cases import CASES
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import correction_target
from tests.activities.waits import wait_of
from tests.activities.world import NOBODY, OFFICE_TARGET, add_person
from tests.builders import LEAD, SECOND, THIRD, actor, person


def refused(driver: Driver, paper: Paper, by: tuple[str, Role], type_: str, target: str = "") -> str:
    """The words of a refusal of this type."""
    answer: Answer = driver.say(paper, actor(*by), target=target)
    assert (Outcome.REFUSED, type_) == (answer.outcome, answer.type), answer.words
    return answer.words


def named(driver: Driver, department: str) -> str:
    """A department's name, which is not its id."""
    name = driver.read(lambda session: name_of(session, department))
    assert name != department
    return name


def test_a_department_that_nobody_registered_keeps_its_id(at: At) -> None:
    """A refusal of an unknown department must still be written."""
    assert NOBODY == at("adopted").read(lambda session: name_of(session, NOBODY))


def test_departments_without_items_are_named(at: At) -> None:
    """By what they are called, each of them, and by no id."""
    driver = at("launched")
    words = refused(driver, ProposeItems(items={}), (LEAD, Role.HANDLER), "ItemsMissing")
    assert all(named(driver, one) in words and one not in words for one in (LEAD, SECOND, THIRD))


def test_the_owner_of_a_disposal_is_named(at: At) -> None:
    """Who is not asked is told who is."""
    driver = at("published")
    one = next(row for row in driver.disposals() if row.owner == SECOND)
    words = refused(
        driver,
        StepDisposal(step="recheck_passed", on=driver.today),
        (THIRD, Role.HANDLER),
        "NotDisposalOwner",
        f"disposal/{one.id}",
    )
    assert named(driver, SECOND) in words
    assert SECOND not in words


def test_the_notice_of_a_declined_task_names_the_department(at: At) -> None:
    """The coordinating office reads a name."""
    driver = at("declined")
    texts = driver.read(
        lambda session: session.exec(
            select(Notification.text).where(col(Notification.event) == "declined")
        ).all()
    )
    assert [True] == [text.startswith(f"{named(driver, THIRD)}拒领") for text in texts]


def test_a_claim_before_the_offer_is_told_what_is_waited_for(at: At) -> None:
    """Scope, items and periods are not confirmed yet."""
    words = refused(at("proposed"), AcceptClaim(), (SECOND, Role.HANDLER), "ClaimNotOpen")
    assert "抽查范围、事项和检查时段尚未全部复核" in words


@pytest.mark.parametrize("paper", [AcceptClaim(), DeclineClaim(reason="人员紧张")])
def test_an_approver_neither_claims_nor_declines(at: At, paper: Paper) -> None:
    """As registered, 经办人 and 负责人 do; who holds both postings acts in the one that fits."""
    words = refused(at("offered"), paper, (SECOND, Role.APPROVER), "WrongRole")
    assert "经办人" in words


def test_the_wait_of_a_confirmation_says_of_what_and_who_may(at: At) -> None:
    """Any second person of the initiator, whatever their role; its command confirms that aspect."""
    driver = at("proposed")
    told = {
        WaitKind.CONFIRM: ("抽查对象范围", "scope"),
        WaitKind.CONFIRM_ITEMS: ("各部门抽查事项", "items"),
        WaitKind.CONFIRM_PERIODS: ("检查时段", "periods"),
    }
    for kind, (what, aspect) in told.items():
        owed = WaitKind(wait_of(driver, kind, LEAD).kind)
        assert f"第二人（经办人、审批人或负责人）复核{what}" == owed.label
        assert WAITS[owed].command.endswith(f" {aspect}")
    with driver.database.write() as session:
        add_person(session, LEAD, Role.HANDLER, name="p-other")
    case = CASES["aspect.confirm"]
    by = actor(*case.by)
    answer = driver.say(case.paper(driver), type(by)("p-other", Role.HANDLER, LEAD))
    assert Outcome.ACCEPTED is answer.outcome, answer.words


def test_a_check_before_its_period_is_refused_until_the_period_is_moved(at: At) -> None:
    """A period may also be moved forward: then the same completion is accepted."""
    driver = at("matched")
    visit = driver.visits(SECOND)[0].id
    later = driver.today + timedelta(days=2)
    last = driver.today + timedelta(days=5)
    moved = {"visits": (visit,), "last_day": last, "reason": "改期"}
    driver.act(SECOND, Role.APPROVER, PostponeVisits(first_day=later, **moved))
    line = VisitLine(
        visit=visit, completed_on=driver.today, officers=driver.officers(SECOND)[:2], facts={"n": "1"}
    )
    words = refused(driver, RecordVisits(lines=(line,)), (SECOND, Role.OFFICER), "CompletionBeforePeriod")
    assert "task postpone" in words
    driver.act(SECOND, Role.APPROVER, PostponeVisits(first_day=driver.today, **moved))
    driver.act(SECOND, Role.OFFICER, RecordVisits(lines=(line,)))


def test_a_substitute_with_an_end_is_posted(at: At) -> None:
    """The same posting without an end is refused."""
    driver = at("adopted")
    until = driver.today + timedelta(days=9)
    paper = PostPerson(
        person="p-sub",
        name="代",
        department=SECOND,
        role=Role.HANDLER,
        from_day=driver.today,
        acting_for=person(SECOND, Role.HANDLER),
        to_day=until,
    )
    by = (SECOND, Role.HEAD)
    open_ended = paper.model_copy(update={"to_day": None})
    assert "--to" in refused(driver, open_ended, by, "SubstituteNeedsEnd", OFFICE_TARGET)
    driver.act(*by, paper, target=OFFICE_TARGET)
    ends = driver.read(lambda session: session.exec(select(Posting).where(Posting.person == "p-sub")).all())
    assert [until] == [row.to_day for row in ends]


@pytest.mark.parametrize("sign", [True, False])
def test_a_correction_waits_for_the_decision_on_the_one_before(at: At, sign: bool) -> None:
    """Signed or refused: from then on the next may be asked for."""
    driver = at("corrected")
    first = correction_target(driver)
    result = first.split("/")[1]
    paper = CorrectResult(
        result=result, number=2, categories=(Category.FALSE_PUBLICATION,), finding="有问题", reason="又漏"
    )
    second = f"correction/{result}/2"
    words = refused(driver, paper, (THIRD, Role.HANDLER), "CorrectionPending", second)
    assert f"result sign {result}/1" in words
    driver.act(THIRD, Role.HEAD, SignCorrection(sign=sign, reason="核实"), target=first)
    driver.act(THIRD, Role.HANDLER, paper, target=second)
