"""What operators read: golden texts of the one function that writes them."""

from datetime import UTC, datetime

import pytest

from models.messages import (
    CaseProgress,
    DeskProgress,
    ExchangeProgress,
    RejectedOf,
)
from rules.ladder import Level
from rules.stages import Claim, Stage, TaskStatus
from rules.waits import case_of
from tests.workflows.progresses import SINCE, a_branch, a_task, a_wait
from workflows import attributes, projection

UNCLAIMED = """\
**第2步，共8步：通知配合部门领取** · 自 2026-03-02 09:30+08:00 起

- 等 **县教育局** 经办人：**领取任务**\x20\x20
  期限 **2026-03-04 24:00+08:00** · 自 2026-03-02 09:30+08:00 起\x20\x20
  办理 `starter.py task claim yc-2026/4/1`

无人办理时：逾期逐级催办：本人、负责人、领导小组办公室\x20\x20
下次催办：2026-03-03 08:30+08:00

下一步：抽取检查对象

**已办情况（户数）**

| 部门 | 进展 | 抽中→ | 匹配→ | 检查→ | 审批→ | 录入→ | 公示→ | 处置未结 |
|---|---|---|---|---|---|---|---|---|
| 县教育局 | 待领取 | 0 | 0 | 0 | 0 | 0 | 0 | 0/0 |
"""


def test_an_unanswered_claim_reads_in_full() -> None:
    """Stage, who, what, since, until, how, what happens otherwise, what comes next."""
    assert UNCLAIMED == projection.task_details(a_task())


def test_an_escalated_task_says_so_before_anything_else() -> None:
    """Whoever opens the page sees the level in the third line."""
    lines = projection.task_details(a_task(level=int(Level.OFFICE))).splitlines()
    assert "⚠ **逾期升级：已报领导小组办公室**" == lines[2]


def test_open_disposals_are_shown_with_the_command_that_lists_them() -> None:
    """检查已结、处置未结: the disposals have pages of their own."""
    branch = a_branch(stage=Stage.FOLLOW_UP, claim=Claim.CLAIMED, disposals=2, disposals_open=1)
    text = projection.task_details(a_task(stage=Stage.FOLLOW_UP, branches=(branch,), waits=(), waits_open=0))
    assert "**检查已结、处置未结**" in text
    assert "处置未结1件，等谁、到何时、怎样办：`starter.py disposal list yc-2026/4/1 --open`" in text
    assert "**等处置办结**" in text
    assert "系统正在处理" not in text


