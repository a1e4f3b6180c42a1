"""A correction after a summary table: a supplement is due where the table's figures are not true any more."""

from sqlmodel import col, select

from models.outcomes import Summary
from models.papers import CorrectResult, SignCorrection, SubmitSummary
from models.trail import Outbox, Wait
from rules.results import Category
from rules.roles import Role
from rules.stages import TaskStatus
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import cancelled, correction_target, signed_for, summed
from tests.builders import OFFICE_DESK, SECOND, THIRD

CLEAN, UNPUBLISHED, UNREACHED = Category.NO_PROBLEM, Category.NOT_PUBLISHED, Category.UNREACHABLE


def correct(driver: Driver, *categories: Category, number: int = 1, finding: str = "未公示") -> None:
    """The third department's first result is corrected, and its head signs."""
    result = correction_target(driver).split("/")[1]
    paper = CorrectResult(
        result=result, number=number, categories=categories, finding=finding, reason="复核发现录入有误"
    )
    target = f"correction/{result}/{number}"
    driver.act(THIRD, Role.HANDLER, paper, target=target)
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=target)


def tables(driver: Driver, department: str = THIRD) -> list[Summary]:
    """A department's tables, the first one first."""
    return [one for one in driver.summaries() if one.department == department]


def owed(driver: Driver) -> list[tuple[WaitKind, str]]:
    """What is waited for of tables, and of whom."""
    kinds = (WaitKind.SUMMARY, WaitKind.SUMMARY_RECEIPT)
    statement = select(Wait).where(col(Wait.kind).in_(kinds), col(Wait.closed_at).is_(None))
    rows = driver.read(lambda session: session.exec(statement).all())
    return [(WaitKind(one.kind), one.department) for one in rows]


def test_a_correction_after_the_end_makes_a_supplement_due_and_its_receipt_is_waited_for(at_each: At) -> None:
    """The task is open again until it is receipted; the supplement counts as corrected, the first table stays."""
    driver = at_each("closed")
    (first,) = tables(driver)
    correct(driver, UNPUBLISHED)
    assert TaskStatus.OPEN is driver.job().status
    assert [(WaitKind.SUMMARY, THIRD)] == owed(driver)
    driver.act(THIRD, Role.HANDLER, SubmitSummary(number=2))
    assert [(WaitKind.SUMMARY_RECEIPT, OFFICE_DESK)] == owed(driver)
    before, after = (one.content or {} for one in tables(driver))
    assert first.content == before
    changes = {UNPUBLISHED.label: 1, CLEAN.label: -1}
    assert changes == {
        name: count - before["categories"][name]
        for name, count in after["categories"].items()
        if count != before["categories"][name]
    }
    assert TaskStatus.OPEN is driver.job().status
    signed_for(driver)
    assert TaskStatus.CLOSED is driver.job().status
    assert [1, 2] == [one.number for one in tables(driver, SECOND)]


def test_a_correction_that_leaves_every_figure_as_it_was_needs_no_supplement(at: At) -> None:
    """The words of a finding are in no table: the task stays closed."""
    driver = at("closed")
    correct(driver, UNPUBLISHED)
    summed(driver)
    signed_for(driver)
    correct(driver, UNPUBLISHED, number=2, finding="年报和许可未公示")
    assert TaskStatus.CLOSED is driver.job().status
    assert [1, 2] == [one.number for one in tables(driver)]
    correct(driver, UNREACHED, number=3)
    assert [1, 2, 3] == [one.number for one in tables(driver)]


def test_the_supplement_follows_the_receipt_of_a_table_that_is_still_out(at: At) -> None:
    """One table at a time, as where disposals were open; the running task is told at once."""
    driver = at("summed")
    correct(driver, UNPUBLISHED)
    assert [1] == [one.number for one in tables(driver)]
    assert driver.part(THIRD).untold
    woken = driver.read(
        lambda session: session.exec(select(Outbox).where(col(Outbox.workflow) == driver.target)).all()
    )
    assert "figures changed" in [one.argument["kind"] for one in woken]
    signed_for(driver)
    assert [1, 2] == [one.number for one in tables(driver)]
    assert (WaitKind.SUMMARY, THIRD) in owed(driver)


def test_a_table_that_is_not_submitted_yet_counts_what_was_corrected_itself(at: At) -> None:
    """No second one follows."""
    driver = at("published")
    correct(driver, UNPUBLISHED)
    summed(driver)
    signed_for(driver)
    (only,) = tables(driver)
    assert 1 == (only.content or {})["categories"][UNPUBLISHED.label]
    assert not driver.part(THIRD).untold


def test_a_cancelled_task_owes_no_supplement(at: At) -> None:
    """It stays cancelled; the correction is published as any other."""
    driver = at("signed_for")
    cancelled(driver)
    correct(driver, UNPUBLISHED)
    assert TaskStatus.CANCELLED is driver.job().status
    assert not driver.part(THIRD).untold
    assert [] == owed(driver)
