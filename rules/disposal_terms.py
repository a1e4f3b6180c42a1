"""The terms of follow-up disposal (后续处置): kinds, states, steps, outcomes, with their Chinese words."""

from enum import StrEnum


class DisposalKind(StrEnum):
    """What follows from a finding (处置方式)."""

    RECTIFY = "rectify"
    CASE = "case"
    TRANSFER = "transfer"
    TRANSFER_JUSTICE = "transfer_justice"
    ABNORMAL = "abnormal"
    SERIOUS = "serious"
    NONE = "none"

    @property
    def label(self) -> str:
        """The kind's Chinese name."""
        return _KIND_LABELS[self]


class DisposalState(StrEnum):
    """Where a disposal stands (处置状态); it begins at `OPEN`, or at `HANDED` where another department is to own it."""

    HANDED = "handed"
    OPEN = "open"
    EXTENDED = "extended"
    RECHECK_FAILED = "recheck_failed"
    RECTIFIED = "rectified"
    TURNED_TO_CASE = "turned_to_case"
    SENT = "sent"
    RETURNED = "returned"
    ACKNOWLEDGED = "acknowledged"
    KEPT = "kept"
    FILED = "filed"
    PROLONGED = "prolonged"
    NOT_FILED = "not_filed"
    DECIDED = "decided"
    ASKED = "asked"
    CONSENTED = "consented"
    LISTED = "listed"
    NOT_LISTED = "not_listed"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state's Chinese name."""
        return _STATE_LABELS[self]


class DisposalStep(StrEnum):
    """What an owner or receiver does to a disposal (处置步骤)."""

    DELIVER = "deliver"
    RECHECK_PASSED = "recheck_passed"
    RECHECK_FAILED = "recheck_failed"
    EXTEND = "extend"
    TURN_TO_CASE = "turn_to_case"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    KEEP = "keep"
    HAND_OVER = "hand_over"
    FILE = "file"
    NOT_FILE = "not_file"
    DECIDE = "decide"
    ASK = "ask"
    CONSENT = "consent"
    REFUSE = "refuse"
    LIST = "list"
    NOT_LIST = "not_list"
    CLOSE = "close"

    @property
    def label(self) -> str:
        """The step's Chinese name."""
        return _STEP_LABELS[self]


ANNULLED = "决定已被撤销"
"""What became of an outcome whose decision has fallen."""


class DisposalOutcome(StrEnum):
    """How a disposal ended (处置结果): what is appended to the result and published."""

    RECTIFIED = "rectified"
    TURNED_TO_CASE = "turned_to_case"
    TRANSFERRED = "transferred"
    KEPT = "kept"
    NOT_FILED = "not_filed"
    PENALTY = "penalty"
    NO_PENALTY = "no_penalty"
    CASE_DROPPED = "case_dropped"
    LISTED = "listed"
    NOT_LISTED = "not_listed"
    NO_DISPOSAL = "no_disposal"

    @property
    def label(self) -> str:
        """The outcome's Chinese name."""
        return _OUTCOME_LABELS[self]


_KIND_LABELS = {
    DisposalKind.RECTIFY: "责令改正",
    DisposalKind.CASE: "立案",
    DisposalKind.TRANSFER: "移送其他机关",
    DisposalKind.TRANSFER_JUSTICE: "移送司法机关",
    DisposalKind.ABNORMAL: "列入经营异常名录",
    DisposalKind.SERIOUS: "列入严重违法失信名单",
    DisposalKind.NONE: "不予处置",
}
_STATE_LABELS = {
    DisposalState.HANDED: "已移交责任部门待接收",
    DisposalState.OPEN: "办理中",
    DisposalState.EXTENDED: "已延期",
    DisposalState.RECHECK_FAILED: "复查不合格",
    DisposalState.RECTIFIED: "已改正",
    DisposalState.TURNED_TO_CASE: "已转立案",
    DisposalState.SENT: "已移送待接收",
    DisposalState.RETURNED: "移送被退回",
    DisposalState.ACKNOWLEDGED: "移送已接收",
    DisposalState.KEPT: "退回后自行处置",
    DisposalState.FILED: "已立案",
    DisposalState.PROLONGED: "已立案并延长办案期限",
    DisposalState.NOT_FILED: "不予立案",
    DisposalState.DECIDED: "已作出决定",
    DisposalState.ASKED: "已报请上级待同意",
    DisposalState.CONSENTED: "上级已同意",
    DisposalState.LISTED: "已列入",
    DisposalState.NOT_LISTED: "未列入",
    DisposalState.CLOSED: "已办结",
}
_STEP_LABELS = {
    DisposalStep.DELIVER: "送达责令改正通知书",
    DisposalStep.RECHECK_PASSED: "复查合格",
    DisposalStep.RECHECK_FAILED: "复查不合格",
    DisposalStep.EXTEND: "延期",
    DisposalStep.TURN_TO_CASE: "转立案",
    DisposalStep.SEND: "移送",
    DisposalStep.ACKNOWLEDGE: "接收",
    DisposalStep.RETURN: "退回移送",
    DisposalStep.KEEP: "自行处置",
    DisposalStep.HAND_OVER: "移交责任部门",
    DisposalStep.FILE: "立案",
    DisposalStep.NOT_FILE: "不予立案",
    DisposalStep.DECIDE: "作出决定",
    DisposalStep.ASK: "报请上级同意",
    DisposalStep.CONSENT: "上级同意",
    DisposalStep.REFUSE: "上级不同意",
    DisposalStep.LIST: "列入",
    DisposalStep.NOT_LIST: "不予列入",
    DisposalStep.CLOSE: "办结",
}
_OUTCOME_LABELS = {
    DisposalOutcome.RECTIFIED: "已改正",
    DisposalOutcome.TURNED_TO_CASE: "逾期未改正，转立案",
    DisposalOutcome.TRANSFERRED: "已移送并接收",
    DisposalOutcome.KEPT: "移送被退回，转自行处置",
    DisposalOutcome.NOT_FILED: "不予立案",
    DisposalOutcome.PENALTY: "予以行政处罚",
    DisposalOutcome.NO_PENALTY: "不予行政处罚",
    DisposalOutcome.CASE_DROPPED: "销案",
    DisposalOutcome.LISTED: "已列入",
    DisposalOutcome.NOT_LISTED: "不予列入",
    DisposalOutcome.NO_DISPOSAL: "不予处置",
}
