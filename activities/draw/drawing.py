"""The machine's part in a draw once all is fixed: draw from the opened links (抽取)."""

from typing import Any

from sqlmodel import Session

from activities import audit
from activities.acts.draws import await_request
from activities.authority import name_of, office_department
from activities.clocks.waits import Clocks
from activities.desk.notices import notify
from activities.draw.ceilings import running_overlaps
from activities.draw.contributing import open_commitments
from activities.draw.contributions import (
    CONTRIBUTIONS,
    chains,
    contributors,
    departments_of,
    opened_links,
    parts_of,
    public_value_of,
    since_of,
)
from activities.draw.later_acts import drawn_before, frozen_directory, replaced_visits
from activities.draw.papers import load_plan
from activities.lookup import subjects_by_code
from activities.match.offers import standing_results
from activities.results.passage import plan_visits, withdraw
from models.papers import Period
from models.registers import Subject
from models.task import ActStep, DrawAct, DrawnSubject, DrawStep, JointTask
from rules.channel import uses_credit_class
from rules.digests import sha256_hex
from rules.draw import Drawn, draw_frozen, seed
from rules.quota import Quota, StratumQuota
from rules.roles import Role


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
    drawn = draw_frozen(seed_hex, frozen_directory(session, task.id, number), quota_of(plan), excluded)
    subjects = _record_drawn(session, task, number, drawn)
    for part in parts_of(session, task):
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


def _void(clocks: Clocks, task: JointTask, number: int) -> None:
    """Fewer than two links were opened: nobody is drawn, and the act is asked for again with a witness.

    A witness cannot step in now: it would choose its secret knowing the links that are open.
    """
    session = clocks.session
    session.add(
        DrawStep(
            task=task.id, act=number, step=ActStep.VOID, content={"actor": "system", "reason": "揭示不足两家"}
        )
    )
    audit.record(session, audit.task_chain(task.id), "draw.void", at=clocks.now, detail={"act": number})
    session.flush()
    owed = set(contributors(session, task, number + 1)) - set(chains(session, task.id, number + 1))
    open_commitments(clocks, task, number + 1, by=f"draw act {number} void")
    await_request(clocks, task, number + 1, by=f"draw act {number} void")
    names = "、".join(name_of(session, one) for one in sorted(owed))
    commit = f"，{names}提交承诺值（task draw commit）" if owed else ""
    for department in (*departments_of(session, task), office_department(session, task.office)):
        notify(
            session,
            department,
            Role.HANDLER if department != office_department(session, task.office) else Role.OFFICE,
            key=f"{task.id}/void/{number}/{department}",
            event="void",
            text=f"任务 {task.id} 第{number}次抽取揭示不足两家，已作废；"
            f"请{name_of(session, task.initiator)}重新申请（task draw request）{commit}",
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
