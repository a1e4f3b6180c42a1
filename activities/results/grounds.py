"""What must lie behind a result before it is submitted: evidence, reports, letters (结果的依据)."""

from collections.abc import Sequence

from sqlalchemy import String, cast, literal, null, select, union_all
from sqlmodel import Session, SQLModel

from activities.lookup import among
from models.evidence import Commission, CommissionReport, Evidence, SubjectFinding
from models.papers import ResultLine
from models.retractions import RetractedGround
from rules.refusal import Refusal
from rules.results import Category, Method, SubjectFact

_E, _C, _R, _F, _T = (
    SQLModel.metadata.tables[str(model.__tablename__)]
    for model in (Evidence, Commission, CommissionReport, SubjectFinding, RetractedGround)
)
_GONE = select(_T.c.ground)
# All three in one statement: every result asks for them, and most have none.
_GROUNDS = union_all(
    select(literal("file").label("ground"), _E.c.visit, _E.c.item, _E.c.id).where(
        among(_E.c.visit, "visits"), _E.c.id.not_in(_GONE)
    ),
    select(literal("commission"), _C.c.visit, _C.c.item, _R.c.commission)
    .outerjoin(_R, _R.c.commission == _C.c.id)
    .where(among(_C.c.visit, "visits")),
    select(literal("letters"), _F.c.visit, cast(null(), String), cast(null(), String)).where(
        among(_F.c.visit, "visits"), _F.c.fact == SubjectFact.UNREACHABLE, _F.c.id.not_in(_GONE)
    ),
).order_by("ground", "id")


class Grounds:
    """The grounds of some visits' results, read once."""

    def __init__(self, session: Session, visits: Sequence[str]) -> None:
        self._files: dict[str, list[tuple[str, str]]] = {}
        self._commissioned: set[tuple[str, str]] = set()
        self._open: set[tuple[str, str]] = set()
        self._unreachable: set[str] = set()
        for row in session.execute(_GROUNDS, {"visits": list(visits)}):
            if row.ground == "file":
                self._files.setdefault(row.visit, []).append((row.item, row.id))
            elif row.ground == "letters":
                self._unreachable.add(row.visit)
            else:
                self._commissioned.add((row.visit, row.item))
                if row.id is None:
                    self._open.add((row.visit, row.item))

    def evidence(self, visit: str, item: str) -> list[str]:
        """The files behind an item, those for the whole visit included, by id."""
        return [id_ for of, id_ in self._files.get(visit, ()) if of in ("", item)]

    def check(self, line: ResultLine) -> None:
        """Refuses what is stated before its ground is there: a report that is still out, two letters."""
        key = (line.visit, line.item)
        if key in self._open and not line.not_checked:
            raise Refusal(
                "CommissionOpen",
                f"事项 {line.item} 的委托报告尚未收到，请先登记报告（result commission report）；编号见 result commission list",
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
