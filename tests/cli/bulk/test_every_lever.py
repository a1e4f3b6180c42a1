"""Every lever, singly and in bulk: rehearsed without a trace, broken off, taken up again, and each row done once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, select

from activities.papers.filing import Actor
from activities.steps.desk import DeskActivities
from cli.bulk.levers import PAPERS, BulkLever
from cli.context import Context
from models.messages import TaskStep
from models.papers import Paper
from models.trail import Answer, Outcome, Submission, Wait
from rules.refusal import Refusal
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.driver import Driver
from tests.activities.world import PARTS, TASK, dump
from tests.builders import DOCUMENT, OFFICE_DESK, SECOND, person
from tests.cli.conftest import At
from tests.cli.said import Say, refused

STAFF = person(OFFICE_DESK, Role.OFFICE)
WHY = ("--reason", "汛期停工")
BY_NUMBER = (*WHY, "--approval", "批7号")


@dataclass(frozen=True)
class Pull:
    """A lever in a scene: what is said of many, and of one; `rows` are done at once."""

    scene: str
    rows: int
    query: str
    words: Callable[[Driver], tuple[str, ...]]
    single: Callable[[Driver], tuple[str, ...]]
    before: Callable[[Driver, Say], None] = lambda _driver, _say: None


def entry(driver: Driver) -> str:
    """The second department's wait for its results."""
    statement = select(Wait.id).where(col(Wait.kind) == WaitKind.ENTRY, col(Wait.department) == SECOND)
    return driver.read(lambda session: session.exec(statement).one())


def stand_still(driver: Driver, say: Say) -> None:
    """All entry clocks stand, since yesterday."""
    words = ("--query", "kind=entry", "--from", str(driver.today), *BY_NUMBER, "--as", STAFF)
    assert 0 == say("bulk", "suspend", *words).code
    driver.now = driver.now.replace(day=8)


def owe_reports(driver: Driver, _: Say) -> None:
    """Each department owes its yearly report."""
    for department in PARTS:
        step = TaskStep(
            task=f"department/{department}/{driver.today.year}", department=department, now=driver.now
        )
        DeskActivities(driver.database).tend_desk(step)


def report(driver: Driver) -> str:
    """The first of the yearly reports that are owed."""
    statement = select(Wait.id).where(col(Wait.kind) == WaitKind.YEARLY_REPORT).order_by(col(Wait.department))
    return driver.read(lambda session: session.exec(statement).first()) or ""


PULLS = {
    BulkLever.SUSPEND: Pull(
        "visited",
        3,
        "kind=entry",
        lambda driver: ("--from", str(driver.today), *BY_NUMBER),
        lambda driver: ("suspend", "--wait", entry(driver), "--from", str(driver.today), *BY_NUMBER),
    ),
    BulkLever.RESUME_CLOCK: Pull(
        "visited",
        3,
        "kind=entry",
        lambda driver: ("--from", str(driver.today), *BY_NUMBER),
        lambda driver: ("resume", "--wait", entry(driver), "--on", str(driver.today), *BY_NUMBER),
        stand_still,
    ),
    BulkLever.EXTEND: Pull(
        "visited",
        3,
        "kind=entry",
        lambda _: ("--by", "2", *BY_NUMBER),
        lambda driver: ("extend-wait", "--wait", entry(driver), "--by", "2", *BY_NUMBER),
    ),
    BulkLever.REASSIGN: Pull(
        "visited",
        3,
        "kind=entry",
        lambda _: ("--role", "经办人", *WHY),
        lambda driver: ("reassign", "--wait", entry(driver), "--role", "经办人", *WHY),
    ),
    BulkLever.SKIP: Pull(
        "adopted",
        3,
        "kind=yearly_report",
        lambda _: BY_NUMBER,
        lambda driver: ("skip", "--wait", report(driver), *BY_NUMBER),
        owe_reports,
    ),
    BulkLever.RELEASE: Pull(
        "offered", 2, "kind=claim", lambda _: WHY, lambda _: ("release", TASK, "配合局", *WHY)
    ),
    BulkLever.CANCEL: Pull(
        "overlapping",
        2,
        f"plan={DOCUMENT}",
        lambda _: BY_NUMBER,
        lambda _: ("cancel", TASK, "--number", "批7号", *WHY),
    ),
}


