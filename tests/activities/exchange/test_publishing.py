"""From approval to the public: two channels, receipts in any order, nothing twice."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from sqlmodel import col, select

from activities.exchange.facts import record_facts
from adapters.exchange import Batch, Fact
from cli.demo import platform
from models.messages import TaskStep
from models.outcomes import Disposal, Publication, PublicationKind
from models.papers import CorrectProof, ProvePublication
from models.task import Visit
from models.trail import AuditEvent, Outcome, Wait
from rules.channel import Channel, LegalForm
from rules.roles import Role
from rules.stages import Stage, TaskStatus, VisitStage
from rules.waits import WaitKind
from tests.activities import scenes
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.world import SHA, dump
from tests.builders import OFFICE, SECOND, actor


def hear(driver: Driver, facts: Sequence[Fact]) -> int:
    """What the platform says, in one file."""
    with driver.database.write() as session:
        return record_facts(session, OFFICE, facts, driver.now)


def facts(driver: Driver, one: Publication, *kinds: str) -> list[Fact]:
    """Facts about a publication."""
    return [Fact(key=one.key, fact=kind, at=driver.now, receipt="SX1") for kind in kinds]


def visit_of(driver: Driver, one: Publication) -> Visit:
    """The visit whose results are published."""
    return driver.read(lambda session: session.get_one(Visit, one.visit))


def open_waits(driver: Driver, scope: str) -> list[tuple[str, int]]:
    """Kind and open count of what is open in a scope."""
    statement = select(Wait).where(col(Wait.scope) == scope, col(Wait.closed_at).is_(None))
    return sorted((one.kind, one.open) for one in driver.read(lambda session: session.exec(statement).all()))


def proof(driver: Driver, one: Publication) -> ProvePublication:
    """Proof of one publication."""
    return ProvePublication(
        publications=(one.id,), address="https://example.invalid", published_on=driver.today, sha256=SHA
    )


def test_the_channel_follows_the_legal_form(at: At) -> None:
    """Market entities nationally, all others on the department's own site, whatever their trade."""
    driver = at("approved")
    found = {
        (driver.subject(visit_of(driver, one)).legal_form, one.channel)
        for one in driver.publications(PublicationKind.RESULT)
    }
    assert {
        (LegalForm.ENTERPRISE, Channel.NATIONAL),
        (LegalForm.PUBLIC_INSTITUTION, Channel.OWN_SITE),
    } == found


def test_a_batch_stands_under_the_subjects_name_with_item_and_result(at: At) -> None:
    """Plan, task, organ, completion, item and result per item, in the words that are printed."""
    driver = at("approved")
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    (file,) = (driver.folder / "out").glob("*.json")
    batch = Batch.model_validate_json(file.read_text("utf-8"))
    assert 27 == sum(one.kind == PublicationKind.RESULT for one in batch.records)
    visit = scenes.own_site_visit(driver, SECOND)
    (record,) = [
        one
        for one in batch.records
        if one.organ == "配合局" and one.subject_code == driver.subject(visit).code
    ]
    assert (driver.subject(visit).name, "测试计划", driver.task, "配合", driver.today.isoformat()) == (
        record.subject_name,
        record.plan_name,
        record.task,
        record.part,
        record.completed_on,
    )
    assert {"results": [{"item": "second事项", "result": ["发现问题已责令改正"]}]} == record.content


def test_receipt_and_publication_are_three_facts(at: At) -> None:
    """The receipt enters, forwarding changes nothing for us, publication ends stage 7."""
    driver = at("approved")
    one = driver.publications(PublicationKind.RESULT, Channel.NATIONAL)[0]
    stages = []
    for kind in ("entered", "forwarded", "published"):
        hear(driver, facts(driver, one, kind))
        stages.append(visit_of(driver, one).stage)
    assert [VisitStage.RECEIPTED, VisitStage.RECEIPTED, VisitStage.PUBLISHED] == stages


@pytest.mark.parametrize("order", list(permutations(("entered", "forwarded", "published"))))
def test_facts_in_any_order_end_the_same(at: At, order: tuple[str, ...]) -> None:
    """A courier loses the order of files: without its receipt a result is not yet public here."""
    driver = at("approved")
    one = driver.publications(PublicationKind.RESULT, Channel.NATIONAL)[0]
    before = driver.part(one.department)
    for kind in order:
        assert 1 == hear(driver, facts(driver, one, kind))
    after = driver.part(one.department)
    assert VisitStage.PUBLISHED is visit_of(driver, one).stage
    assert (before.receipted + 1, before.published + 1) == (after.receipted, after.published)


