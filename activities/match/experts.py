"""Which items of a department still lack their expert, and whom the lot proposes (指派专家)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from activities.acts.preparation import confirmed
from activities.clocks.waits import Clocks
from activities.draw.later_acts import seed_of
from activities.lookup import subjects_by_id
from activities.match.aids import aids
from models.registers import CheckItem, Expert
from models.task import AidKind, Aspect, JointTask, TakingPart, Visit
from rules import experts as lot
from rules.stages import VisitStage
from rules.waits import WaitKind

_UNCHECKED = (VisitStage.UNMATCHED, VisitStage.MATCHED)


@dataclass(frozen=True)
class Lacking:
    """An item with subjects that no attached expert goes along to.

    `proposed` are experts of the register as the lot orders them; `without` counts the subjects for whom
    the register has nobody.
    """

    item: str
    name: str
    specialty: str
    proposed: tuple[Expert, ...]
    without: int


def lacking(session: Session, part: TakingPart) -> list[Lacking]:
    """The department's items that need an expert and have none for some unchecked subject."""
    items = _items(session, part)
    visits = _unchecked(session, part) if items else []
    if not visits:
        return []
    codes = {row.id: row.code for row in subjects_by_id(session, [one.subject for one in visits]).values()}
    seed = seed_of(session, part.task, min(one.act for one in visits))
    last_day = max(one.last_day for one in visits)
    known = {row.code: row for row in experts_of(session, part.task)}
    found = []
    for item in items:
        open_codes = set(codes.values())
        for aid in aids(session, part.task, part.department, AidKind.ASSIST):
            if aid.content["item"] == item.code:
                open_codes &= barred(known.get(aid.content.get("expert", "")))
        if open_codes:
            proposed, left = lot.propose(seed, item.code, open_codes, _fitting(known, item.expert, last_day))
            rows = tuple(known[code] for code in proposed)
            found.append(Lacking(item.code, item.name, item.expert, rows, len(left)))
    return found


def review_experts(clocks: Clocks, task: JointTask, part: TakingPart, *, by: str) -> None:
    """Open the handler's wait for the experts that are lacking, or settle it where none is."""
    key = f"{task.id}/experts/{part.department}"
    count, wait = len(lacking(clocks.session, part)), clocks.find(key)
    standing = wait.open if wait is not None and wait.closed_at is None else 0
    if count > standing:
        clocks.open(
            WaitKind.EXPERT,
            key=key,
            scope=f"joint-task/{task.id}",
            task=task.id,
            department=part.department,
            opened_by=by,
            count=count - standing,
        )
    elif wait is not None and standing > count:
        clocks.settle(wait, by=by, count=standing - count)


def experts_of(session: Session, task: str) -> list[Expert]:
    """The office's experts' register."""
    office = session.get_one(JointTask, task).office
    return list(session.exec(select(Expert).where(col(Expert.office) == office).order_by(col(Expert.code))))


def fits(expert: Expert, specialty: str, last_day: date) -> bool:
    """Whether an expert of the register knows the specialty and is engaged until that day."""
    return lot.fits(_plain(expert), specialty, last_day)


def barred(expert: Expert | None) -> set[str]:
    """The subjects that an attached expert does not go along to; a helper outside the register goes anywhere."""
    return set(expert.recusals) if expert is not None else set()


def last_day_of(session: Session, part: TakingPart) -> date | None:
    """The last day of the department's unchecked visits."""
    return max((visit.last_day for visit in _unchecked(session, part)), default=None)


def _plain(row: Expert) -> lot.Expert:
    return lot.Expert(row.code, frozenset(row.specialties), row.engaged_to, frozenset(row.recusals))


def _fitting(known: dict[str, Expert], specialty: str, last_day: date) -> list[lot.Expert]:
    return [plain for plain in map(_plain, known.values()) if lot.fits(plain, specialty, last_day)]


def _items(session: Session, part: TakingPart) -> list[CheckItem]:
    codes = confirmed(session, part.task)[Aspect.ITEMS].content["items"].get(part.department, ())
    rows = session.exec(
        select(CheckItem)
        .where(col(CheckItem.department) == part.department, col(CheckItem.code).in_(codes))
        .order_by(col(CheckItem.code))
    )
    return [row for row in rows if row.expert]


def _unchecked(session: Session, part: TakingPart) -> list[Visit]:
    rows = session.exec(
        select(Visit).where(
            col(Visit.task) == part.task,
            col(Visit.department) == part.department,
            col(Visit.stage).in_(_UNCHECKED),
        )
    )
    return list(rows)


def assistants_of(
    session: Session, task: str, department: str
) -> dict[str, list[tuple[dict[str, str], set[str]]]]:
    """The attached helpers of a department by item, each with the subjects that they do not go to."""
    known = {row.code: row for row in experts_of(session, task)}
    found: dict[str, list[tuple[dict[str, str], set[str]]]] = defaultdict(list)
    for aid in aids(session, task, department, AidKind.ASSIST):
        found[aid.content["item"]].append((aid.content, barred(known.get(aid.content.get("expert", "")))))
    return found
