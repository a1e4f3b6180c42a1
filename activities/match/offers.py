"""Checks that need not be made alone, or again: joint visits and unexpired results (合并上门、结果互认)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from activities.acts.preparation import confirmed
from activities.clocks.waits import Clocks
from activities.match.aids import aids
from activities.results.corrected import standing_categories
from models.outcomes import Result
from models.registers import CheckItem
from models.task import AidKind, Aspect, JointTask, MatchAid, Visit
from rules.policy import PolicyKey
from rules.results import Category
from rules.stages import VisitStage

UNCHECKED = (VisitStage.UNMATCHED, VisitStage.MATCHED)
_APPROVED = (VisitStage.APPROVED, VisitStage.RECEIPTED, VisitStage.PUBLISHED)


@dataclass(frozen=True)
class RecognisableResult:
    """An approved result of another department on one of a visit's items, inside its validity."""

    visit: str
    item: str
    name: str
    result: str
    task: str
    department: str
    completed_on: date
    valid_to: date
    categories: tuple[str, ...]


def standing_results(clocks: Clocks, task: JointTask, department: str) -> list[RecognisableResult]:
    """What a department might recognise, for its unchecked visits, as it stands; an item is the same by its name."""
    session = clocks.session
    valid = timedelta(days=int(clocks.policies.value(PolicyKey.RESULT_VALID_DAYS)))
    refused = {row.content["visit"] for row in aids(session, task.id, department, AidKind.REPEAT)}
    mine = {
        visit.subject: visit.id
        for visit in session.exec(
            select(Visit).where(
                col(Visit.task) == task.id,
                col(Visit.department) == department,
                col(Visit.stage).in_(UNCHECKED),
            )
        )
        if visit.id not in refused
    }
    own = items_of(session, task.id, department)
    if not mine or not own:
        return []
    own_subjects = core_select(col(Visit.subject)).where(
        col(Visit.task) == task.id, col(Visit.department) == department
    )
    by_name = {name: code for code, name in own.items()}
    listed = session.exec(select(CheckItem).where(col(CheckItem.office) == task.office)).all()
    names = {(item.department, item.code): item.name for item in listed}
    rows = session.exec(
        select(Visit, Result)
        .join(Result, (col(Result.visit) == col(Visit.id)) & (col(Result.cycle) == col(Visit.cycle)))
        .join(JointTask, col(JointTask.id) == col(Visit.task))
        .where(
            col(JointTask.office) == task.office,
            col(Visit.task) != task.id,
            col(Visit.department) != department,
            col(Visit.subject).in_(own_subjects),
            col(Visit.stage).in_(_APPROVED),
            col(Visit.completed_on) >= clocks.today - valid,
        )
        .order_by(col(Visit.completed_on), col(Result.id))
    )
    found = []
    for visit, result in rows:
        name, completed = names.get((visit.department, result.item), ""), visit.completed_on
        if completed is not None and visit.subject in mine and name in by_name:
            found.append(
                RecognisableResult(
                    mine[visit.subject],
                    by_name[name],
                    name,
                    result.id,
                    visit.task,
                    visit.department,
                    completed,
                    completed + valid,
                    tuple(Category(one).label for one in standing_categories(session, result)),
                )
            )
    return found


def items_of(session: Session, task: str, department: str) -> dict[str, str]:
    """The names of a department's confirmed items by code."""
    codes = confirmed(session, task)[Aspect.ITEMS].content["items"].get(department, ())
    rows = session.exec(
        select(CheckItem).where(col(CheckItem.department) == department, col(CheckItem.code).in_(codes))
    )
    return {row.code: row.name for row in rows}


def offers_to(session: Session, visit: Visit) -> list[MatchAid]:
    """The joint visits that were offered for a visit and have no answer yet."""
    return [
        row for row in open_offers(session, visit.task, visit.department) if row.content["other"] == visit.id
    ]


def open_offers(session: Session, task: str, department: str) -> list[MatchAid]:
    """The joint visits that were offered to a department's task and have no answer yet."""
    offered = session.exec(select(MatchAid).where(col(MatchAid.kind) == AidKind.OFFER)).all()
    answered = {
        (row.content["task"], row.content["department"], row.content["answers"])
        for row in aids(session, task, department, AidKind.JOIN, AidKind.APART)
    }
    waiting = [
        row
        for row in offered
        if row.content["task"] == task and (row.task, row.department, row.number) not in answered
    ]
    visits = {row.content["other"] for row in waiting}
    mine = session.exec(
        select(Visit.id).where(col(Visit.id).in_(visits), col(Visit.department) == department)
    ).all()
    return [row for row in waiting if row.content["other"] in mine]


def joined_with(session: Session, task: str, department: str) -> dict[str, list[str]]:
    """The departments that come along by agreement with another task, by the id of the subject."""
    found: dict[str, list[str]] = {}
    for row in session.exec(select(MatchAid).where(col(MatchAid.kind) == AidKind.JOIN)):
        sides = ((row.task, row.department), (row.content["task"], row.content["department"]))
        if (task, department) in sides:
            other = sides[1] if sides[0] == (task, department) else sides[0]
            found.setdefault(row.content["subject"], []).append(other[1])
    return found
