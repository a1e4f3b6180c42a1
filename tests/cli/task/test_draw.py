"""A department's secret is made, kept and given up by command."""

import stat
from pathlib import Path

from rules.draw_commitments import commitment
from rules.roles import Role
from rules.stages import Stage
from tests.activities.world import TASK
from tests.builders import LEAD, SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, data, refused

HANDLER = person(LEAD, Role.HANDLER)


def test_secret_is_made_once_for_its_owner_only(say: Say, at: At, tmp_path: Path) -> None:
    """The secret file is private, its commitment is what is filed, and a reveal without it is refused."""
    driver = at("claimed")
    file = tmp_path / "secret"
    command = ("task", "draw", "commit", TASK, "--secret-file", str(file), "--as", HANDLER)
    reveal = ("task", "draw", "reveal", TASK, "--secret-file", str(tmp_path / "none"), "--as", HANDLER)
    assert (3, "FileUnreadable") == refused(say(*reveal))
    first = say(*command)
    assert stat.S_IRUSR | stat.S_IWUSR == stat.S_IMODE(file.stat().st_mode)
    secret = bytes.fromhex(file.read_text(encoding="ascii").strip())
    assert commitment(secret) in first.out
    assert say(*command).code == first.code == 0
    assert {LEAD: commitment(secret)} == data(say, "task", "draw", "show", TASK)["commitments"]
    assert Stage.DRAW is driver.job().stage


def test_refused_commitment_leaves_no_secret(say: Say, at: At, tmp_path: Path) -> None:
    """A secret that was never committed to must not be taken for one that was."""
    at("claimed")
    file = tmp_path / "secret"
    command = ("task", "draw", "commit", TASK, "--secret-file", str(file), "--as")
    assert 3 == say(*command, person(SECOND, Role.OFFICER)).code
    assert not file.exists()
    assert 0 == say(*command, HANDLER).code
    kept = file.read_bytes()
    assert 3 == say(*command, person(SECOND, Role.OFFICER)).code
    assert kept == file.read_bytes()
