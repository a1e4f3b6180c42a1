"""Tasks that start from a list drawn by the level above (市抽县查): stored with its record, never drawn again."""

from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.acts.preparation import content_hash
from activities.clocks import Clocks
from activities.docket import Docket
from activities.draw_papers import DIRECTORY, PLAN, officers_file, store, store_json
from activities.lookup import subjects_by_code
from activities.officer_file import freeze_officers
from activities.passage import plan_visits
from activities.plan_rows import version_of
from models.papers import DrawnAbove, Period, ProposeScope
from models.plan import PlanRowVersion
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
from rules.draw import canonical_json, sha256_hex
from rules.draw_class import draw_class
from rules.draw_record import Kind
from rules.plan_rounds import LaunchMode, launch_mode
from rules.refusal import Refusal
from rules.scope import ScopeFilter
from rules.stages import Claim
from rules.waits import WaitKind

FIRST = 1
STRATUM = "上级抽取"


def received_of(session: Session, task: str) -> ReceivedList | None:
    """The list that a task was launched from, None where it draws itself."""
    return session.get(ReceivedList, task)


def check_received(docket: Docket, row: PlanRowVersion, paper: DrawnAbove | None) -> None:
    """The row's mode says whether a list is needed; every subject of the list must stand in the register."""
    mode = launch_mode(row.fields["mode"]["value"])
    if mode is LaunchMode.WATCHED:
        raise Refusal("RowOnlyWatched", f"序号{row.seq}由上级抽取并检查，本级只关注进展，无须发起")
    if mode is LaunchMode.HERE and paper is not None:
        raise Refusal("DrawnHere", f"序号{row.seq}由本级抽取，请不带名单发起")
    if mode is LaunchMode.RECEIVED and paper is None:
        raise Refusal(
            "ReceivedListNeeded",
            f"序号{row.seq}由上级抽取，请凭收到的名单和抽取记录发起：task start … --received 名单文件 --record 记录文件",
        )
    if paper is None:
        return
    if len(set(paper.codes)) < len(paper.codes):
        raise Refusal("CodesRepeated", "收到的名单中有重复的代码，请向上级核对后重新提交")
    known = set(subjects_by_code(docket.session, docket.office, list(paper.codes)))
    if unknown := [code for code in paper.codes if code not in known]:
        raise Refusal(
            "SubjectUnknown",
            f"名单中有{len(unknown)}户不在本级检查对象名录库：{'、'.join(unknown[:5])}；请先 register import subjects",
        )


def receive_list(docket: Docket, task: JointTask, paper: DrawnAbove) -> None:
    """Store the list; it stands as the scope's proposal, which a second person confirms against the paper."""
    session = docket.session
    session.add(ReceivedList(task=task.id, submission=docket.by, **paper.model_dump()))
    scope = ScopeFilter(
        hand_picked=paper.codes,
        reason=f"{paper.issuer} {paper.number} 抽取名单（{paper.drawn_on}），抽取记录 {paper.record_sha256}",
    )
    content = ProposeScope(filter=scope).model_dump(mode="json")
    session.add(
        Preparation(
            task=task.id,
            aspect=Aspect.SCOPE,
            number=1,
            content=content,
            sha256=content_hash(content),
            proposed_by=docket.submission.actor,
        )
    )
    session.flush()
    docket.clocks.settle_key(f"{task.id}/prepare", by=docket.by)
    docket.clocks.open(
        WaitKind.CONFIRM,
        key=f"{task.id}/confirm/{Aspect.SCOPE.value}/1",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=task.initiator,
        opened_by=docket.by,
    )
    docket.data |= {"received": len(paper.codes), "sha256": content_hash(content)}


def take_over(clocks: Clocks, task: JointTask, received: ReceivedList) -> None:
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
                stratum=STRATUM,
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


def refuse_received(session: Session, task: JointTask) -> None:
    """What the level above drew is changed by it alone."""
    if received_of(session, task.id) is not None:
        raise Refusal(
            "DrawnAbove", "本任务的检查对象由上级抽取，不能在本级改动或再抽；请向上级申请，凭其书面文件办理"
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
                freeze_officers(session, task.id, department, clocks.today),
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
