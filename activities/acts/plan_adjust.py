"""An adopted plan is adjusted in writing, and a round not carried out is put on record (计划调整、未实施登记)."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from activities.acts.plans import add_version, adopt_rows, audit_plan, version_row, watch
from activities.clocks.reckoning import Terms
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.plans.rounds import row_id, year_of
from activities.plans.rows import (
    aliases_of,
    copy_notice,
    document_of,
    report_day,
    row_of,
    rows_in_force,
    rows_of,
    settle,
    values_of,
)
from activities.waking import wake
from models.papers import AdjustedRow, AdjustPlan, OmitRound
from models.plan import PlanDocument, PlanRow, PlanStatus, RoundOmission
from models.task import JointTask
from models.trail import Cause, Wait
from rules.launchable import LABELS, SET
from rules.plan.difference import difference
from rules.plan.printed import UnprintableError, settled_value
from rules.plan_rounds import LaunchMode, RoundState
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import TaskStatus
from rules.waits import WaitKind


@ruling(Target.OFFICE, AdjustPlan, Role.OFFICE)
def adjust(docket: Docket, paper: AdjustPlan) -> None:
    """Make version n+1: rows changed, added and withdrawn; tasks that run keep the version they began with."""
    session = docket.session
    plan = _adopted(docket, paper.document)
    former = plan.version
    before = versions(session, plan.id, former)
    plan.version += 1
    aliases = aliases_of(session, docket.office)
    touched = [_apply(session, plan, row, aliases) for row in paper.changed]
    touched += [_withdraw(session, plan, seq) for seq in dict.fromkeys(paper.removed)]
    if not any(touched):
        raise Refusal("NothingChanged", "与现行计划没有不同，无须调整；请核对文件或要改的字段")
    _issue_anew(docket, plan, paper)
    sha256 = paper.file_sha256 or docket.submission.sha256
    add_version(docket, plan, sha256, number=paper.number, approval=paper.approval, reason=paper.reason)
    for row in rows_of(session, plan.id):
        if row.withdrawn and row.version and row.version < plan.version and row.seq in paper.removed:
            row.version = plan.version
            session.add(version_row(docket, row))
            wake(
                session,
                row_id(plan.id, row.seq),
                "withdrawn",
                source=plan.id,
                now=docket.now,
                start="PlanRowWorkflow",
            )
    session.flush()
    docket.data = adopt_rows(docket, plan)
    after = versions(session, plan.id, plan.version)
    docket.data |= {
        "version": plan.version,
        "difference": [line.words for line in difference(before, after)],
        "running": _running(session, plan.id, [seq for seq in touched if seq]),
    }
    audit_plan(
        docket,
        plan.id,
        "plan.adjusted",
        number=paper.number,
        approval=paper.approval,
        reason=paper.reason,
        **docket.data,
    )


@ruling(Target.OFFICE, OmitRound, Role.OFFICE)
def omit_round(docket: Docket, paper: OmitRound) -> None:
    """The office puts on record that a round is not carried out, with its number and reason."""
    session = docket.session
    plan = _adopted(docket, paper.document)
    row = row_of(session, plan.id, paper.seq)
    if row.version == 0 or row.withdrawn:
        raise Refusal("RowNotAdopted", f"序号{paper.seq}不在现行计划内，无须登记")
    year = year_of(session, plan, paper.seq, docket.clocks.today)
    states = {planned.number: state for planned, state in year.rounds}
    state = states.get(paper.round)
    if state is None or year.mode is LaunchMode.WATCHED:
        raise Refusal("RoundNotPlanned", f"序号{paper.seq}没有须由本级发起的第{paper.round}轮，请核对轮次")
    if state is RoundState.LAUNCHED:
        raise Refusal(
            "AlreadyLaunched", f"序号{paper.seq}第{paper.round}轮已发起，不能登记为未实施，请核对轮次"
        )
    if state.over:
        raise Refusal("AlreadyOver", f"序号{paper.seq}第{paper.round}轮：{state.label}，无须登记")
    session.add(
        RoundOmission(
            document=plan.id,
            seq=paper.seq,
            round=paper.round,
            reason=f"{paper.reason}（{paper.number}）",
            recorded_on=docket.clocks.today,
            submission=docket.by,
        )
    )
    session.flush()
    audit_plan(docket, plan.id, "round.omitted", seq=paper.seq, round=paper.round, reason=paper.reason)
    watch(docket, plan, paper.seq)
    wake(session, row_id(plan.id, paper.seq), "omitted", source=plan.id, now=docket.now)


def versions(session: Session, document: str, version: int) -> dict[str, dict[str, Any]]:
    """The values of a version's rows by key."""
    return {row.seq: values_of(row.fields) for row in rows_in_force(session, document, version)}


