"""What is played for the pictures, and where each play stops."""

import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.settings import Settings
from cli.demo.county import County
from cli.demo.platform_server import Habits, Platform, serve
from cli.demo.play import HEALTH, SCHOOLS, TASK
from models.papers import (
    AcceptClaim,
    ApproveResults,
    Paper,
    RecordVisits,
    RevealLink,
    StepDisposal,
    SubmitResults,
)

from .world import Line, Served

TASK_PAGE = f"joint-task/{TASK}"


async def untroubled(_: Served) -> None:
    """Nothing is broken: a person has not acted."""


def as_played(settings: Settings) -> Settings:
    """The worker before the picture has the settings of the play."""
    return settings


@dataclass(frozen=True)
class Shot:
    """One picture: what it shows, where the play stops, how long ago that was, what is broken besides."""

    name: str
    words: str
    line: Line
    days: int = 0
    page: str = TASK_PAGE
    """How the id of the workflow begins whose page is shown."""
    tab: str = "user-metadata"
    trouble: Callable[[Served], Awaitable[None]] = untroubled
    settings: Callable[[Settings], Settings] = as_played
    working: bool = True
    """Whether a worker still runs when the picture is taken."""


@dataclass(frozen=True)
class Play:
    """One county's play before one platform, and its pictures in the order of the play."""

    shots: tuple[Shot, ...]
    county: Callable[[County], County] = lambda county: county
    habits: Habits = Habits()

    @contextmanager
    def platform(self, state: Path) -> Iterator[str]:
        """The platform's address, for as long as the play lasts."""
        server = serve(Platform(state, self.habits))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def before(paper: type[Paper], department: str = "") -> Line:
    """The line before a kind of paper, of one department or of any."""
    return lambda who, what: isinstance(what, paper) and department in {"", who}


def waiting_for(what: str) -> Line:
    """The line at which the play waits for something."""
    return lambda _, line: line == what


async def terminated(world: Served) -> None:
    """Somebody terminates the task in the Web UI."""
    await world.client.get_workflow_handle(TASK_PAGE).terminate("清理测试数据")


async def broken(world: Served) -> None:
    """A table is gone, and a paper comes in: the workflow task fails and is tried again for ever."""
    with sqlite3.connect(world.database.url.removeprefix("sqlite:///")) as database:
        database.execute("ALTER TABLE taking_part RENAME TO mislaid")
    await world.client.get_workflow_handle(TASK_PAGE).signal("wake", {"kind": "reading again"})


def nowhere(settings: Settings) -> Settings:
    """The platform's address answers nobody."""
    return replace(settings, exchange="http://127.0.0.1:9")


def hardly_anybody(county: County) -> County:
    """All but one of the health department's officers are on leave."""
    staff = [row for row in county.officers if row["department"] == "wj"]
    away = {row["code"] for row in staff[1:]}
    officers = [
        row | {"leave": "2020-01-01~2099-12-31"} if row["code"] in away else row for row in county.officers
    ]
    return replace(county, officers=officers)


PLAYS = (
    Play(
        (
            Shot("1-claim", "配合部门没有领取", before(AcceptClaim, SCHOOLS), days=7),
            Shot("2-reveal", "一个部门没有揭示随机值", before(RevealLink, HEALTH)),
            Shot("4-visit", "检查时段已过，没有登记检查", before(RecordVisits), days=21),
            Shot(
                "list-overdue",
                "逾期任务的清单",
                before(RecordVisits),
                days=21,
                page="?query=EscalationLevel >= 2",
            ),
            Shot("5-entry", "检查后20个工作日没有录入", before(SubmitResults), days=35),
            Shot(
                "fault-no-worker",
                "没有工作进程：只剩搜索属性",
                before(SubmitResults),
                days=35,
                tab="search-attributes",
                working=False,
            ),
            Shot("fault-terminated", "有人在界面上终止了任务", before(SubmitResults), trouble=terminated),
            Shot("6-approval", "结果没有审批", before(ApproveResults), days=14),
            Shot(
                "fault-broken",
                "工作流任务失败（程序错误或数据库故障）",
                before(ApproveResults),
                trouble=broken,
                tab="timeline",
            ),
            Shot(
                "fault-platform-away",
                "省平台连接不上",
                waiting_for("entry"),
                page="exchange/",
                settings=nowhere,
            ),
            Shot("8-recheck", "责令改正后没有复查", before(StepDisposal), days=35, page="disposal/"),
        )
    ),
    Play((Shot("3-unmatched", "有对象匹配不到两名执法人员", waiting_for("the match"), days=7),), hardly_anybody),
    Play(
        (
            Shot("7-refused", "省平台退回了部分结果", waiting_for("entry"), days=7),
            Shot("7-refused-exchange", "交换：被退回的记录", waiting_for("entry"), page="exchange/"),
        ),
        habits=Habits(refuse=7),
    ),
)
