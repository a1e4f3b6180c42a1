"""Sheets are written in sets: the same rows as one by one, and nothing of a sheet that is refused."""

from sqlalchemy import event
from sqlmodel import col, select

from activities import audit
from models.outcomes import Result
from models.papers import ResultLine, SubmitResults
from models.task import Visit
from models.trail import Wait
from rules.results import Category
from rules.roles import Role
from rules.stages import VisitStage
from tests.activities.conftest import At
from tests.activities.counting import counted, kept, open_of_visits, owed
from tests.activities.driver import Driver
from tests.activities.world import item_of
from tests.builders import SECOND, actor


def sheet_of(driver: Driver) -> SubmitResults:
    """All results of a department's visits as one paper."""
    visits = driver.visits(SECOND, VisitStage.VISITED)
    lines = (
        ResultLine(visit=visit.id, item=item_of(SECOND), categories=(Category.NO_PROBLEM,))
        for visit in visits
    )
    return SubmitResults(lines=tuple(lines))


def test_a_sheet_is_written_as_its_lines_say(at_each: At) -> None:
    """Results, visits, counters and waits agree, and documents are read back as they were written."""
    driver = at_each("visited")
    paper = sheet_of(driver)
    assert len(paper.lines) > 2
    sent: list[str] = []
    event.listen(driver.database.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    answer = driver.act(SECOND, Role.OFFICER, paper)
    rows = driver.read(
        lambda session: session.exec(select(Result).where(col(Result.submission) == answer.submission)).all()
    )
    assert len(paper.lines) > sum(one.startswith("UPDATE visit ") for one in sent)
    assert {line.visit for line in paper.lines} == {row.visit for row in rows}
    assert all(
        ([Category.NO_PROBLEM.value], None, []) == (row.categories, row.disposal, row.evidence)
        for row in rows
    )
    visits = driver.visits(SECOND)
    assert {VisitStage.SUBMITTED} == {visit.stage for visit in visits}
    assert ["approval"] == [driver.row(Wait, key).kind for key in {visit.wait for visit in visits}]
    assert driver.read(lambda session: counted(session, driver.task) == kept(session, driver.task))
    assert driver.read(lambda session: owed(session, driver.task) == open_of_visits(session, driver.task))


def test_a_sheet_that_comes_twice_is_refused_and_the_first_stands(at_each: At) -> None:
    """The second waits with the first: what was begun for both is given up, and each is ruled on apart."""
    driver = at_each("visited")
    paper, by = sheet_of(driver), actor(SECOND, Role.OFFICER)
    first, second = driver.file(paper, by), driver.file(paper, by)
    answers = [driver.rule(one) for one in (first, second)]
    assert ["Accepted", "VisitStage"] == sorted(answer.type for answer in answers)
    stages = driver.read(
        lambda session: set(session.exec(select(Visit.stage).where(col(Visit.department) == SECOND)))
    )
    assert {VisitStage.SUBMITTED} == stages
    assert driver.read(lambda session: counted(session, driver.task) == kept(session, driver.task))
    assert [] == driver.read(audit.verify)
