"""What a workflow shows of itself: pure functions from its progress to words (当前情况)."""

from models.messages import (
    BranchProgress,
    CaseProgress,
    DeskProgress,
    ExchangeProgress,
    Progress,
    RejectedOf,
    RowProgress,
)
from rules.ladder import Level
from rules.stages import Claim, Stage, TaskStatus
from rules.waits import case_of
from workflows.waiting import alike, moment, otherwise, wait_item, wait_lines, waiting_names

_STAGES = 8


def task_details(progress: Progress) -> str:
    """A task's current details: stage n of 8, done so far, who is waited for, due, next, the command."""
    if progress.status is not TaskStatus.OPEN:
        return f"**{progress.status.label}** · {progress.task}"
    number = min(int(progress.stage), _STAGES)
    head = f"**第{number}步，共{_STAGES}步：{progress.stage.label}** · 自 {moment(progress.since)} 起"
    if progress.stage is Stage.FOLLOW_UP and any(branch.disposals_open for branch in progress.branches):
        head += " · **检查已结、处置未结**"
    after = Stage(min(number + 1, int(Stage.OVER)))
    lines = [
        head,
        "",
        *_overdue(progress.level),
        *_rejected(progress),
        *_draw_notes(progress),
        *_task_waits(progress),
        *_open_disposals(progress),
        f"下一步：{after.label}",
        "",
        *_branch_table(progress),
    ]
    return "\n".join(lines)


def _task_waits(progress: Progress) -> list[str]:
    if progress.waits or not any(branch.disposals_open for branch in progress.branches):
        return wait_lines(progress.waits, progress.waits_open, progress.task)
    return ["任务其余各项当前无人待办，**等处置办结**：", ""]


def case_details(progress: CaseProgress, target: str) -> str:
    """A disposal's or correction's current details."""
    case = target.split("/", 1)[1]
    lines = [f"**{progress.label}：{progress.state}** · 任务 {progress.task}", "", *_overdue(progress.level)]
    lines += wait_lines(progress.waits, len(progress.waits), case)
    if progress.steps:
        lines += [
            "**现在可以办理**（一步一条命令，日期不是今日的加 `--on 日期`）：",
            "",
            *(f"- {label} `starter.py disposal step {case} {word}`" for word, label in progress.steps),
            "",
        ]
    return "\n".join(lines)


def desk_details(progress: DeskProgress) -> str:
    """A desk's current details: all that the department owes."""
    lines = [
        f"**{progress.name}：待办{progress.waits_open}项** · 未送达通知{progress.undelivered}条",
        "",
        *_overdue(progress.level),
    ]
    if not progress.waits:
        return "\n".join([*lines, "当前没有待办。", ""])
    lines += [line for wait in alike(progress.waits) for line in wait_item(wait, case_of(wait.scope))]
    if progress.waits_open > len(progress.waits):
        lines += [f"- 另有{progress.waits_open - len(progress.waits)}项待办，各人的见 `starter.py inbox`"]
    return "\n".join([*lines, "", *otherwise(progress.waits[0]), ""])


def row_details(progress: RowProgress) -> str:
    """A plan row's current details: how many rounds are owed, launched and omitted, and who must launch."""
    lines = [
        f"**{progress.state}** · {progress.mode} · 计划 {progress.document} 第{progress.version}版",
        "",
        f"应发起{progress.rounds}轮 · 已发起{progress.launched} · 未实施{progress.omitted} · 采用前已过{progress.before}",
        "",
        *_overdue(progress.level),
    ]
    if not progress.waits:
        return "\n".join([*lines, f"当前无人待办。下次核对：{_when(progress)}", ""])
    return "\n".join(
        lines + wait_lines(progress.waits, len(progress.waits), progress.row.replace("/", " ", 1))
    )


def row_waits_for(progress: RowProgress) -> str:
    """What a row's timer waits for, in a line."""
    if progress.waits:
        return f"等 {waiting_names(progress.waits)} 发起"[:60]
    return "等下一个抽查时间"


