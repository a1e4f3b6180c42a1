"""People act while the engine is away: nothing is lost, and nobody is told that it was refused."""

import pytest

from activities.papers import lanes
from cli.context import Context
from models.papers import AcceptClaim
from models.trail import Answer, Submission
from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say

deliver = Context.deliver


def test_a_paper_is_filed_where_no_engine_answers(at: At, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies there unanswered until a worker's sweep delivers it; what waits is shown."""
    driver = at("offered")
    monkeypatch.setattr(Context, "deliver", deliver)
    monkeypatch.setattr(lanes, "ROUNDS", 2)
    said = say("task", "claim", TASK, "--as", person(SECOND, Role.HANDLER), "--message-id", "m-1")
    assert (3, True) == (said.code, said.err.startswith("尚未办理（NotDelivered）：文书已存档（编号 m-1）"))
    assert AcceptClaim.kind == driver.read(lambda session: session.get_one(Submission, "m-1").kind)
    assert driver.read(lambda session: session.get(Answer, "m-1")) is None
    assert "尚未办理的文书1份" in say("task", "show", TASK).out
