"""Follow-up disposal (后续处置): its steps, clocks and owner by kind (阳城 六)."""

from collections.abc import Mapping

from rules.disposal_terms import ANNULLED, DisposalKind, DisposalOutcome, DisposalState, DisposalStep
from rules.policy import PolicyKey
from rules.refusal import Refusal

__all__ = [
    "ANNULLED",
    "BY_THE_HEAD",
    "FROM_ABOVE",
    "FROM_FORMER_DUE",
    "FROM_ITS_DAY",
    "MARKET_ENTITIES_ONLY",
    "OUTCOMES",
    "REASONED",
    "STEPS",
    "TURNED",
    "DisposalKind",
    "DisposalOutcome",
    "DisposalState",
    "DisposalStep",
    "ended",
    "next_state",
    "period_in",
    "propose_owner",
]

OUTCOMES: Mapping[DisposalState, tuple[DisposalOutcome, ...]] = {
    DisposalState.RECTIFIED: (DisposalOutcome.RECTIFIED,),
    DisposalState.TURNED_TO_CASE: (DisposalOutcome.TURNED_TO_CASE,),
    DisposalState.ACKNOWLEDGED: (DisposalOutcome.TRANSFERRED,),
    DisposalState.KEPT: (DisposalOutcome.KEPT,),
    DisposalState.NOT_FILED: (DisposalOutcome.NOT_FILED,),
    DisposalState.DECIDED: (
        DisposalOutcome.PENALTY,
        DisposalOutcome.NO_PENALTY,
        DisposalOutcome.CASE_DROPPED,
    ),
    DisposalState.LISTED: (DisposalOutcome.LISTED,),
    DisposalState.NOT_LISTED: (DisposalOutcome.NOT_LISTED,),
    DisposalState.CLOSED: (DisposalOutcome.NO_DISPOSAL,),
}
"""The outcomes that each closing state allows; the decision of a case is a person's choice of three."""

_S, _T = DisposalState, DisposalStep
_TRANSFER: Mapping[DisposalState, Mapping[DisposalStep, DisposalState]] = {
    _S.OPEN: {_T.SEND: _S.SENT},
    _S.SENT: {_T.ACKNOWLEDGE: _S.ACKNOWLEDGED, _T.RETURN: _S.RETURNED},
    _S.RETURNED: {_T.SEND: _S.SENT, _T.KEEP: _S.KEPT},
}

_HANDED: Mapping[DisposalState, Mapping[DisposalStep, DisposalState]] = {
    _S.HANDED: {_T.ACKNOWLEDGE: _S.OPEN, _T.RETURN: _S.OPEN}
}

STEPS: Mapping[DisposalKind, Mapping[DisposalState, Mapping[DisposalStep, DisposalState]]] = {
    DisposalKind.RECTIFY: {
        **_HANDED,
        _S.OPEN: {
            _T.DELIVER: _S.OPEN,
            _T.RECHECK_PASSED: _S.RECTIFIED,
            _T.RECHECK_FAILED: _S.RECHECK_FAILED,
            _T.EXTEND: _S.OPEN,
            _T.HAND_OVER: _S.HANDED,
        },
        _S.RECHECK_FAILED: {_T.EXTEND: _S.OPEN, _T.TURN_TO_CASE: _S.TURNED_TO_CASE},
    },
    DisposalKind.CASE: {
        **_HANDED,
        _S.OPEN: {
            _T.FILE: _S.FILED,
            _T.NOT_FILE: _S.NOT_FILED,
            _T.EXTEND: _S.EXTENDED,
            _T.HAND_OVER: _S.HANDED,
        },
        _S.EXTENDED: {_T.FILE: _S.FILED, _T.NOT_FILE: _S.NOT_FILED},
        _S.FILED: {_T.DECIDE: _S.DECIDED, _T.EXTEND: _S.PROLONGED},
        _S.PROLONGED: {_T.DECIDE: _S.DECIDED, _T.EXTEND: _S.PROLONGED},
    },
    DisposalKind.TRANSFER: _TRANSFER,
    DisposalKind.TRANSFER_JUSTICE: _TRANSFER,
    DisposalKind.ABNORMAL: {
        **_HANDED,
        _S.OPEN: {_T.LIST: _S.LISTED, _T.NOT_LIST: _S.NOT_LISTED, _T.HAND_OVER: _S.HANDED},
    },
    DisposalKind.SERIOUS: {
        **_HANDED,
        _S.OPEN: {
            _T.ASK: _S.ASKED,
            _T.CONSENT: _S.CONSENTED,
            _T.REFUSE: _S.NOT_LISTED,
            _T.HAND_OVER: _S.HANDED,
        },
        _S.ASKED: {_T.CONSENT: _S.CONSENTED, _T.REFUSE: _S.NOT_LISTED},
        _S.CONSENTED: {_T.LIST: _S.LISTED},
    },
    DisposalKind.NONE: {_S.OPEN: {_T.CLOSE: _S.CLOSED}},
}
"""Kind → state → step → next state; a state without an entry is closed."""


def ended(state: DisposalState) -> bool:
    """Whether a disposal in that state has ended."""
    return state in OUTCOMES


