"""Every type of workflow, at every stage at which it waits, terminated, reset and cancelled by the engine's own tools."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select
from temporalio.testing import WorkflowEnvironment

from activities.exchange.publishing import scope_of
from activities.progress import read_progress
from activities.rebuild import TYPES, open_cases
from models.outcomes import Publication, PublicationKind
from models.papers import ApproveDraw, ProvePublication, SetPolicy, StepDisposal, SubmitReport
from models.task import JointTask
from models.trail import Intervention
from rules.channel import Channel
from rules.disposal import DisposalState
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.cases import CASES, Case
from tests.activities.cases.base import DESK, office
from tests.activities.driver import Driver
from tests.activities.world import SHA
from tests.builders import DOCUMENT, LEAD, SECOND, THIRD
from tests.engine.conftest import own_queue
from tests.engine.house import TASK, House
from tests.engine.mending import ACTS, EVENTS, all_by_hand, audited, mended
from tests.engine.one_truth import disagreements
from tests.engine.outcome import faults_of, outcome_of
from tests.engine.scenery import WAITING, Scenery, standing

PATIENCE = 30.0


class Silent(House):
    """The platform answers nobody: what waits for it goes on waiting."""

    async def _platform(self) -> None:
        await asyncio.Event().wait()


def proof(kind: PublicationKind, department: str) -> Case:
    """The proof of what a department publishes itself."""

    def one(driver: Driver) -> Publication:
        rows = driver.publications(kind, Channel.OWN_SITE)
        return next(row for row in rows if row.department == department and row.published_at is None)

    def paper(driver: Driver) -> ProvePublication:
        return ProvePublication(
            publications=(one(driver).id,),
            address="https://example.invalid",
            published_on=driver.today,
            sha256=SHA,
        )

    return Case("", (department, Role.HANDLER), paper, target=lambda driver: scope_of(one(driver)))


def listing() -> Case:
    """The list of serious offenders, to which the office above has consented."""

    def target(driver: Driver) -> str:
        return next(
            f"disposal/{one.id}" for one in driver.disposals() if one.state == DisposalState.CONSENTED
        )

    return Case(
        "", (SECOND, Role.HANDLER), lambda driver: StepDisposal(step="list", on=driver.today), target=target
    )


RISING_TABLE = office(
    lambda driver: SetPolicy(
        key="rising_table",
        value={"A": "1", "B": "2", "C": "4", "D": "4"},
        clause="局务会",
        valid_from=driver.today,
        department=LEAD,
    ),
    by=(LEAD, Role.HEAD),
)
SUPPLEMENT = office(
    lambda driver: SubmitReport(document=DOCUMENT, number="文2号", sent_on=driver.today, supplement=True),
    by=(LEAD, Role.HANDLER),
)

STRUCK: dict[str, Case] = {
    "both_adopted": CASES["plan.confirm"],
    "watched": CASES["task.start"],
    "launched": CASES["scope.propose"],
    "proposed": CASES["aspect.confirm"],
    "rising": RISING_TABLE,
    "prepared": CASES["claim.accept"],
    "offered": CASES["claim.decline"],
    "declined": CASES["claim.reoffer"],
    "claimed": CASES["draw.commit"],
    "requested": CASES["draw.approve"],
    "loading": CASES["task.cancel"],
    "to fix": CASES["draw.reveal"],
    "fixed": CASES["draw.reveal"],
    "announced": CASES["draw.public"],
    "revealed": CASES["visit.record"],
    "drawn": CASES["visit.record"],
    "redraw asked": Case("", DESK, lambda _: ApproveDraw(act=2)),
    "asked": CASES["officer.lend"],
    "expert_lacking": CASES["assistant.attach"],
    "offered_joint": CASES["joint.answer"],
    "clock asked": CASES["clock.decide"],
    "commissioned": CASES["commission.report"],
    "submitted": CASES["result.approve"],
    "referred": CASES["referral.answer"],
    "entered": proof(PublicationKind.RESULT, SECOND),
    "published": CASES["summary.submit"],
    "summed": CASES["summary.receipt"],
    "disposals": listing(),
    "outcome": proof(PublicationKind.DISPOSAL, SECOND),
    "annulled": CASES["disposal.add"],
    "corrected": CASES["correction.sign"],
    "ended": CASES["summary.submit"],
    "signed": proof(PublicationKind.CORRECTION, THIRD),
    "desk": CASES["report.yearly"],
    "supplement owed": SUPPLEMENT,
}
"""The scenes that are struck, each with the paper that leads on from there."""


@pytest.fixture(scope="module")
def scenery(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Scenery:
    """All scenes, of one moment."""
    return Scenery(tmp_path_factory.mktemp("scenery"), sqlite_template, datetime.now(UTC))


@pytest.fixture
async def struck(
    embedded: WorkflowEnvironment, scenery: Scenery, tmp_path: Path
) -> AsyncIterator[Callable[[str], House]]:
    """A service at a scene, with a platform that is silent."""
    made: list[House] = []

    def at(scene: str) -> House:
        database = scenery.copy(scene, tmp_path / "struck.db")
        folder = tmp_path / "exchange"
        made.append(Silent(database, embedded.client, folder, own_queue()))
        return made[-1]

    yield at
    for house in made:
        troubles = await house.troubles()
        await house.terminate_all()
        house.database.close()
        assert [] == troubles


@pytest.mark.slow
@pytest.mark.parametrize("scene", STRUCK)
async def test_what_waits_at_a_scene_is_struck_thrice_and_goes_on(
    struck: Callable[[str], House], scene: str
) -> None:
    """Terminated, reset and cancelled in turn; each time all is on record, runs again, and nothing else has changed."""
    house = struck(scene)
    blows: list[str] = []
    async with house.working():
        await mended(house)
        await house.cast.until("the machine's steps", machine_at_rest)
        # A desk without anything to do is not started until its department owes something.
        await mended(house)
        before = house.cast.read(standing), effects(house)
        wanted = await all_running(house)
        for act in ACTS:
            hit = await all_by_hand(house, act)
            assert wanted <= set(hit), act
            _, left = await mended(house)
            assert () == left.findings, act
            assert wanted <= set(await house.running()), act
            told = sorted(one.detail["workflow"] for one in audited(house, EVENTS[act]))
            assert sorted(hit) == told
            blows += hit
        assert before == (house.cast.read(standing), effects(house))
        assert [] == await shown(house)
        await answer(house, STRUCK[scene])
    assert len(blows) == len(house.cast.read(lambda session: session.exec(select(Intervention)).all()))
    assert [] == faults_of(house.database, TASK)


def test_every_type_is_struck_at_every_stage_at_which_it_waits(scenery: Scenery, tmp_path: Path) -> None:
    """Whoever adds a type, a kind of wait or a state of a disposal finds here that no scene strikes it."""
    seen: set[tuple[str, str]] = set()
    types: set[str] = set()
    for scene in STRUCK:
        database = scenery.copy(scene, tmp_path / "seen.db")
        with database.read() as session:
            seen |= standing(session)
            types |= {one.split("/", 1)[0] for one in open_cases(session, datetime.now(UTC))}
        database.close()
    assert set(TYPES) == types
    assert set() == {kind.value for kind in WaitKind} - {what for _, what in seen}
    assert set() == {f"{kind} {state}" for kind, state in WAITING} - {what for _, what in seen}
    both = {WaitKind.RECEIPT.value, WaitKind.PROOF.value}
    for kind in ("disposal", "correction"):
        assert both <= {what for holder, what in seen if holder == kind}


def has_begun(session: Session) -> bool:
    """Whether the scene has a task."""
    return session.get(JointTask, TASK) is not None


def machine_at_rest(session: Session) -> bool:
    """Nothing is left that waits for nobody."""
    if not has_begun(session):
        return True
    progress = read_progress(session, TASK)
    doing = progress.act.to_fix or progress.act.to_draw or progress.to_offer or progress.outbox
    return not doing and not any(one.to_match for one in progress.branches)


def effects(house: House) -> object:
    """All that a task has come to, where there is one."""
    return outcome_of(house.database, TASK) if house.cast.read(has_begun) else None


async def all_running(house: House) -> set[str]:
    """The cases that are open, once all of them run."""
    async with asyncio.timeout(PATIENCE):
        while True:
            wanted = set(house.cast.read(lambda session: open_cases(session, datetime.now(UTC))))
            if wanted <= set(await house.running()):
                break
            await asyncio.sleep(0.1)
    assert wanted
    return wanted


async def shown(house: House) -> list[str]:
    """Where what is shown differs from the rows."""
    return await disagreements(house) if house.cast.read(has_begun) else []


async def answer(house: House, case: Case) -> None:
    """The paper that leads on is accepted."""
    driver = Driver(house.database, house.folder / "driver", now=datetime.now(UTC))
    department, role = case.by
    await house.cast.act(department, role, case.paper(driver), target=case.target(driver))
