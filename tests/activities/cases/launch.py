"""The papers of stages 1 and 2, each in its place and out of it."""

from sqlmodel import col, select

from models.papers import (
    AcceptClaim,
    ApproveLaunch,
    CancelTask,
    ConfirmAspect,
    DeclineClaim,
    ExtendClaim,
    Paper,
    ReleaseClaim,
    ReofferClaim,
    StartTask,
)
from models.task import Aspect, Preparation
from rules.roles import Role
from tests.activities.cases.base import DESK, NO_PART, NOT_INITIATOR, NOT_THE_DESK, Case, newest_plan, office
from tests.activities.driver import Driver
from tests.activities.scenes import proposals
from tests.activities.world import SHA
from tests.builders import DOCUMENT, LEAD, SECOND, THIRD


def _confirm(driver: Driver) -> Paper:
    rows = driver.read(
        lambda session: session.exec(
            select(Preparation.sha256).where(col(Preparation.aspect) == Aspect.SCOPE)
        ).all()
    )
    return ConfirmAspect(aspect=Aspect.SCOPE, sha256=rows[0] if rows else SHA)


CASES: dict[str, Case] = {
    "task.start": office(
        lambda driver: StartTask(document=newest_plan(driver), seq="1"),
        by=(LEAD, Role.HANDLER),
        stranger=NOT_INITIATOR,
        early=("imported", "RowNotAdopted"),
        late=("launched", "AlreadyLaunched"),
    ),
    "launch.approve": office(
        lambda _: ApproveLaunch(document=DOCUMENT, seq="1", number="批1", reason="补充")
    ),
    "task.cancel": Case(
        "launched", DESK, lambda _: CancelTask(approval_number="批1", reason="调整"), NOT_THE_DESK
    ),
    "claim.accept": Case(
        "offered",
        (SECOND, Role.HANDLER),
        lambda _: AcceptClaim(),
        NO_PART,
        ("launched", "ClaimNotOpen"),
        ("claimed", "ClaimNotOpen"),
    ),
    "claim.decline": Case(
        "offered",
        (SECOND, Role.HANDLER),
        lambda _: DeclineClaim(reason="人员紧张"),
        (LEAD, "InitiatorClaims"),
        ("launched", "ClaimNotOpen"),
        ("claimed", "ClaimNotOpen"),
    ),
    "claim.reoffer": Case(
        "declined",
        DESK,
        lambda _: ReofferClaim(department=THIRD, reason="已协调"),
        NOT_THE_DESK,
        ("offered", "ClaimNotOpen"),
        ("claimed", "WrongStage"),
    ),
    "claim.release": Case(
        "declined",
        DESK,
        lambda _: ReleaseClaim(department=THIRD, reason="无此职责"),
        NOT_THE_DESK,
        ("prepared", "ClaimNotOpen"),
        ("claimed", "WrongStage"),
    ),
    "claim.extend": Case(
        "offered",
        DESK,
        lambda _: ExtendClaim(department=THIRD, days=3, reason="汛期"),
        NOT_THE_DESK,
        ("prepared", "ClaimNotOpen"),
        ("claimed", "WrongStage"),
    ),
    "scope.propose": Case(
        "launched",
        (LEAD, Role.HANDLER),
        lambda driver: proposals(driver)[Aspect.SCOPE],
        NOT_INITIATOR,
        late=("requested", "AlreadyFrozen"),
    ),
    "items.propose": Case(
        "launched",
        (LEAD, Role.HANDLER),
        lambda driver: proposals(driver)[Aspect.ITEMS],
        NOT_INITIATOR,
        late=("requested", "AlreadyFrozen"),
    ),
    "periods.propose": Case(
        "launched",
        (LEAD, Role.HANDLER),
        lambda driver: proposals(driver)[Aspect.PERIODS],
        NOT_INITIATOR,
        late=("requested", "AlreadyFrozen"),
    ),
    "aspect.confirm": Case(
        "proposed",
        (LEAD, Role.APPROVER),
        _confirm,
        NOT_INITIATOR,
        ("launched", "ProposalChanged"),
        ("requested", "AlreadyFrozen"),
    ),
}
