"""The exchange with a platform that loses answers, refuses and goes away: nothing lost, nothing doubled."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from activities.exchange.facts import record_facts
from activities.steps import exchange as exchange_steps
from activities.steps.exchange import ASK_AGAIN, ExchangeActivities
from adapters.exchange import Fact
from adapters.exchange_http import HttpExchange
from cli.demo.platform_records import Habits
from models.exchange import Declaration, ExchangeBatch, ExchangeRejection
from models.messages import ExchangeProgress, TaskStep
from models.outcomes import Publication, PublicationKind
from models.papers import ResendPublications
from models.registers import Subject
from models.trail import Notification
from rules.channel import Channel
from rules.roles import Role
from rules.stages import Stage
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.builders import NOW, OFFICE, SECOND
from tests.platform import Standing, standing

ROUNDS = 60


def rounds(driver: Driver, exchange: HttpExchange, count: int = ROUNDS) -> list[ExchangeProgress]:
    """Rounds with the platform until nothing moves any more, or so many."""
    steps = ExchangeActivities(driver.database, exchange)
    said = []
    for _ in range(count):
        said.append(steps.run(TaskStep(task=OFFICE, now=driver.now)))
        if not said[-1].away and not said[-1].queued and not said[-1].facts:
            break
    return said


def own_rows(driver: Driver) -> Sequence[Publication]:
    """All publications."""
    return driver.read(lambda session: session.exec(select(Publication)).all())


def declarations(driver: Driver) -> Sequence[Declaration]:
    """All declarations."""
    return driver.read(lambda session: session.exec(select(Declaration)).all())


def everything(driver: Driver) -> list[Publication | Declaration]:
    """All that goes to the platform."""
    return [*own_rows(driver), *declarations(driver)]


def agree(driver: Driver, platform: Standing) -> None:
    """Every key of the database stands once at the platform with its receipt, and no other."""
    state = platform.platform.state()
    ours = {row.key for row in everything(driver)}
    assert ours == {one["key"] for one in state["records"]}
    assert 0 == state["doubles"]
    assert all(row.receipt for row in everything(driver))
    assert all(
        (row.forwarded_at and row.published_at) if row.channel is Channel.NATIONAL else True
        for row in own_rows(driver)
    )


@pytest.mark.parametrize("lose", [2, 3, 5])
def test_every_nth_answer_lost_loses_and_doubles_nothing(
    at: At, tmp_path: Path, lose: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in the database and, by business key, at the receiver; in many small batches."""
    monkeypatch.setattr(exchange_steps, "BATCH_SIZE", 4)
    driver = at("approved")
    with standing(tmp_path, Habits(lose=lose), clock=lambda: driver.now) as platform:
        said = rounds(driver, platform.exchange)
        assert any(one.away for one in said)
        agree(driver, platform)
    assert Stage.PUBLICIZE is driver.job().stage


def test_the_whole_play_of_records_reaches_the_platform(at: At, tmp_path: Path) -> None:
    """Tasks, claims and results: the province's platform takes all three."""
    driver = at("approved")
    with standing(tmp_path, clock=lambda: driver.now) as platform:
        rounds(driver, platform.exchange)
        kinds = Counter(one["kind"] for one in platform.platform.state()["records"])
        bodies = {one["key"]: one["body"] for one in platform.platform.state()["records"]}
    assert {"task": 1, "claim": 2, "result": 27} == kinds
    launched = next(body for body in bodies.values() if body["kind"] == "task")
    assert ("牵头局", ["协同局", "配合局"]) == (
        launched["content"]["initiator"],
        launched["content"]["partners"],
    )


def test_a_platform_that_goes_away_and_comes_back_gets_everything_once(at: At, tmp_path: Path) -> None:
    """Away from the first call, again in the midst, and for good with its state kept."""
    driver = at("approved")
    with standing(tmp_path, clock=lambda: driver.now) as platform:
        platform.platform.away_until = float("inf")
        away = rounds(driver, platform.exchange, 2)
        assert [True, True] == [one.away for one in away]
        assert 30 == away[-1].queued
        platform.platform.away_until = 0.0
        rounds(driver, platform.exchange, 1)
    with standing(tmp_path, clock=lambda: driver.now) as platform:
        rounds(driver, platform.exchange)
        agree(driver, platform)


def test_a_batch_is_the_same_to_the_letter_when_it_is_sent_again(at: At, tmp_path: Path) -> None:
    """The register has changed in between; the batch that was made has not, so there is no conflict."""
    driver = at("approved")
    with standing(tmp_path, Habits(lose=1), clock=lambda: driver.now) as platform:
        rounds(driver, platform.exchange, 1)
        with driver.database.write() as session:
            for subject in session.exec(select(Subject)):
                subject.name += "（更名）"
    with standing(tmp_path, clock=lambda: driver.now) as platform:
        rounds(driver, platform.exchange)
        agree(driver, platform)


