"""What takes the draw's place where the level above drew: the received list begins the visits (接收上级名单)."""

from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.clocks.waits import Clocks
from activities.draw.papers import DIRECTORY, PLAN, officers_file, store, store_json
from activities.lookup import subjects_by_code
from activities.match.officer_file import freeze_officers, pool
from activities.plans.rows import version_of
from activities.results.passage import plan_visits
from models.papers import Period
from models.task import (
    ActStep,
    Aspect,
    DrawAct,
    DrawnSubject,
    DrawStep,
    JointTask,
    Preparation,
    ReceivedList,
    TakingPart,
)
from rules.channel import uses_credit_class
from rules.digests import canonical_json, sha256_hex
from rules.draw_class import draw_class
from rules.draw_record import Kind
from rules.stages import Claim

FIRST = 1
STRATUM = "上级抽取"


def take_over(clocks: Clocks, task: JointTask, received: ReceivedList, stratum: str = STRATUM) -> None:
    """In stage 3's place: every department's visits begin from the received list, in its order."""
    session = clocks.session
    if session.get(DrawAct, (task.id, FIRST)) is not None:
        return
    session.add(
        DrawAct(
            task=task.id,
            number=FIRST,
            kind=Kind.FIRST,
            reason=f"{received.issuer} {received.number}",
            content={"received": received.record_sha256},
        )
    )
    session.flush()
    parts = [part for part in _parts(session, task) if part.claim is Claim.CLAIMED]
    aspects = _confirmed_contents(session, task)
    frozen = _freeze(clocks, task, received, aspects, [part.department for part in parts])
    found = subjects_by_code(session, task.office, received.codes)
    subjects = [found[code] for code in received.codes]
    for rank, subject in enumerate(subjects, start=1):
        session.add(
            DrawnSubject(
                task=task.id,
                act=FIRST,
                rank=rank,
                subject=subject.id,
                stratum=stratum,
                credit_class=draw_class(subject.legal_form, subject.credit_class, None, None),
            )
        )
    periods = [Period.model_validate(one) for one in aspects[Aspect.PERIODS]["periods"]]
    for part in parts:
        plan_visits(session, part, FIRST, subjects, periods)
    # The city's record is what this list rests on: the officers' match hangs on it as on a seed.
    seed = sha256_hex(canonical_json([received.record_sha256, list(received.codes)]))
    content = {
        "seed": seed,
        "drawn": len(subjects),
        "market_entities": sum(uses_credit_class(subject.legal_form) for subject in subjects),
        "links": [],
        "public_value": "",
        "received": received.record_sha256,
    }
    for step, detail in ((ActStep.FIXED, frozen), (ActStep.DRAWN, content)):
        session.add(DrawStep(task=task.id, act=FIRST, step=step, content=detail))
    session.flush()
    audit.record(
        session,
        audit.task_chain(task.id),
        "draw.received",
        at=clocks.now,
        detail={"record": received.record_sha256, "number": received.number, "subjects": len(subjects)},
    )


def _freeze(
    clocks: Clocks,
    task: JointTask,
    received: ReceivedList,
    aspects: dict[Aspect, dict[str, Any]],
    departments: list[str],
) -> dict[str, Any]:
    """The list, the plan and the officers' files: what the match looks at is fixed as after a draw."""
    session = clocks.session
    row = version_of(session, task.document, task.seq, task.row_version)
    body = "".join(f"{code},\n" for code in received.codes).encode()
    directory = store(session, task.id, FIRST, DIRECTORY, body)
    plan: dict[str, Any] = {
        "received": {
            "issuer": received.issuer,
            "number": received.number,
            "drawn_on": received.drawn_on.isoformat(),
            "record_sha256": received.record_sha256,
        },
        "items": aspects[Aspect.ITEMS]["items"],
        "periods": aspects[Aspect.PERIODS]["periods"],
        "population": len(received.codes),
        "quota": {"percent": row.fields["ratio"]["value"]["percent"]},
        "officers": {
            department: store_json(
                session,
                task.id,
                FIRST,
                officers_file(department),
                freeze_officers(
                    session, task.id, department, pool(session, task.id, department), clocks.today
                ),
            )
            for department in departments
        },
    }
    return {"directory": directory, "plan": store_json(session, task.id, FIRST, PLAN, plan)}


def _parts(session: Session, task: JointTask) -> list[TakingPart]:
    return list(
        session.exec(
            select(TakingPart).where(col(TakingPart.task) == task.id).order_by(col(TakingPart.department))
        )
    )


def _confirmed_contents(session: Session, task: JointTask) -> dict[Aspect, dict[str, Any]]:
    rows = session.exec(
        select(Preparation)
        .where(col(Preparation.task) == task.id, col(Preparation.confirmed_by).is_not(None))
        .order_by(col(Preparation.number))
    )
    return {row.aspect: row.content for row in rows}
