"""The kept counters equal the rows they count, whatever was done in whatever order."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import audit
from models.outcomes import PublicationKind
from models.papers import (
    ApproveResults,
    MatchAgain,
    PostponeVisits,
    ProvePublication,
    RecordVisits,
    RequestDraw,
    ReturnResults,
    SubmitResults,
    VisitLine,
)
from models.task import Visit
from rules.channel import Channel
from rules.draw_record import Kind
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.conftest import At
from tests.activities.counting import counted, kept, open_of_visits, owed
from tests.activities.draw.contributing import later_act
from tests.activities.driver import Driver
from tests.activities.scenes import OF_A_TASK, result_line
from tests.activities.stages import Stages
from tests.activities.world import PARTS, SHA

Some = tuple[str, list[Visit]]


def agree(driver: Driver) -> None:
    """Counters, and the open counts of the waits that visits hang on."""
    assert driver.read(lambda session: counted(session, driver.task)) == driver.read(
        lambda session: kept(session, driver.task)
    )
    assert driver.read(lambda session: owed(session, driver.task)) == driver.read(
        lambda session: open_of_visits(session, driver.task)
    )


@pytest.mark.parametrize("scene", sorted(OF_A_TASK - {"cancelled"}))
def test_the_counters_equal_the_rows_at_every_scene(at: At, scene: str) -> None:
    """A counter that drifts would close a task too early, or never."""
    agree(at(scene))


def test_a_replacement_takes_the_replaced_out_of_the_counts(at_each: At) -> None:
    """The withdrawn visits stay on record and count no more; their replacement is matched."""
    driver = at_each("matched")
    visit = driver.visits(PARTS[0])[0]
    code = driver.subject(visit).code
    later_act(
        driver, RequestDraw(act=Kind.REPLACEMENT, reason="注销", replaces=(code,), evidence="注销通知"), 2
    )
    agree(driver)
    assert 3 == sum(len(driver.visits(department, VisitStage.WITHDRAWN)) for department in PARTS)
    assert 9 == driver.part(PARTS[0]).subjects


def test_an_added_size_after_some_checks_brings_the_department_back_to_its_match(at: At) -> None:
    """What is done stays done, the added are matched and visited after."""
    driver = at("matched")
    record(driver, (PARTS[0], list(driver.visits(PARTS[0]))))
    later_act(driver, RequestDraw(act=Kind.ADDED, reason="扩大抽查", size=2, evidence="纪要5号"), 2)
    agree(driver)
    assert (11, 11, 9) == (
        driver.part(PARTS[0]).subjects,
        driver.part(PARTS[0]).matched,
        driver.part(PARTS[0]).visited,
    )


def record(driver: Driver, some: Some) -> None:
    """Complete checks."""
    department, visits = some
    officers = driver.officers(department)[:2]
    lines = [VisitLine(visit=one.id, completed_on=driver.today, officers=officers) for one in visits]
    driver.act(department, Role.OFFICER, RecordVisits(lines=tuple(lines)))


def submit(driver: Driver, some: Some) -> None:
    """Enter results."""
    lines = tuple(result_line(driver, one) for one in some[1])
    driver.act(some[0], Role.OFFICER, SubmitResults(lines=lines))


def approve(driver: Driver, some: Some) -> None:
    """Approve results."""
    driver.act(some[0], Role.APPROVER, ApproveResults(visits=tuple(one.id for one in some[1])))


def send_back(driver: Driver, some: Some) -> None:
    """Return results."""
    driver.act(
        some[0], Role.APPROVER, ReturnResults(visits=tuple(one.id for one in some[1]), reason="附件不全")
    )


def prove(driver: Driver, some: Some) -> None:
    """Publish on the department's own site what is receipted."""
    ids = {one.id for one in some[1]}
    mine = driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
    publications = tuple(one.id for one in mine if one.visit in ids and one.published_at is None)
    if publications:
        paper = ProvePublication(
            publications=publications,
            address="https://example.invalid",
            published_on=driver.today,
            sha256=SHA,
        )
        driver.act(some[0], Role.HANDLER, paper)


def postpone(driver: Driver, some: Some) -> None:
    """Give visits another period."""
    paper = PostponeVisits(
        visits=tuple(one.id for one in some[1]),
        first_day=driver.today,
        last_day=driver.today + timedelta(days=30),
        reason="放假",
    )
    driver.act(some[0], Role.APPROVER, paper)


def match_again(driver: Driver, some: Some) -> None:
    """Have officers matched anew."""
    driver.act(some[0], Role.HANDLER, MatchAgain(reason="病假", visits=tuple(one.id for one in some[1])))
    driver.steps.match_officers(driver.step(department=some[0]))


def trade(driver: Driver, _: Some) -> None:
    """A round with the platform."""
    driver.trade()


MOVES: dict[str, tuple[Callable[[Driver, Some], None], tuple[VisitStage, ...]]] = {
    "record": (record, (VisitStage.MATCHED,)),
    "postpone": (postpone, (VisitStage.MATCHED,)),
    "match_again": (match_again, (VisitStage.MATCHED,)),
    "submit": (submit, (VisitStage.VISITED, VisitStage.RETURNED)),
    "approve": (approve, (VisitStage.SUBMITTED,)),
    "send_back": (send_back, (VisitStage.SUBMITTED,)),
    "trade": (trade, tuple(VisitStage)),
    "prove": (prove, (VisitStage.RECEIPTED,)),
}
"""What can be done to visits, and in which of their states."""

TURNS = st.lists(
    st.tuples(
        st.sampled_from([*MOVES, "record", "submit", "approve"]),
        st.sampled_from(PARTS),
        st.integers(0, 8),
        st.integers(1, 9),
    ),
    min_size=8,
    max_size=24,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS)
def test_the_counters_equal_the_rows_after_any_play(
    stages: Stages, turns: list[tuple[str, str, int, int]]
) -> None:
    """Random slices of random departments' visits, moved in random order, some days apart."""
    database = stages.copy("sqlite", "matched")
    with tempfile.TemporaryDirectory() as folder:
        driver = Driver(database, Path(folder))
        for name, department, start, size in turns:
            act, states = MOVES[name]
            visits = list(driver.visits(department, *states))[start : start + size]
            if visits:
                act(driver, (department, visits))
                agree(driver)
            driver.now += timedelta(hours=7)
        assert [] == driver.read(audit.verify)
    stages.remove(database)
