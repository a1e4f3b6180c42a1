"""`publication prove|prove-again|void`: proof of what a department publishes itself (公示证明)."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from activities.exchange.fallen import has_fallen
from activities.exchange.publishing import scope_of
from adapters.evidence_store import EvidenceStore
from cli.acting import Who, acts
from cli.given import day_of
from cli.tables import done, hint, in_chunks
from models.outcomes import Correction, Disposal, Publication
from models.papers import MAX_LINES, CorrectProof, ProvePublication, VoidProof
from models.registers import Subject
from models.task import JointTask, Visit
from rules.channel import Channel
from rules.refusal import Refusal

app = typer.Typer()

Case = Annotated[str, typer.Argument(metavar="编号", help="任务编号，或处置编号、更正编号")]


@app.command("prove")
@acts
def prove(
    case: Case,
    address: Annotated[str, typer.Option("--address", metavar="网址", help="公示在何处（网址或媒体、版面）")],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="公示日期")],
    file: Annotated[
        Path, typer.Option("--file", metavar="文件", help="证明文件（网页存档、报样），记录其哈希")
    ],
    who: Who,
    publications: Annotated[list[str] | None, typer.Argument(metavar="[公示编号]...")] = None,
    all_: Annotated[bool, typer.Option("--all", help="本部门在此案中全部已有回执、待公示证明的")] = False,
) -> None:
    """提交在本部门网站或媒体公示的证明。"""
    own = who.actor(ProvePublication).department
    with who.database.read() as session:
        chosen = _to_prove(session, case, own, publications or [], all_=all_)
    # The proof itself is kept, not its hash alone: a page is gone sooner than a question comes.
    digest = EvidenceStore(who.context.settings.evidence).keep(file)
    count = 0
    for scope, ids in chosen.items():
        for piece in in_chunks(ids, MAX_LINES):
            paper = ProvePublication(
                publications=tuple(piece), address=address, published_on=day_of(on), sha256=digest
            )
            # Several papers may follow from one command: each has a message id of its own.
            several = f"{who.message_id}-{count}" if who.message_id and count else who.message_id
            who.send(scope, paper, message_id=several)
            count += len(piece)
    done(f"已提交{count}项公示证明（{address}）")


@app.command("prove-again")
@acts
def prove_again(
    case: Case,
    publications: Annotated[list[str], typer.Argument(metavar="公示编号...", help="见 publication list")],
    address: Annotated[str, typer.Option("--address", metavar="网址", help="公示在何处（网址或媒体、版面）")],
    on: Annotated[str, typer.Option("--on", metavar="日期", help="公示日期")],
    file: Annotated[Path, typer.Option("--file", metavar="文件", help="证明文件（网页存档、报样）")],
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="原证明错在哪里")],
    who: Who,
) -> None:
    """主要负责人更正有误的公示证明：原证明和更正都留存。"""
    own = who.actor(CorrectProof).department
    with who.database.read() as session:
        chosen = _to_prove(session, case, own, publications, all_=False)
    digest = EvidenceStore(who.context.settings.evidence).keep(file)
    for number, (scope, ids) in enumerate(chosen.items()):
        paper = CorrectProof(
            publications=tuple(ids), address=address, published_on=day_of(on), sha256=digest, reason=reason
        )
        several = f"{who.message_id}-{number}" if who.message_id and number else who.message_id
        who.send(scope, paper, message_id=several)
    done(f"已更正{len(publications)}项公示证明（{address}）")


@app.command("void")
@acts
def void(
    case: Case,
    publications: Annotated[list[str], typer.Argument(metavar="公示编号...", help="见 publication list")],
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="原证明为何不能作数")],
    who: Who,
) -> None:
    """主要负责人作废公示证明：该项不再算已公示，须重新公示并提交证明；原证明留存。"""
    own = who.actor(VoidProof).department
    with who.database.read() as session:
        chosen = _to_prove(session, case, own, publications, all_=False)
    for number, (scope, ids) in enumerate(chosen.items()):
        several = f"{who.message_id}-{number}" if who.message_id and number else who.message_id
        who.send(scope, VoidProof(publications=tuple(ids), reason=reason), message_id=several)
    done(f"已作废{len(publications)}项公示证明")
    hint(f"由经办人重新提交：starter.py publication prove {case} --all --address 网址 --on 日期 --file 证明")


def of_case(session: Session, case: str) -> list[tuple[Publication, str]]:
    """The publications of a task with its cases, of a disposal, or of a correction; refuses `CaseUnknown`."""
    case = case.removeprefix("joint-task/").removeprefix("disposal/").removeprefix("correction/")
    statement = (
        select(Publication, Subject.name)
        .join(Visit, col(Visit.id) == col(Publication.visit))
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .order_by(col(Publication.department), col(Publication.queued_at), col(Publication.key))
    )
    if session.get(JointTask, case) is not None:
        return list(session.exec(statement.where(col(Publication.task) == case)).all())
    if session.get(Disposal, case) is None and session.get(Correction, case) is None:
        raise Refusal("CaseUnknown", f"没有任务、处置或更正 {case}；可用 task list、disposal list 查看编号")
    return list(session.exec(statement.where(col(Publication.reference) == case)).all())


def _to_prove(
    session: Session, case: str, own: str, named: Sequence[str], *, all_: bool
) -> dict[str, list[str]]:
    """The publications to prove, by the case that waits for each."""
    rows = [row for row, _ in of_case(session, case)]
    if all_:
        chosen = [
            row
            for row in rows
            if row.department == own
            and row.channel is Channel.OWN_SITE
            and row.receipted_at is not None
            and row.published_at is None
            and not has_fallen(session, row)
        ]
    else:
        known = {row.id: row for row in rows}
        if unknown := [one for one in named if one not in known]:
            raise Refusal("PublicationUnknown", f"不是此案中的公示事项：{'、'.join(unknown[:5])}")
        chosen = [known[one] for one in named]
    if not chosen:
        waiting = sum(
            row.department == own and row.receipted_at is None and not has_fallen(session, row)
            for row in rows
        )
        still = f"；另有{waiting}项尚待省平台回执，收到后再提交" if waiting else ""
        raise Refusal(
            "NothingToProve",
            f"没有待证明的公示；请写明公示编号或用 --all，编号见 publication list --open{still}",
        )
    found: dict[str, list[str]] = defaultdict(list)
    for row in chosen:
        found[scope_of(row)].append(row.id)
    return found
