"""The scenes of a task's life, each from the one before it; a copy of any of them in one call."""

import hashlib
import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from activities.publishing import scope_of
from adapters.database import Database
from models.outcomes import PublicationKind
from models.papers import (
    AcceptClaim,
    ApproveDraw,
    ApproveResults,
    CancelTask,
    CommitSecret,
    ConfirmAspect,
    CorrectResult,
    DeclineClaim,
    Paper,
    Period,
    ProposedDisposal,
    ProposeItems,
    ProposePeriods,
    ProposeScope,
    ProvePublication,
    ReceiptSummary,
    RecordVisits,
    RequestDraw,
    ResultLine,
    RevealLink,
    SignCorrection,
    StartTask,
    StepDisposal,
    SubmitResults,
    SubmitSummary,
    VisitLine,
)
from models.plan import PlanDocument, PlanRow, PlanStatus
from models.registers import Officer
from models.task import Aspect, Visit
from rules.channel import Channel
from rules.disposal import DisposalKind
from rules.draw import commitment, link
from rules.results import Category
from rules.roles import Role
from rules.scope import ScopeFilter
from rules.stages import VisitStage
from tests.activities.driver import Driver
from tests.activities.world import OFFICE_TARGET, PARTS, SHA, add_everything, item_of
from tests.builders import DOCUMENT, LEAD, OFFICE_DESK, SECOND, THIRD
from tests.postgres import PostgresCluster


def secret(department: str) -> bytes:
    """A department's secret, from its name: tests repeat."""
    return hashlib.sha256(department.encode()).digest()


def proposals(driver: Driver) -> dict[Aspect, Paper]:
    """What the initiator proposes for each aspect."""
    return {
        Aspect.SCOPE: ProposeScope(filter=ScopeFilter(kinds=("学校",))),
        Aspect.ITEMS: ProposeItems(items={department: (item_of(department),) for department in PARTS}),
        Aspect.PERIODS: ProposePeriods(
            periods=(Period(first_day=driver.today, last_day=driver.today + timedelta(days=20)),)
        ),
    }


def own_site_visit(driver: Driver, department: str, place: int = 0) -> Visit:
    """The n-th visit of a department whose subject is not a market entity."""
    return [v for v in driver.visits(department) if driver.subject(v).credit_class is None][place]


def result_line(driver: Driver, visit: Visit) -> ResultLine:
    """What is found: two problems with disposals (SECOND, LEAD), one subject without such business (THIRD)."""
    category, finding, disposal = Category.NO_PROBLEM, "", None
    if visit.id == own_site_visit(driver, SECOND).id:
        category, finding = Category.RECTIFICATION_ORDERED, "台账不全"
        disposal = ProposedDisposal(kind=DisposalKind.RECTIFY, period_days=10)
    elif visit.id == own_site_visit(driver, LEAD, 1).id:
        category, finding = Category.PENDING, "属协同局职责"
        disposal = ProposedDisposal(kind=DisposalKind.TRANSFER, receiver=THIRD)
    elif visit.id == driver.visits(THIRD)[0].id:
        category = Category.NO_ACTIVITY
    item = item_of(visit.department)
    return ResultLine(visit=visit.id, item=item, categories=(category,), finding=finding, disposal=disposal)


def unadopted(driver: Driver) -> None:
    """The plan was imported, and nobody has adopted it yet."""
    with driver.database.write() as session:
        session.get_one(PlanDocument, DOCUMENT).status = PlanStatus.IMPORTED
        for row in session.exec(select(PlanRow)):
            row.version = 0


def launched(driver: Driver) -> None:
    driver.act(LEAD, Role.HANDLER, StartTask(document=DOCUMENT, seq="1"), target=OFFICE_TARGET)


def proposed(driver: Driver) -> None:
    for paper in proposals(driver).values():
        driver.act(LEAD, Role.HANDLER, paper)


def prepared(driver: Driver) -> None:
    for aspect, paper in proposals(driver).items():
        digest = driver.act(LEAD, Role.HANDLER, paper).data["sha256"]
        driver.act(LEAD, Role.APPROVER, ConfirmAspect(aspect=aspect, sha256=digest))


def offered(driver: Driver) -> None:
    driver.steps.offer_to_partners(driver.step())


