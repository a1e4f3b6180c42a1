"""What is played for the pictures, and where each play stops."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from cli.demo.county import County
from cli.demo.platform_records import Habits, Platform
from cli.demo.platform_server import serve
from cli.demo.play import HEALTH, OFFICE, SCHOOLS, TASK
from models.messages import Wake
from models.papers import (
    AcceptClaim,
    ApproveResults,
    ConfirmAspect,
    Paper,
    RecordVisits,
    RevealLink,
    StepDisposal,
    SubmitResults,
)
from workflows.views import VIEWS

from .browser import HEIGHT
from .world import Line, Served

TASK_PAGE = f"joint-task/{TASK}"
EXCHANGE_PAGE = "exchange/"
DESK_PAGE = f"department/{SCHOOLS}/"
NOWHERE = "http://127.0.0.1:9"
"""An address that answers nobody."""


@asynccontextmanager
async def untroubled(_: Served) -> AsyncIterator[None]:
    """Nothing is broken: a person has not acted."""
    yield


@dataclass(frozen=True)
class Picture:
    """One picture: its file's name, what it shows, and which page of the Web UI it is taken of."""

    name: str
    words: str
    page: str = TASK_PAGE
    """How the id of the workflow begins whose page is shown."""
    query: str = ""
    """Where given, the list that it finds is shown instead of a page."""
    tab: str = "user-metadata"
    height: int = HEIGHT
    """Of the page: what lies below it is left out."""
    expected: str = "期限"
    """Words without which the page is not loaded yet."""


@dataclass(frozen=True)
class Stop:
    """Where a play falls silent, how long ago that was, what is broken besides, and what is to be seen there."""

    line: Line
    pictures: tuple[Picture, ...]
    days: int = 0
    trouble: Callable[[Served], AbstractAsyncContextManager[None]] = untroubled
    working: bool = True
    """Whether a worker still runs when the pictures are taken."""


@dataclass(frozen=True)
class Play:
    """One county's play before one platform, and its stops in the order of the play."""

    stops: tuple[Stop, ...]
    county: Callable[[County], County] = lambda county: county
    habits: Habits = field(default_factory=Habits)
    away: bool = False
    """Whether the platform answers nobody from the beginning."""

    @contextmanager
    def platform(self, state: Path) -> Iterator[str]:
        """The platform's address, for as long as the play lasts."""
        if self.away:
            yield NOWHERE
            return
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


@asynccontextmanager
async def terminated(world: Served) -> AsyncIterator[None]:
    """Somebody terminates the task in the Web UI."""
    await world.client.get_workflow_handle(TASK_PAGE).terminate("清理测试数据")
    yield


@asynccontextmanager
async def broken(world: Served) -> AsyncIterator[None]:
    """A table is gone: the next workflow task fails, and is tried again for ever."""
    with sqlite3.connect(world.database.url.removeprefix("sqlite:///")) as database:
        database.execute("ALTER TABLE taking_part RENAME TO mislaid")
        task = world.client.get_workflow_handle(TASK_PAGE)
        await task.signal("wake", Wake(kind="reading again"))
        for _ in range(120):
            if "TemporalReportedProblems" in (await task.describe()).search_attributes:
                break
            await asyncio.sleep(1)
        yield
        # Else the worker would go on failing while it is asked to end.
        database.execute("ALTER TABLE mislaid RENAME TO taking_part")


@asynccontextmanager
async def cancelled(world: Served) -> AsyncIterator[None]:
    """Somebody presses "Request Cancellation" in the Web UI."""
    task = world.client.get_workflow_handle(TASK_PAGE)
    await task.cancel()
    for _ in range(60):
        if (await task.describe()).close_time is not None:
            break
        await asyncio.sleep(0.5)
    yield


@asynccontextmanager
async def reset(world: Served) -> AsyncIterator[None]:
    """Somebody resets the task in the Web UI to its first step."""
    await world.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=world.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=TASK_PAGE),
            reason="试一试重置",
            workflow_task_finish_event_id=4,
            request_id=uuid4().hex,
        )
    )
    yield


@asynccontextmanager
async def unreadable(world: Served) -> AsyncIterator[None]:
    """A table is gone: the exchange's step fails and is tried again for ever."""
    with sqlite3.connect(world.database.url.removeprefix("sqlite:///")) as database:
        database.execute("ALTER TABLE publication RENAME TO mislaid")
        exchange = world.client.get_workflow_handle(f"{EXCHANGE_PAGE}{OFFICE}")
        await exchange.signal("wake", Wake(kind="queued"))
        await asyncio.sleep(20)
        yield
        database.execute("ALTER TABLE mislaid RENAME TO publication")


