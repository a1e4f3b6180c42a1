"""Officers: their frozen file, and the match of a department's officers to its visits (匹配执法人员)."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from activities import audit
from activities.acts.preparation import confirmed
from activities.clocks.waits import Clocks
from activities.desk.notices import notify
from activities.draw.later_acts import seed_of
from activities.draw.papers import load_json, officers_file
from activities.lookup import subjects_by_id
from activities.match.experts import review_experts
from activities.match.officer_file import freeze_officers, reserve
from activities.results.passage import await_next, move
from models.registers import CheckItem, Officer, Subject
from models.task import Aspect, Assignment, JointTask, TakingPart, Visit
from rules import match as matching
from rules.digests import canonical_json, sha256_hex
from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind


def match_department(clocks: Clocks, task: JointTask, department: str) -> None:
    """Match a department's unmatched visits; what cannot be matched is an open wait of its handler.

    A subject's first match uses the officers' file that was frozen with its draw act. A later one,
    asked for with a reason, uses the registers as they stand, for what it touches only.
    """
    session = clocks.session
    part = session.get_one(TakingPart, (task.id, department), with_for_update=True)
    if part.match_run >= part.match_asked:
        return
    officers = reserve(session, task.id, department)
    former, part.match_run = part.match_run, part.match_asked
    visits = session.exec(
        select(Visit).where(
            col(Visit.task) == task.id,
            col(Visit.department) == department,
            col(Visit.stage) == VisitStage.UNMATCHED,
        )
    ).all()
    clocks.settle_key(f"{task.id}/match/{department}/{former}", by="matched again", count=len(visits))
    unmatched: dict[str, matching.Shortage] = {}
    for act, fresh in sorted({(visit.act, visit.tries == 0) for visit in visits}):
        group = [visit for visit in visits if (visit.act, visit.tries == 0) == (act, fresh)]
        unmatched |= _match_act(clocks, part, act, officers, group, fresh=fresh)
    if unmatched:
        _open_shortage(clocks, task, part, len(unmatched))
    review_experts(clocks, task, part, by=f"match run {part.match_run}")
    audit.record(
        session,
        audit.task_chain(task.id),
        "officers.matched",
        at=clocks.now,
        department=department,
        detail={
            "run": part.match_run,
            "matched": len(visits) - len(unmatched),
            "unmatched": len(unmatched),
        },
    )


def _match_act(
    clocks: Clocks, part: TakingPart, act: int, officers: list[Officer], visits: list[Visit], *, fresh: bool
) -> dict[str, matching.Shortage]:
    """Match the visits of one act; returns what is unmatched, and why.

    What other tasks have taken of an officer since the file was frozen, and whom an officer was recused from
    since, is taken back from the match: only the visits that it touches are matched by the registers as
    they stand.
    """
    session, department = clocks.session, part.department
    now = freeze_officers(session, part.task, department, officers, clocks.today)
    if not fresh:
        return _match_group(clocks, part, act, officers, now, visits)
    frozen = load_json(session, part.task, act, officers_file(department))
    touched: list[Visit] = []
    unmatched = _match_group(clocks, part, act, officers, frozen, visits, now=now, touched=touched)
    if touched:
        now = freeze_officers(session, part.task, department, officers, clocks.today)
        unmatched |= _match_group(clocks, part, act, officers, now, touched)
    return unmatched


def _match_group(
    clocks: Clocks,
    part: TakingPart,
    act: int,
    officers: list[Officer],
    file: list[dict[str, Any]],
    visits: list[Visit],
    *,
    now: list[dict[str, Any]] | None = None,
    touched: list[Visit] | None = None,
) -> dict[str, matching.Shortage]:
    """Match visits against one officers' file; those that the registers of `now` forbid are `touched`, not matched."""
    session, department = clocks.session, part.department
    subjects = subjects_by_id(session, [visit.subject for visit in visits])
    by_code = {subjects[visit.subject].code: visit for visit in visits}
    file = _without(file, by_code)
    found = matching.match(
        seed_of(session, part.task, act),
        department,
        sha256_hex(canonical_json(file)),
        _needs(clocks, part, visits, subjects),
        [_officer(department, one) for one in file],
    )
    for visit in visits:
        visit.tries += 1
    kept = found.assignments
    if now is not None and touched is not None:
        kept = _still_possible(kept, now)
        touched += [by_code[code] for code in sorted(found.assignments.keys() - kept.keys())]
    _assign(session, part, officers, kept, by_code)
    matched = [by_code[code] for code in sorted(kept)]
    by = f"match run {part.match_run}"
    move(clocks, part, matched, VisitStage.MATCHED, by=by)
    await_next(clocks, WaitKind.VISIT, matched, by=by, anchor=clocks.today)
    for code, shortage in found.unmatched.items():
        by_code[code].facts = {**by_code[code].facts, "shortage": shortage.words}
    return found.unmatched


