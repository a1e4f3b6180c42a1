"""What the doctor can find: each kind with its words; each finding with the command that mends it (体检)."""

from dataclasses import dataclass
from enum import StrEnum


class Ailment(StrEnum):
    """A kind of finding (体检问题), in the order in which one would mend them."""

    ENGINE_AWAY = "engine_away"
    NO_WORKER = "no_worker"
    UNKNOWN = "unknown"
    AHEAD = "ahead"
    FAILING = "failing"
    STEP_FAILING = "step_failing"
    INTERVENED = "intervened"
    MISSING = "missing"
    OVER = "over"
    LATE = "late"
    IDLE = "idle"
    UNANSWERED = "unanswered"
    UNSENT = "unsent"
    UNTOLD = "untold"
    UNDELIVERED = "undelivered"
    UNPUBLISHED = "unpublished"
    STRAY = "stray"
    REJECTED = "rejected"
    CALENDAR = "calendar"
    REGISTER = "register"
    UNARCHIVED = "unarchived"
    AUDIT = "audit"

    @property
    def label(self) -> str:
        """The kind in the words of operators."""
        return _LABELS[self]

    @property
    def mended_by_repair(self) -> bool:
        """Whether `--repair` mends it; the others need a person, or an explicit word."""
        return self in _BY_REPAIR


_LABELS = {
    Ailment.ENGINE_AWAY: "连接不上 Temporal 服务",
    Ailment.NO_WORKER: "没有工作进程在领取工作",
    Ailment.UNKNOWN: "正在运行而数据库中没有",
    Ailment.AHEAD: "运行中的记忆比数据库新",
    Ailment.FAILING: "流程反复出错",
    Ailment.STEP_FAILING: "步骤反复出错",
    Ailment.INTERVENED: "被人在引擎中终止、重置或取消，尚未留痕",
    Ailment.MISSING: "未办结而没有运行",
    Ailment.OVER: "已办结而仍在运行",
    Ailment.LATE: "过了催办时刻没有催办",
    Ailment.IDLE: "未办结而无人待办，系统也没有下一步",
    Ailment.UNANSWERED: "已提交的文书没有处理",
    Ailment.UNSENT: "写给流程的通知没有送出",
    Ailment.UNTOLD: "给人的通知没有送达",
    Ailment.UNDELIVERED: "邮件、即时通讯没有送达",
    Ailment.UNPUBLISHED: "报送省平台没有进展",
    Ailment.STRAY: "交换目录中有没有采用的文件",
    Ailment.REJECTED: "被省平台退回，待更正重报",
    Ailment.CALENDAR: "工作日历缺失或暂定",
    Ailment.REGISTER: "名录库过期未确认",
    Ailment.UNARCHIVED: "运行记录将被引擎删除而没有归档",
    Ailment.AUDIT: "留痕链断裂",
}
_BY_REPAIR = frozenset(
    {
        Ailment.INTERVENED,
        Ailment.MISSING,
        Ailment.OVER,
        Ailment.LATE,
        Ailment.UNANSWERED,
        Ailment.UNSENT,
        Ailment.UNTOLD,
        Ailment.UNDELIVERED,
        Ailment.UNPUBLISHED,
        Ailment.UNARCHIVED,
    }
)

REPAIR = "starter.py doctor --repair"
RESTORED = f"{REPAIR} --restored"


@dataclass(frozen=True)
class Finding:
    """One line: what is wrong, with what, and the command that mends it.

    `subject` is the workflow, task, department, office or chain concerned.
    """

    ailment: Ailment
    subject: str
    words: str
    command: str = REPAIR