def test_receipts_repeated_change_nothing(at_each: At) -> None:
    """The same file again, or the same fact in another file, is known."""
    driver = at_each("approved")
    said = [
        fact for one in driver.publications(PublicationKind.RESULT) for fact in facts(driver, one, "entered")
    ]
    assert 27 == hear(driver, said)
    before = dump(driver.database)
    driver.now += timedelta(hours=1)
    assert 0 == hear(driver, said)
    assert before == dump(driver.database)


def test_a_rejected_record_stays_owed_and_its_reason_is_kept(at: At) -> None:
    """The platform's refusal is no receipt; what comes after it is."""
    driver = at("approved")
    one = driver.publications(PublicationKind.RESULT)[0]
    hear(driver, [Fact(key=one.key, fact="rejected", at=driver.now, reason="名称不符")])
    row = driver.read(lambda session: session.get_one(Publication, one.id))
    assert ("名称不符", None, VisitStage.APPROVED) == (
        row.rejected,
        row.receipted_at,
        visit_of(driver, one).stage,
    )
    hear(driver, facts(driver, one, "entered"))
    assert VisitStage.APPROVED is not visit_of(driver, one).stage


def test_facts_about_what_was_never_sent_are_passed_over(at: At) -> None:
    """An unknown key, or another office's, changes nothing but that the office is told."""
    driver = at("approved")
    before = dump(driver.database)
    assert 0 == hear(driver, [Fact(key="else|x", fact="entered", at=driver.now, receipt="SX1")])
    after = dump(driver.database)
    changed = {table for table in before if before[table] != after[table]}
    assert {"audit_event", "audit_head", "notification", "outbox"} == changed


def test_proof_before_the_receipt_is_refused(at: At) -> None:
    """Entry comes first: what the province has not receipted is not published on record."""
    driver = at("approved")
    own = [
        one
        for one in driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
        if one.department == SECOND
    ]
    answer = driver.say(proof(driver, own[0]), actor(SECOND, Role.HANDLER))
    assert (Outcome.REFUSED, "NotEntered") == (answer.outcome, answer.type)


def test_proof_of_what_the_national_system_publishes_is_refused(at: At) -> None:
    """A department proves its own site only."""
    driver = at("receipted")
    national = driver.publications(PublicationKind.RESULT, Channel.NATIONAL)
    mine = next(one for one in national if one.department == SECOND)
    answer = driver.say(proof(driver, mine), actor(SECOND, Role.HANDLER))
    assert (Outcome.REFUSED, "WrongChannel") == (answer.outcome, answer.type)


def test_a_disposal_ends_when_its_outcome_is_public(at: At) -> None:
    """From the step to the receipt to the proof: each opens the next wait in the disposal's own scope."""
    driver = at("signed_for")
    scenes.outcome(driver)
    rows = driver.publications(PublicationKind.DISPOSAL)
    assert 2 == len(rows)
    for one in rows:
        scope = f"disposal/{one.reference}"
        assert [(WaitKind.PROOF, 1)] == open_waits(driver, scope)
        driver.act(one.department, Role.HANDLER, proof(driver, one), target=scope)
        assert [] == open_waits(driver, scope)
        disposal = driver.row(Disposal, one.reference)
        assert disposal.closed_at == driver.now


def test_a_fact_in_a_file_of_its_own_opens_nothing_twice(at: At) -> None:
    """Forwarding told after the receipt: the publication's wait counts one, not two."""
    driver = at("signed_for")
    scenes.outcome(driver)
    one = driver.publications(PublicationKind.DISPOSAL)[0]
    hear(driver, facts(driver, one, "forwarded"))
    assert [(WaitKind.PROOF, 1)] == open_waits(driver, f"disposal/{one.reference}")


def test_a_correction_after_the_end_is_carried_to_its_publication(at_each: At) -> None:
    """Asked for, signed, receipted, proved; the task is open again until the table that it changes is supplemented."""
    driver = at_each("closed")
    driver.now += timedelta(days=400)
    scenes.corrected(driver)
    target = scenes.correction_target(driver)
    assert [(WaitKind.SIGN, 1)] == open_waits(driver, target)
    scenes.signed(driver)
    assert [(WaitKind.PROOF, 1)] == open_waits(driver, target)
    scenes.proved(driver, PublicationKind.CORRECTION)
    assert [] == open_waits(driver, target)
    (row,) = driver.publications(PublicationKind.CORRECTION)
    assert row.published_at == driver.now
    assert (TaskStatus.OPEN, Stage.FOLLOW_UP) == (driver.job().status, driver.job().stage)
    scenes.summed(driver)
    scenes.signed_for(driver)
    assert (TaskStatus.CLOSED, Stage.OVER, driver.now) == (
        driver.job().status,
        driver.job().stage,
        driver.job().closed_at,
    )


