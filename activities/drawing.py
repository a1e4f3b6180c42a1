"""The machine's part in a draw: fix and hash, then draw from the opened links (锁定、抽取)."""

from datetime import date

from sqlmodel import Session, col, select

from activities import audit
from activities.acts.draws import contributors
from activities.acts.preparation import confirmed
from activities.acts.sampling import class_of, sample
from activities.clocks import Clocks
from activities.docket import notify
from activities.draw_papers import ANNEX, DIRECTORY, PLAN, load, load_plan, officers_file, store, store_json
from activities.officers import freeze_officers
from models.papers import Period
from models.registers import Subject
from models.task import (
    ActStep,
    Aspect,
    Commitment,
    DrawAct,
    DrawnSubject,
    DrawStep,
    JointTask,
    TakingPart,
    Visit,
)
from rules.channel import uses_credit_class
from rules.deadline import Unit
from rules.draw import canonical_directory, draw, seed
from rules.draw_record import draw_plan
from rules.policy import PolicyKey
from rules.quota import Quota, StratumQuota
from rules.roles import Role
from rules.stages import Claim
from rules.waits import WaitKind

PUBLIC_VALUE = ""
"""No public value is mixed in: the last revealer can choose between two outcomes; the record says so."""


def fix_act(clocks: Clocks, task: JointTask, number: int) -> None:
    """Freeze the directory and hash the plan of the draw; from here on nothing but links is missing."""
    session = clocks.session
    if session.get(DrawStep, (task.id, number, ActStep.FIXED, "")) is not None:
        return
    act = session.get_one(DrawAct, (task.id, number))
    frozen = sample(clocks, task)
    directory = store(session, task.id, number, DIRECTORY, canonical_directory(frozen.entries))
    annex = store_json(session, task.id, number, ANNEX, _annex(frozen.subjects))
    departments = _departments(session, task)
    officers = {
        department: store_json(
            session,
            task.id,
            number,
            officers_file(department),
            freeze_officers(session, department, clocks.today),
        )
        for department in departments
    }
    aspects = confirmed(session, task.id)
    reveal = int(clocks.policies.value(PolicyKey.REVEAL_HOURS))
    plan = store_json(
        session,
        task.id,
        number,
        PLAN,
        draw_plan(
            task.id,
            number,
            act.kind,
            frozen.quota,
            rest={
                "scope": aspects[Aspect.SCOPE].content["filter"],
                "items": aspects[Aspect.ITEMS].content["items"],
                "periods": aspects[Aspect.PERIODS].content["periods"],
                "reveal": {"amount": reveal, "unit": Unit.WORKING_HOUR.value},
                "population": len(frozen.entries),
                "annex": annex,
                "officers": officers,
            },
        ),
    )
    session.add(
        DrawStep(task=task.id, act=number, step=ActStep.FIXED, content={"directory": directory, "plan": plan})
    )
    session.flush()
    for department in contributors(session, task):
        clocks.open(
            WaitKind.REVEAL,
            key=f"{task.id}/reveal/{number}/{department}",
            scope=f"joint-task/{task.id}",
            task=task.id,
            department=department,
            opened_by=f"draw act {number} fixed",
        )
    audit.record(
        session,
        audit.task_chain(task.id),
        "draw.fixed",
        at=clocks.now,
        detail={"act": number, "directory": directory, "plan": plan},
    )


