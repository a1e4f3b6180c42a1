"""`publication`: what is on its way to the public, its proof, and the text to publish (公示)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from activities.exchange.fallen import has_fallen
from cli.acting import Who, asks, reads
from cli.context import Context, Json, show
from cli.disposal.views import annulments
from cli.given import department_names
from cli.ledger import To, write_ledger
from cli.publication import proof
from cli.publication import resend as publication_resend
from cli.publication.proof import Case, of_case
from cli.publication.text import as_html, as_text, statements
from cli.tables import done, hint, in_chunks, print_table, words
from models.outcomes import NEVER_SENT, Publication, PublicationKind
from models.papers import MAX_LINES
from models.retractions import VoidedProof
from rules.channel import Channel
from rules.refusal import Refusal

app = typer.Typer(help="公示：进展、退回与重报、证明及其更正和作废、公示文稿", no_args_is_help=True)
app.add_typer(proof.app)
app.add_typer(publication_resend.app)

_STUCK = timedelta(minutes=10)
"""How long sending may take before it is said that the platform is away."""


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
            for row, name in of_case(session, case)
            if not (only_open and (row.published_at or has_fallen(session, row)))
            and not (only_rejected and row.rejected is None)
        ]
        names = department_names(session, [row.department for row, _ in rows])
        voided = _voided(session, [row.id for row, _ in rows])
        data = [
            _view(row, name, names)
            | {"voided": voided.get(row.id, 0), "fallen": "决定已撤销" if has_fallen(session, row) else ""}
            for row, name in rows
        ]
    columns = {
        "publication": "公示编号",
        "name": "检查对象",
        "department_name": "部门",
        "kind_name": "内容",
        "channel_name": "渠道",
        "receipted_at": "平台回执",
        "forwarded_at": "转报",
        "published_at": "公示",
        "fallen": "撤销",
        "rejected": "退回原因",
    }
    if to is not None:
        write_ledger(to, "公示台账", columns, data)

    def text() -> None:
        print_table(columns, data)
        _tell_voided(data)
        _tell_stuck([row for row, _ in rows], datetime.now(UTC))

    show(data, as_json=as_json, text=text)


def _voided(session: Session, publications: Sequence[str]) -> dict[str, int]:
    """How many proofs of these publications were voided, of those that had any."""
    return {
        row.publication: row.number
        for piece in in_chunks(publications, MAX_LINES)
        for row in session.exec(
            select(VoidedProof)
            .where(col(VoidedProof.publication).in_(piece))
            .order_by(col(VoidedProof.number))
        )
    }


def _tell_voided(data: Sequence[dict[str, Any]]) -> None:
    """What is asked for again, for its proof was void."""
    if waiting := [one["publication"] for one in data if one["voided"] and not one["published_at"]]:
        hint(f"其中{len(waiting)}项的公示证明已作废，待重新公示并提交证明：{'、'.join(waiting[:5])}")


def _tell_stuck(rows: Sequence[Publication], now: datetime) -> None:
    """What has not gone out for a while: nobody need do anything, and who waits should know why."""
    stuck = [
        row.queued_at
        for row in rows
        if row.sent_at is None and row.batch != NEVER_SENT and now - row.queued_at > _STUCK
    ]
    if stuck:
        hint(
            f"其中{len(stuck)}项自{words(min(stuck))}起尚未送达省平台（连接不上）：已存档，恢复后自动送出，不用重报"
        )


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
        of_this = [row for row, _ in of_case(session, case)]
        fallen = annulments(
            session, (row.reference for row in of_this if row.kind is PublicationKind.DISPOSAL)
        )
        rows = [
            row
            for row in of_this
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
        # The one command that needs it.
        from adapters.announcement_docx import write_announcement  # noqa: PLC0415 - see above

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
