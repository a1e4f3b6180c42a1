"""The whole service against a platform over HTTP that loses answers and goes away."""

import time
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, col, select
from temporalio.client import WorkflowExecutionStatus

from activities.exchange.publishing import scope_of
from activities.outbox import OutboxActivities
from activities.papers.sweep import sweep
from cli.demo.platform_records import Habits
from models.exchange import Declaration
from models.messages import CaseProgress
from models.outcomes import Disposal, Publication, PublicationKind
from models.papers import AnnulDecision, ProvePublication
from rules.channel import Channel
from rules.roles import Role
from tests.engine.house import TASK, House
from tests.engine.outcome import agree, faults_of
from tests.platform import standing


async def test_a_task_runs_to_its_end_with_every_third_answer_lost(house: House, tmp_path: Path) -> None:
    """And the platform away in the midst; a decision that falls after the end is withdrawn all the same."""
    with standing(tmp_path, Habits(lose=3)) as platform:
        house.exchange = platform.exchange
        async with house.working():
            await house.play.run("launch", "prepare", "claim", "draw", "visit")
            platform.platform.away_until = time.monotonic() + 3
            await house.play.run("enter", "publicize", "dispose", "summarize")
            await house.task.result()
            await house.cast.until("the end's declaration", _all_declared)
            agree(house.database, platform)
            assert [] == faults_of(house.database, TASK)
            await _withdraw(house)
            agree(house.database, platform)
            assert [] == faults_of(house.database, TASK)


def _all_declared(session: Session) -> bool:
    kinds = session.exec(select(Declaration).where(col(Declaration.key).endswith("|closed"))).all()
    return (
        bool(kinds)
        and not session.exec(select(Declaration.id).where(col(Declaration.receipted_at).is_(None))).first()
    )


async def _withdraw(house: House) -> None:
    """A decision falls after the task's end: its case runs again until it is withdrawn."""
    made = house.cast.read(lambda session: session.exec(select(Disposal)).all())[0]
    paper = AnnulDecision(
        authority="县人民政府", document="复议1号", decided_on=house.play.today, reason="撤销"
    )
    target = f"disposal/{made.id}"
    await house.cast.act(made.department, Role.HANDLER, paper, target=target)
    # What the sweep of every worker does each minute.
    await sweep(OutboxActivities(house.database, house.client, house.task_queue), datetime.now(UTC))
    row = await house.cast.until(
        "the withdrawal's receipt",
        lambda session: session.exec(
            select(Publication).where(
                col(Publication.kind) == PublicationKind.WITHDRAWAL,
                col(Publication.receipted_at).is_not(None),
            )
        ).first(),
    )
    assert target == scope_of(row)
    if row.channel is Channel.OWN_SITE:
        proof = ProvePublication(
            publications=(row.id,),
            address="https://example.invalid",
            published_on=house.play.today,
            sha256="a" * 64,
        )
        await house.cast.act(made.department, Role.HANDLER, proof, target=target)
    ended = await house.client.get_workflow_handle(target, result_type=CaseProgress).result()
    assert ended.closed
    assert WorkflowExecutionStatus.COMPLETED is await house.status(target)
