"""The command line against a database of its own, without an engine."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from activities.papers.apply import rule_on
from activities.papers.filing import Actor, Filing
from adapters.database import Database
from cli.context import Context
from models.papers import Paper
from models.trail import Answer, Outcome, Submission
from rules.refusal import Refusal
from starter import app
from tests.activities.driver import Driver
from tests.activities.scenes import SCENES
from tests.activities.world import add_everything
from tests.cli.said import Said, Say

At = Callable[[str], Driver]


@pytest.fixture
def say(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Say]:
    """Run a command in the dev profile; nobody listens where the engine should be."""
    monkeypatch.setenv("JOINT_PROFILE", "dev")
    monkeypatch.setenv("DATABASE_URL", sqlite.url)
    monkeypatch.setenv("JOINT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.delenv("JOINT_TOKEN", raising=False)
    loud = logging.getLogger("asyncio").level

    def run(*words: str, input: str | None = None) -> Said:  # noqa: A002 - as the runner calls it
        result = CliRunner().invoke(app, list(words), input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    yield run
    # The commands' log goes to the runner's stream, which is closed by now.
    structlog.reset_defaults()
    logging.getLogger("asyncio").setLevel(loud)


@pytest.fixture
def at(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    """Bring a task to a scene; from then on papers to it are ruled on where they are filed."""
    driver = Driver(sqlite, tmp_path / "exchange")

    def play(scene: str) -> None:
        if scene in SCENES:
            play(SCENES[scene].begins)
            SCENES[scene].play(driver)

    def deliver(self: Context, target: str, paper: Paper, actor: Actor, message_id: Any = None) -> Answer:
        submission = Filing(self.database, None)._file(target, paper, actor, message_id, driver.now)
        with self.database.write() as session:
            answer = session.get(Answer, submission.id) or rule_on(
                session, session.get_one(Submission, submission.id), driver.now
            )
        if answer.outcome is Outcome.REFUSED:
            raise Refusal(answer.type, answer.words)
        return answer

    def start(scene: str) -> Driver:
        with sqlite.write() as session:
            add_everything(session)
        play(scene)
        monkeypatch.setattr(Context, "deliver", deliver)
        return driver

    return start


@pytest.fixture(autouse=True)
def _own_umask() -> Iterator[None]:
    """A generous umask: what must be private is private by its own mode."""
    former = os.umask(0)
    yield
    os.umask(former)
