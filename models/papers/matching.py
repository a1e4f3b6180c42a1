"""Papers of stage 4 and of who goes with whom (匹配人员、联合上门、结果互认)."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from models.papers.base import MAX_LINES, Paper, Reason
from rules.recusal import RecusalGround


class BorrowOfficer(Paper):
    """Ask for an officer of another body for the task's match (借调人员).

    A body of the same office answers by message. The level above is another office, whose persons do
    not act here: there the `number` of its written consent is what exists.
    """

    kind: ClassVar[str] = "officer.borrow"
    officer: str
    number: Annotated[str, Field(max_length=2000)] = ""
    reason: Reason


class LendOfficer(Paper):
    """The lending body's answer to the requests for one of its officers in a task (同意或不同意借调)."""

    kind: ClassVar[str] = "officer.lend"
    officer: str
    lend: bool
    reason: Reason


class WidenAreas(Paper):
    """Let the department's officers check outside their areas in this task (扩大负责区域).

    `areas` empty means the whole territory.
    """

    kind: ClassVar[str] = "match.widen"
    areas: tuple[str, ...] = ()
    reason: Reason


class AttachAssistant(Paper):
    """Attach an expert or helper to an item that needs one (专家、辅助人员): they assist, and never count.

    `expert` is the number in the experts' register, empty for a helper who stands in none.
    """

    kind: ClassVar[str] = "assistant.attach"
    name: Annotated[str, Field(min_length=1, max_length=50)]
    specialty: Annotated[str, Field(min_length=1, max_length=100)]
    item: str
    expert: str = ""
    reason: Reason


class OfferJointVisit(Paper):
    """Offer another running task that has drawn the same subject to come together (进一次门，查多项事).

    The other visit would take the period of this one.
    """

    kind: ClassVar[str] = "joint.offer"
    visit: str
    task: str
    department: str
    reason: Reason


class AnswerJointVisit(Paper):
    """The answer to the joint visits offered for a visit of one's own (是否合并上门)."""

    kind: ClassVar[str] = "joint.answer"
    visit: str
    join: bool
    reason: Reason


class RecogniseResults(Paper):
    """Take unexpired results of other departments instead of a check, or check all the same (结果互认)."""

    kind: ClassVar[str] = "visit.recognise"
    visit: str
    recognise: bool
    reason: Reason


class MatchAgain(Paper):
    """Match again after the registers changed (重新匹配): what is unmatched, and the visits named.

    `without` are officers, by certificate number, who do not go to the visits named (sick on the day …).
    """

    kind: ClassVar[str] = "match.again"
    reason: Reason
    visits: tuple[str, ...] = Field(default=(), max_length=MAX_LINES)
    without: tuple[str, ...] = Field(default=(), max_length=MAX_LINES)


class DeclareRecusal(Paper):
    """An officer does not check these subjects, by code, in this task or any other (回避); `lift` ends it."""

    kind: ClassVar[str] = "officer.recuse"
    officer: str
    subjects: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    ground: RecusalGround
    reason: Reason
    lift: bool = False


class PostponeVisits(Paper):
    """Give visits another period (检查延期), with a reason; who can't come then is matched anew.

    There is one visit for all departments: the initiator may move it for them all (`together`).
    """

    kind: ClassVar[str] = "visit.postpone"
    carries: ClassVar[str] = "visits"
    visits: tuple[str, ...] = Field(min_length=1, max_length=MAX_LINES)
    first_day: date
    last_day: date
    reason: Reason
    together: bool = False
