"""What must lie behind a result before it is submitted: evidence, reports, letters (结果的依据)."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from activities.lookup import chunks
from models.evidence import Commission, CommissionReport, Evidence, SubjectFinding
from models.papers import ResultLine
from rules.refusal import Refusal
from rules.results import Category, Method, SubjectFact


class Grounds:
    """The grounds of some visits' results, read once."""

    def __init__(self, session: Session, visits: Sequence[str]) -> None:
        self._files: dict[str, list[tuple[str, str]]] = {}
        self._commissioned: set[tuple[str, str]] = set()
        self._open: set[tuple[str, str]] = set()
        self._unreachable: set[str] = set()
        for some in chunks(visits):
            self._read(session, some)

    def _read(self, session: Session, visits: Sequence[str]) -> None:
        files = select(Evidence).where(col(Evidence.visit).in_(visits)).order_by(col(Evidence.id))
        for file in session.exec(files):
            self._files.setdefault(file.visit, []).append((file.item, file.id))
        commissions = session.exec(
            select(Commission, CommissionReport)
            .outerjoin(CommissionReport, col(CommissionReport.commission) == col(Commission.id))
            .where(col(Commission.visit).in_(visits))
        ).all()
        self._commissioned |= {(one.visit, one.item) for one, _ in commissions}
        self._open |= {(one.visit, one.item) for one, report in commissions if report is None}
        self._unreachable |= set(
            session.exec(
                select(SubjectFinding.visit).where(
                    col(SubjectFinding.visit).in_(visits),
                    col(SubjectFinding.fact) == SubjectFact.UNREACHABLE,
                )
            )
        )

    def evidence(self, visit: str, item: str) -> list[str]:
        """The files behind an item, those for the whole visit included, by id."""
        return [id_ for of, id_ in self._files.get(visit, ()) if of in ("", item)]

    def check(self, line: ResultLine) -> None:
        """Refuses what is stated before its ground is there: a report that is still out, two letters."""
        key = (line.visit, line.item)
        if key in self._open and not line.not_checked:
            raise Refusal(
                "CommissionOpen",
                f"事项 {line.item} 的委托报告尚未收到，请先登记报告：result commission report",
            )
        if line.method is Method.COMMISSIONED and key not in self._commissioned:
            raise Refusal(
                "CommissionMissing",
                f"事项 {line.item} 检查方式为委托专业机构，请先登记委托：result commission open",
            )
        if Category.UNREACHABLE in line.categories and line.visit not in self._unreachable:
            raise Refusal(
                "LettersMissing", "结果为无法联系的，请先登记对象情况和两次专用信函：result fact add"
            )