def declined(driver: Driver) -> None:
    driver.act(SECOND, Role.HANDLER, AcceptClaim())
    driver.act(THIRD, Role.HANDLER, DeclineClaim(reason="人员紧张"))


def claimed(driver: Driver) -> None:
    driver.act(SECOND, Role.HANDLER, AcceptClaim())
    driver.act(THIRD, Role.HANDLER, AcceptClaim())


def requested(driver: Driver) -> None:
    for department in PARTS:
        paper = CommitSecret(commitment=commitment(secret(department)))
        driver.act(department, Role.HANDLER, paper)
    driver.act(LEAD, Role.HANDLER, RequestDraw(reason="按计划抽取"))


def fixed(driver: Driver) -> None:
    driver.act(LEAD, Role.APPROVER, ApproveDraw())
    driver.steps.fix_draw(driver.step())


def drawn(driver: Driver) -> None:
    for department in PARTS:
        driver.act(department, Role.HANDLER, RevealLink(link=link(secret(department), 1)))
    driver.steps.execute_draw(driver.step())


def matched(driver: Driver) -> None:
    for department in PARTS:
        driver.steps.match_officers(driver.step(department=department))


def short(driver: Driver) -> None:
    """The second department has lost its officers but one before the officers' files are frozen."""
    with driver.database.write() as session:
        rows = session.exec(select(Officer).where(col(Officer.department) == SECOND)).all()
        for officer in rows[1:]:
            officer.certificate_to = driver.today - timedelta(days=1)
    requested(driver)
    fixed(driver)
    drawn(driver)
    matched(driver)


def visited(driver: Driver) -> None:
    for department in PARTS:
        officers = driver.officers(department)[:2]
        lines = [
            VisitLine(visit=visit.id, completed_on=driver.today, officers=officers)
            for visit in driver.visits(department, VisitStage.MATCHED)
        ]
        driver.act(department, Role.OFFICER, RecordVisits(lines=tuple(lines)))


def submitted(driver: Driver) -> None:
    for department in PARTS:
        visits = driver.visits(department, VisitStage.VISITED, VisitStage.RETURNED)
        lines = tuple(result_line(driver, visit) for visit in visits)
        driver.act(department, Role.OFFICER, SubmitResults(lines=lines))


def approved(driver: Driver) -> None:
    for department in PARTS:
        visits = tuple(visit.id for visit in driver.visits(department, VisitStage.SUBMITTED))
        driver.act(department, Role.APPROVER, ApproveResults(visits=visits))


def receipted(driver: Driver) -> None:
    driver.trade()


def proved(driver: Driver, kind: PublicationKind = PublicationKind.RESULT) -> None:
    """Proof of everything of a kind that departments publish themselves."""
    for one in driver.publications(kind, Channel.OWN_SITE):
        if one.published_at is None:
            paper = ProvePublication(
                publications=(one.id,), address="https://example.invalid", published_on=driver.today, sha256=SHA
            )
            driver.act(one.department, Role.HANDLER, paper, target=scope_of(one))


def summed(driver: Driver) -> None:
    for one in driver.summaries():
        if one.submitted is None:
            driver.act(one.department, Role.HANDLER, SubmitSummary(number=one.number))


def signed_for(driver: Driver) -> None:
    for one in driver.summaries():
        if one.receipted is None:
            paper = ReceiptSummary(department=one.department, number=one.number)
            driver.act(OFFICE_DESK, Role.OFFICE, paper)


def outcome(driver: Driver) -> None:
    """Both disposals have come to their outcome, and the platform has receipted it."""
    for one in driver.disposals():
        steps = ["recheck_passed"] if one.kind is DisposalKind.RECTIFY else ["send", "acknowledge"]
        for step in steps:
            by = one.receiver if step == "acknowledge" else one.owner
            paper = StepDisposal(step=step, on=driver.today)
            driver.act(by or "", Role.HANDLER, paper, target=f"disposal/{one.id}")
    driver.trade()


def disposed(driver: Driver) -> None:
    proved(driver, PublicationKind.DISPOSAL)


def closed(driver: Driver) -> None:
    summed(driver)
    signed_for(driver)


def correction_target(driver: Driver) -> str:
    """The first correction of the third department's first own-site result."""
    return f"correction/{driver.result(own_site_visit(driver, THIRD, 1)).id}/1"


