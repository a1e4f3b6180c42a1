"""Every stage at which a case waits, made in SQL as of today: what an engine is to take up, and be struck at."""

import shutil
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from activities.exchange.facts import record_facts
from activities.steps.row import RowActivities
from adapters.database import Database
from adapters.exchange import Fact
from models.messages import TaskStep
from models.organisation import Department, DepartmentKind, Office
from models.outcomes import Disposal, PublicationKind
from models.papers import (
    AddDisposal,
    ApproveDraw,
    ProposedDisposal,
    RequestDraw,
    SetPolicy,
    SignCorrection,
    StepDisposal,
    SubmitReport,
)
from models.registers import RegisterLoad, Subject
from models.trail import Wait
from rules.calendar import local_day
from rules.channel import LegalForm
from rules.disposal import STEPS, DisposalKind, DisposalState, DisposalStep
from rules.draw_record import Kind
from rules.roles import Role
from tests.activities import scenes
from tests.activities.driver import Driver
from tests.activities.scenes import SCENES, Scene, own_site_visit
from tests.activities.world import ABROAD, OFFICE_TARGET, add_everything, add_person
from tests.builders import ALL_YEAR, DOCUMENT, LEAD, OFFICE, OFFICE_DESK, SECOND, THIRD, add_coming_years

FIRST = "adopted"
ABOVE = f"{ABROAD}/city"
"""The desk of the office above."""


def to_fix(driver: Driver) -> None:
    """The draw is approved; nothing is frozen yet."""
    driver.act(LEAD, Role.APPROVER, ApproveDraw())


def watched(driver: Driver) -> None:
    """The row's window is open, and its initiator owes the launch."""
    RowActivities(driver.database).tend_row(TaskStep(task=f"{DOCUMENT}/1", now=driver.now))


def rising(driver: Driver) -> None:
    """All is confirmed but the rising table of an office that wants a class for every market entity."""
    wants = SetPolicy(key="market_classes", value=True, clause="阳城 二", valid_from=driver.today)
    driver.act(OFFICE_DESK, Role.OFFICE, wants, target=OFFICE_TARGET)
    scenes.prepared(driver)


def loading(driver: Driver) -> None:
    """A file of subjects broke off after the approval: the freeze is held."""
    to_fix(driver)
    half = RegisterLoad(
        office=OFFICE, directory="subjects", sha256="a" * 64, begun_by="x", begun_at=driver.now
    )
    with driver.database.write() as session:
        session.add(half)
    driver.steps.fix_draw(driver.step())


def redraw_asked(driver: Driver) -> None:
    """A second draw is asked for, which the coordinating office has to allow."""
    driver.act(LEAD, Role.HANDLER, RequestDraw(act=Kind.REDRAW, reason="举报", evidence="举报件3号"))


def entered(driver: Driver) -> None:
    """The platform has receipted all results and published none."""
    rows = driver.publications(PublicationKind.RESULT)
    with driver.database.write() as session:
        facts = [Fact(key=one.key, fact="entered", at=driver.now, receipt="SX1") for one in rows]
        record_facts(session, OFFICE, facts, driver.now)


def reported(driver: Driver) -> None:
    """The yearly report is sent while the task is open: a supplement is owed."""
    scenes.desk(driver)
    paper = SubmitReport(document=DOCUMENT, number="牵头局〔2026〕9号", sent_on=driver.today)
    driver.act(LEAD, Role.HANDLER, paper, target=OFFICE_TARGET)


def disposals(driver: Driver) -> None:
    """A disposal of each kind in each state that waits for somebody."""
    visit = own_site_visit(driver, SECOND)
    with driver.database.write() as session:
        session.get_one(Office, OFFICE).parent = ABROAD
        session.add(Department(id=ABOVE, office=ABROAD, name="市办公室", kind=DepartmentKind.OFFICE))
        session.flush()
        add_person(session, ABOVE, Role.OFFICE)
        # The lists are of market entities only.
        session.get_one(Subject, visit.subject).legal_form = LegalForm.ENTERPRISE
    result = driver.result(visit).id
    for kind, state in WAITING:
        receiver = THIRD if kind in (DisposalKind.TRANSFER, DisposalKind.TRANSFER_JUSTICE) else None
        proposed = ProposedDisposal(kind=kind, receiver=receiver)
        paper = AddDisposal(result=result, disposal=proposed, reason="情节较重")
        (made,) = driver.act(SECOND, Role.HEAD, paper).data["disposals"]
        for step in way_to(kind, state):
            _take(driver, made, step)


