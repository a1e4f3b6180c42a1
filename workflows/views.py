"""Saved queries: named lists of workflows in the Web UI, as addresses that can be bookmarked (常用查询)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from models.search_attributes import DUE, ESCALATION, STAGE, WAITING_FOR, WAITING_ON
from rules.calendar import TZ
from rules.ladder import Level
from rules.stages import Stage
from workflows.attributes import PLATFORM_AWAY

NAMESPACE = "default"
SOON = timedelta(days=3)
"""How far ahead "due soon" looks."""
_STAGES = 8
_RUNNING = "ExecutionStatus = 'Running'"
_BEHIND_OUR_BACK = ("Terminated", "Canceled", "Failed", "TimedOut")
"""Ends that no paper brings about: a case ends in words, and its workflow completes."""


@dataclass(frozen=True)
class View:
    """A named list; `query` may hold {department}, {what} and {until}, which the reader fills in."""

    name: str
    words: str
    query: str

    def address(self, ui: str, values: Mapping[str, str], namespace: str = NAMESPACE) -> str:
        """The list's address in the Web UI, with the values filled in."""
        # A quote in a name would end the literal; no department or kind of wait has one.
        safe = {name: value.replace("'", "") for name, value in values.items()}
        query = quote(self.query.format_map(safe), safe="")
        return f"{ui.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows?query={query}"

    @property
    def needs(self) -> frozenset[str]:
        """The names of the values that its query needs."""
        return frozenset(one for one in ("department", "what", "until") if f"{{{one}}}" in self.query)


VIEWS: tuple[View, ...] = (
    View("overdue", "已催办至单位负责人及以上", f"{ESCALATION.name} >= {int(Level.HEAD)} AND {_RUNNING}"),
    View("with-office", "已报领导小组办公室", f"{ESCALATION.name} >= {int(Level.OFFICE)} AND {_RUNNING}"),
    View("due-soon", "三日内到期", f"{DUE.name} < '{{until}}' AND {_RUNNING}"),
    View(
        "failing",
        "运行出错、正在反复重试",
        'TemporalReportedProblems IN ("category=WorkflowTaskFailed")',
    ),
    View("platform-away", "省平台连接不上", f"{STAGE.name} = '{PLATFORM_AWAY}' AND {_RUNNING}"),
    View(
        "ended-outside",
        "在本系统之外被终止、取消，或因故障结束",
        "ExecutionStatus IN (" + ", ".join(f"'{one}'" for one in _BEHIND_OUR_BACK) + ")",
    ),
    *(
        View(
            f"stage-{number}",
            f"第{number}步：{Stage(number).label}",
            f"{STAGE.name} = '{number} {Stage(number).label}' AND {_RUNNING}",
        )
        for number in range(1, _STAGES + 1)
    ),
    View("waiting-on", "等某部门", f"{WAITING_ON.name} = '{{department}}' AND {_RUNNING}"),
    View("waiting-for", "等某件事", f"{WAITING_FOR.name} = '{{what}}' AND {_RUNNING}"),
)
"""In the order in which an operator looks."""


def until(now: datetime) -> str:
    """The moment before which what is due is due soon, as the visibility store reads it."""
    return (now + SOON).astimezone(TZ).isoformat(timespec="seconds")
