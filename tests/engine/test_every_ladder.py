"""A whole lifecycle in which every wait is left unanswered to the last rung of its ladder, and back."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select
from temporalio.testing import WorkflowEnvironment

from activities.rebuild import rebuild
from adapters.database import Database
from adapters.skipped_time import Clock
from models.evidence import Commission
from models.outcomes import Disposal, Result
from models.papers import (
    AcceptClaim,
    ApproveDraw,
    ApproveResults,
    CommitSecret,
    ConfirmAspect,
    ConfirmRegister,
    CorrectResult,
    DecideClock,
    DeclineClaim,
    MatchAgain,
    OmitRound,
    OpenCommission,
    Period,
    ProposedDisposal,
    ProposeItems,
    ProposePeriods,
    ProposeScope,
    ReceiptSummary,
    RecordVisits,
    ReofferClaim,
    ReportCommission,
    RequestClock,
    RequestDraw,
    ResultLine,
    ReturnResults,
    RevealLink,
    SignCorrection,
    StepDisposal,
    SubmitReport,
    SubmitResults,
    SubmitSummary,
    VisitLine,
)
from models.plan import PlanRow, PlanRowVersion
from models.registers import Officer
from models.task import ActStep, Aspect, DrawStep, JointTask
from models.trail import Deadline, Notification, RungFire, Wait
from rules.calendar import TZ, local_day
from rules.draw_commitments import commitment, link
from rules.results import Category
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.stages import Stage, TaskStatus, VisitStage
from rules.waits import WaitKind
from tests.activities.calendars import a_calendar
from tests.builders import ALL_YEAR, DOCUMENT, LEAD, OFFICE, OFFICE_DESK, SECOND, THIRD, add_world, row_fields
from tests.engine.conftest import own_queue
from tests.engine.ladder_oracle import Days, expected
from tests.engine.slow_year import CASES, NOTICED, WHOLE, SlowHouse, Year, clock_of
from tests.play import secret

PARTS = (LEAD, SECOND, THIRD)


@pytest.fixture
async def year(skipping: WorkflowEnvironment, sqlite: Database, tmp_path: Path) -> AsyncIterator[Year]:
    """March of a year with a published calendar; the next one's has not come."""
    clock = Clock(skipping, await skipping.get_current_time())
    number = clock.now.astimezone(TZ).year + 1
    await clock.skip_to(datetime(number, 3, 3, 10, tzinfo=TZ))
    house = SlowHouse(sqlite, skipping.client, tmp_path / "exchange", own_queue())
    house.cast.clock = lambda: clock.now
    with sqlite.write() as session:
        add_world(session, today=local_day(clock.now), months=ALL_YEAR, percent="75")
        # A second row, whose window closes in March with nobody having launched it.
        values: dict[str, Any] = {"document": DOCUMENT, "seq": "2", "line": 2, "version": 1, "name": "第二行"}
        values |= {"fields": row_fields(months=(1, 3)), "initiator": LEAD, "partners": [SECOND, THIRD]}
        values |= {"from_month": 1, "to_month": 3}
        session.add(PlanRow(**values))
        session.add(PlanRowVersion(**values, adopted_on=date(number, 1, 1)))
    made = Year(house, clock, a_calendar(number))
    async with house.working():
        await made.act(OFFICE_DESK, Role.OFFICE, made.notice, f"office/{OFFICE}")
        await rebuild(
            skipping.client, sqlite, [f"plan-row/{DOCUMENT}/2"], clock.now, task_queue=house.task_queue
        )
        yield made


async def _prepare(year: Year) -> None:
    """Stage 1, each proposal and each confirmation left to its last rung; the window closes meanwhile."""
    await year.house.play.launch()
    await year.leave(WaitKind.PREPARE, WaitKind.PREPARE_ITEMS, WaitKind.PREPARE_PERIODS)
    proposals = {
        Aspect.SCOPE: ProposeScope(filter=ScopeFilter(kinds=("学校",))),
        Aspect.ITEMS: ProposeItems(items={one: (f"{one.split('/')[1]}-1",) for one in PARTS}),
        Aspect.PERIODS: ProposePeriods(
            periods=(Period(first_day=year.today, last_day=year.today + timedelta(days=120)),)
        ),
    }
    digests = {
        aspect: (await year.act(LEAD, Role.HANDLER, paper))["sha256"] for aspect, paper in proposals.items()
    }
    await year.leave(WaitKind.CONFIRM, WaitKind.CONFIRM_ITEMS, WaitKind.CONFIRM_PERIODS)
    await year.leave(WaitKind.WINDOW)
    omit = OmitRound(document=DOCUMENT, seq="2", round=1, number="批1", reason="并入专项")
    await year.act(OFFICE_DESK, Role.OFFICE, omit, f"office/{OFFICE}")
    for aspect, digest in digests.items():
        await year.act(LEAD, Role.APPROVER, ConfirmAspect(aspect=aspect, sha256=digest))


