"""The machine's part in a draw: fix and hash, then draw from the opened links (锁定、抽取)."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.acts.draws import contributors
from activities.acts.preparation import confirmed
from activities.acts.sampling import class_of, sample
from activities.clocks import Clocks
from activities.docket import notify
from activities.draw_papers import ANNEX, DIRECTORY, PLAN, load_plan, officers_file, store, store_json
from activities.later_acts import base_act, frozen_entries, left_out, ordered_quota, replaced_visits
from activities.lookup import subjects_by_code
from activities.officers import freeze_officers
from activities.passage import plan_visits, withdraw
from models.papers import Period
from models.registers import Subject
from models.task import ActStep, Aspect, DrawAct, DrawnSubject, DrawStep, JointTask, TakingPart
from rules.channel import uses_credit_class
from rules.deadline import Unit
from rules.draw import Drawn, canonical_directory, draw, seed
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
    directory, rest, quota, gone = _freeze(clocks, task, act)
    rest["reveal"] = {
        "amount": int(clocks.policies.value(PolicyKey.REVEAL_HOURS)),
        "unit": Unit.WORKING_HOUR.value,
    }
    rest["officers"] = {
        department: store_json(
            session,
            task.id,
            number,
            officers_file(department),
            freeze_officers(session, department, clocks.today),
        )
        for department in departments_of(session, task)
    }
    content = draw_plan(
        task.id,
        number,
        act.kind,
        quota,
        replaces=act.content.get("replaces", ()),
        out_of_force=gone,
        rest=rest,
    )
    plan = store_json(session, task.id, number, PLAN, content)
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
    act = session.get_one(DrawAct, (task.id, number))
    fixed = session.get_one(DrawStep, (task.id, number, ActStep.FIXED, "")).content
    links = opened_links(session, task.id, number)
    seed_hex = seed(task.id, number, fixed["plan"], fixed["directory"], links, PUBLIC_VALUE)
    plan = load_plan(session, task.id, number)
    excluded: set[str] = set()
    if not act.kind.freezes:
        # What was hashed is what counts: the facts of the fixed plan, not of a register that moved on.
        excluded = left_out(session, task, number)[0] | {one["code"] for one in plan["out_of_force"]}
    drawn = draw(seed_hex, frozen_entries(session, task.id, number), quota_of(plan), excluded)
    subjects = _record_drawn(session, task, number, drawn)
    for part in _parts(session, task):
        taken_back = [one for one in replaced_visits(session, task, act) if one.department == part.department]
        withdraw(clocks, part, taken_back, by=f"draw act {number}")
        plan_visits(session, part, number, subjects, [Period.model_validate(one) for one in plan["periods"]])
    market = sum(uses_credit_class(subject.legal_form) for subject in subjects)
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
    detail = {"act": number, "kind": act.kind.value, "seed": seed_hex, "drawn": len(drawn)}
    audit.record(session, audit.task_chain(task.id), "draw.drawn", at=clocks.now, detail=detail)
    for department in departments_of(session, task):
        notify(
            session,
            department,
            Role.HANDLER,
            key=f"{task.id}/drawn/{number}/{department}",
            event="drawn",
            text=f"任务 {task.id} {act.kind.label}：抽取检查对象{len(drawn)}户，正在匹配执法人员",
            now=clocks.now,
            task=task.id,
        )


def opened_links(session: Session, task: str, number: int) -> list[tuple[str, str]]:
    """The links that were opened for an act, in department order."""
    steps = session.exec(
        select(DrawStep).where(
            col(DrawStep.task) == task, col(DrawStep.act) == number, col(DrawStep.step) == ActStep.REVEALED
        )
    ).all()
    return sorted((step.department, str(step.content["link"])) for step in steps)


def quota_of(plan: dict[str, Any]) -> Quota:
    """The quota as the plan of the draw holds it: what was hashed is what is drawn."""
    quota = plan["quota"]
    strata = tuple(
        StratumQuota(one["name"], tuple(one["classes"]), one["population"], one["percent"], one["size"])
        for one in quota["strata"]
    )
    return Quota(quota["percent"], quota["minimum"], quota["floor"], strata, quota["top_up"], quota["total"])


def departments_of(session: Session, task: JointTask) -> list[str]:
    """The departments that take part and have claimed, by id."""
    return sorted(part.department for part in _parts(session, task))


def _freeze(
    clocks: Clocks, task: JointTask, act: DrawAct
) -> tuple[str, dict[str, Any], Quota, dict[str, str]]:
    """The directory's hash, the rest of the plan, the quota, and the codes no longer in force."""
    session = clocks.session
    aspects = confirmed(session, task.id)
    rest: dict[str, Any] = {
        "scope": aspects[Aspect.SCOPE].content["filter"],
        "items": aspects[Aspect.ITEMS].content["items"],
    }
    if act.kind.freezes:
        frozen = sample(clocks, task)
        directory = store(session, task.id, act.number, DIRECTORY, canonical_directory(frozen.entries))
        rest["annex"] = store_json(session, task.id, act.number, ANNEX, _annex(frozen.subjects))
        rest["periods"] = aspects[Aspect.PERIODS].content["periods"]
        rest["population"] = len(frozen.entries)
        return directory, rest, frozen.quota, {}
    base = session.get_one(DrawStep, (task.id, base_act(session, task.id, act.number), ActStep.FIXED, ""))
    rest["periods"] = [_later_period(clocks, aspects[Aspect.PERIODS].content["periods"][-1])]
    rest["evidence"] = act.content.get("evidence", "")
    rest["population"] = len(frozen_entries(session, task.id, act.number))
    gone = left_out(session, task, act.number)[1]
    return str(base.content["directory"]), rest, ordered_quota(session, task, act), gone


def _later_period(clocks: Clocks, last: dict[str, Any]) -> dict[str, Any]:
    """The last batch's period; where it is over, as many days again from today."""
    period = Period.model_validate(last)
    first, end = max(period.first_day, clocks.today), period.last_day
    if end < clocks.today:
        end = clocks.today + (period.last_day - period.first_day)
    if end < first:
        end = first + timedelta(days=1)
    return Period(first_day=first, last_day=end).model_dump(mode="json")


def _record_drawn(session: Session, task: JointTask, number: int, drawn: list[Drawn]) -> list[Subject]:
    subjects = subjects_by_code(session, task.office, [one.code for one in drawn])
    for one in drawn:
        session.add(
            DrawnSubject(
                task=task.id,
                act=number,
                rank=one.rank,
                subject=subjects[one.code].id,
                stratum=one.stratum,
                credit_class=one.class_,
            )
        )
    return [subjects[one.code] for one in drawn]


def _parts(session: Session, task: JointTask) -> list[TakingPart]:
    return list(
        session.exec(
            select(TakingPart)
            .where(col(TakingPart.task) == task.id, col(TakingPart.claim) == Claim.CLAIMED)
            .order_by(col(TakingPart.department))
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
