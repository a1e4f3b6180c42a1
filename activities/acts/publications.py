"""Stage 7: proof of what a department publishes itself, and rejected records sent again (公示证明、重新报送)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from activities.exchange.fallen import refuse_fallen
from activities.exchange.publishing import published, scope_of
from activities.exchange.queueing import exchange_id
from activities.exchange.records import record_of
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.waking import wake
from models.exchange import Declaration, RecordAmendment
from models.outcomes import Annulment, DisposalEntry, Publication, PublicationKind
from models.papers import AmendRecord, CorrectProof, ProvePublication, ResendPublications
from rules.calendar import local_day
from rules.channel import Channel
from rules.publicity import refuse_personal
from rules.record_fields import RecordField, field_named
from rules.refusal import Refusal
from rules.register_fields import FieldFault, subject_code
from rules.roles import Role


@ruling((Target.TASK, Target.DISPOSAL, Target.CORRECTION), ProvePublication, Role.HANDLER, together=True)
def prove(docket: Docket, paper: ProvePublication) -> None:
    """Record address, day and hash of the proof; also for corrections and outcomes after the task's end."""
    # Corrections and disposals outlive their task, its own results don't.
    of_task = docket.submission.target.startswith(f"{Target.TASK}/")
    task = docket.living_task if of_task else docket.any_task
    mine = provable(docket, task.id, paper.publications)
    for row in mine:
        refuse_fallen(docket.session, row)
        if row.receipted_at is None:
            raise Refusal("NotEntered", f"{row.id} 尚无省平台录入回执，请在收到回执后提交公示证明")
        if row.proof is not None and _differs(row.proof, paper):
            raise Refusal(
                "AlreadyProved",
                f"{row.id} 的公示证明已登记；有误的由单位主要负责人更正：publication prove-again",
            )
    fresh = [row for row in mine if row.published_at is None]
    _check_day(docket, paper.published_on, fresh)
    for row in fresh:
        row.published_at = docket.now
        row.proof = _proof(docket, paper)
    docket.session.flush()
    published(docket.clocks, fresh, by=docket.by)


@ruling((Target.TASK, Target.DISPOSAL, Target.CORRECTION), CorrectProof, Role.HEAD)
def prove_again(docket: Docket, paper: CorrectProof) -> None:
    """Put the right proof in the place of a wrong one, at any time; the wrong one stays with it, and in the trail."""
    rows = provable(docket, docket.any_task.id, paper.publications)
    for row in rows:
        if row.proof is None:
            raise Refusal("NotProved", f"{row.id} 还没有公示证明，请用 publication prove 提交")
        if not _differs(row.proof, paper):
            raise Refusal("NothingCorrected", f"{row.id} 的公示证明已是如此，无须更正")
    _check_day(docket, paper.published_on, rows)
    for row in rows:
        former = dict(row.proof or {})
        earlier = former.pop("former", [])
        row.proof = {
            **_proof(docket, paper),
            "reason": paper.reason,
            "former": [*earlier, former],
        }
        docket.audit("publication.proof_corrected", record=row.key, former=former, reason=paper.reason)


def provable(docket: Docket, task: str, ids: Sequence[str]) -> list[Publication]:
    """The acting department's own publications of this case; refuses others, and what is published nationally."""
    rows = docket.session.exec(
        select(Publication).where(col(Publication.task) == task, col(Publication.id).in_(ids))
    ).all()
    mine = {
        row.id: row
        for row in rows
        if row.department == docket.department and scope_of(row) == docket.submission.target
    }
    if unknown := [one for one in ids if one not in mine]:
        raise Refusal("PublicationUnknown", f"不是本部门在此案中的公示事项，请删去：{'、'.join(unknown[:5])}")
    for row in mine.values():
        if row.channel is not Channel.OWN_SITE:
            raise Refusal("WrongChannel", f"{row.id} 由国家企业信用信息公示系统公示，无须本部门提交证明")
    return list(mine.values())


def _said(paper: ProvePublication | CorrectProof) -> dict[str, str]:
    return {
        "address": paper.address,
        "published_on": paper.published_on.isoformat(),
        "sha256": paper.sha256,
    }


def _proof(docket: Docket, paper: ProvePublication | CorrectProof) -> dict[str, Any]:
    return {**_said(paper), "submission": docket.by}


def _differs(proof: Mapping[str, Any], paper: ProvePublication | CorrectProof) -> bool:
    return any(proof.get(name) != value for name, value in _said(paper).items())


