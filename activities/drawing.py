"""The machine's part in a draw: fix and hash, then draw from the opened links (锁定、抽取)."""

from datetime import timedelta
from secrets import token_bytes
from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.acts.draws import await_request
from activities.acts.preparation import confirmed
from activities.acts.sampling import sample
from activities.authority import office_department
from activities.ceilings import running_overlaps
from activities.clocks import Clocks
from activities.contributing import await_public_value, open_commitments, open_kept_links, open_reveals
from activities.contributions import CONTRIBUTIONS, contributors, opened_links, since_of
from activities.docket import notify
from activities.draw_papers import (
    ANNEX,
    DIRECTORY,
    PLAN,
    ROOT_KEY,
    load_plan,
    officers_file,
    store,
    store_json,
)
from activities.later_acts import (
    base_act,
    drawn_before,
    frozen_entries,
    gone_from,
    ordered_quota,
    replaced_visits,
)
from activities.lookup import subjects_by_code
from activities.offers import standing_results
from activities.officer_file import freeze_officers
from activities.passage import plan_visits, withdraw
from activities.register_state import hold_freeze
from models.papers import Period
from models.registers import Subject
from models.task import ActStep, Aspect, DrawAct, DrawnSubject, DrawStep, JointTask, TakingPart
from rules.channel import uses_credit_class
from rules.deadline import Unit
from rules.draw import Drawn, canonical_directory, draw, seed, sha256_hex
from rules.draw_record import draw_plan
from rules.merkle import root_of
from rules.policy import PolicyKey
from rules.quota import Quota, StratumQuota
from rules.roles import Role
from rules.stages import Claim


def fix_act(clocks: Clocks, task: JointTask, number: int) -> None:
    """Freeze the directory and hash the plan of the draw; from here on nothing but links is missing.

    Waits while a register holds only a part of a file; what ends the import wakes the task.
    """
    session = clocks.session
    if session.get(DrawStep, (task.id, number, ActStep.FIXED, "")) is not None:
        return
    if hold_freeze(clocks, task, number):
        return
    act = session.get_one(DrawAct, (task.id, number))
    hashes, rest, quota, gone = _freeze(clocks, task, act)
    if "public" in act.content:
        rest["public_value"] = act.content["public"]
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
            freeze_officers(session, task.id, department, clocks.today),
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
    hashes = {**hashes, "plan": plan}
    names = contributors(session, task, number)
    step = DrawStep(task=task.id, act=number, step=ActStep.FIXED, content={**hashes, "contributors": names})
    session.add(step)
    session.flush()
    open_reveals(clocks, task, number)
    audit.record(
        session, audit.task_chain(task.id), "draw.fixed", at=clocks.now, detail={"act": number, **hashes}
    )
    open_kept_links(clocks, task, number)
    await_public_value(clocks, task, number)


def draw_act(clocks: Clocks, task: JointTask, number: int) -> None:
    """Compute the seed from plan, directory and links, and draw; every department's visits begin."""
    session = clocks.session
    if session.get(DrawStep, (task.id, number, ActStep.DRAWN, "")) is not None:
        return
    act = session.get_one(DrawAct, (task.id, number))
    fixed = session.get_one(DrawStep, (task.id, number, ActStep.FIXED, "")).content
    links = opened_links(session, task.id, number)
    if len(links) < CONTRIBUTIONS:
        _void(clocks, task, number)
        return
    public_value = public_value_of(session, task.id, number)
    seed_hex = seed(task.id, number, fixed["plan"], fixed["directory"], links, public_value)
    plan = load_plan(session, task.id, number)
    excluded: set[str] = set()
    if not act.kind.freezes:
        # What was hashed is what counts: the facts of the fixed plan, not of a register that moved on.
        excluded = drawn_before(session, task, number) | {one["code"] for one in plan["out_of_force"]}
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
                "public_value": public_value,
            },
        )
    )
    # Codes are public, and with the seed they give the list: the trail has its hash, which the record opens.
    detail = {
        "act": number,
        "kind": act.kind.value,
        "seed_sha256": sha256_hex(bytes.fromhex(seed_hex)),
        "drawn": len(drawn),
    }
    audit.record(session, audit.task_chain(task.id), "draw.drawn", at=clocks.now, detail=detail)
    if since_of(number + 1) > since_of(number):
        open_commitments(clocks, task, number + 1, by=f"chain ends with draw act {number}")
    overlaps = len({row[0] for row in running_overlaps(session, task)})
    for department in departments_of(session, task):
        notify(
            session,
            department,
            Role.HANDLER,
            key=f"{task.id}/drawn/{number}/{department}",
            event="drawn",
            text=f"任务 {task.id} {act.kind.label}：抽取检查对象{len(drawn)}户，正在匹配执法人员"
            + _offered(clocks, task, department, overlaps),
            now=clocks.now,
            task=task.id,
        )