def _when(progress: RowProgress) -> str:
    return moment(progress.next_at) if progress.next_at else "无"


def exchange_details(progress: ExchangeProgress) -> str:
    """An exchange's current details."""
    line = f"**与省平台交换** · 待发送 {progress.queued} · 待回执或公示 {progress.unanswered} · 被退回 {progress.rejected}"
    lines = [line]
    if progress.since:
        lines += ["", f"最早的一件自 {moment(progress.since)} 起等待"]
    if progress.away:
        lines += [
            "",
            "⚠ **省平台现在连接不上**：待发送的均已存档，恢复后自动继续，部门无须重报。",
            "",
            "等 **运维**：检查平台地址（JOINT_EXCHANGE）、令牌、密钥和网络，原因见工作进程日志 `platform away`；"
            "每5分钟自动再试",
        ]
    if progress.rejected:
        lines += ["", "⚠ **省平台退回的，等报送部门更正**后重新报送：", ""]
        lines += [line for one in progress.rejected_of for line in _rejected_item(one)]
    return "\n".join(lines)


def _rejected_item(one: RejectedOf) -> list[str]:
    since = f" · 自 {moment(one.since)} 起" if one.since else ""
    return [
        f"- 等 **{one.name}** 经办人：**更正被退回的{one.count}条**{since}  ",
        f"  逐栏原因 `starter.py publication rejections {one.task}`  ",
        f"  更正后 `{_resend(one.task)}`",
    ]


def _resend(task: str) -> str:
    return f"starter.py publication resend {task} --all --reason 更正内容"


def _overdue(level: int) -> list[str]:
    if level < Level.HEAD:
        return []
    words = {2: "已催办至单位负责人", 3: "已报领导小组办公室"}[min(level, 3)]
    return [f"⚠ **逾期升级：{words}**", ""]


def _rejected(progress: Progress) -> list[str]:
    """Where the platform has sent records back: nothing comes of waiting for their receipt."""
    if not progress.rejected:
        return []
    since = f"（自 {moment(progress.rejected_since)} 起）" if progress.rejected_since else ""
    who = f"，等 **{'、'.join(progress.rejected_by)}** 经办人" if progress.rejected_by else "，等经办人"
    return [
        f"⚠ **省平台退回{progress.rejected}条**{since}{who}更正后重新报送  ",
        f"逐栏原因 `starter.py publication rejections {progress.task}`  ",
        f"更正后 `{_resend(progress.task)}`",
        "",
    ]


def _draw_notes(progress: Progress) -> list[str]:
    """What has become of the draw act that is under way, where it is not plain from the waits."""
    return [f"抽取：{'；'.join(progress.act.notes)}", ""] if progress.act.notes else []


def _open_disposals(progress: Progress) -> list[str]:
    """Where the task waits for disposals, which have pages and clocks of their own."""
    count = sum(branch.disposals_open for branch in progress.branches)
    if not count:
        return []
    more = "另有" if progress.waits else ""
    return [
        f"{more}处置未结{count}件，等谁、到何时、怎样办：`starter.py disposal list {progress.task} --open`",
        "",
    ]


def _branch_table(progress: Progress) -> list[str]:
    lines = [
        "**已办情况（户数）**",
        "",
        "| 部门 | 进展 | 抽中→ | 匹配→ | 检查→ | 审批→ | 录入→ | 公示→ | 处置未结 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return [*lines, *(_branch_row(branch) for branch in progress.branches), ""]


def _branch_row(branch: BranchProgress) -> str:
    name = f"{branch.name}（发起）" if branch.initiator else branch.name
    # Whether it has claimed matters until all have; then it goes from stage to stage.
    moving = branch.claim is Claim.CLAIMED and branch.stage > Stage.NOTIFY
    cells = [
        name,
        branch.stage.label if moving else branch.claim.label,
        branch.subjects,
        branch.matched,
        branch.visited,
        branch.approved,
        branch.receipted,
        branch.published,
        f"{branch.disposals_open}/{branch.disposals}",
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