def next_state(kind: DisposalKind, state: DisposalState, step: DisposalStep) -> DisposalState:
    """The state after a step; refuses `DisposalStepOutOfOrder`, naming the steps that are open."""
    possible = STEPS[kind].get(state, {})
    if step not in possible:
        remedy = (
            f"现在可以：{'、'.join(one.label for one in possible)}"
            if possible
            else "该处置已办结；决定有变的，请登记撤销（disposal annul），再追加处置（disposal add）"
        )
        raise Refusal(
            "DisposalStepOutOfOrder", f"{kind.label}处于“{state.label}”，不能“{step.label}”；{remedy}"
        )
    return possible[step]


REASONED = frozenset(
    {
        _T.DELIVER,
        _T.EXTEND,
        _T.CONSENT,
        _T.REFUSE,
        _T.RETURN,
        _T.KEEP,
        _T.FILE,
        _T.NOT_FILE,
        _T.DECIDE,
        _T.NOT_LIST,
        _T.CLOSE,
    }
)
"""Steps whose document or reason must be named; a consent names the document of the authority one level up."""

FROM_ABOVE = frozenset({_T.CONSENT, _T.REFUSE})
"""Steps of the authority one level up; a department records them only where none is registered."""

BY_THE_HEAD = frozenset({_T.EXTEND})
"""Steps that the unit's head or approver takes (市场监督管理行政处罚程序规定 第十八条: 负责人批准)."""

FROM_FORMER_DUE = frozenset({_S.EXTENDED, _S.PROLONGED})
"""States of an extension: they run on from the former due day, every other one from the day it is entered."""

FROM_ITS_DAY = frozenset({_S.FILED, _S.RECHECK_FAILED})
"""States whose clock runs from the day of the step itself (行政处罚法 第六十条: 自立案之日起), however late it is recorded."""

MARKET_ENTITIES_ONLY = frozenset({DisposalKind.ABNORMAL, DisposalKind.SERIOUS})
"""Lists that hold only what a market regulator registers (企业经营异常名录、严重违法失信名单管理办法)."""

TURNED = frozenset({_S.TURNED_TO_CASE, _S.KEPT})
"""Ends after which the owner itself decides whether to file a case: the problem has not ended with them."""

_FIRST: Mapping[DisposalKind, PolicyKey] = {
    DisposalKind.RECTIFY: PolicyKey.RECTIFY_DAYS,
    DisposalKind.CASE: PolicyKey.CASE_FILING_DAYS,
    DisposalKind.TRANSFER: PolicyKey.TRANSFER_DAYS,
    DisposalKind.TRANSFER_JUSTICE: PolicyKey.TRANSFER_JUSTICE_DAYS,
    DisposalKind.ABNORMAL: PolicyKey.ABNORMAL_DAYS,
    DisposalKind.SERIOUS: PolicyKey.SERIOUS_DAYS,
    DisposalKind.NONE: PolicyKey.NO_DISPOSAL_DAYS,
}
"""Each kind's first clock, from the day that it is opened; 责令改正 from its order's delivery, once recorded."""
_LATER: Mapping[tuple[DisposalKind, DisposalState], PolicyKey] = {
    (DisposalKind.RECTIFY, _S.RECHECK_FAILED): PolicyKey.RECHECK_FAILED_DAYS,
    (DisposalKind.CASE, _S.EXTENDED): PolicyKey.CASE_FILING_EXTENSION_DAYS,
    (DisposalKind.CASE, _S.FILED): PolicyKey.CASE_DECISION_DAYS,
    (DisposalKind.CASE, _S.PROLONGED): PolicyKey.CASE_PROLONGATION_DAYS,
    (DisposalKind.TRANSFER, _S.SENT): PolicyKey.ACKNOWLEDGE_DAYS,
    (DisposalKind.TRANSFER, _S.RETURNED): PolicyKey.TRANSFER_DAYS,
    (DisposalKind.TRANSFER_JUSTICE, _S.SENT): PolicyKey.ACKNOWLEDGE_DAYS,
    (DisposalKind.TRANSFER_JUSTICE, _S.RETURNED): PolicyKey.TRANSFER_DAYS,
    (DisposalKind.SERIOUS, _S.ASKED): PolicyKey.SERIOUS_CONSENT_DAYS,
    (DisposalKind.SERIOUS, _S.CONSENTED): PolicyKey.SERIOUS_LISTING_DAYS,
}


def period_in(kind: DisposalKind, state: DisposalState) -> PolicyKey | None:
    """The policy that rules a state's clock, from the day that it was entered; None once the disposal has ended.

    No open state is without a clock.
    """
    if state is _S.HANDED:
        return PolicyKey.ACKNOWLEDGE_DAYS
    return _FIRST[kind] if state is _S.OPEN else _LATER.get((kind, state))


def propose_owner(
    licensed_by: str | None, trade_supervisor: str | None, jurisdiction: str | None
) -> tuple[str, str]:
    """The department that owns a disposal, and why (阳城 六: 谁审批谁负责, else trade, else place).

    Refuses `DisposalOwnerUnknown` where none of the three is known.
    """
    for department, why in (
        (licensed_by, "谁审批、谁负责：该部门颁发了许可"),
        (trade_supervisor, "谁主管、谁监管：该部门主管此行业"),
        (jurisdiction, "谁管辖、谁负责：该部门有管辖权"),
    ):
        if department:
            return department, why
    raise Refusal("DisposalOwnerUnknown", "无法按审批、主管、管辖提出处置责任部门，请指定部门并写明理由")
