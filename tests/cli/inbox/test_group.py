"""A person's own waits, by command."""

from rules.roles import Role
from tests.activities.world import TASK
from tests.builders import SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data


def test_inbox_puts_ones_own_waits_first(say: Say, at: At) -> None:
    """A handler's own claim is marked; the head of the same department sees it too."""
    at("offered")
    (own,) = data(say, "inbox", "--as", person(SECOND, Role.HANDLER))["waits"]
    (others,) = data(say, "inbox", "--as", person(SECOND, Role.HEAD))["waits"]
    assert (True, False) == (own["mine"], others["mine"])
    assert f"starter.py task claim {TASK}" == own["command"]
