"""Secrets that the service keeps: opened link by link, asked of nobody, never a hang."""

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from activities.draw.export import export_record
from activities.draw.sealing import VARIABLE
from models.papers import (
    CommitSecret,
)
from models.task import SealedSecret
from models.trail import Notification, Outcome, Submission
from rules.draw_commitments import opens
from rules.roles import Role
from rules.wait_rules import BY_ITSELF
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.draw.contributing import (
    any_missed,
    commit,
    fix,
    missed,
    owed,
    reveal,
    ring_until,
    verified,
)
from tests.activities.world import PARTS
from tests.builders import LEAD, SECOND, THIRD, actor
from workflows.projection import task_details


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key for secrets that the service keeps."""
    made = Fernet.generate_key().decode()
    monkeypatch.setenv(VARIABLE, made)
    return made


def test_a_secret_kept_by_the_service_opens_link_by_link(at: At, key: str, tmp_path: Path) -> None:
    """Once the others have revealed, only this act's link is opened; the record says who was kept."""
    driver = at("claimed")
    answer = driver.act(SECOND, Role.HANDLER, CommitSecret(keep="service"))
    commit(driver, LEAD, THIRD)
    fix(driver)
    reveal(driver, 1, LEAD)
    assert {SECOND, THIRD} == owed(driver, WaitKind.REVEAL)
    reveal(driver, 1, THIRD)
    assert driver.progress().act.to_draw
    driver.steps.execute_draw(driver.step())
    with driver.database.read() as session:
        act = export_record(session, driver.task)["acts"][0]  # type: ignore[index]  # a document
        sealed = session.exec(select(SealedSecret)).one()
        papers = session.exec(select(Submission.content)).all()
    opened = next(one["link"] for one in act["links"] if one["department"] == SECOND)
    assert opens(opened, 1, answer.data["commitment"])
    secret_hex = Fernet(key).decrypt(sealed.ciphertext.encode()).hex()
    assert secret_hex not in json.dumps(papers)
    assert "service" == next(one["kept_by"] for one in act["commitments"] if one["department"] == SECOND)
    assert any(SECOND in caution for caution in act["cautions"])
    assert 0 == verified(driver, tmp_path)[0]


def test_nobody_is_asked_or_reminded_to_open_what_the_service_keeps(at: At, key: str) -> None:
    """The department has no secret to open: the page says who opens it, and the ladder tells it nothing."""
    driver = at("claimed")
    driver.act(SECOND, Role.HANDLER, CommitSecret(keep="service"))
    commit(driver, LEAD, THIRD)
    fix(driver)
    assert {SECOND} == {line.department for line in driver.progress().waits if line.by_itself}
    assert BY_ITSELF in task_details(driver.progress())
    ring_until(driver, any_missed)
    notices = driver.read(lambda session: session.exec(select(Notification)).all())
    reminded = {
        one.department for one in notices if "/reveal/" in one.key and one.event in ("due", "overdue")
    }
    assert (True, False) == (THIRD in reminded, SECOND in reminded)


def test_a_kept_link_is_opened_when_its_reveal_falls_due(at: At, key: str) -> None:
    """Whoever else keeps silent: the service does not."""
    driver = at("claimed")
    driver.act(SECOND, Role.HANDLER, CommitSecret(keep="service"))
    commit(driver, LEAD, THIRD)
    fix(driver)
    reveal(driver, 1, LEAD)
    ring_until(driver, any_missed)
    assert {(THIRD, "reveal")} == missed(driver)
    assert driver.progress().act.to_draw


def test_keys_rotate_and_a_missing_key_is_refused_with_a_remedy(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key nothing is kept; the former key still opens beside the new one."""
    monkeypatch.delenv(VARIABLE, raising=False)
    driver = at("claimed")
    answer = driver.say(CommitSecret(keep="service"), actor(SECOND, Role.HANDLER))
    assert (Outcome.REFUSED, "SecretKeyMissing") == (answer.outcome, answer.type)
    former = Fernet.generate_key().decode()
    monkeypatch.setenv(VARIABLE, former)
    for department in PARTS:
        driver.act(department, Role.HANDLER, CommitSecret(keep="service"))
    monkeypatch.setenv(VARIABLE, f"{Fernet.generate_key().decode()},{former}")
    fix(driver)
    assert driver.progress().act.to_draw


def test_a_lost_key_is_a_missed_reveal_not_a_hang(at: At, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The service is left out by the same rule as a department."""
    driver = at("claimed")
    driver.act(SECOND, Role.HANDLER, CommitSecret(keep="service"))
    commit(driver, LEAD, THIRD)
    fix(driver)
    monkeypatch.setenv(VARIABLE, Fernet.generate_key().decode())
    reveal(driver, 1, LEAD, THIRD)
    ring_until(driver, any_missed)
    assert {(SECOND, "reveal")} == missed(driver)
