"""Follow-up disposal (后续处置): its steps, clocks and owner by kind (domain, stage 8)."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.deadline import Unit
from rules.disposal_terms import DisposalKind, DisposalState, DisposalStep, Outcome
from rules.refusal import Refusal

__all__ = [
    "BY_THE_HEAD",
    "CASE_DECISION",
    "CASE_EXTENSION",
    "CASE_PROLONGATION",
    "FROM_ABOVE",
    "FROM_FORMER_DUE",
    "FROM_ITS_DAY",
    "MARKET_ENTITIES_ONLY",
    "OUTCOMES",
    "PERIODS",
    "REASONED",
    "STEPS",
    "TURNED",
    "DisposalKind",
    "DisposalState",
    "DisposalStep",
    "Outcome",
    "Period",
    "ended",
    "next_state",
    "period_in",
    "period_of",
    "propose_owner",
]

OUTCOMES: Mapping[DisposalState, tuple[Outcome, ...]] = {
    DisposalState.RECTIFIED: (Outcome.RECTIFIED,),
    DisposalState.TURNED_TO_CASE: (Outcome.TURNED_TO_CASE,),
    DisposalState.ACKNOWLEDGED: (Outcome.TRANSFERRED,),
    DisposalState.KEPT: (Outcome.KEPT,),
    DisposalState.NOT_FILED: (Outcome.NOT_FILED,),
    DisposalState.DECIDED: (Outcome.PENALTY, Outcome.NO_PENALTY, Outcome.CASE_DROPPED),
    DisposalState.LISTED: (Outcome.LISTED,),
    DisposalState.NOT_LISTED: (Outcome.NOT_LISTED,),
    DisposalState.CLOSED: (Outcome.NO_DISPOSAL,),
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
            else "该处置已办结；决定有变的，请在公示后登记撤销（disposal annul），再追加处置（disposal add）"
        )
        raise Refusal(
            "DisposalStepOutOfOrder", f"{kind.label}处于“{state.label}”，不能“{step.label}”；{remedy}"
        )
    return possible[step]


@dataclass(frozen=True)
class Period:
    """A statutory or policy period with its clause."""

    amount: int
    unit: Unit
    clause: str


PERIODS: Mapping[DisposalKind, Period] = {
    DisposalKind.RECTIFY: Period(10, Unit.NATURAL_DAY, "(policy) 责令改正期限，以责令改正通知书所载为准"),
    DisposalKind.CASE: Period(15, Unit.WORKING_DAY, "市场监督管理行政处罚程序规定 第十八条"),
    DisposalKind.TRANSFER: Period(5, Unit.WORKING_DAY, "(policy) 移送与接收回执"),
    DisposalKind.TRANSFER_JUSTICE: Period(
        3, Unit.WORKING_DAY, "(policy) 参照行政执法机关移送涉嫌犯罪案件的规定"
    ),
    DisposalKind.ABNORMAL: Period(10, Unit.WORKING_DAY, "企业经营异常名录管理暂行办法 第九条"),
    DisposalKind.SERIOUS: Period(20, Unit.WORKING_DAY, "(policy) 报上一级同意后列入"),
    DisposalKind.NONE: Period(5, Unit.WORKING_DAY, "(policy) 写明理由后办结"),
}
"""The first clock of each kind, from the day that the disposal is opened; 责令改正 from its order's delivery, once recorded."""

CASE_EXTENSION = Period(15, Unit.WORKING_DAY, "市场监督管理行政处罚程序规定 第十八条（延长一次）")
CASE_PROLONGATION = Period(
    30, Unit.NATURAL_DAY, "市场监督管理行政处罚程序规定 第六十四条（负责人批准延长；再延须集体讨论决定）"
)
CASE_DECISION = Period(90, Unit.NATURAL_DAY, "行政处罚法 第六十条（自立案之日起）")

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
"""Steps of the authority one level up (domain, 8); a department records them only where none is registered."""

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

_ANSWER = Period(5, Unit.WORKING_DAY, "(policy) 移送的接收、退回与再处置")
_LATER_PERIODS: Mapping[tuple[DisposalKind, DisposalState], Period] = {
    (DisposalKind.RECTIFY, _S.RECHECK_FAILED): Period(
        3, Unit.WORKING_DAY, "(policy) 复查不合格后决定延期或转立案"
    ),
    (DisposalKind.CASE, _S.EXTENDED): CASE_EXTENSION,
    (DisposalKind.CASE, _S.FILED): CASE_DECISION,
    (DisposalKind.CASE, _S.PROLONGED): CASE_PROLONGATION,
    (DisposalKind.TRANSFER, _S.SENT): _ANSWER,
    (DisposalKind.TRANSFER, _S.RETURNED): _ANSWER,
    (DisposalKind.TRANSFER_JUSTICE, _S.SENT): _ANSWER,
    (DisposalKind.TRANSFER_JUSTICE, _S.RETURNED): _ANSWER,
    (DisposalKind.SERIOUS, _S.ASKED): Period(10, Unit.WORKING_DAY, "(policy) 上一级答复是否同意列入"),
    (DisposalKind.SERIOUS, _S.CONSENTED): Period(10, Unit.WORKING_DAY, "(policy) 上级同意后列入"),
}


def period_of(kind: DisposalKind) -> tuple[int, Unit]:
    """The first clock's default amount and unit; its source is in `PERIODS`."""
    period = PERIODS[kind]
    return period.amount, period.unit


def period_in(kind: DisposalKind, state: DisposalState) -> Period | None:
    """The clock of a state, from the day that it was entered; None once the disposal has ended.

    No open state is without a clock.
    """
    if state is _S.HANDED:
        return _ANSWER
    return PERIODS[kind] if state is _S.OPEN else _LATER_PERIODS.get((kind, state))


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
