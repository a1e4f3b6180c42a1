"""A year's calendar arrives or is replaced: every open clock that crosses it is reckoned anew."""

from datetime import date
from functools import partial

from sqlmodel import col, select

from activities import audit
from activities.clocks.explaining import explain_wait
from activities.clocks.waits import Clocks
from models.papers import CalendarLine, LoadCalendar
from models.registers import CalendarYear
from models.task import Visit
from models.trail import AuditEvent, Outbox, Outcome, Wait
from rules.calendar import DayKind
from rules.calendar_seed import from_library
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.calendars import a_calendar
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.scenes import approved, submitted, visited
from tests.activities.waits import all_clocks, beijing, clock_of, due, fired, let_pass, notices, wait_of
from tests.activities.world import OFFICE_TARGET
from tests.builders import LEAD, OFFICE_DESK, SECOND, THIRD, actor

DOCUMENT = "国办发明电〔2026〕合成号"


def in_december(at: At) -> Driver:
    """Checks completed on 10 December 2026: their 20 working days end in a year that nobody published."""
    driver = at("matched")
    driver.now = beijing("2026-12-10 10:00")
    visited(driver)
    return driver


def load(driver: Driver, paper: LoadCalendar) -> dict[str, object]:
    """The office loads a year."""
    return driver.act(OFFICE_DESK, Role.OFFICE, paper, target=OFFICE_TARGET).data


def test_an_unpublished_year_is_provisional_and_reckoned_anew_when_it_comes(at_each: At) -> None:
    """Plain weekdays end on 7 January; with New Year's Day off, on the 8th. Both dates stay in the trail."""
    driver = in_december(at_each)
    wait = wait_of(driver, WaitKind.ENTRY)
    assert (date(2027, 1, 7), True) == (due(driver, wait), clock_of(driver, wait).provisional)
    driver.now = beijing("2026-12-15 09:00")
    data = load(driver, a_calendar(2027, DOCUMENT))
    assert (3, 3) == (data["reckoned"], data["moved"])
    assert (date(2027, 1, 8), False) == (due(driver, wait), clock_of(driver, wait).provisional)
    assert [(date(2027, 1, 7), False), (date(2027, 1, 8), True)] == [
        (one.due_day, one.current) for one in all_clocks(driver, wait)
    ]
    told = [one for one in notices(driver, "deadline") if one.department == SECOND]
    assert ["2027-01-07" in told[0].text, "2027-01-08" in told[0].text, DOCUMENT in told[0].text] == [
        True
    ] * 3
    events = [
        one
        for one in driver.read(lambda s: s.exec(select(AuditEvent)).all())
        if one.event == "deadline.moved"
    ]
    assert {("2027-01-07", "2027-01-08", audit.task_chain(driver.task))} == {
        (one.detail["from"], one.detail["to"], one.chain) for one in events
    }
    assert [] == driver.read(audit.verify)


def test_whoever_sleeps_on_a_moved_clock_is_woken(at: At) -> None:
    """The task's one timer would go off at the former rung."""
    driver = in_december(at)
    load(driver, a_calendar(2027, DOCUMENT))
    sent = driver.read(lambda s: s.exec(select(Outbox)).all())
    assert {driver.target} == {one.workflow for one in sent if one.argument["kind"] == "calendar"}


def test_the_rungs_follow_the_new_day(at: At) -> None:
    """Each once, on the working days of the calendar as it came: no reminder on New Year's Day."""
    driver = in_december(at)
    wait = wait_of(driver, WaitKind.ENTRY)
    driver.now = beijing("2026-12-15 09:00")
    load(driver, a_calendar(2027, DOCUMENT))
    let_pass(driver, wait, beijing("2027-01-21 09:00"))
    assert [
        ("minus5", "2026-12-31 08:30"),
        ("minus1", "2027-01-07 08:30"),
        ("due", "2027-01-08 08:30"),
        ("plus1", "2027-01-11 08:30"),
        ("plus3", "2027-01-13 08:30"),
        ("plus3", "2027-01-18 08:30"),
        ("plus3", "2027-01-21 08:30"),
    ] == fired(driver, wait)


def test_the_visits_own_clock_moves_with_it(at: At) -> None:
    """A step that is opened later lies inside the 20 days as they are now."""
    driver = in_december(at)
    load(driver, a_calendar(2027, DOCUMENT))
    days = driver.read(lambda s: s.exec(select(col(Visit.due_day)).distinct()).all())
    assert [date(2027, 1, 8)] == list(days)
    driver.now = beijing("2027-01-06 10:00")
    submitted(driver)
    assert date(2027, 1, 8) == due(driver, wait_of(driver, WaitKind.APPROVAL))
    approved(driver)
    assert date(2027, 1, 8) == due(driver, wait_of(driver, WaitKind.RECEIPT))


def test_a_cap_moves_with_the_clock_that_holds_it(at: At) -> None:
    """An approval that was cut short by the 20 days gets the day that they gain."""
    driver = in_december(at)
    driver.now = beijing("2027-01-06 10:00")
    submitted(driver)
    wait = wait_of(driver, WaitKind.APPROVAL)
    assert date(2027, 1, 7) == due(driver, wait)
    load(driver, a_calendar(2027, DOCUMENT))
    assert date(2027, 1, 8) == due(driver, wait)


def test_a_calendar_that_changes_no_day_confirms_the_deadline_where_it_stands(at: At) -> None:
    """No second row, nobody told; what was provisional is so no longer."""
    driver = at("matched")
    driver.now = beijing("2026-12-01 10:00")
    visited(driver)
    wait = wait_of(driver, WaitKind.ENTRY)
    assert (date(2026, 12, 29), False) == (due(driver, wait), clock_of(driver, wait).provisional)
    assert 0 == load(driver, a_calendar(2027, DOCUMENT))["moved"]
    assert 1 == len(all_clocks(driver, wait))
    assert [] == notices(driver, "deadline")


