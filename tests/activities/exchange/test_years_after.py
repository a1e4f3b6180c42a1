"""Corrections and withdrawals years after the task's end: by folder and over HTTP, in their time, both sides visible."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from activities.steps.exchange import ExchangeActivities
from models.exchange import ExchangeBatch
from models.messages import TaskStep
from models.outcomes import Publication, PublicationKind
from models.papers import CorrectResult, ProvePublication, SignCorrection
from models.trail import Deadline, Wait
from rules.channel import Channel
from rules.results import Category
from rules.roles import Role
from rules.stages import TaskStatus
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import annulment
from tests.activities.world import SHA
from tests.builders import OFFICE, SECOND
from tests.platform import standing

Trade = Callable[[], int]
YEARS = timedelta(days=3 * 365)


@pytest.fixture(params=["folder", "http"])
def closed(request: pytest.FixtureRequest, at: At, tmp_path: Path) -> Iterator[tuple[Driver, Trade]]:
    """A task that was closed three years ago, and the way to the platform."""
    driver = at("closed")
    driver.trade()
    assert TaskStatus.CLOSED is driver.job().status
    driver.now += YEARS
    if request.param == "folder":
        yield driver, driver.trade
        return
    with standing(tmp_path, clock=lambda: driver.now) as platform:
        steps = ExchangeActivities(driver.database, platform.exchange)
        yield driver, lambda: steps.run(TaskStep(task=OFFICE, now=driver.now)).facts


def test_a_correction_is_signed_published_and_shows_both_sides(closed: tuple[Driver, Trade]) -> None:
    """Nationally, by the platform: item, before and after; its own wait ends."""
    driver, trade = closed
    row = next(
        one
        for one in driver.publications(PublicationKind.RESULT, Channel.NATIONAL)
        if one.department == SECOND
    )
    visit = next(one for one in driver.visits(SECOND) if one.id == row.visit)
    result = driver.result(visit).id
    target = f"correction/{result}/1"
    paper = CorrectResult(
        result=result,
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="未公示",
        reason="复核发现录入有误",
    )
    driver.act(SECOND, Role.HANDLER, paper, target=target)
    driver.act(SECOND, Role.HEAD, SignCorrection(), target=target)
    trade()
    (made,) = driver.publications(PublicationKind.CORRECTION)
    assert made.receipt
    assert driver.now == made.published_at
    said = _record(driver, made)["content"]
    assert (["未发现问题"], ["未按规定公示应当公示的信息"]) == (said["before"], said["after"])
    assert [] == _open(driver, target)


def test_a_decision_that_falls_is_withdrawn_within_3_working_days_of_it(closed: tuple[Driver, Trade]) -> None:
    """On the department's own site: receipted, asked for with proof until it is there, then over."""
    driver, trade = closed
    disposal = next(one.id for one in driver.disposals() if one.owner == SECOND)
    target = f"disposal/{disposal}"
    driver.act(SECOND, Role.HANDLER, annulment(driver), target=target)
    assert [(WaitKind.WITHDRAWAL, _third_working_day(driver))] == _open(driver, target)
    trade()
    (made,) = driver.publications(PublicationKind.WITHDRAWAL)
    assert "复议〔2026〕1号" == _record(driver, made)["content"]["withdrawn"]
    if made.channel is Channel.OWN_SITE:
        assert [WaitKind.WITHDRAWAL] == [kind for kind, _ in _open(driver, target)]
        proof = ProvePublication(
            publications=(made.id,),
            address="https://example.invalid",
            published_on=driver.today,
            sha256=SHA,
        )
        driver.act(SECOND, Role.HANDLER, proof, target=target)
    assert [] == _open(driver, target)


def _record(driver: Driver, row: Publication) -> dict[str, Any]:
    batch = driver.row(ExchangeBatch, row.batch).content
    return next(one for one in batch["records"] if one["key"] == row.key)


def _open(driver: Driver, scope: str) -> list[tuple[WaitKind, date]]:
    statement = (
        select(Wait, Deadline)
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    )
    rows = driver.read(lambda session: session.exec(statement).all())
    return [(WaitKind(wait.kind), deadline.due_day) for wait, deadline in rows]


def _third_working_day(driver: Driver) -> date:
    """In a year whose calendar nobody knows yet: Mondays to Fridays."""
    day, left = driver.today, 3
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day
