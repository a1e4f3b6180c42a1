"""A decision that falls before its outcome is public: nobody publishes it, the platform is told what it must know."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from activities.clocks.wording import told
from activities.doctor import rows
from activities.exchange.facts import record_facts
from activities.gauges import gauges
from activities.papers.filing import is_open
from activities.steps.case import read_case
from adapters.exchange import Fact
from models.exchange import ExchangeBatch
from models.messages import TaskStep
from models.outcomes import NEVER_SENT, Annulment, Disposal, Publication, PublicationKind
from models.papers import AddDisposal, ProposedDisposal, ProvePublication, ResendPublications
from models.trail import AuditEvent, Wait
from rules.channel import Channel
from rules.disposal import DisposalKind
from rules.roles import Role
from rules.stages import TaskStatus
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.results.disposing import find, take
from tests.activities.scenes import annulled, annulment, signed_for, summed
from tests.activities.world import SHA
from tests.builders import OFFICE, SECOND, actor


def of_second(driver: Driver) -> Disposal:
    """The second department's disposal."""
    return next(one for one in driver.disposals() if one.owner == SECOND)


def records(driver: Driver, kind: PublicationKind) -> list[Publication]:
    """The second department's records of a kind."""
    return [one for one in driver.publications(kind) if one.department == SECOND]


def owed(driver: Driver, disposal: Disposal) -> list[WaitKind]:
    """What is waited for in its case."""
    statement = select(Wait.kind).where(
        col(Wait.scope) == f"disposal/{disposal.id}", col(Wait.closed_at).is_(None)
    )
    return [WaitKind(one) for one in driver.read(lambda session: session.exec(statement).all())]


def sent_keys(driver: Driver) -> set[str]:
    """The keys of all records that were ever put into a batch."""
    batches = driver.read(lambda session: session.exec(select(ExchangeBatch)).all())
    return {record["key"] for one in batches for record in one.content["records"]}


def rectified(driver: Driver) -> Disposal:
    """The outcome is there, and nothing of it has been sent."""
    made = of_second(driver)
    assert "Accepted" == take(driver, made, "recheck_passed").type
    return made


def test_what_was_not_sent_is_taken_out_and_the_disposal_is_over(at_each: At) -> None:
    """The platform gets no record, no proof is asked for, the trail tells; what follows is a disposal of its own."""
    driver = at_each("signed_for")
    made, before = rectified(driver), driver.part(SECOND).disposals_open
    answer = driver.act(SECOND, Role.HANDLER, annulment(driver), target=f"disposal/{made.id}")
    assert {"public": False, "withdrawn": False} == answer.data
    fallen = driver.row(Annulment, made.id)
    assert ("县人民政府", "复议〔2026〕1号", "决定被撤销") == (
        fallen.authority,
        fallen.document,
        fallen.reason,
    )
    assert before - 1 == driver.part(SECOND).disposals_open
    assert driver.row(Disposal, made.id).closed_at is not None
    assert [] == owed(driver, made)
    assert not driver.read(lambda session: is_open(session, f"disposal/{made.id}"))
    assert driver.read(lambda session: read_case(session, f"disposal/{made.id}")).closed
    (outcome,) = records(driver, PublicationKind.DISPOSAL)
    assert {"publication.taken_out": [outcome.key]} == {
        one.event: one.detail["records"]
        for one in driver.read(lambda session: session.exec(select(AuditEvent)).all())
        if one.event == "publication.taken_out"
    }
    driver.trade()
    assert outcome.key not in sent_keys(driver)
    assert [] == records(driver, PublicationKind.WITHDRAWAL)
    paper = AddDisposal(
        result=made.result, disposal=ProposedDisposal(kind=DisposalKind.CASE), reason="重新作出决定"
    )
    assert [f"{made.result}/2"] == driver.act(SECOND, Role.HEAD, paper).data["disposals"]


def test_what_was_taken_out_is_counted_nowhere_as_on_its_way(at: At) -> None:
    """Neither by the exchange, nor by the doctor, nor in the measures; sent again it can't be."""
    driver = at("signed_for")
    made = rectified(driver)
    annulled(driver)
    (outcome,) = records(driver, PublicationKind.DISPOSAL)
    paper = ResendPublications(records=(outcome.id,), reason="重报")
    assert "NotRejected" == driver.say(paper, actor(SECOND, Role.HANDLER), target=f"disposal/{made.id}").type
    driver.trade()
    driver.now += timedelta(days=3)
    progress = driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    assert (0, 0, 0) == (progress.queued, progress.unanswered, progress.rejected)
    assert [] == driver.read(lambda session: list(rows.unpublished(session, driver.now)))
    values = driver.read(lambda session: {one.name: one.values for one in gauges(session, driver.now)})
    assert {(): 0.0} == values["joint_publications_waiting"]