def test_a_replaced_year_is_reckoned_again(at: At) -> None:
    """A day off added later (as the State Council has done) moves what crosses it once more."""
    driver = in_december(at)
    wait = wait_of(driver, WaitKind.ENTRY)
    first = a_calendar(2027, DOCUMENT)
    load(driver, first)
    extra = CalendarLine(day=date(2027, 1, 4), kind=DayKind.HOLIDAY, name="增加")
    second = first.model_copy(update={"document": "更正通知", "days": (*first.days, extra)})
    assert DOCUMENT == load(driver, second)["replaced"]
    assert date(2027, 1, 11) == due(driver, wait)
    known = driver.read(lambda s: s.get_one(CalendarYear, 2027))
    assert "更正通知" == known.document


def test_a_calendar_with_faults_moves_nothing(at: At) -> None:
    """All faults are named at once, and every clock stays where it is."""
    driver = in_december(at)
    wait = wait_of(driver, WaitKind.ENTRY)
    lines = tuple(
        CalendarLine(day=day, kind=kind, name=name)
        for day, kind, name in from_library([2026])
        if day != date(2026, 10, 1)
    )
    wrong = (*lines, CalendarLine(day=date(2026, 3, 11), kind=DayKind.MAKEUP))
    answer = driver.say(
        LoadCalendar(year=2026, document="错", days=wrong),
        actor(OFFICE_DESK, Role.OFFICE),
        target=OFFICE_TARGET,
    )
    assert (Outcome.REFUSED, "CalendarInvalid") == (answer.outcome, answer.type)
    assert all(word in answer.words for word in ("国庆节2026-10-01", "2026-03-11不是周六"))
    assert date(2027, 1, 7) == due(driver, wait)
    assert 1 == len(all_clocks(driver, wait_of(driver, WaitKind.ENTRY, LEAD)))


def test_a_disposals_clock_moves_too(at: At) -> None:
    """Ten days to comply from 22 December end on New Year's Day; the five working days after it cross the holiday."""
    driver = at("matched")
    driver.now = beijing("2026-12-22 10:00")
    visited(driver)
    submitted(driver)
    approved(driver)
    wait = wait_of(driver, WaitKind.DISPOSAL)
    assert (date(2027, 1, 8), True) == (due(driver, wait), clock_of(driver, wait).provisional)
    first = a_calendar(2027, DOCUMENT)
    extra = CalendarLine(day=date(2027, 1, 4), kind=DayKind.HOLIDAY, name="增加")
    load(driver, first.model_copy(update={"days": (*first.days, extra)}))
    assert (date(2027, 1, 11), False) == (due(driver, wait), clock_of(driver, wait).provisional)


def test_what_has_ended_is_explained_by_the_calendar_that_it_was_counted_by(at: At) -> None:
    """The year came, and was corrected, after the answer: neither changes why the last day was that day."""
    driver = in_december(at)
    plain, as_first, as_now = (wait_of(driver, WaitKind.ENTRY, one) for one in (LEAD, SECOND, THIRD))
    end(driver, plain)
    driver.now = beijing("2026-12-15 09:00")
    first = a_calendar(2027, DOCUMENT)
    load(driver, first)
    end(driver, as_first)
    driver.now = beijing("2026-12-16 09:00")
    # The correction lets New Year be made up for on the Sunday after it.
    made_up = CalendarLine(day=date(2027, 1, 3), kind=DayKind.MAKEUP, name="更正")
    load(driver, first.model_copy(update={"days": (*first.days, made_up), "document": "更正号"}))
    whys = {}
    for wait in (plain, as_first, as_now):
        found = driver.read(partial(explain_wait, wait=wait, now=driver.now))
        assert (found.deadline.due_day, 20) == (found.days[-1].day, found.counted)
        whys[wait.department] = {one.day: one.why for one in found.days}
    new_year, sunday = date(2027, 1, 1), date(2027, 1, 3)
    assert "工作日，计入（该年日历尚未公布，暂按周一至周五）" == whys[LEAD][new_year]
    assert "法定节假日，不计入（合成假期）" == whys[SECOND][new_year] == whys[THIRD][new_year]
    assert ("周末，不计入", "调休上班日，计入（更正）") == (whys[SECOND][sunday], whys[THIRD][sunday])


def test_a_published_year_that_is_corrected_explains_what_ended_before_as_it_came(at: At) -> None:
    """National Day 2026 as the service knew it, though another list was typed in later."""
    driver = at("matched")
    driver.now = beijing("2026-09-18 10:00")
    visited(driver)
    wait = wait_of(driver, WaitKind.ENTRY)
    end(driver, wait)
    lines = [CalendarLine(day=day, kind=kind, name=name) for day, kind, name in from_library([2026])]
    fewer = tuple(line for line in lines if line.day not in (date(2026, 10, 7), date(2026, 9, 20)))
    load(driver, LoadCalendar(year=2026, document="更正号", days=fewer))
    found = driver.read(lambda session: explain_wait(session, wait, driver.now))
    assert (date(2026, 10, 22), date(2026, 10, 22)) == (found.deadline.due_day, found.days[-1].day)


def end(driver: Driver, wait: Wait) -> None:
    """It is answered, and its clock falls silent."""
    with driver.database.write() as session:
        row = session.get_one(Wait, wait.id)
        Clocks(session, row.office, driver.now).settle(row, by="x", count=row.open)