async def _claim(year: Year) -> None:
    """Stage 2: silence, then a refusal that the office leaves lying."""
    await year.opened(WaitKind.CLAIM, 2)
    await year.leave(WaitKind.CLAIM)
    await year.act(SECOND, Role.HANDLER, AcceptClaim())
    await year.act(THIRD, Role.HANDLER, DeclineClaim(reason="人员紧张"))
    await year.leave(WaitKind.SETTLE_CLAIM)
    await year.act(OFFICE_DESK, Role.OFFICE, ReofferClaim(department=THIRD, reason="已协调"))
    await year.act(THIRD, Role.HANDLER, AcceptClaim())


async def _draw(year: Year) -> None:
    """Stages 3 and 4: committed in the last hour, one reveal missed, and too few officers in one department."""
    cast = year.house.cast
    (wait, *_) = await year.opened(WaitKind.COMMIT, 3)
    due = clock_of(year, wait).due
    await year.clock.skip_to(year.days.minus_two_hours(due) + timedelta(minutes=30))
    for one in PARTS:
        await year.act(one, Role.HANDLER, CommitSecret(commitment=commitment(secret(one))))
    await year.leave(WaitKind.REQUEST_DRAW)
    for directory in ("subjects", "officers"):
        await year.act(LEAD, Role.KEEPER, ConfirmRegister(directory=directory), f"office/{OFFICE}")
    await year.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划抽取"))
    await year.leave(WaitKind.APPROVE_DRAW)
    certificates = _certificates(year, date(2000, 1, 1))
    await year.act(LEAD, Role.APPROVER, ApproveDraw())
    await cast.until(
        "the fixed act", lambda session: session.get(DrawStep, (cast.task, 1, ActStep.FIXED, ""))
    )
    for one in (LEAD, SECOND):
        await year.act(one, Role.HANDLER, RevealLink(link=link(secret(one), 1)))
    (wait,) = await year.opened(WaitKind.REVEAL)
    await year.clock.skip_to(clock_of(year, wait).due + NOTICED)
    await year.opened(WaitKind.MATCH)
    await year.leave(WaitKind.MATCH)
    _certificates(year, certificates)
    await year.act(SECOND, Role.HANDLER, MatchAgain(reason="补足人员"))
    await cast.until(
        "the match", lambda session: session.get_one(JointTask, cast.task).stage > Stage.MATCH or None
    )


def _certificates(year: Year, until: date) -> date:
    """Change when the certificates of the second department's officers end; returns the former day."""
    with year.house.database.write() as session:
        officers = session.exec(select(Officer).where(col(Officer.department) == SECOND)).all()
        former = officers[0].certificate_to
        for one in officers:
            one.certificate_to = until
    return former


async def _visit(year: Year) -> None:
    """Stage 5: nobody goes out until after the period; then all do on one day."""
    await year.leave(WaitKind.VISIT)
    for one in PARTS:
        with year.house.database.read() as session:
            codes = sorted(session.exec(select(Officer.code).where(col(Officer.department) == one)))[:2]
        visits = year.house.cast.visits(one, VisitStage.MATCHED)
        lines = [VisitLine(visit=v.id, completed_on=year.today, officers=tuple(codes)) for v in visits]
        await year.act(one, Role.OFFICER, RecordVisits(lines=tuple(lines)))


async def _enter(year: Year) -> None:
    """Stage 6: the report of an institution, a request and all results are left lying, then returned once."""
    cast = year.house.cast
    visit = cast.visits(SECOND)[0].id
    commission = OpenCommission(
        visit=visit,
        item="second-1",
        institution="检测中心",
        qualification="CMA",
        due_on=year.today + timedelta(days=10),
    )
    await year.act(SECOND, Role.HANDLER, commission)
    entry = next(one for one in await year.opened(WaitKind.ENTRY, 3) if one.department == SECOND)
    ask = RequestClock(
        wait=entry.id, visits=(visit,), lever="suspend", from_day=year.today, reason="等待检测"
    )
    await year.act(SECOND, Role.HANDLER, ask)
    await _submit(year, LEAD)
    await year.leave(WaitKind.DECIDE_CLOCK, WaitKind.COMMISSION, WaitKind.APPROVAL)
    (asked,) = await year.opened(WaitKind.DECIDE_CLOCK)
    await year.act(SECOND, Role.HEAD, DecideClock(wait=asked.id, approve=False, reason="可先录入其他"))
    given = cast.read(lambda session: session.exec(select(Commission.id)).one())
    report = ReportCommission(commission=given, reported_on=year.today, conclusion="合格")
    await year.act(SECOND, Role.HANDLER, report)
    await year.leave(WaitKind.ENTRY)
    await _submit(year, SECOND, THIRD)
    visits = tuple(one.id for one in cast.visits(THIRD, VisitStage.SUBMITTED))
    await year.act(THIRD, Role.APPROVER, ReturnResults(visits=visits, reason="填报不全"))
    await year.leave(WaitKind.ENTRY)
    await _submit(year, THIRD)
    await year.platform()
    for one in PARTS:
        visits = tuple(v.id for v in cast.visits(one, VisitStage.SUBMITTED))
        await year.act(one, Role.APPROVER, ApproveResults(visits=visits))


