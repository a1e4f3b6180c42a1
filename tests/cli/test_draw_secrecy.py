"""What the commands of a draw show to whom before the last check."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.database import Database
from models.task import ActStep, DrawStep, TakingPart
from rules.roles import Role
from rules.stages import Claim
from tests.activities.driver import Driver
from tests.activities.scenes import visited
from tests.activities.world import OUTSIDER, TASK
from tests.builders import SECOND, THIRD, person, subject_code
from tests.cli.conftest import At
from tests.cli.said import Say

Joint = Callable[..., tuple[int, str]]


@pytest.fixture
def world(at: At) -> Driver:
    """A drawn and matched task that nobody has checked yet."""
    return at("matched")


@pytest.fixture
def joint(say: Say) -> Joint:
    """The command line: exit code and what it said."""

    def run(*words: str) -> tuple[int, str]:
        said = say(*words)
        return said.code, said.out

    return run


def seed_of(database: Database) -> str:
    """The seed of the first act."""
    with database.read() as session:
        return str(session.get_one(DrawStep, (TASK, 1, ActStep.DRAWN, "")).content["seed"])


def test_nobody_reads_seed_or_links_before_the_last_check(world: Driver, joint: Joint) -> None:
    """The steps of the draw are for everybody; what would give the list away is not."""
    seed = seed_of(world.database)
    code, output = joint("task", "draw", "show", TASK, "--json")
    assert (0, False, False) == (code, seed in output, '"link"' in output)
    visited(world)
    assert seed in joint("task", "draw", "show", TASK, "--json")[1]


def test_the_list_is_for_the_departments_that_take_part(world: Driver, joint: Joint) -> None:
    """An outsider sees no line and gets neither record nor proof."""
    party, stranger = person(SECOND, Role.HANDLER), person(OUTSIDER, Role.HANDLER)
    drawn = world.subject(world.visits(SECOND)[0]).code
    assert drawn in joint("draw", "list", TASK, "--json", "--as", party)[1]
    assert drawn not in joint("draw", "list", TASK, "--json", "--as", stranger)[1]
    for command in ("show", "ceilings", "overlaps", "recognised"):
        assert 0 == joint("draw", command, TASK, "--as", party)[0]
        assert 3 == joint("draw", command, TASK, "--as", stranger)[0]
    assert 0 == joint("draw", "prove", TASK, subject_code(1), "--as", party)[0]
    assert 3 == joint("draw", "prove", TASK, subject_code(1), "--as", stranger)[0]


def test_a_department_that_was_released_is_an_outsider(world: Driver, joint: Joint) -> None:
    """Its row stays with the task, the list is none of its business."""
    with world.database.write() as session:
        session.get_one(TakingPart, (TASK, THIRD)).claim = Claim.RELEASED
    drawn = world.subject(world.visits(SECOND)[0]).code
    released = person(THIRD, Role.HANDLER)
    assert drawn not in joint("draw", "list", TASK, "--json", "--as", released)[1]
    for command in ("show", "ceilings", "overlaps", "recognised"):
        assert 3 == joint("draw", command, TASK, "--as", released)[0]


@pytest.mark.usefixtures("world")
def test_papers_are_written_for_a_department_that_takes_part(joint: Joint, tmp_path: Path) -> None:
    """Nine subjects, four papers each; an outsider gets none."""
    folder = tmp_path / "papers"
    stranger = person(OUTSIDER, Role.HANDLER)
    assert 3 == joint("task", "papers", TASK, "--to", str(folder), "--as", stranger)[0]
    assert 0 == joint("task", "papers", TASK, "--to", str(folder), "--as", person(SECOND, Role.HANDLER))[0]
    assert 36 == len(list(folder.iterdir()))
