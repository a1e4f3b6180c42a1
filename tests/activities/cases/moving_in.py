"""The papers of moving in, each in its place and out of it."""

from datetime import timedelta

from models.moving import MovedPart, MovedSubject
from models.papers import MoveTaskIn, MoveUndrawnIn, Paper
from rules.stages import Claim
from tests.activities.cases.base import Case, office
from tests.activities.driver import Driver
from tests.activities.world import PARTS, SHA, item_of
from tests.builders import DOCUMENT, LEAD, SECOND, subject_code


def _moved(driver: Driver) -> Paper:
    """A task of an old portal, drawn yesterday, whose officers are matched here."""
    yesterday = driver.today - timedelta(days=1)
    return MoveTaskIn(
        row=2,
        portal="旧平台",
        number="OLD-7",
        file_sha256=SHA,
        document=DOCUMENT,
        seq="1",
        stage=4,
        opened_on=yesterday,
        drawn_on=yesterday,
        list_number="旧〔2026〕7号",
        record_sha256=SHA,
        first_day=driver.today,
        last_day=driver.today + timedelta(days=20),
        parts=tuple(
            MovedPart(row=2, department=one, claim=Claim.CLAIMED, items=(item_of(one),)) for one in PARTS
        ),
        subjects=tuple(MovedSubject(row=2 + number, code=subject_code(number)) for number in range(4)),
    )


def _moved_undrawn(driver: Driver) -> Paper:
    """A task of an old portal that nobody there has drawn: one partner claimed yesterday, the other did not."""
    yesterday = driver.today - timedelta(days=1)
    return MoveUndrawnIn(
        row=2,
        portal="旧平台",
        number="OLD-8",
        file_sha256=SHA,
        document=DOCUMENT,
        seq="1",
        stage=2,
        opened_on=yesterday,
        parts=tuple(
            MovedPart(
                row=2,
                department=one,
                claim=Claim.CLAIMED if one in (LEAD, SECOND) else Claim.NONE,
                claimed_on=yesterday if one == SECOND else None,
            )
            for one in PARTS
        ),
    )


CASES: dict[str, Case] = {
    "task.move_in": office(_moved, late=("launched", "AlreadyLaunched")),
    "task.move_in_undrawn": office(_moved_undrawn, late=("launched", "AlreadyLaunched")),
}