def test_no_lever_is_left_out() -> None:
    """Whoever adds one says here how it is pulled."""
    assert set(BulkLever) == set(PULLS)


@pytest.mark.parametrize("lever", PULLS)
def test_a_lever_is_pulled_singly(say: Say, at: At, lever: BulkLever) -> None:
    """By its own command: one paper with its reason, accepted and in the trail."""
    pull = PULLS[lever]
    driver = at(pull.scene)
    pull.before(driver, say)
    former = len(papers(driver, lever))
    said = say("task", *pull.single(driver), "--as", STAFF)
    assert 0 == said.code, said.err
    (paper,) = papers(driver, lever)[former:]
    assert "汛期停工" == paper.content["reason"]
    assert [Outcome.ACCEPTED] == [answer.outcome for answer in answers(driver, [paper])]
    assert [STAFF] == [event.actor for event in driver.trail(paper.id)][:1]


@pytest.mark.parametrize("lever", PULLS)
def test_a_lever_is_rehearsed_broken_off_and_taken_up_again(
    say: Say, at: At, monkeypatch: pytest.MonkeyPatch, lever: BulkLever
) -> None:
    """The dry run writes nothing; the engine goes away after one row; resumed twice, each row is done once."""
    pull = PULLS[lever]
    driver = at(pull.scene)
    pull.before(driver, say)
    monkeypatch.setattr("cli.bulk.group._now", lambda: driver.now)
    former = len(papers(driver, lever))
    words = ("bulk", lever.value, "--query", pull.query, *pull.words(driver), "--as", STAFF)
    untouched = dump(driver.database)
    rehearsed = json.loads(say(*words, "--dry-run", "--json").out)["rows"]
    assert ["accepted"] * pull.rows == [row["outcome"] for row in rehearsed]
    assert untouched == dump(driver.database)
    with monkeypatch.context() as broken:
        broken.setattr(Context, "deliver", once(Context.deliver))
        assert (3, "BulkBrokenOff") == refused(say(*words))
    job = job_of(say, lever)
    assert (1, pull.rows - 1) == (job["done"], job["left"])
    for _ in range(2):
        assert 0 == say("bulk", "resume", job["job"][:8], "--as", STAFF).code
        again = job_of(say, lever)
        assert (job["job"], pull.rows, 0) == (again["job"], again["done"], again["left"])
    filed = papers(driver, lever)[former:]
    assert [Outcome.ACCEPTED] * pull.rows == [answer.outcome for answer in answers(driver, filed)]
    assert {"汛期停工"} == {paper.content["reason"] for paper in filed}


def once(deliver: Callable[..., Answer]) -> Callable[..., Answer]:
    """A service that goes away after the first message."""
    sent: list[str] = []

    def delivered(self: Context, target: str, paper: Paper, actor: Actor, message_id: Any = None) -> Answer:
        if sent:
            raise Refusal("EngineAway", "连接不上")
        sent.append(target)
        return deliver(self, target, paper, actor, message_id)

    return delivered


def job_of(say: Say, lever: BulkLever) -> dict[str, Any]:
    """The one job of a lever."""
    listed = json.loads(say("bulk", "list", "--as", STAFF, "--json").out)
    (job,) = [one for one in listed if one["lever"] == lever]
    return dict(job)


def papers(driver: Driver, lever: BulkLever) -> list[Submission]:
    """What was filed of a lever's kind, in order."""
    statement = select(Submission).where(col(Submission.kind) == PAPERS[lever].kind)
    return driver.read(lambda session: list(session.exec(statement.order_by(col(Submission.filed_at)))))


def answers(driver: Driver, filed: list[Submission]) -> list[Answer]:
    """The answers to papers."""
    return driver.read(lambda session: [session.get_one(Answer, one.id) for one in filed])
