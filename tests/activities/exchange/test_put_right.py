"""What the platform rejected by field is put right by a lawful correction, and sent again with it."""

from datetime import date

import pytest
from sqlmodel import col, select

from activities.exchange.records import record_of
from models.exchange import ExchangeBatch, RecordAmendment
from models.outcomes import Publication, PublicationKind
from models.papers import AmendRecord, CorrectResult, ResendPublications, SignCorrection
from models.task import Visit
from models.trail import Outcome
from rules.results import Category
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.waits import all_clocks, due, wait_of
from tests.builders import SECOND, actor

SIGNED = {"basis": "登记机关核准文书", "reason": "已核对"}


@pytest.fixture
def driver(at: At) -> Driver:
    """The platform has rejected the second department's first result."""
    return at("rejected")


def rejected(driver: Driver) -> Publication:
    """That record's row."""
    rows = driver.publications(PublicationKind.RESULT)
    return next(one for one in rows if one.rejected is not None or one.revision > 1)


def resend(driver: Driver) -> dict[str, object]:
    """Send it again; returns the record as it lies in its batch."""
    row = rejected(driver)
    driver.act(SECOND, Role.HANDLER, ResendPublications(records=(row.id,), reason="已更正"))
    driver.trade()
    row = driver.row(Publication, row.id)
    batch = driver.row(ExchangeBatch, row.batch)
    assert row.receipted_at is not None
    return next(dict(one) for one in batch.content["records"] if one["key"] == row.key)


def refusal(driver: Driver, **fields: str) -> str:
    """The type that an amendment is refused with."""
    paper = AmendRecord(record=rejected(driver).id, fields=fields, **SIGNED)
    answer = driver.say(paper, actor(SECOND, Role.HEAD))
    assert Outcome.REFUSED is answer.outcome
    return answer.type


def test_an_amended_field_is_sent_and_both_values_stay(driver: Driver) -> None:
    """The register is not touched: the record alone says otherwise, by the head's signature."""
    row = rejected(driver)
    former = driver.read(lambda session: record_of(session, row).subject_name)
    paper = AmendRecord(record=row.id, fields={"subject_name": "更名后的学校"}, **SIGNED)
    driver.act(SECOND, Role.HEAD, paper)
    assert "更名后的学校" == resend(driver)["subject_name"]
    (stored,) = driver.read(lambda session: session.exec(select(RecordAmendment)).all())
    assert (former, "更名后的学校", "登记机关核准文书") == (stored.former, stored.value, stored.basis)


def test_what_is_no_code_and_what_is_a_finding_are_refused(driver: Driver) -> None:
    """A code has its check character; a result has a way of its own; the same value is no correction."""
    same = driver.read(lambda session: record_of(session, rejected(driver)).organ)
    assert "CodeInvalid" == refusal(driver, subject_code="12345")
    assert "FieldNotAmendable" == refusal(driver, result="未发现问题")
    assert "NothingCorrected" == refusal(driver, organ=same)


def test_a_result_corrected_before_its_entry_is_entered_as_corrected(driver: Driver) -> None:
    """The head signs, the rejected record goes out again and says what stands; the correction follows it."""
    visit = driver.row(Visit, rejected(driver).visit)
    correct(driver, visit)
    content = resend(driver)["content"]
    assert ["未按规定公示应当公示的信息"] == content["results"][0]["result"]  # type: ignore[index]  # JSON
    kinds = {one.kind for one in driver.publications(PublicationKind.CORRECTION)}
    assert {PublicationKind.CORRECTION} == kinds


def test_a_corrected_day_reckons_the_visits_clock_anew(driver: Driver) -> None:
    """The check of 1 April was on the 2nd: 20 working days end a day later, for that visit alone."""
    driver.now = driver.now.replace(day=3)
    visit = driver.row(Visit, rejected(driver).visit)
    group = wait_of(driver, WaitKind.RECEIPT)
    before = due(driver, group)
    correct(driver, visit, completed_on=date(2026, 4, 2))
    apart = wait_of(driver, WaitKind.RECEIPT)
    assert (date(2026, 4, 30), before) == (before, due(driver, group))
    waits = driver.read(lambda session: session.get_one(Visit, visit.id).wait)
    assert waits != group.id
    moved = [one for one in all_clocks(driver, apart) if one.wait == waits]
    assert not moved or moved[-1].cause.value == "corrected"
    stored = driver.row(Visit, visit.id)
    assert (date(2026, 4, 2), date(2026, 5, 6)) == (stored.completed_on, stored.due_day)
    assert "2026-04-02" == resend(driver)["completed_on"]


def correct(driver: Driver, visit: Visit, completed_on: date | None = None) -> None:
    """A correction of the visit's one result, asked for and signed."""
    result = driver.result(visit).id
    paper = CorrectResult(
        result=result,
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="未公示",
        reason="录入有误",
        completed_on=completed_on,
    )
    driver.act(SECOND, Role.HANDLER, paper, target=f"correction/{result}/1")
    driver.act(SECOND, Role.HEAD, SignCorrection(), target=f"correction/{result}/1")


def test_a_day_that_cannot_have_been_is_refused(driver: Driver) -> None:
    """After today, or before the task was launched."""
    visit = driver.row(Visit, rejected(driver).visit)
    result = driver.result(visit).id
    for day in (date(2026, 5, 1), date(2026, 1, 1)):
        paper = CorrectResult(
            result=result,
            number=1,
            categories=(Category.NO_PROBLEM,),
            reason="日期有误",
            completed_on=day,
        )
        answer = driver.say(paper, actor(SECOND, Role.HANDLER), target=f"correction/{result}/1")
        assert "CompletionDay" == answer.type
    assert [] == list(
        driver.read(
            lambda session: session.exec(
                select(Publication.id).where(col(Publication.kind) == PublicationKind.CORRECTION)
            ).all()
        )
    )