@ruling((Target.TASK, Target.DISPOSAL, Target.CORRECTION), ResendPublications, Role.HANDLER)
def resend(docket: Docket, paper: ResendPublications) -> None:
    """Send rejected records again under their keys, composed anew from what was put right."""
    rows = _rejectable(docket, paper.records)
    for row in rows:
        if row.receipted_at is not None:
            raise Refusal("AlreadyEntered", f"{row.id} 省平台已录入，无须重新报送")
        if row.rejected is None:
            raise Refusal("NotRejected", f"{row.id} 未被省平台退回，请等待回执")
        row.revision += 1
        row.rejected = row.batch = row.sent_at = None
        docket.audit("publication.resent", record=row.key, revision=row.revision, reason=paper.reason)
    wake(
        docket.session,
        exchange_id(docket.office),
        "resent",
        source=docket.any_task.id,
        now=docket.now,
        start="ExchangeWorkflow",
    )


@ruling((Target.TASK, Target.DISPOSAL, Target.CORRECTION), AmendRecord, Role.HEAD)
def amend(docket: Docket, paper: AmendRecord) -> None:
    """Fields of a rejected record are sent otherwise from its next revision on, by the head's signature."""
    session = docket.session
    (row,) = _rejectable(docket, [paper.record])
    if row.receipted_at is not None:
        raise Refusal("AlreadyEntered", f"{row.id} 省平台已录入；结果有误的请用 result correct 更正")
    if row.rejected is None:
        raise Refusal("NotRejected", f"{row.id} 未被省平台退回，无须更正；请等待回执")
    refuse_personal(*paper.fields.values())
    made = record_of(session, row)
    for name, value in paper.fields.items():
        field = field_named(name)
        right = _sound_code(value) if field is RecordField.SUBJECT_CODE else value
        former = str(getattr(made, field.value))
        if former == right:
            raise Refusal("NothingCorrected", f"{field.label}已是“{right}”，无须更正；可直接重新报送")
        known = session.exec(
            select(func.count()).where(
                col(RecordAmendment.key) == row.key, col(RecordAmendment.field) == field.value
            )
        ).one()
        session.add(
            RecordAmendment(
                key=row.key,
                field=field.value,
                number=known + 1,
                former=former,
                value=right,
                basis=paper.basis,
                reason=paper.reason,
                submission=docket.by,
            )
        )
    docket.audit("publication.amended", record=row.key, fields=sorted(paper.fields))


def _sound_code(value: str) -> str:
    """A code in its own spelling; refuses `CodeInvalid` for what is no 统一社会信用代码 and no register key."""
    try:
        return subject_code(value)
    except FieldFault as fault:
        raise Refusal("CodeInvalid", f"{fault}，请更正") from None


def _check_day(docket: Docket, published_on: date, rows: Sequence[Publication]) -> None:
    """Nothing is public before it was decided, nor on a day that is still to come."""
    if published_on > docket.clocks.today:
        raise Refusal("ProofInFuture", f"公示日期{published_on}在今日之后，请更正公示日期（--on）")
    for row in rows:
        decided = _decided_on(docket.session, row)
        if published_on < decided:
            raise Refusal(
                "ProofBeforeApproval",
                f"公示日期{published_on}早于 {row.id} 的审批（决定）日{decided}，请更正公示日期（--on）",
            )


def _decided_on(session: Session, row: Publication) -> date:
    """The day from which it may be public: of the approval or signature, or of the decision where one names it."""
    queued = local_day(row.queued_at)
    if row.kind is PublicationKind.WITHDRAWAL:
        return min(queued, session.get_one(Annulment, row.reference).decided_on)
    if row.kind is not PublicationKind.DISPOSAL:
        return queued
    last = session.exec(
        select(DisposalEntry)
        .where(col(DisposalEntry.disposal) == row.reference)
        .order_by(col(DisposalEntry.number).desc())
    ).first()
    return queued if last is None else min(queued, date.fromisoformat(last.content["on"]))


def _rejectable(docket: Docket, ids: Sequence[str]) -> list[Publication | Declaration]:
    """The acting department's records of this case by id; refuses those that are not."""
    session, target = docket.session, docket.submission.target
    mine: dict[str, Publication | Declaration] = {
        row.id: row
        for row in session.exec(select(Publication).where(col(Publication.id).in_(ids)))
        if row.department == docket.department and scope_of(row) == target
    }
    for row in session.exec(select(Declaration).where(col(Declaration.id).in_(ids))):
        if row.department == docket.department and target == f"joint-task/{row.task}":
            mine[row.id] = row
    if unknown := [one for one in ids if one not in mine]:
        raise Refusal(
            "PublicationUnknown",
            f"不是本部门在此案中的报送事项：{'、'.join(unknown[:5])}，可用 publication list 查看编号",
        )
    return list(mine.values())
