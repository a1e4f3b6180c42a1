"""Figures over results, disposals and visits, counted in SQL from the rows that everything else reads (统计)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast
from sqlmodel import Session, col, func, select

from models.evidence import SubjectFinding
from models.outcomes import Annulment, Correction, CorrectionDecision, Disposal, Result, Verdict
from models.registers import Subject
from models.retractions import RetractedGround
from models.task import DrawnSubject, Visit
from rules.channel import LegalForm, uses_credit_class
from rules.disposal import ANNULLED, DisposalKind, DisposalOutcome
from rules.quota import UNCLASSIFIED
from rules.results import Category, SubjectFact
from rules.stages import VisitStage

Conditions = Sequence[ColumnElement[bool]]
"""What narrows the visits, or the disposals, that are counted."""

GONE = (VisitStage.WITHDRAWN, VisitStage.EXEMPT)
"""Visits that count no more: replaced, or closed on a fact."""


def of_part(task: str, department: str) -> Conditions:
    """The visits of one department in one task."""
    return (col(Visit.task) == task, col(Visit.department) == department)


def category_counts(session: Session, visits: Conditions) -> dict[str, int]:
    """Subjects per category (label → count), each once a category, as corrected.

    未发现问题 of one item does not hold for a subject at which another item has something else.
    """
    others = [category for category in Category if category is not Category.NO_PROBLEM]
    standing = _standing()
    flags = [
        func.max(case((standing.like(f'%"{one.value}"%'), 1), else_=0)).label(one.value) for one in Category
    ]
    last = _last_correction()
    per_visit = (
        select(col(Visit.id), *flags)
        .join(Result, (col(Result.visit) == col(Visit.id)) & (col(Result.cycle) == col(Visit.cycle)))
        .outerjoin(last, last.c.result == col(Result.id))
        .outerjoin(
            Correction,
            (col(Correction.result) == col(Result.id)) & (col(Correction.number) == last.c.number),
        )
        .where(*visits, col(Visit.stage).not_in(GONE))
        .group_by(col(Visit.id))
        .subquery()
    )
    other = sum((per_visit.c[one.value] for one in others[1:]), per_visit.c[others[0].value])
    clean = func.sum(case(((per_visit.c[Category.NO_PROBLEM.value] == 1) & (other == 0), 1), else_=0))
    row = session.execute(select(clean, *(func.sum(per_visit.c[one.value]) for one in others))).one()
    counts = dict(zip([Category.NO_PROBLEM, *others], row, strict=True))
    return {category.label: int(counts[category] or 0) for category in Category}


def disposal_counts(session: Session, disposals: Conditions) -> dict[str, dict[str, int]]:
    """Disposals per kind: opened, and ended."""
    rows = session.exec(
        select(Disposal.kind, func.count(), func.count(col(Disposal.closed_at)))
        .where(*disposals)
        .group_by(col(Disposal.kind))
    ).all()
    return {DisposalKind(kind).label: {"opened": opened, "ended": ended} for kind, opened, ended in rows}


def outcome_counts(session: Session, disposals: Conditions) -> dict[str, int]:
    """How disposals ended (label → count); a decision that has fallen since counts as that alone."""
    rows = session.exec(
        select(Disposal.outcome, func.count(), func.count(col(Annulment.disposal)))
        .outerjoin(Annulment, col(Annulment.disposal) == col(Disposal.id))
        .where(*disposals, col(Disposal.outcome).is_not(None))
        .group_by(col(Disposal.outcome))
    ).all()
    counts = {DisposalOutcome(outcome or ""): count - fallen for outcome, count, fallen in rows}
    made = {outcome.label: counts[outcome] for outcome in DisposalOutcome if counts.get(outcome)}
    fallen = sum(one for _, _, one in rows)
    return made | ({ANNULLED: fallen} if fallen else {})


def fact_counts(session: Session, visits: Conditions) -> dict[str, int]:
    """Subjects per recorded fact (label → count), each once a fact."""
    rows = session.exec(
        select(SubjectFinding.fact, func.count(func.distinct(col(SubjectFinding.visit))))
        .join(Visit, col(Visit.id) == col(SubjectFinding.visit))
        .where(*visits, col(SubjectFinding.id).not_in(select(RetractedGround.ground)))
        .group_by(col(SubjectFinding.fact))
    ).all()
    counts = {SubjectFact(fact): count for fact, count in rows}
    return {fact.label: counts[fact] for fact in SubjectFact if fact in counts}


def stage_counts(session: Session, visits: Conditions) -> dict[VisitStage, int]:
    """Visits per stage."""
    rows = session.exec(select(Visit.stage, func.count()).where(*visits).group_by(col(Visit.stage))).all()
    return {VisitStage(stage): count for stage, count in rows}


def class_use(session: Session, visits: Conditions) -> dict[str, Any]:
    """The use of credit risk classes among the drawn (分类应用率): market entities, drawn by class, per cent."""
    rows = session.exec(
        select(Subject.legal_form, DrawnSubject.credit_class, func.count())
        .select_from(Visit)
        .join(Subject, col(Subject.id) == col(Visit.subject))
        .join(
            DrawnSubject,
            (col(DrawnSubject.task) == col(Visit.task))
            & (col(DrawnSubject.act) == col(Visit.act))
            & (col(DrawnSubject.subject) == col(Visit.subject)),
        )
        .where(*visits, col(Visit.stage) != VisitStage.WITHDRAWN)
        .group_by(col(Subject.legal_form), col(DrawnSubject.credit_class))
    ).all()
    market = sum(count for form, _, count in rows if uses_credit_class(LegalForm(form)))
    classed = sum(count for _, credit_class, count in rows if credit_class != UNCLASSIFIED)
    return {
        "market_entities": market,
        "by_class": classed,
        "rate": rate(classed, market) if market else "不适用",
    }


def drawn_count(session: Session, visits: Conditions) -> int:
    """Subjects that were drawn and not replaced."""
    return session.exec(
        select(func.count()).select_from(Visit).where(*visits, col(Visit.stage) != VisitStage.WITHDRAWN)
    ).one()


def unchecked_items(session: Session, visits: Conditions) -> int:
    """Items that were not checked, with their reason on record."""
    return session.exec(
        select(func.count())
        .select_from(Result)
        .join(Visit, (col(Visit.id) == col(Result.visit)) & (col(Visit.cycle) == col(Result.cycle)))
        .where(*visits, col(Visit.stage).not_in(GONE), col(Result.not_checked) != "")
    ).one()


def rate(count: int, of: int) -> str:
    """Per cent with two decimals, cut and never rounded up to 100."""
    return "100.00" if count == of else f"{count * 10000 // of / 100:.2f}"


def _standing() -> ColumnElement[str]:
    """What a result says today, as JSON text: its last signed correction, else itself."""
    corrected = cast(col(Correction.after)["categories"], String)
    # Not coalesce: SQLite gives the word null where there is no correction.
    return case((col(Correction.id).is_not(None), corrected), else_=cast(col(Result.categories), String))


def _last_correction() -> Any:
    return (
        select(col(Correction.result).label("result"), func.max(col(Correction.number)).label("number"))
        .join(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
        .where(col(CorrectionDecision.verdict) == Verdict.APPROVED)
        .group_by(col(Correction.result))
        .subquery()
    )