def _view(name: str) -> str:
    """The saved query of that name, as operators open it."""
    return next(one.query for one in VIEWS if one.name == name)


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
            Stop(before(ConfirmAspect), (Picture("0-confirm", "第二人没有复核范围"),), days=7),
            Stop(before(AcceptClaim, SCHOOLS), (Picture("1-claim", "配合部门没有领取"),), days=7),
            Stop(before(RevealLink, HEALTH), (Picture("2-reveal", "一个部门没有揭示随机值"),)),
            Stop(
                before(RecordVisits),
                (
                    Picture("4-visit", "检查时段已过，没有登记检查"),
                    Picture("list-overdue", "逾期任务的清单", query=_view("overdue"), expected=TASK_PAGE),
                ),
                days=21,
            ),
            Stop(
                before(SubmitResults),
                (
                    Picture("5-entry", "检查后20个工作日没有录入"),
                    Picture("desk", "部门工作台：欠着什么", page=DESK_PAGE),
                ),
                days=35,
            ),
            Stop(
                before(SubmitResults),
                (
                    Picture("fault-no-worker", "没有工作进程：右栏是空的", expected="右栏是空的"),
                    Picture(
                        "fault-no-worker-attributes",
                        "没有工作进程：等谁、到何时看搜索属性",
                        tab="search-attributes",
                        expected="InspectionStage",
                        height=760,
                    ),
                ),
                days=35,
                working=False,
            ),
            Stop(
                before(SubmitResults),
                (
                    Picture("fault-terminated", "有人在界面上终止了任务", expected="Terminated"),
                    Picture(
                        "list-ended",
                        "在本系统之外结束的运行",
                        query=_view("ended-outside"),
                        expected=TASK_PAGE,
                    ),
                ),
                trouble=terminated,
            ),
            Stop(
                before(SubmitResults),
                (Picture("fault-cancelled", "有人在界面上取消了任务", expected="Canceled"),),
                trouble=cancelled,
            ),
            Stop(
                before(SubmitResults),
                (
                    Picture(
                        "fault-reset",
                        "有人在界面上重置了任务",
                        tab="history",
                        height=1050,
                        expected="试一试重置",
                    ),
                ),
                trouble=reset,
            ),
            Stop(before(ApproveResults), (Picture("6-approval", "结果没有审批"),), days=14),
            Stop(
                before(ApproveResults),
                (
                    Picture(
                        "fault-broken",
                        "工作流任务失败（程序错误或数据库故障）",
                        tab="history",
                        expected="Workflow Task Failed",
                    ),
                    Picture(
                        "list-problems", "有故障的工作流清单", query=_view("failing"), expected=TASK_PAGE
                    ),
                ),
                trouble=broken,
            ),
            Stop(
                waiting_for("entry"),
                (
                    Picture(
                        "fault-database",
                        "数据库故障：一步反复重试",
                        page=EXCHANGE_PAGE,
                        tab="pending-activities",
                        # Below it the page shows a stack, with the folders of whoever took the picture.
                        height=560,
                        expected="OperationalError",
                    ),
                ),
                trouble=unreadable,
            ),
            Stop(
                before(StepDisposal),
                (Picture("8-recheck", "责令改正后没有复查", page="disposal/", expected="责令改正到期复查"),),
                days=35,
            ),
        )
    ),
    Play(
        (Stop(waiting_for("the match"), (Picture("3-unmatched", "有对象匹配不到两名执法人员"),), days=7),),
        hardly_anybody,
    ),
    Play(
        (
            Stop(
                waiting_for("entry"),
                (
                    Picture("7-refused", "省平台退回了部分结果"),
                    Picture(
                        "7-refused-exchange",
                        "交换：被退回的记录",
                        page=EXCHANGE_PAGE,
                        expected="省平台退回的",
                    ),
                ),
                days=7,
            ),
        ),
        habits=Habits(refuse=7),
    ),
    Play(
        (
            Stop(
                waiting_for("entry"),
                (
                    Picture("fault-platform-away", "省平台连接不上", page=EXCHANGE_PAGE, expected="连接不上"),
                    Picture(
                        "list-platform-away",
                        "省平台连接不上的清单",
                        query=_view("platform-away"),
                        expected=EXCHANGE_PAGE,
                    ),
                ),
                days=1,
            ),
        ),
        away=True,
    ),
)
