"""A task from a list that the level above drew: stored with its record, drawn by nobody here, then like any other."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from activities.draw.export import export_record
from models.papers import (
    AdjustedRow,
    AdjustPlan,
    CommitSecret,
    ConfirmAspect,
    DrawnAbove,
    Paper,
    ProposeScope,
    RequestDraw,
    StartTask,
)
from models.registers import Subject
from models.task import Aspect, DrawnSubject, Preparation
from rules.draw_commitments import commitment
from rules.refusal import Refusal
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.stages import Stage, TaskStatus
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.draw.receiving import of_the_city
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET, PARTS, SHA
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, actor, set_field, subject_code

CODES = tuple(subject_code(number) for number in (7, 2, 9, 4))


def drawn_above(codes: tuple[str, ...] = CODES) -> DrawnAbove:
    """Four subjects, in the city's order."""
    return DrawnAbove(
        issuer="市市场监管局",
        number="市〔2026〕5号",
        drawn_on=date(2026, 3, 20),
        record_sha256=SHA,
        file_sha256=SHA,
        codes=codes,
    )


def start(driver: Driver, **given: Any) -> str:
    """The type in which a launch is answered."""
    paper = StartTask(document=DOCUMENT, seq="1", **given)
    return driver.say(paper, actor(LEAD, Role.HANDLER), target=OFFICE_TARGET).type


def launched(driver: Driver) -> None:
    """Launched from the list, which a second person has confirmed, with items and periods."""
    paper = StartTask(document=DOCUMENT, seq="1", received=drawn_above())
    digest = driver.act(LEAD, Role.HANDLER, paper, target=OFFICE_TARGET).data["sha256"]
    driver.act(LEAD, Role.APPROVER, ConfirmAspect(aspect=Aspect.SCOPE, sha256=digest))
    for aspect in (Aspect.ITEMS, Aspect.PERIODS):
        digest = driver.act(LEAD, Role.HANDLER, scenes.proposals(driver)[aspect]).data["sha256"]
        driver.act(LEAD, Role.APPROVER, ConfirmAspect(aspect=aspect, sha256=digest))


def test_the_task_skips_the_draw_and_goes_on_to_its_end(at: At) -> None:
    """From the claims straight to the match, then checked, entered, published, disposed, summed up."""
    driver = of_the_city(at("adopted"))
    launched(driver)
    scenes.offered(driver)
    scenes.claimed(driver)
    assert Stage.MATCH is driver.job().stage
    rows = driver.read(
        lambda session: session.exec(
            select(Subject.code)
            .join(DrawnSubject, col(DrawnSubject.subject) == col(Subject.id))
            .order_by(col(DrawnSubject.rank))
        ).all()
    )
    assert CODES == tuple(rows)
    scenes.matched(driver)
    assert {4} == {len(driver.visits(department)) for department in PARTS}
    for play in (scenes.visited, scenes.submitted, scenes.approved, scenes.receipted, scenes.proved):
        play(driver)
    for play in (scenes.summed, scenes.signed_for, scenes.outcome, scenes.disposed, scenes.closed):
        play(driver)
    assert TaskStatus.CLOSED is driver.job().status


def test_the_row_says_whether_a_list_is_needed(at: At) -> None:
    """None where the county draws, one where the city does, and every subject of it known here."""
    driver = at("adopted")
    assert "DrawnHere" == start(driver, received=drawn_above())
    of_the_city(driver)
    assert "ReceivedListNeeded" == start(driver)
    assert "SubjectUnknown" == start(driver, received=drawn_above((*CODES, "XK9999999999999999")))
    assert "CodesRepeated" == start(driver, received=drawn_above((*CODES, CODES[0])))
    assert "Accepted" == start(driver, received=drawn_above())


def test_a_row_that_is_only_watched_is_not_launched(at: At) -> None:
    """The level above does both."""
    driver = at("adopted")
    row = AdjustedRow(seq="1", fields={"mode": set_field({"draw": "city", "check": "city"})})
    paper = AdjustPlan(document=DOCUMENT, number="申1", approval="批1", reason="市级", changed=(row,))
    driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET)
    assert "RowOnlyWatched" == start(driver)


def test_what_the_city_drew_is_not_changed_here(at: At) -> None:
    """No other scope, no commitment, no draw act; the record is the city's, with its hash."""
    driver = of_the_city(at("adopted"))
    launched(driver)
    other = ProposeScope(filter=ScopeFilter(kinds=("学校",)))
    assert "DrawnAbove" == driver.say(other, actor(LEAD, Role.HANDLER)).type
    scenes.offered(driver)
    scenes.claimed(driver)
    papers: tuple[Paper, ...] = (CommitSecret(commitment=commitment(b"x" * 32)), RequestDraw(reason="重抽"))
    for paper in papers:
        assert "DrawnAbove" == driver.say(paper, actor(LEAD, Role.HANDLER)).type
    with driver.database.read() as session, pytest.raises(Refusal, match=SHA) as refusal:
        export_record(session, driver.task)
    assert "DrawnAbove" == refusal.value.type


def test_the_list_stands_as_the_scope_with_whose_it_is(at: At) -> None:
    """Issuer, number, day and the record's hash are what the second person confirms."""
    driver = of_the_city(at("adopted"))
    start(driver, received=drawn_above())
    row = driver.read(lambda session: session.exec(select(Preparation)).one())
    assert Aspect.SCOPE is row.aspect
    assert set(CODES) == set(row.content["filter"]["hand_picked"])
    for word in ("市市场监管局", "市〔2026〕5号", "2026-03-20", SHA):
        assert word in row.content["filter"]["reason"]
