"""How a year's figures are counted."""

import pytest

from cli.year.figures import goes_beyond
from rules.ladder import DEFAULT_LADDER, SHORT_LADDER
from rules.roles import Role


@pytest.mark.parametrize(
    ("owner", "first"),
    [(Role.HANDLER, "due"), (Role.APPROVER, "due"), (Role.HEAD, "plus3"), (Role.OFFICE, "due")],
)
def test_a_rung_goes_beyond_whoever_owes_it_by_telling_somebody_else(owner: Role, first: str) -> None:
    """A head who is told of what the head owes is reminded, and nothing has gone further."""
    beyond = [rung.name for rung in DEFAULT_LADDER if goes_beyond(rung, owner)]
    assert first == beyond[0]


def test_hours_go_beyond_at_their_end() -> None:
    """The person two hours before, the head when they are over."""
    assert ["due", "plus1"] == [rung.name for rung in SHORT_LADDER if goes_beyond(rung, Role.HANDLER)]