def test_of_what_the_platform_has_entered_it_gets_a_withdrawal_and_nobody_proves_a_page(at_each: At) -> None:
    """No page showed it, so that the platform's receipt ends the withdrawal; a proof of the outcome is refused."""
    driver = at_each("outcome")
    made = of_second(driver)
    assert [WaitKind.PROOF] == owed(driver, made)
    answer = driver.act(SECOND, Role.HANDLER, annulment(driver), target=f"disposal/{made.id}")
    assert {"public": False, "withdrawn": True} == answer.data
    assert [WaitKind.WITHDRAWAL] == owed(driver, made)
    assert "撤回未公示的处置结果：等省平台回执" == _words(driver, made)
    (outcome,) = records(driver, PublicationKind.DISPOSAL)
    refused = driver.say(_proof(driver, outcome), actor(SECOND, Role.HANDLER), target=f"disposal/{made.id}")
    assert "DecisionFallen" == refused.type
    driver.trade()
    (withdrawal,) = records(driver, PublicationKind.WITHDRAWAL)
    assert withdrawal.receipted_at is not None
    assert withdrawal.receipted_at == withdrawal.published_at
    assert [] == owed(driver, made)
    assert driver.read(lambda session: read_case(session, f"disposal/{made.id}")).closed
    assert driver.row(Publication, outcome.id).published_at is None


def test_what_is_on_its_way_is_entered_and_withdrawn_and_waited_for_no_more(at: At) -> None:
    """A batch is sent to the letter: the platform's receipt of the outcome asks nobody for its publication."""
    driver = at("signed_for")
    made = rectified(driver)
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    annulled(driver)
    (outcome,) = records(driver, PublicationKind.DISPOSAL)
    assert outcome.batch not in (None, NEVER_SENT)
    _say(driver, outcome, "entered")
    assert [WaitKind.WITHDRAWAL] == owed(driver, made)
    driver.trade()
    assert [] == owed(driver, made)


def test_what_the_platform_publishes_meanwhile_leaves_the_withdrawal_owed(at: At) -> None:
    """On the national system: only the withdrawal's own publication ends it, and nobody counts the outcome as open."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=DisposalKind.ABNORMAL), national=True)
    take(driver, made, "list")
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    annulled(driver)
    assert "撤回未公示的处置结果：等省平台办理" == _words(driver, made)
    (outcome,) = records(driver, PublicationKind.DISPOSAL)
    _say(driver, outcome, "entered")
    _say(driver, outcome, "published")
    assert [WaitKind.WITHDRAWAL] == owed(driver, made)
    assert "撤回已公示的决定" == _words(driver, made)
    driver.trade()
    assert [] == owed(driver, made)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_what_the_platform_refuses_of_a_fallen_outcome_needs_no_withdrawal(at_each: At, before: bool) -> None:
    """Rejected before the decision fell or after: nobody is told to put it right, and nothing more is sent."""
    driver = at_each("signed_for")
    made = rectified(driver)
    driver.exchange.run(TaskStep(task=OFFICE, now=driver.now))
    (outcome,) = records(driver, PublicationKind.DISPOSAL)
    if before:
        _say(driver, outcome, "rejected")
    annulled(driver)
    if not before:
        assert [WaitKind.WITHDRAWAL] == owed(driver, made)
        _say(driver, outcome, "rejected")
    mine = records(driver, PublicationKind.DISPOSAL) + records(driver, PublicationKind.WITHDRAWAL)
    assert {(NEVER_SENT, None)} == {(one.batch, one.rejected) for one in mine}
    assert [] == owed(driver, made)
    assert () == driver.progress().rejected_by
    assert driver.read(lambda session: read_case(session, f"disposal/{made.id}")).closed


def test_a_table_that_told_of_an_open_disposal_is_supplemented_when_its_decision_has_fallen(at: At) -> None:
    """As after any end: the supplement counts the decision as annulled, and the task ends."""
    driver = at("outcome")
    made = of_second(driver)
    annulled(driver)
    driver.trade()
    for one in driver.publications(PublicationKind.DISPOSAL, Channel.OWN_SITE):
        if one.reference != made.id:
            driver.act(one.department, Role.HANDLER, _proof(driver, one), target=f"disposal/{one.reference}")
    summed(driver)
    signed_for(driver)
    newest = [one for one in driver.summaries() if one.department == SECOND][-1]
    assert 2 == newest.number
    assert {"决定已被撤销": 1} == (newest.content or {})["outcomes"]
    assert TaskStatus.CLOSED is driver.job().status


def test_without_a_decision_there_is_none_that_falls(at: At) -> None:
    """It says what to do instead."""
    driver = at("signed_for")
    made = of_second(driver)
    refused = driver.say(annulment(driver), actor(SECOND, Role.HANDLER), target=f"disposal/{made.id}")
    assert "NotDecided" == refused.type
    assert f"disposal step {made.id}" in refused.words


def _proof(driver: Driver, row: Publication) -> ProvePublication:
    return ProvePublication(
        publications=(row.id,), address="https://example.invalid", published_on=driver.today, sha256=SHA
    )


def _words(driver: Driver, disposal: Disposal) -> str:
    def look(session: Session) -> str:
        statement = select(Wait).where(
            col(Wait.scope) == f"disposal/{disposal.id}", col(Wait.closed_at).is_(None)
        )
        wait = session.exec(statement).one()
        return told(session, [wait])[wait.id].what

    return driver.read(look)


def _say(driver: Driver, row: Publication, fact: str) -> None:
    """The platform says one fact of one record."""
    said = {"entered": {"receipt": "回执1"}, "rejected": {"reason": "代码不符"}}.get(fact, {})
    with driver.database.write() as session:
        one = Fact.model_validate({"key": row.key, "fact": fact, "at": driver.now} | said)
        assert 1 == record_facts(session, OFFICE, [one], driver.now)
