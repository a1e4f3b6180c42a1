"""What stands in force for an office on a day: its calendar and its policies."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.registers import CalendarDay, CalendarYear, Policy
from rules.calendar import Calendar
from rules.policy import PolicyKey

_calendars: dict[tuple[str, str], Calendar] = {}


def load_calendar(session: Session) -> Calendar:
    """The calendar table as the rules read it; kept per version, for every clock asks for it."""
    years = session.exec(select(CalendarYear).order_by(col(CalendarYear.year))).all()
    version = ",".join(f"{year.year}:{year.document}@{year.loaded_at.isoformat()}" for year in years)
    key = (str(session.get_bind()), version)
    calendar = _calendars.get(key)
    if calendar is None:
        days = {day.day: day.kind for day in session.exec(select(CalendarDay))}
        calendar = Calendar(
            days=days, published_years=frozenset(year.year for year in years), version=version
        )
        _calendars[key] = calendar
    return calendar


def plan_of(task: str) -> str:
    """The plan that a task's id begins with."""
    return task.partition("/")[0]


class Policies:
    """The policies of one office on one day.

    What a plan's notice rules for its tasks goes before a department's own value, that before the office's.
    """

    def __init__(self, session: Session, office: str, day: date) -> None:
        rows = session.exec(
            select(Policy)
            .where(col(Policy.office) == office, col(Policy.valid_from) <= day)
            .order_by(col(Policy.valid_from), col(Policy.version))
        )
        # Later rows overwrite earlier ones: the newest that is in force counts.
        self._rows = {(row.plan, row.department, row.key): row for row in rows}

    def row(self, key: PolicyKey, department: str = "", plan: str = "") -> Policy | None:
        """The row in force, None where the default holds."""
        scopes = ((plan, ""), ("", department), ("", "")) if plan else (("", department), ("", ""))
        found = (self._rows.get((*scope, key.value)) for scope in scopes)
        return next((row for row in found if row is not None), None)

    def value(self, key: PolicyKey, department: str = "", plan: str = "") -> Any:
        """The value in force."""
        row = self.row(key, department, plan)
        return key.default if row is None else row.value

    def clause(self, key: PolicyKey, department: str = "", plan: str = "") -> str:
        """The clause that the value comes from."""
        row = self.row(key, department, plan)
        return key.clause if row is None else row.clause
