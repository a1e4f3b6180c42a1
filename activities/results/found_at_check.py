"""Facts about the subject that the check's own record states (检查登记中的对象情况)."""

from models.evidence import SubjectFinding
from models.papers import VisitLine
from rules.refusal import Refusal
from rules.results import SubjectFact, check_letters


def found_at_check(line: VisitLine, *, by: str) -> list[SubjectFinding]:
    """The fact that a line states, as the record of its own kind that can close the check and be withdrawn.

    Refuses `FactUnknown`, and `LettersMissing` for 无法联系, which the record of a check cannot prove.
    """
    stated = line.facts.get("subject_fact")
    if not stated:
        return []
    try:
        fact = SubjectFact(stated)
    except ValueError:
        words = "、".join(one.label for one in SubjectFact)
        raise Refusal("FactUnknown", f"没有对象情况“{stated}”，应为：{words}") from None
    if fact is SubjectFact.UNREACHABLE:
        check_letters([])
    return [
        SubjectFinding(
            visit=line.visit,
            fact=fact,
            found_on=line.completed_on,
            source="检查登记",
            letters=[],
            submission=by,
        )
    ]