def test_a_batch_whose_commit_was_lost_is_sent_again_and_answered_once(
    at_each: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file was written, the transaction was not: the same file is written again, the platform knows its keys."""
    driver = at_each("approved")
    send = driver.exchange.exchange.send

    def dies_after_writing(batch: Batch) -> None:
        send(batch)
        raise ConnectionError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(driver.exchange.exchange, "send", dies_after_writing)
        with pytest.raises(ConnectionError):
            driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    (first,) = (driver.folder / "out").glob("*.json")
    written = first.read_bytes()
    assert not any(one.sent_at for one in driver.publications(PublicationKind.RESULT))
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    assert [written] == [file.read_bytes() for file in (driver.folder / "out").glob("*.json")]
    platform.answer(driver.folder)
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    assert 9 == driver.part(SECOND).receipted


def test_a_lost_batch_that_the_platform_took_already_is_answered_twice_and_counted_once(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The courier was faster than our commit: the keys are the same, so are the receipts."""
    driver = at("approved")
    send = driver.exchange.exchange.send

    def dies_after_writing(batch: Batch) -> None:
        send(batch)
        raise ConnectionError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(driver.exchange.exchange, "send", dies_after_writing)
        with pytest.raises(ConnectionError):
            driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    platform.answer(driver.folder)
    assert driver.trade() == 0, "the first answers came with the second sending"
    progress = driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    assert (0, 0) == (progress.queued, progress.facts)
    assert (9, 9) == (driver.part(SECOND).receipted, driver.part(SECOND).visited)


def test_the_task_stays_cancelled_whatever_the_platform_still_says(at: At) -> None:
    """Facts are kept with their publications; nobody is made to owe anything for a cancelled task."""
    driver = at("approved")
    scenes.cancelled(driver)
    said = [
        fact for one in driver.publications(PublicationKind.RESULT) for fact in facts(driver, one, "entered")
    ]
    hear(driver, said)
    assert all(one.receipted_at for one in driver.publications(PublicationKind.RESULT))
    assert TaskStatus.CANCELLED is driver.job().status
    assert [] == open_waits(driver, driver.target)


def test_records_go_out_in_batches_until_none_is_left(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one batch holds is sent in several rounds, each record once."""
    driver = at("approved")
    monkeypatch.setattr("activities.steps.exchange.BATCH_SIZE", 10)
    office = TaskStep(task=OFFICE, now=driver.now)
    assert [20, 10, 0] == [driver.exchange.run(office).queued for _ in range(3)]
    keys = [
        record["key"]
        for file in (driver.folder / "out").glob("*.json")
        for record in json.loads(file.read_text("utf-8"))["records"]
    ]
    assert (30, 30) == (len(keys), len(set(keys)))


def test_a_wrong_proof_is_corrected_by_the_head_and_both_stay(at: At) -> None:
    """The handler's second proof is no proof; the head's takes its place, also after the end, with the first beside it."""
    driver = at("closed")
    one = next(
        one
        for one in driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
        if one.department == SECOND
    )
    right = {"publications": (one.id,), "address": "https://right.invalid", "sha256": "0" * 64}
    paper = CorrectProof(**right, published_on=driver.today, reason="误附另一户的页面")
    assert "WrongRole" == driver.say(paper, actor(SECOND, Role.HANDLER)).type
    early = paper.model_copy(update={"published_on": driver.today - timedelta(days=300)})
    assert "ProofBeforeApproval" == driver.say(early, actor(SECOND, Role.HEAD)).type
    before = one.published_at
    driver.act(SECOND, Role.HEAD, paper)
    assert "NothingCorrected" == driver.say(paper, actor(SECOND, Role.HEAD)).type
    row = driver.read(lambda session: session.get_one(Publication, one.id))
    assert before == row.published_at
    assert row.proof is not None
    assert ("https://right.invalid", "误附另一户的页面") == (row.proof["address"], row.proof["reason"])
    assert [one.proof] == row.proof["former"]
    events = driver.read(
        lambda session: session.exec(
            select(AuditEvent.detail).where(col(AuditEvent.event) == "publication.proof_corrected")
        ).all()
    )
    assert [one.proof] == [event["former"] for event in events]


def test_another_proof_of_what_is_proved_is_refused_and_the_same_again_is_not(at: At) -> None:
    """A second paper must not look as if it had changed the first."""
    driver = at("receipted")
    one = next(
        one
        for one in driver.publications(PublicationKind.RESULT, Channel.OWN_SITE)
        if one.department == SECOND
    )
    for_second = actor(SECOND, Role.HANDLER)
    assert Outcome.ACCEPTED is driver.say(proof(driver, one), for_second).outcome
    assert Outcome.ACCEPTED is driver.say(proof(driver, one), for_second).outcome
    other = proof(driver, one).model_copy(update={"address": "https://other.invalid"})
    assert "AlreadyProved" == driver.say(other, for_second).type
