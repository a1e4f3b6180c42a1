"""Moving in a drawn task of an old portal (移入): rows are rebuilt from its sheets, clocks start from their facts."""

from collections import defaultdict
from datetime import date

from sqlmodel import col, select

from activities.acts.approvals import row_of
from activities.acts.launch import adopted_row, check_round, window_of
from activities.acts.moving_task import begin_parts, begin_task, check_same_draw, record, replaced
from activities.acts.preparation import content_hash
from activities.clocks.waits import ITS_CLOCK, Clocks
from activities.draw.takeover import FIRST, take_over
from activities.moved.checks import Key, MovedChecks
from activities.moved.results import move_results_in
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.papers.sittings import Case
from activities.results.passage import await_next, move
from models.papers import MoveTaskIn, Paper, Period, ProposeItems, ProposePeriods, ProposeScope
from models.registers import Officer
from models.task import Aspect, Assignment, JointTask, Preparation, ReceivedList, TakingPart, Visit
from models.trail import Deadline, Wait
from rules.deadline import Unit, due_day
from rules.policy import PolicyKey
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.stages import Claim, Stage, VisitStage
from rules.waits import WaitKind

STRATUM = "原平台抽取"
_RUN = 0
"""Officers that the old portal assigned: before the first match here."""


@ruling(Target.OFFICE, MoveTaskIn, Role.OFFICE)
def move_in(docket: Docket, paper: MoveTaskIn) -> None:
    """All of one task or nothing: it stands at its present stage with the waits that this stage has."""
    session = docket.session
    document, row = row_of(session, docket.office, paper.document, paper.seq)
    standing = adopted_row(session, document, row)
    check_round(standing, paper.round)
    former = replaced(docket, paper)
    checks = MovedChecks(docket.clocks, standing, paper)
    checks.refuse_faults()
    if former is not None:
        check_same_draw(session, former, paper)
    task = begin_task(docket, paper, standing, window_of(session, document, standing), former, Stage.DRAW)
    parts = [part for part in begin_parts(docket, task, paper) if part.claim is Claim.CLAIMED]
    _prepare(docket, task, paper)
    received = ReceivedList(
        task=task.id,
        issuer=paper.portal,
        number=paper.list_number,
        drawn_on=paper.drawn_on,
        record_sha256=paper.record_sha256,
        file_sha256=paper.file_sha256,
        codes=[one.code for one in paper.subjects],
        submission=docket.by,
    )
    session.add(received)
    session.flush()
    take_over(docket.clocks, task, received, STRATUM)
    visits = _visits(docket, task, checks)
    for part in parts:
        own = {code: visit for (code, department), visit in visits.items() if department == part.department}
        _take_in(docket, part, own, paper)
        move_results_in(docket, part, own, checks, paper)
    _urge_what_is_late(docket.clocks, task)
    record(docket, task, parts, paper, f"到第{paper.stage}步；今后在本系统办理")
    # From here on it is a task like any other: its stage follows from its rows when this act is answered.
    docket.sitting.case = Case(docket.office, task)
    docket.data = {"task": task.id, "stage": paper.stage, "subjects": len(paper.subjects)}


def _urge_what_is_late(clocks: Clocks, task: JointTask) -> None:
    """Rungs that passed on the old portal were missed: the highest is fired at once, the others merged into it."""
    rows = clocks.session.exec(
        select(Wait, Deadline)
        .join(Deadline, ITS_CLOCK)
        .where(col(Wait.task) == task.id, col(Wait.closed_at).is_(None), col(Deadline.due) <= clocks.now)
    )
    for wait, deadline in rows.all():
        deadline.rungs_from = deadline.due
        clocks.rearm(wait, deadline)


def _prepare(docket: Docket, task: JointTask, paper: MoveTaskIn) -> None:
    """Scope, items and periods as they stood there; who moves the task in answers for the transcript."""
    reason = f"{paper.portal}任务{paper.number}移入：名单{paper.list_number}（{paper.drawn_on}）"
    period = Period(first_day=paper.first_day, last_day=paper.last_day)
    papers: dict[Aspect, Paper] = {
        Aspect.SCOPE: ProposeScope(
            filter=ScopeFilter(hand_picked=tuple(one.code for one in paper.subjects), reason=reason)
        ),
        Aspect.ITEMS: ProposeItems(items={one.department: one.items for one in paper.parts if one.claimed}),
        Aspect.PERIODS: ProposePeriods(periods=(period,)),
    }
    for aspect, proposal in papers.items():
        content = proposal.model_dump(mode="json")
        docket.session.add(
            Preparation(
                task=task.id,
                aspect=aspect,
                number=1,
                content=content,
                sha256=content_hash(content),
                proposed_by=docket.submission.actor,
                confirmed_by=docket.submission.actor,
            )
        )
    docket.session.flush()


def _visits(docket: Docket, task: JointTask, checks: MovedChecks) -> dict[Key, Visit]:
    codes = {subject.id: code for code, subject in checks.subjects.items()}
    rows = docket.session.exec(select(Visit).where(col(Visit.task) == task.id, col(Visit.act) == FIRST))
    return {(codes[row.subject], row.department): row for row in rows}


def _take_in(docket: Docket, part: TakingPart, visits: dict[str, Visit], paper: MoveTaskIn) -> None:
    """Officers and completed checks; what has neither is matched here as after any draw."""
    session, clocks = docket.session, docket.clocks
    stated = [one for one in paper.visits if one.department == part.department]
    ids = {
        row.code: row.id
        for row in session.exec(select(Officer).where(col(Officer.department) == part.department))
    }
    for one in stated:
        for place, code in enumerate(dict.fromkeys(one.officers)):
            session.add(Assignment(visit=visits[one.code].id, officer=ids[code], run=_RUN, leader=place == 0))
    waiting = [visits[one.code] for one in stated if one.completed_on is None]
    move(clocks, part, waiting, VisitStage.MATCHED, by=docket.by)
    await_next(clocks, WaitKind.VISIT, waiting, by=docket.by, anchor=paper.drawn_on)
    _complete(docket, part, visits, paper)
    if len(stated) == len(visits):
        part.match_run = part.match_asked
    session.flush()


def _complete(docket: Docket, part: TakingPart, visits: dict[str, Visit], paper: MoveTaskIn) -> None:
    """Checks that are done: their 20 working days run from the day of the check, not from today."""
    clocks = docket.clocks
    amount = int(clocks.policies.value(PolicyKey.ENTRY_DAYS, part.department, paper.document))
    entered = {one.code for one in paper.results if one.department == part.department}
    by_day: dict[date, list[Visit]] = defaultdict(list)
    done: list[Visit] = []
    for one in paper.visits:
        if one.department != part.department or one.completed_on is None:
            continue
        visit = visits[one.code]
        visit.completed_on, visit.method, visit.cycle = one.completed_on, one.method.value, 1
        visit.facts = {"officers": list(one.officers), "moved_in": paper.number}
        visit.due_amount = amount
        visit.due_day = due_day(clocks.calendar, one.completed_on, amount, Unit.WORKING_DAY)
        done.append(visit)
        if one.code not in entered:
            by_day[one.completed_on].append(visit)
    move(clocks, part, done, VisitStage.VISITED, by=docket.by)
    for day, members in by_day.items():
        await_next(clocks, WaitKind.ENTRY, members, by=docket.by, anchor=day)