def test_a_rejected_record_is_seen_put_right_and_sent_again(at: At, tmp_path: Path) -> None:
    """By field, to the department's handler; sent again under its key it is entered, the others at once."""
    driver = at("approved")
    victim = driver.visits(SECOND)[0]
    with driver.database.write() as session:
        subject = session.get_one(Subject, victim.subject)
        code, subject.code = subject.code, "坏代码"
    with standing(tmp_path, clock=lambda: driver.now) as platform:
        rounds(driver, platform.exchange)
        wrong = [row for row in own_rows(driver) if row.rejected]
        assert {victim.subject} == {
            visit.subject
            for part in ("test/lead", SECOND, "test/third")
            for visit in driver.visits(part)
            if visit.id in {row.visit for row in wrong}
        }
        rejection = driver.read(lambda session: session.exec(select(ExchangeRejection)).all())
        assert [{"subject_code": "统一社会信用代码应为18位数字或大写字母"}] * 3 == [
            one.fields for one in rejection
        ]
        told = driver.read(
            lambda session: session.exec(
                select(Notification.department).where(col(Notification.event) == "rejected")
            ).all()
        )
        assert {row.department for row in wrong} == set(told)
        with driver.database.write() as session:
            session.get_one(Subject, victim.subject).code = code
        for row in wrong:
            paper = ResendPublications(records=(row.id,), reason="名录库代码已更正")
            driver.act(row.department, Role.HANDLER, paper)
        rounds(driver, platform.exchange)
        agree(driver, platform)
    assert [] == [row for row in own_rows(driver) if row.rejected]


def test_refusals_and_losses_together_end_with_everything_entered(at: At, tmp_path: Path) -> None:
    """Every fourth record refused once, every third answer lost."""
    driver = at("approved")
    with standing(tmp_path, Habits(lose=3, refuse=4), clock=lambda: driver.now) as platform:
        for _ in range(4):
            rounds(driver, platform.exchange)
            for row in everything(driver):
                if row.rejected:
                    paper = ResendPublications(records=(row.id,), reason="已核对")
                    driver.act(row.department, Role.HANDLER, paper)
        assert 0 < len(platform.platform.state()["refused"])
        agree(driver, platform)


def test_an_answer_that_stays_out_is_asked_for_again_after_a_day(at: At, tmp_path: Path) -> None:
    """The platform's answer was lost on the way: the very same batch goes out again, not before its time."""
    driver = at("approved")
    with standing(tmp_path, clock=lambda: driver.now) as platform:
        rounds(driver, platform.exchange, 1)
        again = ExchangeActivities(driver.database, platform.exchange)
        for name, _ in list(platform.exchange.receipts(OFFICE)):
            platform.exchange.finish(OFFICE, name)
        with driver.database.write() as session:
            for row in session.exec(select(Publication)):
                row.receipted_at = row.receipt = row.forwarded_at = row.published_at = None
        again.run(TaskStep(task=OFFICE, now=driver.now + ASK_AGAIN / 2))
        assert 1 == platform.platform.state()["batches_received"]
        again.run(TaskStep(task=OFFICE, now=driver.now + ASK_AGAIN))
        assert 2 == platform.platform.state()["batches_received"]
        assert all(row.receipt for row in own_rows(driver))


def test_a_late_rejection_of_an_older_revision_stops_nothing(at: At) -> None:
    """It is on record; the newer revision is still on its way."""
    driver = at("approved")
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    row = own_rows(driver)[0]
    rejected = Fact(key=row.key, fact="rejected", at=NOW, reason="代码不符", fields={"subject_code": "x"})
    with driver.database.write() as session:
        assert 1 == record_facts(session, OFFICE, [rejected], driver.now)
    driver.act(row.department, Role.HANDLER, ResendPublications(records=(row.id,), reason="已核对"))
    late = rejected.model_copy(update={"at": NOW + timedelta(hours=1), "reason": "又一次"})
    with driver.database.write() as session:
        assert 0 == record_facts(session, OFFICE, [late], driver.now)
    again = next(one for one in own_rows(driver) if one.id == row.id)
    assert (2, None, None) == (again.revision, again.rejected, again.batch)


def test_receipt_forwarding_and_publication_stay_three_facts(at: At) -> None:
    """Each with its own moment; a repeat of any changes nothing."""
    driver = at("approved")
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    row = next(one for one in own_rows(driver) if one.channel is Channel.NATIONAL)
    seen = []
    for hours, fact in enumerate(("entered", "forwarded", "published")):
        said = Fact(key=row.key, fact=fact, at=NOW + timedelta(hours=hours), receipt="SX1")
        for expected in (1, 0):
            with driver.database.write() as session:
                assert expected == record_facts(session, OFFICE, [said], said.at)
        now = next(one for one in own_rows(driver) if one.id == row.id)
        seen.append((now.receipted_at, now.forwarded_at, now.published_at))
    at_ = [NOW + timedelta(hours=hours) for hours in range(3)]
    assert [(at_[0], None, None), (at_[0], at_[1], None), tuple(at_)] == seen


def test_only_what_is_approved_and_checked_ever_goes_out(at: At) -> None:
    """Nothing before approval; drawn but unchecked subjects never; no finding, officer or person's name."""
    driver = at("submitted")
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    sent = driver.read(lambda session: session.exec(select(ExchangeBatch)).all())
    kinds = {record["kind"] for batch in sent for record in batch.content["records"]}
    assert {"task", "claim"} == kinds
    driver = at("approved")
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    text = str([batch.content for batch in driver.read(lambda s: s.exec(select(ExchangeBatch)).all())])
    assert "台账不全" not in text
    assert not any(code in text for part in ("test/lead", SECOND) for code in driver.officers(part))
    assert "测试执法" not in text
    assert PublicationKind.RESULT.value in text
