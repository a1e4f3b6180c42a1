"""What workflows are told, as their tests build it."""

from datetime import UTC, datetime

from models.messages import (
    BranchProgress,
    Progress,
    WaitLine,
)
from rules.stages import Claim, Stage, TaskStatus

SINCE = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
END_OF_4_MARCH = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)


def a_wait(**given: object) -> WaitLine:
    """An open claim of 县教育局, due at the end of 4 March in Beijing."""
    fields: dict[str, object] = {
        "id": "w",
        "department": "yc/jy",
        "name": "县教育局",
        "role": "handler",
        "kind": "claim",
        "stage": 2,
        "open": 1,
        "total": 1,
        "since": SINCE,
        "due": END_OF_4_MARCH,
        "next_rung": datetime(2026, 3, 3, 0, 30, tzinfo=UTC),
    }
    return WaitLine.model_validate(fields | given)


def a_branch(**given: object) -> BranchProgress:
    """县教育局 as a partner that was offered the task."""
    fields: dict[str, object] = {
        "department": "yc/jy",
        "name": "县教育局",
        "claim": Claim.OFFERED,
        "stage": Stage.NOTIFY,
        "since": SINCE,
    }
    return BranchProgress.model_validate(fields | given)


def a_task(**given: object) -> Progress:
    """A task that waits for one claim."""
    fields: dict[str, object] = {
        "task": "yc-2026/4/1",
        "office": "yc",
        "document": "yc-2026",
        "name": "学校食堂食品安全情况抽查",
        "status": TaskStatus.OPEN,
        "stage": Stage.NOTIFY,
        "since": SINCE,
        "branches": (a_branch(),),
        "waits": (a_wait(),),
        "waits_open": 1,
    }
    return Progress.model_validate(fields | given)
