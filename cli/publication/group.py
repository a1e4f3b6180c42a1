"""`publication`: what is on its way to the public, its proof, and the text to publish (公示)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.exchange.publishing import scope_of
from adapters.announcement_docx import write_announcement
from adapters.evidence_store import EvidenceStore
from cli.acting import Who, acts, asks, reads
from cli.context import Context, Json, show
from cli.given import day_of, department_names
from cli.ledger import To, write_ledger
from cli.publication import resend as publication_resend
from cli.publication.text import as_html, as_text, statements
from cli.tables import done, hint, in_chunks, print_table
from models.outcomes import Annulment, Correction, Disposal, Publication, PublicationKind
from models.papers import MAX_LINES, CorrectProof, ProvePublication
from models.registers import Subject
from models.task import JointTask, Visit
from rules.channel import Channel
from rules.refusal import Refusal

app = typer.Typer(help="公示：进展、退回与重报、证明、公示文稿", no_args_is_help=True)
app.add_typer(publication_resend.app)

Case = Annotated[str, typer.Argument(metavar="编号", help="任务编号，或处置编号、更正编号")]


@app.command("list")
@reads
def list_(
    case: Case,
    only_open: Annotated[bool, typer.Option("--open", help="只列尚未公示的")] = False,
    only_rejected: Annotated[bool, typer.Option("--rejected", help="只列被省平台退回待更正的")] = False,
    to: To = None,
    as_json: Json = False,
) -> None:
    """列出公示事项：渠道，省平台回执、转报、公示三个事实的时间，退回的原因。"""
    with Context().database.read() as session:
        rows = [
            (row, name)
            for row, name in _of_case(session, case)
            if not (only_open and row.published_at) and not (only_rejected and row.rejected is None)
        ]
        names = department_names(session, [row.department for row, _ in rows])
        data = [_view(row, name, names) for row, name in rows]
    columns = {
        "publication": "公示编号",
        "name": "检查对象",
        "department_name": "部门",
        "kind_name": "内容",
        "channel_name": "渠道",
        "receipted_at": "平台回执",
        "forwarded_at": "转报",
        "published_at": "公示",
        "rejected": "退回原因",
    }
    if to is not None:
        write_ledger(to, "公示台账", columns, data)
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


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


@app.command("text")
@asks
def text(
    case: Case,
    who: Who,
    only_open: Annotated[bool, typer.Option("--open", help="只写尚未公示的")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="文件", help="存到文件；.html 为网页，.docx 为文档，其余为文本"),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="以网页形式输出")] = False,
    as_json: Json = False,
) -> None:
    """写出本部门应在自己网站或媒体公示的文稿：每户一段；已被撤销的处置不再列入。"""
    own = who.own_department()
    with who.database.read() as session:
        fallen = set(session.exec(select(Annulment.disposal)))
        rows = [
            row
            for row, _ in _of_case(session, case)
            if row.department == own
            and row.channel is Channel.OWN_SITE
            and row.receipted_at
            and not (only_open and row.published_at)
            and not (row.kind is PublicationKind.DISPOSAL and row.reference in fallen)
        ]
        if not rows:
            raise Refusal(
                "NothingToPublish", "本部门没有须自行公示且已有平台回执的结果；进展见 publication list"
            )
        made = statements(session, rows[0].task, own, rows)
    if as_json:
        show(asdict(made), as_json=True, text=lambda: None)
        return
    if output is not None and output.suffix.lower() == ".docx":
        sections = [(f"{one.subject}（{one.code}）", one.lines) for one in made.statements]
        write_announcement(output, made.title, made.lines, sections)
        _tell_written(case, len(rows), output)
        return
    as_page = html or (output is not None and output.suffix.lower() in (".html", ".htm"))
    body = as_html(made) if as_page else as_text(made)
    if output is None:
        typer.echo(body)
        return
    output.write_text(body, encoding="utf-8")
    _tell_written(case, len(rows), output)


def _tell_written(case: str, count: int, output: Path) -> None:
    done(f"已写出{count}项公示文稿到 {output}")
    hint(
        f"公示后提交证明：starter.py publication prove {case} --all --address 网址 --on 日期 --file 存档文件"
    )


def _of_case(session: Session, case: str) -> list[tuple[Publication, str]]:
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
    rows = [row for row, _ in _of_case(session, case)]
    if all_:
        chosen = [
            row
            for row in rows
            if row.department == own
            and row.channel is Channel.OWN_SITE
            and row.receipted_at is not None
            and row.published_at is None
        ]
    else:
        known = {row.id: row for row in rows}
        if unknown := [one for one in named if one not in known]:
            raise Refusal("PublicationUnknown", f"不是此案中的公示事项：{'、'.join(unknown[:5])}")
        chosen = [known[one] for one in named]
    if not chosen:
        waiting = sum(row.department == own and row.receipted_at is None for row in rows)
        still = f"；另有{waiting}项尚待省平台回执，收到后再提交" if waiting else ""
        raise Refusal(
            "NothingToProve",
            f"没有待证明的公示；请写明公示编号或用 --all，编号见 publication list --open{still}",
        )
    found: dict[str, list[str]] = defaultdict(list)
    for row in chosen:
        found[scope_of(row)].append(row.id)
    return found


def _view(row: Publication, name: str, names: dict[str, str]) -> dict[str, Any]:
    return {
        "publication": row.id,
        "name": name,
        "department": row.department,
        "department_name": names.get(row.department, row.department),
        "kind": row.kind.value,
        "kind_name": row.kind.label,
        "reference": row.reference,
        "channel": row.channel.value,
        "channel_name": row.channel.label,
        "batch": row.batch,
        "sent_at": row.sent_at,
        "receipted_at": row.receipted_at,
        "receipt": row.receipt,
        "forwarded_at": row.forwarded_at,
        "published_at": row.published_at,
        "proof": row.proof,
        "rejected": row.rejected if row.receipted_at is None else None,
        "revision": row.revision,
    }