def ended(driver: Driver) -> None:
    """The re-check was passed and a correction is signed; the platform has not answered about either."""
    for one in driver.disposals():
        if one.kind is DisposalKind.RECTIFY:
            _take(driver, one.id, DisposalStep.RECHECK_PASSED)
    driver.act(THIRD, Role.HEAD, SignCorrection(), target=scenes.correction_target(driver))


def _take(driver: Driver, disposal: str, step: DisposalStep) -> None:
    row = driver.row(Disposal, disposal)
    by = (row.receiver if step in (DisposalStep.ACKNOWLEDGE, DisposalStep.RETURN) else None) or row.owner
    role = Role.HEAD
    if step in (DisposalStep.CONSENT, DisposalStep.REFUSE):
        by, role = ABOVE, Role.OFFICE
    paper = StepDisposal(
        step=step,
        on=driver.today,
        note="文书1号",
        receiver=THIRD if step is DisposalStep.HAND_OVER else None,
        days=5 if step is DisposalStep.EXTEND and row.kind is DisposalKind.RECTIFY else None,
    )
    driver.act(by, role, paper, target=f"disposal/{disposal}")


def way_to(kind: DisposalKind, state: DisposalState) -> tuple[DisposalStep, ...]:
    """The shortest way of steps to a state of a kind, from its beginning."""
    ways: dict[DisposalState, tuple[DisposalStep, ...]] = {DisposalState.OPEN: ()}
    ahead = [DisposalState.OPEN]
    for one in ahead:
        for step, after in STEPS[kind].get(one, {}).items():
            if after not in ways:
                ways[after] = (*ways[one], step)
                ahead.append(after)
    return ways[state]


WAITING = tuple((kind, state) for kind, states in STEPS.items() for state in states)
"""Every kind of disposal with every state in which it waits for somebody."""

OWN: dict[str, Scene] = {
    "watched": Scene(FIRST, watched),
    "rising": Scene("launched", rising),
    "to fix": Scene("requested", to_fix),
    "loading": Scene("requested", loading),
    "revealed": Scene("fixed", scenes.revealed),
    "redraw asked": Scene("matched", redraw_asked),
    "entered": Scene("approved", entered),
    "supplement owed": Scene("matched", reported),
    "disposals": Scene("approved", disposals),
    "ended": Scene("corrected", ended),
}
"""What the plays of the rulings have no scene for."""


class Scenery:
    """A file of SQLite for each scene, made once and copied for each use; all of one moment."""

    def __init__(self, home: Path, template: Path, now: datetime) -> None:
        self._home = home
        self._template = template
        self._now = now

    def copy(self, scene: str, target: Path) -> Database:
        """A database of its own at a scene."""
        shutil.copyfile(self._made(scene), target)
        return Database(f"sqlite:///{target}")

    def _made(self, scene: str) -> Path:
        file = self._home / f"{scene}.db"
        if file.exists():
            return file
        known = SCENES | OWN
        shutil.copyfile(self._template if scene == FIRST else self._made(known[scene].begins), file)
        database = Database(f"sqlite:///{file}")
        if scene == FIRST:
            with database.write() as session:
                add_everything(session, today=local_day(self._now), months=ALL_YEAR)
                add_coming_years(session, local_day(self._now))
        else:
            known[scene].play(Driver(database, self._home / f"exchange of {scene}", now=self._now))
        database.close()
        return file


def standing(session: Session) -> set[tuple[str, str]]:
    """Which types of workflow wait for what: the kinds of their open waits, and the states of open disposals."""
    waits = session.exec(select(Wait.scope, Wait.kind).where(col(Wait.closed_at).is_(None)))
    found = {(scope.split("/", 1)[0], str(kind)) for scope, kind in waits}
    cases = session.exec(select(Disposal.kind, Disposal.state).where(col(Disposal.closed_at).is_(None)))
    return found | {("disposal", f"{kind} {state}") for kind, state in cases}
