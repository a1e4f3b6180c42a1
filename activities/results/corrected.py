"""What the head has signed of a result (更正后的结果)."""

from sqlmodel import Session, col, select

from models.outcomes import Correction, CorrectionDecision, Result, Verdict


def last_signed(session: Session, result: str) -> Correction | None:
    """The newest correction of a result that its head has signed."""
    return session.exec(
        select(Correction)
        .join(CorrectionDecision, col(CorrectionDecision.correction) == col(Correction.id))
        .where(col(Correction.result) == result, col(CorrectionDecision.verdict) == Verdict.APPROVED)
        .order_by(col(Correction.number).desc())
    ).first()


def standing_categories(session: Session, result: Result) -> list[str]:
    """A result's categories as they stand today."""
    signed = last_signed(session, result.id)
    return result.categories if signed is None else list(signed.after["categories"])
