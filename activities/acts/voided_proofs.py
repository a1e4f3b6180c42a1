"""A proof of publication that proves nothing is void, and asked for again (作废公示证明)."""

from sqlmodel import col, func, select

from activities.acts.publications import provable
from activities.desk.notices import notify
from activities.exchange.fallen import refuse_fallen
from activities.exchange.publishing import unpublish
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.reopening import reopen_task
from activities.waking import wake
from models.outcomes import PublicationKind
from models.papers import VoidProof
from models.retractions import VoidedProof
from rules.refusal import Refusal
from rules.roles import Role

_IN_THE_TASK = frozenset({PublicationKind.RESULT, PublicationKind.DISPOSAL})
"""What a task's end waits for; a correction, and a withdrawal, run beside it."""
_CASES = {PublicationKind.CORRECTION: "CorrectionWorkflow"}


@ruling((Target.TASK, Target.DISPOSAL, Target.CORRECTION), VoidProof, Role.HEAD)
def void(docket: Docket, paper: VoidProof) -> None:
    """The proof stays on record as void; what it stood for is not public any more, and its case is open again."""
    session = docket.session
    rows = provable(docket, docket.standing_task.id, paper.publications)
    for row in rows:
        refuse_fallen(session, row)
        if row.proof is None:
            raise Refusal("NotProved", f"{row.id} 没有公示证明，无须作废；请用 publication prove 提交")
    if any(row.kind in _IN_THE_TASK for row in rows):
        reopen_task(docket, "proof of publication void")
    for row in rows:
        known = session.exec(select(func.count()).where(col(VoidedProof.publication) == row.id)).one()
        session.add(
            VoidedProof(
                publication=row.id,
                number=known + 1,
                proof=row.proof or {},
                reason=paper.reason,
                submission=docket.by,
            )
        )
        docket.audit("publication.proof_voided", record=row.key, proof=row.proof, reason=paper.reason)
        row.proof = row.published_at = None
    session.flush()
    unpublish(docket.clocks, rows, by=docket.by)
    notify(
        session,
        docket.department,
        Role.HANDLER,
        key=f"{docket.by}/void",
        event="proof void",
        text=f"任务 {docket.any_task.id}：{len(rows)}项公示证明已作废（{paper.reason}），请重新公示并提交证明："
        f"publication prove {docket.case} --all --address 网址 --on 日期 --file 证明",
        now=docket.now,
        task=docket.any_task.id,
        urgent=True,
    )
    if not docket.submission.target.startswith(f"{Target.TASK}/"):
        # Its workflow may have ended with the publication.
        wake(
            session,
            docket.submission.target,
            "proof void",
            source=docket.any_task.id,
            now=docket.now,
            start=_CASES.get(rows[0].kind, "DisposalWorkflow"),
        )