def corrected(driver: Driver) -> None:
    """A correction lies before the head."""
    target = correction_target(driver)
    paper = CorrectResult(
        result=target.split("/")[1],
        number=1,
        categories=(Category.NOT_PUBLISHED,),
        finding="未公示",
        reason="录入遗漏",
    )
    driver.act(THIRD, Role.HANDLER, paper, target=target)


def signed(driver: Driver) -> None:
    """The head has signed, and the platform has receipted the correction."""
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=correction_target(driver))
    driver.trade()


def cancelled(driver: Driver) -> None:
    driver.act(OFFICE_DESK, Role.OFFICE, CancelTask(approval_number="批1", reason="计划调整"))


@dataclass(frozen=True)
class Scene:
    """A scene and the one that it begins from."""

    begins: str
    play: Callable[[Driver], None]


SCENES: dict[str, Scene] = {
    "unadopted": Scene("adopted", unadopted),
    "launched": Scene("adopted", launched),
    "proposed": Scene("launched", proposed),
    "prepared": Scene("launched", prepared),
    "offered": Scene("prepared", offered),
    "declined": Scene("offered", declined),
    "claimed": Scene("offered", claimed),
    "requested": Scene("claimed", requested),
    "fixed": Scene("requested", fixed),
    "drawn": Scene("fixed", drawn),
    "matched": Scene("drawn", matched),
    "short": Scene("claimed", short),
    "visited": Scene("matched", visited),
    "submitted": Scene("visited", submitted),
    "approved": Scene("submitted", approved),
    "receipted": Scene("approved", receipted),
    "published": Scene("receipted", proved),
    "summed": Scene("published", summed),
    "signed_for": Scene("summed", signed_for),
    "outcome": Scene("signed_for", outcome),
    "disposed": Scene("outcome", disposed),
    "closed": Scene("disposed", closed),
    "corrected": Scene("published", corrected),
    "signed": Scene("corrected", signed),
    "cancelled": Scene("receipted", cancelled),
}
"""After "adopted", where the plan's row waits to be launched; what is named twice forks there."""


class Stages:
    """Databases at any scene: each scene is played once a session and kind of database, then copied."""

    def __init__(self, home: Path, request: pytest.FixtureRequest) -> None:
        self._home = home
        self._request = request
        self._known: dict[tuple[str, str], str] = {}
        self._numbers = itertools.count(1)

    def copy(self, backend: str, scene: str) -> Database:
        """A database of its own at a scene."""
        return Database(self._copy(backend, self._make(backend, scene), f"{scene}_{next(self._numbers)}"))

    def remove(self, database: Database) -> None:
        """Give a copy back."""
        database.close()
        name = database.url.rsplit("/", 1)[1]
        if database.engine.dialect.name == "postgresql":
            self._postgres.drop(name)
        else:
            (self._home / name).unlink()

    def _make(self, backend: str, scene: str) -> str:
        """The name of the template of a scene."""
        if (backend, scene) not in self._known:
            begins = SCENES[scene].begins if scene in SCENES else None
            former = self._make(backend, begins) if begins else self._migrated(backend)
            database = Database(self._copy(backend, former, f"scene_{scene}"))
            if begins:
                SCENES[scene].play(Driver(database, self._home / f"{backend}-{scene}"))
            else:
                with database.write() as session:
                    add_everything(session)
            database.close()
            self._known[backend, scene] = f"scene_{scene}"
        return self._known[backend, scene]

    def _copy(self, backend: str, former: str, name: str) -> str:
        if backend == "postgresql":
            return self._postgres.create(name, former)
        # The last connection of a closed database takes its write-ahead log with it: one file is all.
        shutil.copyfile(self._home / former, self._home / name)
        return f"sqlite:///{self._home / name}"

    def _migrated(self, backend: str) -> str:
        if backend == "postgresql":
            return str(self._request.getfixturevalue("postgres_template"))
        shutil.copyfile(self._request.getfixturevalue("sqlite_template"), self._home / "migrated")
        return "migrated"

    @property
    def _postgres(self) -> PostgresCluster:
        cluster: PostgresCluster = self._request.getfixturevalue("postgres")
        return cluster
