"""The year's people, stages 5 to 8: visits, results, publication, disposals, summaries, reports."""

import hashlib
from collections.abc import Sequence
from functools import partial

from sqlmodel import Session, col, select

from cli.demo.outcome_rows import officers_of, unproved
from cli.demo.play import BODY, OFFICE
from cli.year import befalling
from cli.year.county import items_of
from cli.year.duties import place_of
from cli.year.findings import line_of, step_of
from cli.year.law import Duty, Temper
from cli.year.opening import Player
from cli.year.scene import Scene
from models.outcomes import Disposal
from models.papers import (
    ApproveResults,
    ProvePublication,
    ReassignWait,
    ReceiptSummary,
    RecordVisits,
    ResultLine,
    ReturnResults,
    SignCorrection,
    SkipWait,
    StepDisposal,
    SubmitReport,
    SubmitResults,
    SubmitSummary,
    VisitLine,
)
from models.registers import Subject
from models.task import Visit
from rules.channel import uses_credit_class
from rules.roles import Role
from rules.stages import VisitStage
from rules.waits import WaitKind

_RETURNED = 0.04
"""The share of first submissions of which the unit sends one back."""
_BY_ORDER = 3
"""Working days of silence past the due day after which the office reassigns, or skips, by order."""


async def visit(scene: Scene, duty: Duty) -> None:
    """Check all subjects under one wait, with the officers that were matched."""
    if await befalling.before_visits(scene, duty):
        return
    visits = scene.read(partial(visits_under, wait=duty.wait))
    present = scene.read(partial(officers_of, visits=visits))
    lines = tuple(
        VisitLine(visit=one.id, completed_on=scene.today, officers=present[one.id]) for one in visits
    )
    await scene.act(duty.department, Role.OFFICER, RecordVisits(lines=lines), duty.scope)


async def enter(scene: Scene, duty: Duty) -> None:
    """Enter the results of all subjects under one wait."""
    if await befalling.before_entry(scene, duty):
        return
    lines = scene.read(partial(_lines, scene, duty))
    await scene.act(duty.department, Role.OFFICER, SubmitResults(lines=tuple(lines)), duty.scope, duty.name)


async def approve(scene: Scene, duty: Duty) -> None:
    """Approve what was submitted; of some first submissions one subject is sent back."""
    if duty.role != Role.HEAD and await _reassigned(scene, duty):
        return
    visits = [one.id for one in scene.read(partial(visits_under, wait=duty.wait))]
    if duty.cycle == 1 and scene.law.random("return", duty.name).random() < _RETURNED:
        paper = ReturnResults(visits=(visits[0],), reason="检查记录不完整，请补充后重报")
        await scene.act(duty.department, Role(duty.role), paper, duty.scope)
        visits = visits[1:]
    if visits:
        await scene.act(duty.department, Role(duty.role), ApproveResults(visits=tuple(visits)), duty.scope)


async def prove(scene: Scene, duty: Duty) -> None:
    """Publish on the department's own site what the platform has entered, and prove it."""
    groups = scene.read(partial(unproved, task=duty.task))
    ids = groups.get((duty.department, duty.scope), [])
    if ids:
        paper = ProvePublication(
            publications=tuple(sorted(ids)),
            address=f"https://example.invalid/{duty.department}/gs",
            published_on=scene.today,
            sha256=hashlib.sha256(f"{duty.department}|{scene.today}".encode()).hexdigest(),
        )
        await scene.act(duty.department, Role.HANDLER, paper, duty.scope)


async def dispose(scene: Scene, duty: Duty) -> None:
    """The next step of a disposal, or the receiver's acknowledgement."""
    disposal = scene.read(lambda session: session.get_one(Disposal, duty.id))
    step, role, outcome = step_of(scene.law, duty, disposal)
    paper = StepDisposal(step=step, on=scene.today, note="依据检查记录办理", outcome=outcome)
    await scene.act(duty.department, role, paper, duty.scope, name=duty.name)


async def sign(scene: Scene, duty: Duty) -> None:
    """The head signs a correction."""
    await scene.act(duty.department, Role.HEAD, SignCorrection(), duty.scope)


async def summarize(scene: Scene, duty: Duty) -> None:
    """Submit the summary table; before the first one a mistake in a result may come to light."""
    await befalling.before_summary(scene, duty)
    await scene.act(duty.department, Role.HANDLER, SubmitSummary(number=duty.cycle), duty.scope)


async def receipt(scene: Scene, duty: Duty) -> None:
    """The office receipts a table."""
    department = duty.key.split("/summary-receipt/")[1].rsplit("/", 1)[0]
    paper = ReceiptSummary(department=department, number=duty.cycle)
    await scene.act(BODY, Role.OFFICE, paper, duty.scope)


async def report(scene: Scene, duty: Duty) -> None:
    """The yearly report, or the office's order that it need not be sent."""
    supplement = duty.kind is WaitKind.YEARLY_SUPPLEMENT
    if _by_order(scene, duty):
        skip = SkipWait(wait=duty.wait, reason="机构合并，由承接单位一并报送", approval="免报1号")
        await scene.office(skip)
        return
    paper = SubmitReport(
        document=scene.document,
        number=f"{duty.department.split('/')[1]}报{scene.today.year}{'补' if supplement else ''}号",
        sent_on=scene.today,
        file_sha256=hashlib.sha256(duty.name.encode()).hexdigest(),
        supplement=supplement,
    )
    await scene.act(duty.department, Role.HANDLER, paper, f"office/{OFFICE}")


CLOSING: dict[WaitKind, Player] = {
    WaitKind.VISIT: visit,
    WaitKind.ENTRY: enter,
    WaitKind.APPROVAL: approve,
    WaitKind.PROOF: prove,
    WaitKind.DISPOSAL: dispose,
    WaitKind.ACKNOWLEDGE: dispose,
    WaitKind.SIGN: sign,
    WaitKind.SUMMARY: summarize,
    WaitKind.SUMMARY_RECEIPT: receipt,
    WaitKind.YEARLY_REPORT: report,
    WaitKind.YEARLY_SUPPLEMENT: report,
}


def visits_under(session: Session, wait: str) -> Sequence[Visit]:
    """The visits that a wait holds, by the subjects' codes."""
    return session.exec(
        select(Visit)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .where(col(Visit.wait) == wait)
        .order_by(col(Subject.code))
    ).all()


def may_begin(scene: Scene, duty: Duty) -> bool:
    """Whether the visits under a wait are matched and their period has begun."""
    visits = scene.read(partial(visits_under, wait=duty.wait))
    return all(one.first_day <= scene.today and one.stage is VisitStage.MATCHED for one in visits)


def _lines(scene: Scene, duty: Duty, session: Session) -> list[ResultLine]:
    return [
        line_of(
            scene.law,
            duty.department,
            one,
            item,
            place_of(session, one),
            market=uses_credit_class(session.get_one(Subject, one.subject).legal_form),
        )
        for one in visits_under(session, duty.wait)
        for item in items_of(duty.department)
    ]


def _by_order(scene: Scene, duty: Duty) -> bool:
    """Whether the office has waited long enough for somebody silent to act itself."""
    return scene.law.temper(duty) is Temper.SILENT and scene.law.patience(duty) >= _BY_ORDER


async def _reassigned(scene: Scene, duty: Duty) -> bool:
    """The office gives to the head what the approver kept silent about."""
    if not _by_order(scene, duty):
        return False
    paper = ReassignWait(wait=duty.wait, role=Role.HEAD, reason="承办人长期不办，改由主要负责人办理")
    await scene.act(BODY, Role.OFFICE, paper, duty.scope)
    return True
