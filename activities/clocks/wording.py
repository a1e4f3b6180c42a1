"""What a wait asks for and what ends it, told of the very case that it is about (待办的事由和命令)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlmodel import Session, col, select

from activities.draw.contributions import kept_by_service
from activities.lookup import chunks
from models.evidence import Commission
from models.outcomes import Disposal, Publication, PublicationKind
from models.trail import Wait
from rules.channel import Channel
from rules.disposal import DisposalState
from rules.disposal_todo import todo
from rules.wait_rules import BY_ITSELF, WAITS
from rules.waits import WaitKind


class Told(NamedTuple):
    """What is owed, and the command that ends it; `by_itself` where the service ends it and nobody need act."""

    what: str
    command: str
    by_itself: bool = False


AnyWait = Wait | Row[Any]
"""A wait as an object or as a row of its columns."""


def told(session: Session, waits: Iterable[AnyWait], *, named: bool = True) -> dict[str, Told]:
    """Each wait in words, by its id; with `named=False` without what somebody typed as a name, for the engine's eyes."""
    waits = list(waits)
    cases = {one.scope.removeprefix("disposal/") for one in waits if one.scope.startswith("disposal/")}
    for some in chunks(sorted(cases)):
        # Read together once: what follows finds them in the session.
        session.exec(select(Disposal).where(col(Disposal.id).in_(some))).all()
    return {one.id: told_of(session, one, named=named) for one in waits}


def is_told_by_itself(wait: AnyWait) -> bool:
    """Whether the words of a wait's kind say all that there is to say of it."""
    return WaitKind(wait.kind) not in _OF_A_CASE and WaitKind(wait.kind) not in _OF_ITSELF


def told_of(session: Session, wait: AnyWait, *, named: bool = True) -> Told:
    """One wait in words."""
    kind = WaitKind(wait.kind)
    plain = Told(kind.label, WAITS[kind].command.format(target=wait.scope.split("/", 1)[1]))
    if kind in _OF_A_CASE:
        return _OF_A_CASE[kind](session, wait, plain, named)
    return _OF_ITSELF[kind](wait, plain) if kind in _OF_ITSELF else plain


def _disposal(session: Session, wait: AnyWait, plain: Told, named: bool) -> Told:
    case = session.get(Disposal, wait.scope.removeprefix("disposal/"))
    if case is None:
        return plain
    if wait.kind == WaitKind.ACKNOWLEDGE and case.outside:
        command = f"{plain.command} --note 回执文号"
        whom = case.outside if named else "接收单位"
        return Told(f"取得并登记{whom}对移送的接收回执（{case.kind.label}）", command)
    if wait.kind == WaitKind.DISPOSAL and (what := todo(case.kind, DisposalState(case.state))):
        return plain._replace(what=what)
    return plain._replace(what=f"{plain.what}：{case.kind.label}")


def _reveal(session: Session, wait: AnyWait, plain: Told, _: bool) -> Told:
    if wait.task is None or wait.department not in kept_by_service(session, wait.task):
        return plain
    return Told(BY_ITSELF, f"starter.py task draw show {wait.task}", by_itself=True)


def _public(wait: AnyWait, plain: Told) -> Told:
    """The publication of a case's outcome, not of a task's results."""
    kinds = {"disposal": "处置结果", "correction": "结果更正"}
    what = kinds.get(wait.scope.split("/", 1)[0])
    return plain._replace(what=f"{plain.what}（{what}）") if what else plain


def _withdrawal(session: Session, wait: AnyWait, plain: Told, _: bool) -> Told:
    case = wait.scope.removeprefix("disposal/")
    rows = {
        row.kind: row for row in session.exec(select(Publication).where(col(Publication.reference) == case))
    }
    withdrawal, outcome = rows.get(PublicationKind.WITHDRAWAL), rows.get(PublicationKind.DISPOSAL)
    own = withdrawal is not None and withdrawal.channel is Channel.OWN_SITE
    if outcome is not None and outcome.published_at is None:
        return plain._replace(what=f"撤回未公示的处置结果：等省平台{'回执' if own else '办理'}")
    if not own:
        return plain
    command = f"starter.py publication prove {case} --all --address 网址 --on 日期 --file 存档文件"
    return Told(f"{plain.what}：从本部门网站撤下并提交证明", command)


def _entry(wait: AnyWait, plain: Told) -> Told:
    return plain._replace(what=f"{plain.what}（退回后第{wait.cycle}次）") if wait.cycle > 1 else plain


def _commission(session: Session, wait: AnyWait, plain: Told, named: bool) -> Told:
    row = session.get(Commission, wait.key.removeprefix("commission/"))
    if row is None:
        return plain
    command = plain.command.replace("委托编号", row.id)
    return Told(f"等{row.institution if named else '委托机构'}的报告（事项 {row.item}）", command)


def _referral(wait: AnyWait, plain: Told) -> Told:
    task, _, referral = wait.key.partition("/referral/")
    return plain._replace(command=plain.command.replace("任务编号 移交编号", f"{task} {referral}"))


def _of_a_plan(wait: AnyWait, plain: Told) -> Told:
    """Keys: `<department>/yearly-report/<document>`, `<document>/settle`."""
    head, _, tail = wait.key.rpartition("/")
    return plain._replace(command=plain.command.replace("计划编号", head if tail == "settle" else tail))


def _window(wait: AnyWait, plain: Told) -> Told:
    """The plan row of a round that nobody has launched: its wait belongs to no task yet."""
    again = f" --round {wait.cycle}" if wait.cycle > 1 else ""
    return plain._replace(what=f"{plain.what} {wait.opened_by}", command=f"{plain.command}{again}")


_OF_ITSELF: Mapping[WaitKind, Callable[[AnyWait, Told], Told]] = {
    WaitKind.RECEIPT: _public,
    WaitKind.FORWARD: _public,
    WaitKind.PROOF: _public,
    WaitKind.ENTRY: _entry,
    WaitKind.REFERRAL: _referral,
    WaitKind.YEARLY_REPORT: _of_a_plan,
    WaitKind.YEARLY_SUPPLEMENT: _of_a_plan,
    WaitKind.SETTLE_ROWS: _of_a_plan,
    WaitKind.WINDOW: _window,
}
_OF_A_CASE: Mapping[WaitKind, Callable[[Session, AnyWait, Told, bool], Told]] = {
    WaitKind.DISPOSAL: _disposal,
    WaitKind.ACKNOWLEDGE: _disposal,
    WaitKind.CONSENT: _disposal,
    WaitKind.WITHDRAWAL: _withdrawal,
    WaitKind.COMMISSION: _commission,
    WaitKind.REVEAL: _reveal,
}