async def _submit(year: Year, *departments: str) -> None:
    """The results of these departments, one problem each with a disposal of its own kind."""
    proposals = {
        LEAD: ProposedDisposal(kind="transfer", receiver=THIRD),
        SECOND: ProposedDisposal(kind="rectify", period_days=10),
        THIRD: ProposedDisposal(kind="case"),
    }
    for one in departments:
        visits = year.house.cast.visits(one, VisitStage.VISITED, VisitStage.RETURNED)
        problem = next(v.id for v in year.house.cast.visits(one))
        lines = []
        for visit in visits:
            found = visit.id == problem
            lines.append(
                ResultLine(
                    visit=visit.id,
                    item=f"{one.split('/')[1]}-1",
                    categories=(Category.PENDING if found else Category.NO_PROBLEM,),
                    finding="台账不全" if found else "",
                    disposal=proposals[one] if found else None,
                )
            )
        await year.act(one, Role.OFFICER, SubmitResults(lines=tuple(lines)))


async def _publicize(year: Year) -> None:
    """Stage 7: the platform is silent, then enters and does not publish, and no department proves anything."""
    await year.leave(WaitKind.RECEIPT)
    await year.platform("entered")
    await year.soon()
    await year.opened(WaitKind.FORWARD, 3)
    await year.platform()
    await year.leave(WaitKind.FORWARD, WaitKind.PROOF)
    await year.platform("entered", "forwarded", "published")
    await year.soon()
    await year.house.cast.until("stage 6 past", lambda session: _stage(session, year) > Stage.ENTER or None)
    await year.house.play.prove()
    await year.opened(WaitKind.SUMMARY, 3)


def _stage(session: Session, year: Year) -> Stage:
    return session.get_one(JointTask, year.house.cast.task).stage


async def _step(year: Year, kind: str, step: str, **more: Any) -> None:
    """A step of the one disposal of a kind, by whoever has to take it."""
    one = year.house.cast.read(
        lambda session: session.exec(select(Disposal).where(col(Disposal.kind) == kind)).one()
    )
    by = one.receiver if step == "acknowledge" and one.receiver else one.owner
    paper = StepDisposal(step=step, on=year.today, note="文书1号", **more)
    await year.act(by, Role.HANDLER, paper, f"disposal/{one.id}")


async def _follow_up(year: Year) -> None:
    """Stage 8 across New Year: re-check, case, transfer, summaries, yearly reports, a correction."""
    await year.leave(WaitKind.DISPOSAL, WaitKind.SUMMARY)
    await _step(year, "transfer", "send")
    await _step(year, "case", "file")
    await year.leave(WaitKind.ACKNOWLEDGE)
    await _step(year, "transfer", "acknowledge")
    await _step(year, "rectify", "recheck_passed")
    for one in PARTS:
        await year.act(one, Role.HANDLER, SubmitSummary())
    await year.leave(WaitKind.SUMMARY_RECEIPT)
    for one in PARTS:
        await year.act(OFFICE_DESK, Role.OFFICE, ReceiptSummary(department=one))
    await _correct(year)
    await year.leave(WaitKind.YEARLY_REPORT)
    number = year.today.year
    await year.noon(max(date(number, 12, 15), year.today))
    for one in PARTS:
        paper = SubmitReport(document=DOCUMENT, number="文1号", sent_on=year.today)
        await year.act(one, Role.HANDLER, paper, f"office/{OFFICE}")
    # The next year's calendar comes when it has begun: what was provisional is reckoned anew.
    await year.noon(date(number + 1, 1, 8))
    provisional = _provisional(year)
    assert WaitKind.YEARLY_SUPPLEMENT in provisional
    year.arrived, year.coming = year.clock.now, a_calendar(number + 1)
    await year.act(OFFICE_DESK, Role.OFFICE, year.coming, f"office/{OFFICE}")
    assert set() == _provisional(year)
    await year.leave(WaitKind.YEARLY_SUPPLEMENT, WaitKind.DISPOSAL)
    for one in PARTS:
        paper = SubmitReport(document=DOCUMENT, number="文2号", sent_on=year.today, supplement=True)
        await year.act(one, Role.HANDLER, paper, f"office/{OFFICE}")
    await _step(year, "case", "decide", outcome="no_penalty")


