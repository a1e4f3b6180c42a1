"""A year's calendar arrives or is replaced: every open clock that crosses it is reckoned anew (工作日历)."""

from sqlmodel import col, delete

from activities.clocks.recompute import recompute
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from models.papers import LoadCalendar
from models.registers import CalendarDay, CalendarYear
from rules.calendar_check import check_year
from rules.roles import Role


@ruling(Target.OFFICE, LoadCalendar, Role.OFFICE)
def load(docket: Docket, paper: LoadCalendar) -> None:
    """Store the year as published; the former one stays in the paper that brought it."""
    session = docket.session
    counted = check_year(paper.year, [(line.day, line.kind) for line in paper.days])
    former = session.get(CalendarYear, paper.year)
    replaced = former.document if former else None
    session.exec(delete(CalendarDay).where(col(CalendarDay.year) == paper.year))
    for line in paper.days:
        session.add(
            CalendarDay(
                day=line.day, year=paper.year, kind=line.kind, name=line.name, document=paper.document
            )
        )
    session.merge(CalendarYear(year=paper.year, document=paper.document, loaded_at=docket.now))
    session.flush()
    moved = recompute(session, paper.year, paper.document, docket.now)
    docket.data = {
        "year": paper.year,
        "replaced": replaced,
        "working": counted.working,
        "holidays": counted.weekend_holidays + counted.weekday_holidays,
        "makeups": counted.makeups,
        "reckoned": moved.reckoned,
        "moved": moved.moved,
    }
    docket.audit("calendar.loaded", document=paper.document, **docket.data)
