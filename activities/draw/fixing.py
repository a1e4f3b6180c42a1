"""The machine's part before a draw: freeze the directory, fix the plan and hash both (锁定)."""

from datetime import timedelta
from secrets import token_bytes
from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.acts.preparation import confirmed
from activities.acts.sampling import sample
from activities.clocks.waits import Clocks
from activities.draw.contributing import await_public_value, open_kept_links, open_reveals
from activities.draw.contributions import chains, contributors, departments_of, left_out_by_rule
from activities.draw.export import digest_before, who_did
from activities.draw.later_acts import base_act, frozen_entries, gone_from, ordered_quota
from activities.draw.papers import ANNEX, DIRECTORY, PLAN, ROOT_KEY, officers_file, store, store_json
from activities.match.officer_file import freeze_officers, pool
from activities.registers.state import hold_freeze
from models.papers import Period
from models.task import ActStep, Aspect, DrawAct, DrawStep, JointTask
from rules.deadline import Unit
from rules.draw_directory import canonical_directory
from rules.draw_record import Bound, draw_plan
from rules.draw_record import Commitment as Chain
from rules.merkle import root_of
from rules.policy import PolicyKey
from rules.quota import Quota


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
            freeze_officers(session, task.id, department, pool(session, task.id, department), clocks.today),
        )
        for department in departments_of(session, task)
    }
    names = contributors(session, task, number)
    content = draw_plan(
        task.id,
        number,
        act.kind,
        quota,
        _bound(session, task, act, hashes["directory"], names),
        replaces=act.content.get("replaces", ()),
        out_of_force=gone,
        rest=rest,
    )
    plan = store_json(session, task.id, number, PLAN, content)
    hashes = {**hashes, "plan": plan}
    step = DrawStep(task=task.id, act=number, step=ActStep.FIXED, content={**hashes, "contributors": names})
    session.add(step)
    session.flush()
    open_reveals(clocks, task, number)
    audit.record(
        session, audit.task_chain(task.id), "draw.fixed", at=clocks.now, detail={"act": number, **hashes}
    )
    open_kept_links(clocks, task, number)
    await_public_value(clocks, task, number)


def _bound(session: Session, task: JointTask, act: DrawAct, directory: str, contributors: list[str]) -> Bound:
    """What stands before any link opens: a later change of any of it is another plan, and another seed."""
    of_act = chains(session, task.id, act.number)
    return Bound(
        snapshot_hash=directory,
        commitments=[
            Chain(one.department, one.commitment, one.since, one.kept_by)
            for one in (of_act[name] for name in contributors)
        ],
        left_out=sorted(left_out_by_rule(session, task.id, act.number) - set(contributors)),
        before=digest_before(session, task.id, act.number),
        requested={**who_did(session, act, ActStep.REQUESTED), "reason": act.reason},
        approved=who_did(session, act, ActStep.APPROVED),
    )


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
        chosen = ("ceiling", "recent", "unclassified", "leave_out")
        rest["choices"] = {name: act.content.get(name) for name in chosen}
        rest["row"] = _row_of(session, task)
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


def _row_of(session: Session, task: JointTask) -> dict[str, Any]:
    """Which row of which plan is drawn for, and the launch that this one takes the place of."""
    row: dict[str, Any] = {"document": task.document, "seq": task.seq, "version": task.row_version}
    if task.replaces is None:
        return row
    fixed = session.exec(
        select(DrawStep)
        .where(col(DrawStep.task) == task.replaces, col(DrawStep.step) == ActStep.FIXED)
        .order_by(col(DrawStep.act))
    )
    plans = [step.content["plan"] for step in fixed]
    return {**row, "instead_of": {"task": task.replaces, "plan_hashes": plans, "approval": task.approval}}
