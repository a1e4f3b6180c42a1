"""What a department publishes itself, a statement per subject (公示文稿), as text or a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sqlmodel import Session, col, select

from activities.results.corrected import last_signed
from models.organisation import Department
from models.outcomes import (
    Annulment,
    Correction,
    Disposal,
    DisposalEntry,
    Publication,
    PublicationKind,
    Result,
)
from models.plan import PlanDocument
from models.registers import CheckItem, Subject
from models.task import JointTask, TakingPart, Visit
from rules.disposal import DisposalOutcome
from rules.publicity import public_code, public_name, public_text
from rules.results import Category


@dataclass(frozen=True)
class Statement:
    """One subject's statement: what the national system shows of others, by name (阳城 五)."""

    subject: str
    code: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Announcement:
    """All statements under one heading."""

    title: str
    lines: tuple[tuple[str, str], ...]
    statements: tuple[Statement, ...]


def statements(session: Session, task: str, department: str, rows: Sequence[Publication]) -> Announcement:
    """The announcement of a department's publications of one task."""
    row = session.get_one(JointTask, task)
    plan = session.get_one(PlanDocument, row.document)
    organ = session.get_one(Department, department).name
    part = session.get_one(TakingPart, (task, department)).part
    items = session.exec(select(CheckItem).where(col(CheckItem.department) == department))
    names = {item.code: item.name for item in items}
    return Announcement(
        title=f"{organ}关于“{row.name}”抽查结果的公示",
        lines=(
            ("抽查计划", f"{plan.number or ''}《{plan.title or ''}》"),
            ("抽查任务", f"{row.id} {row.name}"),
            ("抽查类型", f"部门联合抽查（{part.label}）"),
            ("抽查机关", organ),
        ),
        statements=tuple(_statement(session, one, names) for one in rows),
    )


def as_text(announcement: Announcement) -> str:
    """Plain text."""
    head = [announcement.title, "", *(f"{name}：{value}" for name, value in announcement.lines)]
    parts = [
        "\n".join(
            [f"{number}. {one.subject}（{one.code}）", *(f"   {name}：{value}" for name, value in one.lines)]
        )
        for number, one in enumerate(announcement.statements, start=1)
    ]
    return "\n".join([*head, "", *parts])


def as_html(announcement: Announcement) -> str:
    """A page that stands alone."""
    head = "".join(f"<p>{escape(name)}：{escape(value)}</p>" for name, value in announcement.lines)
    body = "".join(
        f"<section><h2>{escape(one.subject)}（{escape(one.code)}）</h2><dl>"
        + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in one.lines)
        + "</dl></section>"
        for one in announcement.statements
    )
    title = escape(announcement.title)
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{head}{body}</body></html>\n"
    )


def _statement(session: Session, row: Publication, items: dict[str, str]) -> Statement:
    visit = session.get_one(Visit, row.visit)
    subject = session.get_one(Subject, visit.subject)
    day = ("检查完成日期", visit.completed_on.isoformat() if visit.completed_on else "")
    name = public_name(subject.legal_form, subject.name)
    code = public_code(subject.legal_form, subject.code)
    lines = [
        (label, public_text(said, subject.legal_form, subject.name))
        for label, said in _lines(session, row, items)
    ]
    return Statement(name, code, (day, *lines))


def _lines(session: Session, row: Publication, items: dict[str, str]) -> tuple[tuple[str, str], ...]:
    if row.kind is PublicationKind.CORRECTION:
        correction = session.get_one(Correction, row.reference)
        item = session.get_one(Result, correction.result).item
        return (
            ("更正事项", items.get(item, item)),
            ("更正前", _labels(correction.before["categories"])),
            ("更正后", _labels(correction.after["categories"])),
        )
    if row.kind is PublicationKind.DISPOSAL:
        return (("后续处置", _outcome(session, session.get_one(Disposal, row.reference))),)
    if row.kind is PublicationKind.WITHDRAWAL:
        fallen = session.get_one(Annulment, row.reference)
        return (("撤回公示", f"原处置结果因{fallen.document}撤回，不再公示"),)
    results = session.exec(
        select(Result)
        .where(col(Result.visit) == row.visit, col(Result.cycle) == row.cycle)
        .order_by(col(Result.item))
    )
    # An item that was not checked has no result to publish.
    return tuple(
        (items.get(one.item, one.item), _result(session, one)) for one in results if not one.not_checked
    )


def _result(session: Session, result: Result) -> str:
    """What was approved and, beside it, what a signed correction made of it: published late, it must not mislead."""
    signed = last_signed(session, result.id)
    said = _labels(result.categories)
    return said if signed is None else f"{said}（已更正为：{_labels(signed.after['categories'])}）"


def _outcome(session: Session, disposal: Disposal) -> str:
    """What became of it, with the day and, of a decision, its document."""
    last = session.exec(
        select(DisposalEntry)
        .where(col(DisposalEntry.disposal) == disposal.id)
        .order_by(col(DisposalEntry.number).desc())
    ).first()
    outcome = DisposalOutcome(disposal.outcome or "")
    said = (
        outcome.label if outcome.label == disposal.kind.label else f"{disposal.kind.label}：{outcome.label}"
    )
    if last is None:
        return said
    document = f"{last.content['note']}，" if outcome is DisposalOutcome.PENALTY else ""
    return f"{said}（{document}{last.content['on']}）"


def _labels(categories: Sequence[str]) -> str:
    return "；".join(Category(one).label for one in categories)
