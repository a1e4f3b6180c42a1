"""Search attributes: what stands in a list of workflows when no worker runs to explain itself (检索属性).

Workflows set them, the engine's adapters register them, and the doctor holds them against SQL.
"""

from datetime import datetime, time, timedelta
from typing import Any

from temporalio.common import SearchAttributeKey

from rules.calendar import TZ

OFFICE = SearchAttributeKey.for_keyword("InspectionOffice")
PLAN = SearchAttributeKey.for_keyword("InspectionPlan")
STAGE = SearchAttributeKey.for_keyword("InspectionStage")
WAITING_ON = SearchAttributeKey.for_keyword_list("WaitingOn")
WAITING_FOR = SearchAttributeKey.for_keyword("WaitingFor")
ESCALATION = SearchAttributeKey.for_int("EscalationLevel")
DUE = SearchAttributeKey.for_datetime("DueAt")
SINCE = SearchAttributeKey.for_datetime("WaitingSince")

ALL: tuple[SearchAttributeKey[Any], ...] = (
    OFFICE,
    PLAN,
    STAGE,
    WAITING_ON,
    WAITING_FOR,
    ESCALATION,
    DUE,
    SINCE,
)
LISTED = (STAGE, WAITING_ON, WAITING_FOR, SINCE, DUE, ESCALATION)
"""What a list of workflows should show of each, in this order: what is stuck, who must act, since when, until when."""


def listed_due(due: datetime) -> datetime:
    """A due moment as a list shows it, in Beijing time.

    The end of a day is its last second there: as 00:00 of the next one it would read like a day more.
    """
    local = due.astimezone(TZ)
    return local - timedelta(seconds=1) if local.time() == time() else local