def _without(file: list[dict[str, Any]], by_code: dict[str, Visit]) -> list[dict[str, Any]]:
    """The file with those who were named as not going to a visit barred from its subject."""
    off: dict[str, set[str]] = defaultdict(set)
    for subject, visit in by_code.items():
        for officer in visit.facts.get("without", ()):
            off[officer].add(subject)
    return [
        {**row, "recusals": sorted({*row["recusals"], *off[row["code"]]})} if row["code"] in off else row
        for row in file
    ]


def _still_possible(
    assignments: dict[str, tuple[str, ...]], now: list[dict[str, Any]]
) -> dict[str, tuple[str, ...]]:
    """The assignments, in order of the subjects' codes, that recuse nobody who was recused since the file was
    frozen and leave no officer beyond what is left of them.
    """
    left, kept = {one["code"]: one["capacity"] for one in now}, {}
    recused = {one["code"]: set(one["recusals"]) for one in now}
    for subject in sorted(assignments):
        officers = assignments[subject]
        if all(left.get(code, 0) > 0 and subject not in recused[code] for code in officers):
            kept[subject] = officers
            for code in officers:
                left[code] -= 1
    return kept


def _open_shortage(clocks: Clocks, task: JointTask, part: TakingPart, count: int) -> None:
    department, run = part.department, part.match_run
    clocks.open(
        WaitKind.MATCH,
        key=f"{task.id}/match/{department}/{run}",
        scope=f"joint-task/{task.id}",
        task=task.id,
        department=department,
        opened_by=f"match run {run}",
        count=count,
        cycle=run,
    )
    notify(
        clocks.session,
        department,
        Role.HANDLER,
        key=f"{task.id}/unmatched/{department}/{run}",
        event="unmatched",
        text=f"任务 {task.id}：{count}户无法匹配执法人员，原因见 task visits。可借调人员（task borrow）、"
        f"扩大负责区域（task widen）、改期（task postpone）或更换对象（task draw request），再 task match {task.id}",
        now=clocks.now,
        task=task.id,
        urgent=True,
    )


def _needs(
    clocks: Clocks, part: TakingPart, visits: list[Visit], subjects: dict[str, Subject]
) -> list[matching.Need]:
    codes = confirmed(clocks.session, part.task)[Aspect.ITEMS].content["items"][part.department]
    items = clocks.session.exec(
        select(CheckItem).where(col(CheckItem.department) == part.department, col(CheckItem.code).in_(codes))
    )
    specialties = frozenset(item.specialty for item in items if item.specialty)
    officers = int(clocks.policies.value(PolicyKey.OFFICERS_PER_SUBJECT))
    return [
        matching.Need(
            subject=subjects[visit.subject].code,
            area=subjects[visit.subject].area,
            specialties=specialties,
            first_day=visit.first_day,
            last_day=visit.last_day,
            officers=officers,
        )
        for visit in visits
    ]


def _officer(department: str, row: dict[str, Any]) -> matching.Officer:
    return matching.Officer(
        code=row["code"],
        department=department,
        certificate_to=date.fromisoformat(row["certificate_to"]),
        specialties=frozenset(row["specialties"]),
        areas=frozenset(row["areas"]),
        leave=tuple((date.fromisoformat(a), date.fromisoformat(b)) for a, b in row["leave"]),
        recusals=frozenset(row["recusals"]),
        capacity=row["capacity"],
        load=row["load"],
    )


def _assign(
    session: Session,
    part: TakingPart,
    officers: list[Officer],
    assignments: dict[str, tuple[str, ...]],
    by_code: dict[str, Visit],
) -> None:
    ids = {row.code: row.id for row in officers}
    for subject in sorted(assignments):
        for place, code in enumerate(assignments[subject]):
            session.add(
                Assignment(
                    visit=by_code[subject].id, officer=ids[code], run=part.match_run, leader=place == 0
                )
            )
    session.flush()