def _offered(clocks: Clocks, task: JointTask, department: str, overlaps: int) -> str:
    """What a department may take instead of a check of its own: nothing is said where there is nothing."""
    standing = len({one.visit for one in standing_results(clocks, task, department)})
    words = f"；{overlaps}户与其他任务重叠，可提议合并上门（draw overlaps {task.id}）" if overlaps else ""
    return words + (f"；{standing}户有可互认的结果（draw recognised {task.id}）" if standing else "")


def public_value_of(session: Session, task: str, number: int) -> str:
    """The public value that an act mixes in last, after its name; "" where none was announced."""
    step = session.get(DrawStep, (task, number, ActStep.PUBLIC, ""))
    return f"{step.content['name']} {step.content['value']}" if step else ""


def _void(clocks: Clocks, task: JointTask, number: int) -> None:
    """Fewer than two links were opened: nobody is drawn, and the act is asked for again with a witness.

    A witness cannot step in now: it would choose its secret knowing the links that are open.
    """
    session = clocks.session
    session.add(DrawStep(task=task.id, act=number, step=ActStep.VOID, content={"actor": "system"}))
    audit.record(session, audit.task_chain(task.id), "draw.void", at=clocks.now, detail={"act": number})
    session.flush()
    open_commitments(clocks, task, number + 1, by=f"draw act {number} void")
    await_request(clocks, task, number + 1, by=f"draw act {number} void")
    for department in (*departments_of(session, task), office_department(session, task.office)):
        notify(
            session,
            department,
            Role.HANDLER if department != office_department(session, task.office) else Role.OFFICE,
            key=f"{task.id}/void/{number}/{department}",
            event="void",
            text=f"任务 {task.id} 第{number}次抽取揭示不足两家，已作废；请发起部门重新申请，见证部门提交承诺值",
            now=clocks.now,
            task=task.id,
            urgent=True,
        )


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
) -> tuple[dict[str, str], dict[str, Any], Quota, dict[str, str]]:
    """The published hashes, the rest of the plan, the quota, and the codes no longer in force."""
    session = clocks.session
    aspects = confirmed(session, task.id)
    rest: dict[str, Any] = {
        "scope": aspects[Aspect.SCOPE].content["filter"],
        "items": aspects[Aspect.ITEMS].content["items"],
        "evidence": act.content.get("evidence", ""),
    }
    if act.kind.freezes:
        frozen = sample(clocks, task, act.content)
        body, key = canonical_directory(frozen.census.entries), token_bytes(32)
        hashes = {"directory": store(session, task.id, act.number, DIRECTORY, body)}
        if body:
            # Who can read this database reads the directory itself: the key guards it from all others.
            store(session, task.id, act.number, ROOT_KEY, key)
            hashes["root"] = root_of(key, body)
        rest["annex"] = store(session, task.id, act.number, ANNEX, frozen.census.annex_file())
        rest["left_out"] = dict(sorted(frozen.census.left_out.items()))
        rest["choices"] = {name: act.content.get(name) for name in ("ceiling", "recent", "unclassified")}
        rest["class_use"] = frozen.class_use
        rest["trade_classes"] = clocks.policies.value(PolicyKey.TRADE_CLASSES, task.initiator)
        rest["periods"] = aspects[Aspect.PERIODS].content["periods"]
        rest["population"] = sum(frozen.census.population.values())
        rest["register_as_of"] = clocks.today.isoformat()
        return hashes, rest, frozen.quota, {}
    base = session.get_one(DrawStep, (task.id, base_act(session, task.id, act.number), ActStep.FIXED, ""))
    rest["periods"] = [_later_period(clocks, aspects[Aspect.PERIODS].content["periods"][-1])]
    rest["population"] = sum(1 for _ in frozen_entries(session, task.id, act.number))
    gone = gone_from(session, task, act.number, clocks.today)
    quota = ordered_quota(session, task, act, clocks.today)
    return {"directory": str(base.content["directory"])}, rest, quota, gone


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
