"""The papers of stage 3, each in its place and out of it."""

from models.papers import ApproveDraw, CommitSecret, PublicValue, RefuseDraw, RequestDraw, RevealLink
from rules.draw_commitments import commitment, link
from rules.roles import Role
from tests.activities.cases.base import AS_BEFORE, DESK, NO_PART, NOT_INITIATOR, NOT_THE_DESK, Case
from tests.activities.scenes import secret
from tests.activities.world import OUTSIDER
from tests.builders import LEAD, SECOND

CASES: dict[str, Case] = {
    "draw.commit": Case(
        "claimed",
        (SECOND, Role.HANDLER),
        lambda _: CommitSecret(commitment=commitment(secret(SECOND))),
        NO_PART,
        ("offered", "WrongStage"),
        ("drawn", "WrongStage"),
    ),
    "draw.request": Case(
        "claimed",
        (LEAD, Role.HANDLER),
        lambda _: RequestDraw(reason="按计划"),
        NOT_INITIATOR,
        ("offered", "WrongStage"),
        ("fixed", "AlreadyRequested"),
    ),
    "draw.approve": Case(
        "requested",
        (LEAD, Role.APPROVER),
        lambda _: ApproveDraw(),
        NOT_INITIATOR,
        ("claimed", "NothingToApprove"),
        ("fixed", AS_BEFORE),
    ),
    "draw.refuse": Case(
        "requested",
        (LEAD, Role.APPROVER),
        lambda _: RefuseDraw(reason="范围有误"),
        NOT_INITIATOR,
        ("claimed", "NothingToApprove"),
        ("fixed", "AlreadyApproved"),
    ),
    "draw.reveal": Case(
        "fixed",
        (SECOND, Role.HANDLER),
        lambda _: RevealLink(link=link(secret(SECOND), 1)),
        (OUTSIDER, "NotCommitted"),
        ("requested", "NotFixed"),
        ("drawn", AS_BEFORE),
    ),
    "draw.public": Case(
        "announced",
        DESK,
        lambda _: PublicValue(value="01 02 03 04 05 06+07"),
        NOT_THE_DESK,
        ("fixed", "NothingAnnounced"),
        ("drawn", "NothingAnnounced"),
    ),
}
