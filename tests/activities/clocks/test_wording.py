"""Waits in words: of which case, and with a command that names it."""

from datetime import timedelta

from sqlmodel import Session, col, select

from activities.clocks.wording import Told, told
from models.outcomes import PublicationKind
from models.papers import OpenCommission, ProposedDisposal, ReturnResults
from models.trail import Wait
from rules.disposal import DisposalKind
from rules.roles import Role
from rules.waits import WaitKind
from tests.activities.conftest import At
from tests.activities.driver import Driver
from tests.activities.results.disposing import find, take
from tests.activities.scenes import annulled, proved
from tests.activities.world import TASK, item_of
from tests.builders import DOCUMENT, LEAD, SECOND


def said(driver: Driver, kind: WaitKind, department: str = SECOND) -> list[Told]:
    """What a department's open waits of a kind say."""

    def look(session: Session) -> list[Told]:
        rows = session.exec(
            select(Wait).where(
                col(Wait.kind) == kind, col(Wait.department) == department, col(Wait.closed_at).is_(None)
            )
        ).all()
        return list(told(session, rows).values())

    return driver.read(look)


def test_a_disposal_says_its_kind_and_where_it_stands(at: At) -> None:
    """Nobody opens ten cases to find the one that came back."""
    driver = at("visited")
    (made,) = find(driver, ProposedDisposal(kind=DisposalKind.TRANSFER_JUSTICE, outside="县检察院"))
    assert ["移送司法机关"] == [one.what for one in said(driver, WaitKind.DISPOSAL)]
    take(driver, made, "send")
    (wait,) = said(driver, WaitKind.ACKNOWLEDGE)
    assert "取得并登记县检察院对移送的接收回执（移送司法机关）" == wait.what
    assert wait.command.startswith(f"starter.py disposal step {made.id} acknowledge --note ")
    take(driver, made, "return")
    assert ["移送被退回：再次移送，或自行决定是否立案"] == [
        one.what for one in said(driver, WaitKind.DISPOSAL)
    ]


def test_an_outcome_and_a_withdrawal_on_the_own_site_ask_for_their_own_proof(at: At) -> None:
    """Not for the results' proof."""
    driver = at("disposed")
    made = next(one for one in driver.disposals() if one.owner == SECOND)
    annulled(driver)
    (wait,) = said(driver, WaitKind.WITHDRAWAL)
    assert wait.command.startswith(f"starter.py publication prove {made.id} --all ")
    driver.trade()
    proved(driver, PublicationKind.WITHDRAWAL)
    assert [] == said(driver, WaitKind.WITHDRAWAL)


def test_a_commission_and_a_returned_entry_are_named(at: At) -> None:
    """Institution, item and the commission's own number; which cycle of entry it is."""
    driver = at("visited")
    visit = driver.visits(SECOND)[0].id
    paper = OpenCommission(
        visit=visit,
        item=item_of(SECOND),
        institution="检测中心",
        qualification="CMA1",
        due_on=driver.today + timedelta(days=9),
    )
    number = driver.act(SECOND, Role.HANDLER, paper).data["commission"]
    (wait,) = said(driver, WaitKind.COMMISSION)
    assert wait.what.startswith("等检测中心的报告")
    report = f"starter.py result commission report {TASK} {number} --on 日期 --conclusion 结论"
    assert report == wait.command
    driver = at("submitted")
    driver.act(SECOND, Role.APPROVER, ReturnResults(visits=(driver.visits(SECOND)[0].id,), reason="补充"))
    assert ["录入检查结果（退回后第2次）"] == [one.what for one in said(driver, WaitKind.ENTRY)]


def test_a_yearly_report_names_its_plan(at: At) -> None:
    """The command can be typed as it stands."""
    (wait,) = said(at("desk"), WaitKind.YEARLY_REPORT, LEAD)
    assert f"starter.py summary yearly {DOCUMENT} 报送文号" == wait.command
