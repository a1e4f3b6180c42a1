"""The calendar that a clock was counted by: what arrived, or was corrected, after its end is not in it (当时的日历)."""

import re
from datetime import date

from sqlmodel import Session, col, select

from activities.standing import load_calendar, standing
from models.papers import LoadCalendar
from models.trail import Submission
from rules.calendar import Calendar, DayKind
from rules.calendar_seed import PUBLISHED_YEARS, from_library


def counted_by(session: Session, version: str) -> Calendar:
    """The calendar of a deadline's version; years that were not published then are plain Mondays to Fridays."""
    stands = standing(session)
    now = load_calendar(session, stands)
    if version == stands.calendar:
        return now
    days: dict[date, DayKind] = {}
    published = [year for year in stands.years if re.search(rf"(?:^|,){year}:", version)]
    for year in published:
        former = None if _known(year, stands.calendar) in version else _former(session, year, version)
        days |= former if former is not None else {day: now.days[day] for day in now.days if day.year == year}
    return Calendar(days, frozenset(published), version)


def _known(year: int, version: str) -> str:
    """What a version says of a year: its document, and when that was loaded."""
    found = re.search(rf"(?:^|,)({year}:.*?@[^,@]*)(?=,\d{{4}}:|$)", version)
    return found[1] if found else ""


def _former(session: Session, year: int, version: str) -> dict[date, DayKind] | None:
    """A year as the paper had it that was replaced since, else as it came with the service."""
    papers = session.exec(
        select(Submission).where(col(Submission.kind) == LoadCalendar.kind).order_by(col(Submission.filed_at))
    )
    known = [paper for one in papers if (paper := LoadCalendar.model_validate(one.content)).year == year]
    for paper in reversed(known):
        if f"{year}:{paper.document}@" in version:
            return {line.day: line.kind for line in paper.days}
    if known and year in PUBLISHED_YEARS:
        return {day: kind for day, kind, _ in from_library([year])}
    return None
