"""The eight stages of a joint task and of each department's part in it (八个步骤)."""

from enum import IntEnum, StrEnum


class Stage(IntEnum):
    """One of the eight stages (步骤); `OVER` is past the last. Compare with "at or past", never "equal"."""

    INITIATE = 1
    NOTIFY = 2
    DRAW = 3
    MATCH = 4
    INSPECT = 5
    ENTER = 6
    PUBLICIZE = 7
    FOLLOW_UP = 8
    OVER = 9

    @property
    def label(self) -> str:
        """The stage in the words of the trade."""
        return _LABELS[self]


_LABELS = {
    Stage.INITIATE: "发起任务",
    Stage.NOTIFY: "通知配合部门领取",
    Stage.DRAW: "抽取检查对象",
    Stage.MATCH: "匹配执法人员",
    Stage.INSPECT: "实施检查",
    Stage.ENTER: "录入结果",
    Stage.PUBLICIZE: "公示结果",
    Stage.FOLLOW_UP: "后续处置",
    Stage.OVER: "办结",
}


class TaskStatus(StrEnum):
    """Whether a joint task still runs (任务状态)."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The status in the words of the trade."""
        return {"open": "进行中", "closed": "已办结", "cancelled": "已撤销"}[self.value]


class Claim(StrEnum):
    """What a taking-part department answered to the offer (领取任务)."""

    NONE = "none"
    OFFERED = "offered"
    CLAIMED = "claimed"
    DECLINED = "declined"
    RELEASED = "released"

    @property
    def label(self) -> str:
        """The answer in the words of the trade."""
        return {
            "none": "未通知",
            "offered": "待领取",
            "claimed": "已领取",
            "declined": "已拒领",
            "released": "已免除",
        }[self.value]

    @property
    def settled(self) -> bool:
        """A claimed or released offer is settled; a declined one waits for the coordinating office."""
        return self in (Claim.CLAIMED, Claim.RELEASED)


class VisitStage(StrEnum):
    """Where one subject stands in one department's part (检查状态)."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    VISITED = "visited"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    RECEIPTED = "receipted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXEMPT = "exempt"

    @property
    def label(self) -> str:
        """The state in the words of the trade."""
        return {
            "unmatched": "待匹配",
            "matched": "待检查",
            "visited": "待录入",
            "submitted": "待审批",
            "returned": "已退回",
            "approved": "待平台回执",
            "receipted": "待公示",
            "published": "已公示",
            "withdrawn": "已更换",
            "exempt": "终止检查（对象情况、结果互认）",
        }[self.value]


def branch_stage(*, subjects: int, matched: int, visited: int, receipted: int, published: int) -> Stage:
    """The stage of a department's part after the draw: the earliest that any of its subjects is in.

    Each count is of the subjects that are at or past that point. Stage 8 ends with the summaries
    and disposals, which the counts do not tell: see `activities.progress`.
    """
    for stage, reached in (
        (Stage.MATCH, matched),
        (Stage.INSPECT, visited),
        (Stage.ENTER, receipted),
        (Stage.PUBLICIZE, published),
    ):
        if reached < subjects:
            return stage
    return Stage.FOLLOW_UP
