"""`publication list`: who waits for the platform is told when nothing reaches it."""

from datetime import timedelta

from sqlmodel import select

from models.outcomes import Publication
from tests.activities.world import TASK
from tests.cli.conftest import At
from tests.cli.said import Say


def test_what_has_not_gone_out_for_a_while_is_said_with_since_when(say: Say, at: At) -> None:
    """Nobody need send it again; once it has gone out nothing is said."""
    driver = at("approved")
    shown = say("publication", "list", TASK)
    assert "尚未送达省平台" in shown.out
    assert "不用重报" in shown.out
    with driver.database.write() as session:
        for row in session.exec(select(Publication)):
            row.sent_at = row.queued_at + timedelta(minutes=1)
    assert "尚未送达" not in say("publication", "list", TASK).out