def draw_act(clocks: Clocks, task: JointTask, number: int) -> None:
    """Compute the seed from plan, directory and links, and draw; every department's visits begin."""
    session = clocks.session
    if session.get(DrawStep, (task.id, number, ActStep.DRAWN, "")) is not None:
        return
    fixed = session.get_one(DrawStep, (task.id, number, ActStep.FIXED, "")).content
    revealed = session.exec(
        select(DrawStep).where(
            col(DrawStep.task) == task.id, col(DrawStep.act) == number, col(DrawStep.step) == ActStep.REVEALED
        )
    ).all()
    links = sorted((step.department, str(step.content["link"])) for step in revealed)
    seed_hex = seed(task.id, number, fixed["plan"], fixed["directory"], links, PUBLIC_VALUE)
    plan = load_plan(session, task.id, number)
    entries = directory_entries(load(session, task.id, number, DIRECTORY))
    drawn = draw(seed_hex, entries, quota_of(plan))
    ids = {
        subject.code: subject
        for subject in session.exec(select(Subject).where(col(Subject.office) == task.office))
    }
    for one in drawn:
        session.add(
            DrawnSubject(
                task=task.id,
                act=number,
                rank=one.rank,
                subject=ids[one.code].id,
                stratum=one.stratum,
                credit_class=one.class_,
            )
        )
    order = [ids[one.code] for one in drawn]
    market = sum(uses_credit_class(subject.legal_form) for subject in order)
    periods = [Period.model_validate(period) for period in plan["periods"]]
    _plan_visits(session, task, number, order, periods)
    session.add(
        DrawStep(
            task=task.id,
            act=number,
            step=ActStep.DRAWN,
            content={
                "seed": seed_hex,
                "drawn": len(drawn),
                "market_entities": market,
                "links": [list(pair) for pair in links],
                "public_value": PUBLIC_VALUE,
            },
        )
    )
    audit.record(
        session,
        audit.task_chain(task.id),
        "draw.drawn",
        at=clocks.now,
        detail={"act": number, "seed": seed_hex, "drawn": len(drawn)},
    )
    for department in _departments(session, task):
        notify(
            session,
            department,
            Role.HANDLER,
            key=f"{task.id}/drawn/{number}/{department}",
            event="drawn",
            text=f"任务 {task.id} 已抽取检查对象{len(drawn)}户，正在匹配执法人员",
            now=clocks.now,
            task=task.id,
        )


def directory_entries(body: bytes) -> list[tuple[str, str]]:
    """The (code, class) lines of a frozen directory."""
    lines = body.decode().splitlines()
    return [(code, name) for code, _, name in (line.partition(",") for line in lines)]


def quota_of(plan: dict[str, object]) -> Quota:
    """The quota as the plan of the draw holds it: what was hashed is what is drawn."""
    quota = dict(plan["quota"])  # type: ignore[call-overload]  # canonical JSON has no static shape
    strata = tuple(
        StratumQuota(one["name"], tuple(one["classes"]), one["population"], one["percent"], one["size"])
        for one in quota["strata"]
    )
    return Quota(quota["percent"], quota["minimum"], quota["floor"], strata, quota["top_up"], quota["total"])


def batches(count: int, periods: list[Period]) -> list[tuple[date, date]]:
    """The visit period of each place of the drawn order: the batches are slices of it by their shares."""
    spans: list[tuple[date, date]] = []
    share = 0
    for period in periods:
        share += period.share
        end = -(-count * share // 100)
        spans += [(period.first_day, period.last_day)] * (end - len(spans))
    return spans


def _plan_visits(
    session: Session, task: JointTask, number: int, order: list[Subject], periods: list[Period]
) -> None:
    spans = batches(len(order), periods)
    for department in _departments(session, task):
        for subject, (first_day, last_day) in zip(order, spans, strict=True):
            session.add(
                Visit(
                    task=task.id,
                    department=department,
                    subject=subject.id,
                    act=number,
                    first_day=first_day,
                    last_day=last_day,
                )
            )
        session.get_one(TakingPart, (task.id, department)).subjects += len(order)
    session.flush()


def _departments(session: Session, task: JointTask) -> list[str]:
    return sorted(
        session.exec(
            select(TakingPart.department).where(
                col(TakingPart.task) == task.id, col(TakingPart.claim) == Claim.CLAIMED
            )
        )
    )


def _annex(subjects: list[Subject]) -> list[dict[str, object]]:
    return [
        {
            "code": subject.code,
            "status": subject.status,
            "class": class_of(subject),
            "class_date": subject.class_date.isoformat() if subject.class_date else None,
            "area": subject.area,
            "tags": sorted(subject.tags),
        }
        for subject in subjects
    ]


def commitments_of(session: Session, task: str) -> dict[str, str]:
    """Each contributor's commitment."""
    rows = session.exec(select(Commitment).where(col(Commitment.task) == task)).all()
    return {row.department: row.commitment for row in rows}