def _adopted(docket: Docket, document: str) -> PlanDocument:
    plan = document_of(docket.session, docket.office, document)
    if plan.status is not PlanStatus.ADOPTED:
        raise Refusal("PlanNotAdopted", f"计划 {document} 尚未采用，请直接用 plan set 核定后 plan adopt")
    return plan


def _apply(
    session: Session, plan: PlanDocument, given: AdjustedRow, aliases: Mapping[str, str]
) -> str | None:
    """Write a changed or new row into the copy that is worked on; None where nothing differs."""
    if given.seq is None:
        missing = [name for name in LABELS if name not in given.fields]
        if missing:
            raise Refusal(
                "FieldsMissing", f"新增的行缺少字段：{'、'.join(LABELS[one] for one in missing)}，请补齐"
            )
        row = PlanRow(
            document=plan.id,
            seq=next_key(rows_of(session, plan.id)),
            line=given.line,
            region=given.region,
            name="",
            fields=_checked(given.fields),
            flags=list(given.flags),
        )
        settle(row, dict(aliases))
        session.add(row)
        session.flush()
        return row.seq
    row = row_of(session, plan.id, given.seq)
    if row.withdrawn:
        raise Refusal("RowWithdrawn", f"序号{row.seq}已调减，序号不能再用；恢复抽查请作为新的一行增加")
    fields = {**row.fields, **_checked(given.fields)}
    if values_of(fields) == values_of(row.fields) and given.region in ("", row.region):
        return None
    row.fields, row.flags = fields, list(given.flags)
    row.line = given.line or row.line
    row.region = given.region or row.region
    row.pending = row.version > 0
    settle(row, dict(aliases))
    session.flush()
    return row.seq


def _withdraw(session: Session, plan: PlanDocument, seq: str) -> str | None:
    row = row_of(session, plan.id, seq)
    if row.withdrawn:
        return None
    row.withdrawn, row.pending = True, False
    if row.version:
        standing = next(one for one in rows_in_force(session, plan.id, plan.version) if one.seq == seq)
        row.fields, row.name = standing.fields, standing.name
        row.initiator, row.partners = standing.initiator, standing.partners
        row.from_month, row.to_month = standing.from_month, standing.to_month
        row.obstacles = []
    session.flush()
    return seq


def next_key(rows: list[PlanRow]) -> str:
    """The next free number: above all that were ever given, so that none is used twice."""
    return str(max((int(row.seq) for row in rows if row.seq.isdigit()), default=0) + 1)


def _checked(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Fields as given; what a person has set must be of the field's shape."""
    checked: dict[str, dict[str, Any]] = {}
    for name, field in fields.items():
        if name not in LABELS or not {"value", "status", "raw", "why"} <= set(field):
            raise Refusal("FieldUnknown", f"没有字段“{name}”，可选：{'、'.join(LABELS)}，请更正")
        value = field["value"]
        if field["status"] == SET:
            try:
                value = settled_value(name, value)
            except UnprintableError as problem:
                raise Refusal("FieldValue", f"{LABELS[name]}：{problem}；请更正") from None
        checked[name] = {**field, "value": value}
    return checked


def _issue_anew(docket: Docket, plan: PlanDocument, paper: AdjustPlan) -> None:
    if not paper.notice:
        return
    known = {name: field for name, field in paper.notice.items() if field.get("value") is not None}
    former = report_day(plan)
    plan.reading = {**plan.reading, **known}
    copy_notice(plan)
    due = report_day(plan)
    if due is None or due == former:
        return
    owed = docket.session.exec(
        select(Wait).where(
            col(Wait.kind) == WaitKind.YEARLY_REPORT,
            col(Wait.opened_by) == plan.id,
            col(Wait.closed_at).is_(None),
        )
    )
    for wait in owed.all():
        docket.clocks.renew(wait, Terms.fixed(docket.clocks.today, due), Cause.REISSUED)


def _running(session: Session, document: str, seqs: list[str]) -> dict[str, list[str]]:
    """Tasks of the rows touched that run on under the version that they were launched from."""
    rows = session.exec(
        select(JointTask.seq, JointTask.id)
        .where(
            col(JointTask.document) == document,
            col(JointTask.seq).in_(seqs),
            col(JointTask.status) == TaskStatus.OPEN,
        )
        .order_by(col(JointTask.id))
    ).all()
    out: dict[str, list[str]] = {}
    for seq, task in rows:
        out.setdefault(seq, []).append(task)
    return out
