"""Papers of an office outside any task: registers, policies, people, the calendar (名录库、规则、人员、日历)."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from models.papers.base import MAX_LINES, Hex32, Paper, Reason
from rules.calendar import DayKind


class ConfirmRegister(Paper):
    """A keeper confirms that a register is up to date (确认名录库)."""

    kind: ClassVar[str] = "register.confirm"
    directory: str


class SetPolicy(Paper):
    """Set a policy value with the clause it comes from (设定规则); `plan`: for the tasks of this plan alone."""

    kind: ClassVar[str] = "policy.set"
    key: str
    value: Any
    clause: Reason
    valid_from: date
    department: str = ""
    plan: str = ""


class AddAlias(Paper):
    """A name under which notices call a department (登记别名)."""

    kind: ClassVar[str] = "alias.add"
    alias: Reason
    department: str


class AddDepartment(Paper):
    """A department that the office did not know yet (登记新部门)."""

    kind: ClassVar[str] = "department.add"
    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]
    name: Reason
    aliases: tuple[str, ...] = ()


class PostPerson(Paper):
    """Give a person a role in a department for a period (任职), or as a substitute (代理)."""

    kind: ClassVar[str] = "person.post"
    person: str
    name: str
    department: str
    role: str
    from_day: date
    to_day: date | None = None
    acting_for: str | None = None


class IssueToken(Paper):
    """A new personal token: its hash and expiry (发放令牌)."""

    kind: ClassVar[str] = "person.token"
    person: str
    sha256: Hex32
    expires_on: date


class RevokeTokens(Paper):
    """Revoke all tokens of a person (吊销令牌)."""

    kind: ClassVar[str] = "person.revoke"
    person: str
    reason: Reason


class CalendarLine(BaseModel):
    """A day that is not what its weekday says (节假日安排), in the words of the notice."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    day: date
    kind: DayKind
    name: str = ""


class LoadCalendar(Paper):
    """A year's holidays and make-up days as the State Council has published them (录入工作日历)."""

    kind: ClassVar[str] = "calendar.load"
    carries: ClassVar[str] = "days"
    year: int = Field(ge=2008, le=2100)
    document: Reason
    days: tuple[CalendarLine, ...] = Field(min_length=1, max_length=MAX_LINES)
