"""Stage 1: a proposed scope names only what the office's register knows, and selects somebody (核对范围)."""

from sqlmodel import col, select

from activities.draw.scope_rows import scope_count, unknown_codes
from activities.papers.docket import Docket
from models.registers import Subject
from rules.policy_checks import CREDIT_CLASSES
from rules.publicity import refuse_personal
from rules.refusal import Refusal
from rules.scope import ScopeFilter


def count_of(docket: Docket, scope: ScopeFilter) -> int:
    """How many subjects in force a proposed scope selects.

    Refuses `SubjectUnknown`, `KindOfSubjectUnknown`, `CreditClassUnknown`, `PersonalData` and, where it
    is nobody, `ScopeEmpty`.
    """
    _check_known(docket, scope)
    # Hashed into the plan of the draw, whose record everybody may have.
    refuse_personal(scope.reason or "")
    count = scope_count(docket.session, docket.office, scope, docket.clocks.today)
    if not count:
        raise Refusal(
            "ScopeEmpty",
            "名录库中没有存续的对象符合此范围，请放宽条件（task scope），"
            "或由名录库管理员先导入名录（register import）",
        )
    return count


def _check_known(docket: Docket, scope: ScopeFilter) -> None:
    """Refuse what the office's register doesn't know: a misspelt value would silently select nobody."""
    session = docket.session
    if unknown := sorted(unknown_codes(session, docket.office, scope.hand_picked)):
        raise Refusal(
            "SubjectUnknown",
            f"名录库中没有下列{len(unknown)}个代码，请更正或删去：{'、'.join(unknown[:5])}",
        )
    if scope.kinds:
        known = sorted(
            session.exec(select(Subject.kind).where(col(Subject.office) == docket.office).distinct())
        )
        if unknown := [kind for kind in scope.kinds if kind not in known]:
            raise Refusal(
                "KindOfSubjectUnknown",
                f"名录库中没有种类“{'、'.join(unknown[:5])}”，可选：{'、'.join(known) or '（名录库为空）'}，请更正",
            )
    if unknown := [name for name in scope.credit_classes if name not in CREDIT_CLASSES]:
        raise Refusal(
            "CreditClassUnknown",
            f"没有信用风险分类“{'、'.join(unknown[:5])}”，可选：{'、'.join(CREDIT_CLASSES)}，请更正",
        )
