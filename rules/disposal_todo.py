"""What a disposal in its present state asks of its owner, and what each open step must name (处置：待办和命令)."""

from collections.abc import Mapping

from rules.disposal import (
    BY_THE_HEAD,
    FROM_ABOVE,
    OUTCOMES,
    REASONED,
    STEPS,
    DisposalKind,
    DisposalState,
    DisposalStep,
)

_S = DisposalState
_CASE_DECISION = "作出处理决定（已立案）"
_RETURNED = "移送被退回：再次移送，或自行决定是否立案"
_TODO: Mapping[tuple[DisposalKind, DisposalState], str] = {
    (DisposalKind.RECTIFY, _S.OPEN): "责令改正到期复查",
    (DisposalKind.RECTIFY, _S.RECHECK_FAILED): "复查不合格：决定延期或转立案",
    (DisposalKind.CASE, _S.OPEN): "核查线索，决定是否立案",
    (DisposalKind.CASE, _S.EXTENDED): "核查线索，决定是否立案（已延期）",
    (DisposalKind.CASE, _S.FILED): _CASE_DECISION,
    (DisposalKind.CASE, _S.PROLONGED): _CASE_DECISION,
    (DisposalKind.TRANSFER, _S.OPEN): "移送其他机关",
    (DisposalKind.TRANSFER, _S.RETURNED): _RETURNED,
    (DisposalKind.TRANSFER_JUSTICE, _S.OPEN): "移送司法机关",
    (DisposalKind.TRANSFER_JUSTICE, _S.RETURNED): _RETURNED,
    (DisposalKind.ABNORMAL, _S.OPEN): "决定是否列入经营异常名录",
    (DisposalKind.SERIOUS, _S.OPEN): "报请上级同意列入严重违法失信名单",
    (DisposalKind.SERIOUS, _S.ASKED): "取得并登记上级对列入严重违法失信名单的答复",
    (DisposalKind.SERIOUS, _S.CONSENTED): "列入严重违法失信名单（上级已同意）",
    (DisposalKind.NONE, _S.OPEN): "写明理由，不予处置办结",
}


def todo(kind: DisposalKind, state: DisposalState) -> str:
    """What is waited for in a state; '' where the state waits for somebody else than the owner."""
    return _TODO.get((kind, state), "")


def options(kind: DisposalKind, state: DisposalState, step: DisposalStep, *, outside: bool) -> str:
    """What the command of a step must name; `outside` where the receiver takes no part in the system."""
    made = ""
    if step is DisposalStep.HAND_OVER:
        made += " --receiver 部门"
    if step is DisposalStep.EXTEND and (kind is DisposalKind.RECTIFY or state is not DisposalState.OPEN):
        made += " --days 天"
    if len(OUTCOMES.get(STEPS[kind][state][step], ())) > 1:
        made += " --outcome 结果"
    if step in REASONED or (outside and state is DisposalState.SENT):
        made += " --note 文号或理由"
    return made


def taken_by(step: DisposalStep) -> str:
    """Who takes a step, where it is not the owner's handler or officers."""
    if step in BY_THE_HEAD:
        return "审批人或主要负责人"
    return "上一级" if step in FROM_ABOVE else ""
