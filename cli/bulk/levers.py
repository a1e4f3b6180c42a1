"""The levers that can be pulled in bulk: their columns, their papers, and what finds their rows (批量办理)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from adapters.result_sheets import Column
from cli.given import chosen, day_of
from models.papers import (
    CancelTask,
    ExtendWait,
    Paper,
    ReassignWait,
    ReleaseClaim,
    ResumeClock,
    SkipWait,
    SuspendClock,
)
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role

Values = Mapping[str, str]
"""A row's cells, or an option's words, by the names of the columns."""


class BulkLever(StrEnum):
    """An act that can be done to many waits or tasks at once (批量办理)."""

    SUSPEND = "suspend"
    RESUME_CLOCK = "resume-clock"
    EXTEND = "extend"
    REASSIGN = "reassign"
    SKIP = "skip"
    RELEASE = "release"
    CANCEL = "cancel"

    @property
    def label(self) -> str:
        """The act in the words of the trade."""
        return {
            "suspend": "中止期限",
            "resume-clock": "恢复期限",
            "extend": "延长期限",
            "reassign": "改派",
            "skip": "免办",
            "release": "免除配合",
            "cancel": "撤销任务",
        }[self.value]


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("wait", "待办编号", 36, required=True),
        Column("task", "任务编号", 24, required=True),
        Column("department", "配合部门", 24, required=True),
        Column("first", "自何日", 12),
        Column("last", "至何日", 12),
        Column("by", "延长数", 10),
        Column("role", "职务", 16, choices=tuple(role.label for role in Role)),
        Column("person", "人员编号", 16),
        Column("reason", "理由", 40),
        Column("approval", "文号", 24),
    )
}


@dataclass(frozen=True)
class LeverForm:
    """What a row of a lever holds: its keys (columns that say on what), its values, and its paper."""

    keys: tuple[str, ...]
    values: tuple[str, ...]
    paper: Callable[[str, Values], Paper]
    """Makes the paper from the wait's id (or the released department's) and the values."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its list."""
        return tuple(COLUMNS[name] for name in (*self.keys, *self.values))


def _today() -> date:
    return local_day(datetime.now(UTC))


def _suspend(wait: str, values: Values) -> Paper:
    first, last = values.get("first"), values.get("last")
    return SuspendClock(
        wait=wait,
        from_day=day_of(first) if first else _today(),
        to_day=day_of(last) if last else None,
        reason=values.get("reason", ""),
        approval=values.get("approval", ""),
    )


def _resume(wait: str, values: Values) -> Paper:
    first = values.get("first")
    return ResumeClock(
        wait=wait,
        runs_from=day_of(first) if first else _today() + timedelta(days=1),
        reason=values.get("reason", ""),
        approval=values.get("approval", ""),
    )


def _extend(wait: str, values: Values) -> Paper:
    text = values.get("by", "")
    if not text.isdigit():
        raise Refusal("AmountMissing", "“延长数”须为1至60的整数")
    return ExtendWait(
        wait=wait, amount=int(text), reason=values.get("reason", ""), approval=values.get("approval", "")
    )


def _reassign(wait: str, values: Values) -> Paper:
    role = values.get("role")
    return ReassignWait(
        wait=wait,
        role=chosen(Role, role) if role else None,
        person=values.get("person") or None,
        reason=values.get("reason", ""),
    )


def _skip(wait: str, values: Values) -> Paper:
    return SkipWait(wait=wait, reason=values.get("reason", ""), approval=values.get("approval", ""))


def _release(department: str, values: Values) -> Paper:
    return ReleaseClaim(department=department, reason=values.get("reason", ""))


def _cancel(_: str, values: Values) -> Paper:
    return CancelTask(approval_number=values.get("approval", ""), reason=values.get("reason", ""))


_WAIT = ("wait",)
FORMS: Mapping[BulkLever, LeverForm] = {
    BulkLever.SUSPEND: LeverForm(_WAIT, ("first", "last", "reason", "approval"), _suspend),
    BulkLever.RESUME_CLOCK: LeverForm(_WAIT, ("first", "reason", "approval"), _resume),
    BulkLever.EXTEND: LeverForm(_WAIT, ("by", "reason", "approval"), _extend),
    BulkLever.REASSIGN: LeverForm(_WAIT, ("role", "person", "reason"), _reassign),
    BulkLever.SKIP: LeverForm(_WAIT, ("reason", "approval"), _skip),
    BulkLever.RELEASE: LeverForm(("task", "department"), ("reason",), _release),
    BulkLever.CANCEL: LeverForm(("task",), ("reason", "approval"), _cancel),
}
PAPERS: Mapping[BulkLever, type[Paper]] = {
    BulkLever.SUSPEND: SuspendClock,
    BulkLever.RESUME_CLOCK: ResumeClock,
    BulkLever.EXTEND: ExtendWait,
    BulkLever.REASSIGN: ReassignWait,
    BulkLever.SKIP: SkipWait,
    BulkLever.RELEASE: ReleaseClaim,
    BulkLever.CANCEL: CancelTask,
}
"""The kind of paper of each lever: it says in what role it is filed."""