def test_waits_that_read_alike_are_one_line_with_their_counts() -> None:
    """Subjects with clocks of their own may owe the same, by the same day: two lines would look like a mistake."""
    proof = {"kind": "proof", "stage": 7}
    waits = (
        a_wait(**proof, open=9, total=9),
        a_wait(**proof, since=datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        a_wait(**proof, suspended=True),
    )
    text = projection.task_details(a_task(waits=waits, waits_open=5))
    assert (
        "- 等 **县教育局** 经办人：**在本部门网站或媒体公示并提交证明**，未办10件，共10件  \n"
        "  期限 **2026-03-04 24:00+08:00** · 自 2026-03-01 09:30+08:00 起  \n"
        "  准备 `starter.py publication text yc-2026/4/1 --open --output 公示.docx`  "
    ) in text
    assert "- 等 **县教育局** 经办人：**在本部门网站或媒体公示并提交证明**  \n  期限 **中止中**" in text
    assert "- 另有2项待办，见 `starter.py task show yc-2026/4/1`" in text


def test_what_is_not_shown_is_counted() -> None:
    """Eight waits travel in a message; the others are one command away."""
    text = projection.task_details(a_task(waits_open=30))
    assert "- 另有29项待办，见 `starter.py task show yc-2026/4/1`" in text


def test_what_the_platform_sent_back_is_said_before_the_waits() -> None:
    """Nothing comes of waiting for a receipt that will never come."""
    task = a_task(rejected=3, rejected_by=("县卫健局", "县教育局"), rejected_since=SINCE)
    expected = [
        "⚠ **省平台退回3条**（自 2026-03-02 09:30+08:00 起），等 **县卫健局、县教育局** 经办人更正后重新报送  ",
        "逐栏原因 `starter.py publication rejections yc-2026/4/1`  ",
        "更正后 `starter.py publication resend yc-2026/4/1 --all --reason 更正内容`",
    ]
    assert expected == projection.task_details(task).splitlines()[2:5]


DESK = """\
**县教育局：待办2项** · 未送达通知0条

- 等 **县教育局** 经办人：**领取任务**\x20\x20
  期限 **2026-03-04 24:00+08:00** · 自 2026-03-02 09:30+08:00 起\x20\x20
  办理 `starter.py task claim yc-2026/4/1`
- 另有1项待办，各人的见 `starter.py inbox`

无人办理时：逾期逐级催办：本人、负责人、领导小组办公室\x20\x20
下次催办：2026-03-03 08:30+08:00
"""


def test_a_desk_names_the_case_of_each_wait_in_its_command() -> None:
    """It shows the waits of many tasks: a command for 任务编号 could not be typed."""
    desk = DeskProgress(
        department="yc/jy",
        office="yc",
        name="县教育局",
        waits=(a_wait(scope="joint-task/yc-2026/4/1"),),
        waits_open=2,
    )
    assert DESK == projection.desk_details(desk)


@pytest.mark.parametrize(
    ("scope", "case"),
    [
        ("joint-task/yc-2026/4/1", "yc-2026/4/1"),
        ("disposal/9f3c", "9f3c"),
        ("plan-row/yc-2026/4", "yc-2026 4"),
        ("department/yc/jy/2026", ""),
    ],
)
def test_a_case_is_called_as_its_commands_call_it(scope: str, case: str) -> None:
    """A plan and its row are two words; a desk has no case of its own."""
    assert case == case_of(scope)


AWAY = """\
**与省平台交换** · 待发送 12 · 待回执或公示 3 · 被退回 2

最早的一件自 2026-03-02 09:30+08:00 起等待

⚠ **省平台现在连接不上**：待发送的均已存档，恢复后自动继续，部门无须重报。

等 **运维**：检查平台地址（JOINT_EXCHANGE）、令牌、密钥和网络，原因见工作进程日志 `platform away`；每5分钟自动再试

⚠ **省平台退回的，等报送部门更正**后重新报送：

- 等 **县教育局** 经办人：**更正被退回的2条** · 自 2026-03-02 09:30+08:00 起\x20\x20
  逐栏原因 `starter.py publication rejections yc-2026/4/1`\x20\x20
  更正后 `starter.py publication resend yc-2026/4/1 --all --reason 更正内容`"""


def test_an_exchange_that_stands_still_says_since_when_and_who_must_act() -> None:
    """A platform that is away is the operators' business; what was sent back is a department's."""
    back = RejectedOf(task="yc-2026/4/1", name="县教育局", count=2, since=SINCE)
    exchange = ExchangeProgress(
        office="yc", queued=12, unanswered=3, rejected=2, away=True, since=SINCE, rejected_of=(back,)
    )
    assert AWAY == projection.exchange_details(exchange)
    shown = attributes.exchange_standing(exchange)
    assert (attributes.PLATFORM_AWAY, ("运维", "县教育局")) == (shown.stage, shown.waiting_on)
    assert ("恢复与省平台的连接", SINCE) == (shown.waiting_for, shown.since)


def test_a_desk_that_owes_nothing_says_so() -> None:
    """The system is not at work for it either."""
    desk = DeskProgress(department="yc/jy", office="yc", name="县教育局")
    assert "当前没有待办。" in projection.desk_details(desk)
    assert "系统正在处理" not in projection.desk_details(desk)


def test_a_task_that_waits_for_its_disposals_alone_says_so_in_the_lists() -> None:
    """Whom each of them waits for stands on its own page, where it is never out of date."""
    shown = attributes.standing(office="yc", stage="8", waits=(), level=0, else_for="处置办结")
    assert ("处置办结", ()) == (shown.waiting_for, shown.waiting_on)


def test_times_in_search_attributes_are_beijing_times() -> None:
    """The Web UI shows an attribute as it was written; a day ends in its last second, not on the next day."""
    shown = attributes.standing(office="yc", stage="2", waits=(a_wait(),), level=0)
    assert ("2026-03-04T23:59:59+08:00", "2026-03-02T09:30:00+08:00") == tuple(
        one.isoformat() for one in (shown.due, shown.since) if one
    )


def test_a_disposal_shows_the_steps_that_are_open() -> None:
    """Whoever opens its page can type the next step, and knows what there is to choose from."""
    case = CaseProgress(
        case="r1",
        office="yc",
        task="yc-2026/4/1",
        kind="disposal",
        label="责令改正",
        state="办理中",
        closed=False,
        steps=(("recheck_passed", "复查合格"), ("recheck_failed", "复查不合格")),
    )
    text = projection.case_details(case, "disposal/r1")
    assert "- 复查合格 `starter.py disposal step r1 recheck_passed`\n- 复查不合格" in text


def test_a_closed_task_says_only_that() -> None:
    """Nobody is waited for."""
    closed = a_task(status=TaskStatus.CLOSED, stage=Stage.OVER, waits=(), waits_open=0)
    assert "**已办结** · yc-2026/4/1" == projection.task_details(closed)
