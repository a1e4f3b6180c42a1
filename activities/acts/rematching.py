"""Stage 5: officers who cannot go are freed, and others matched in their place (重新匹配)."""

from datetime import date

from sqlmodel import Session, col, select

from activities.acts.visits import UNCHECKED, visits_of
from activities.match.officer_file import pool
from activities.match.recusals import barred
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.results.passage import move, release_officers
from models.papers import MatchAgain
from models.registers import Officer, Subject
from models.task import Assignment, TakingPart, Visit
from rules.refusal import Refusal
from rules.roles import Role
from rules.stages import Stage, VisitStage


@ruling(Target.TASK, MatchAgain, Role.HANDLER)
def match_again(docket: Docket, paper: MatchAgain) -> None:
    """Match again, with a reason: what is unmatched, and the visits named (recused on the day …).

    Where none is named, all are tested again, and those whose officers are no longer fit (sick, certificate
    expired, recused since) are matched anew; the others keep theirs.
    """
    part = docket.part()
    if docket.living_task.stage < Stage.MATCH:
        raise Refusal("NothingToMatch", "尚未抽取检查对象，请待抽取后再匹配")
    named = visits_of(docket, list(paper.visits), *UNCHECKED)
    _leave_at_home(docket, part, list(named.values()), paper.without)
    again = [one for one in named.values() if one.stage is VisitStage.MATCHED]
    if not paper.visits:
        again = _unfit(docket.session, part)
        docket.data = {"unfit": len(again)}
    unmatch(docket, part, again)
    if part.matched == part.subjects:
        raise Refusal("NothingToMatch", "没有待匹配的检查对象；需要换人的请写明检查编号（--visit）")
    part.match_asked = part.match_run + 1


def _leave_at_home(docket: Docket, part: TakingPart, visits: list[Visit], without: tuple[str, ...]) -> None:
    """Note whom the next match must not send to these visits; it stays with them."""
    if not without:
        return
    if not visits:
        raise Refusal("VisitsMissing", "用 --without 换下执法人员的，须用 --visit 写明是哪几户检查")
    known = {row.code for row in pool(docket.session, part.task, part.department)}
    if unknown := sorted(set(without) - known):
        raise Refusal("OfficerUnknown", f"本部门可派的执法人员中没有证号 {'、'.join(unknown)}，请核对")
    for visit in visits:
        visit.facts = {**visit.facts, "without": sorted({*visit.facts.get("without", ()), *without})}


def unmatch(docket: Docket, part: TakingPart, visits: list[Visit]) -> None:
    """Free the officers of visits and have them matched anew; who they were stays on record."""
    if visits:
        move(docket.clocks, part, visits, VisitStage.UNMATCHED, by=docket.by)
        release_officers(docket.clocks, visits)
        part.match_asked = part.match_run + 1


def officers_fit(session: Session, visit: Visit) -> bool:
    """Whether a visit's officers are certified and not on leave on every day of its period."""
    officers = session.exec(
        select(Officer)
        .join(Assignment, col(Assignment.officer) == col(Officer.id))
        .where(col(Assignment.visit) == visit.id, col(Assignment.current).is_(True))
    )
    return all(_fits(officer, visit) for officer in officers)


def _unfit(session: Session, part: TakingPart) -> list[Visit]:
    """A department's visits that an officer can no longer make by the registers as they stand."""
    rows = session.exec(
        select(Visit, Officer, Subject.code)
        .join(Assignment, col(Assignment.visit) == col(Visit.id))
        .join(Officer, col(Officer.id) == col(Assignment.officer))
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .where(
            col(Visit.task) == part.task,
            col(Visit.department) == part.department,
            col(Visit.stage) == VisitStage.MATCHED,
            col(Assignment.current).is_(True),
        )
        .order_by(col(Subject.code), col(Visit.id))
    )
    found = rows.all()
    recused = barred(session, {officer.id: officer for _, officer, _ in found}.values())
    unfit = {
        visit.id: visit
        for visit, officer, code in found
        if code in recused[officer.id] or not _fits(officer, visit)
    }
    return list(unfit.values())


def _fits(officer: Officer, visit: Visit) -> bool:
    return officer.certificate_to >= visit.last_day and not any(
        date.fromisoformat(start) <= visit.last_day and visit.first_day <= date.fromisoformat(end)
        for start, end in officer.leave
    )