async def _correct(year: Year) -> None:
    """A correction that the head leaves lying, across National Day or not."""
    visit = year.house.cast.visits(SECOND)[1].id
    result = year.house.cast.read(
        lambda session: session.exec(select(Result.id).where(col(Result.visit) == visit)).one()
    )
    paper = CorrectResult(
        result=result, number=1, categories=(Category.NOT_PUBLISHED,), finding="未公示", reason="遗漏"
    )
    await year.act(SECOND, Role.HANDLER, paper, f"correction/{result}/1")
    await year.leave(WaitKind.SIGN)
    await year.act(SECOND, Role.HEAD, SignCorrection(), f"correction/{result}/1")


def _provisional(year: Year) -> set[WaitKind]:
    """The kinds of open waits whose clock rests on a calendar that has not come."""
    rows = year.house.cast.read(
        lambda session: session.exec(
            select(Wait.kind)
            .join(Deadline, col(Deadline.wait) == col(Wait.id))
            .where(
                col(Wait.closed_at).is_(None),
                col(Deadline.current).is_(True),
                col(Deadline.provisional).is_(True),
            )
        ).all()
    )
    return {WaitKind(kind) for kind in rows}


async def _close(year: Year) -> None:
    """Everything to its published end, with the supplements of those whose disposals ran on."""
    cast = year.house.cast
    await cast.until("outcomes entered", year.house.play._all_receipted)
    await year.house.play.prove()
    await cast.until("disposals closed", year.house.play._disposals_closed)
    await year.house.play.summarize()


@pytest.mark.slow
async def test_every_wait_of_a_lifecycle_is_left_to_its_last_rung_and_answered(year: Year) -> None:
    """Each rung once, at its moment in Beijing, over holidays, 调休 and a New Year whose calendar comes late."""
    for scene in (_prepare, _claim, _draw, _visit, _enter, _publicize, _follow_up, _close):
        await scene(year)
    assert TaskStatus.CLOSED is year.house.cast.progress().status
    await year.noon(year.today + timedelta(days=20))
    year.house.cast.read(lambda session: _reconcile(session, year))


def _reconcile(session: Session, year: Year) -> None:
    """Every rung of every wait against the count by hand."""
    before = Days.of([year.notice])
    since = Days.of([year.notice, *([year.coming] if year.coming else [])])
    fired: dict[str, list[RungFire]] = defaultdict(list)
    for row in session.exec(select(RungFire).order_by(col(RungFire.fired_at))):
        fired[row.deadline].append(row)
    to_the_end: set[WaitKind] = set()
    steps: set[tuple[str, str]] = set()
    for wait in session.exec(select(Wait)):
        deadlines = session.exec(
            select(Deadline).where(col(Deadline.wait) == wait.id).order_by(col(Deadline.made_at))
        ).all()
        for one in deadlines:
            known = since if one.made_at >= year.arrived else before
            assert one.unit == "working_hour" or known.last_due(one) == one.due_day, wait.key
        rungs = expected(wait, deadlines, before, since, year.arrived, year.clock.now)
        rows = [row for one in deadlines for row in fired[one.id]]
        assert [one[:2] for one in rungs] == [(row.rung, row.repetition) for row in rows], wait.key
        late = [row.fired_at - moment for row, (_, _, moment) in zip(rows, rungs, strict=True)]
        assert all(timedelta(0) <= one <= NOTICED for one in late), (wait.key, late)
        assert not any(row.merged for row in rows), wait.key
        if any(name == "plus3" and again for name, again, _ in rungs):
            to_the_end.add(WaitKind(wait.kind))
            steps |= _step_of(session, wait)
    assert set() == WHOLE - to_the_end
    assert set() == CASES - steps
    undelivered = session.exec(select(Notification.key).where(col(Notification.delivered_at).is_(None))).all()
    assert [] == list(undelivered)


def _step_of(session: Session, wait: Wait) -> set[tuple[str, str]]:
    """The kind and state of the disposal whose step a wait is; none for all other waits."""
    if not wait.scope.startswith("disposal/") or wait.kind not in (WaitKind.DISPOSAL, WaitKind.ACKNOWLEDGE):
        return set()
    _, case, state, _ = wait.key.split("/")
    return {(session.get_one(Disposal, case).kind.value, state)}
