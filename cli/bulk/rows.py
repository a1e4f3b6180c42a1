"""The rows of a bulk job: from a list, or from a query over what is open (批量办理的清单与查询)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError
from sqlmodel import Session, col, or_, select

from activities.bulk import BulkRow
from activities.papers.rulings import ruled_by
from adapters.result_sheets import read_sheet
from cli.acting import task_id
from cli.bulk.levers import FORMS, BulkLever, Values
from cli.faults import invalid_words
from cli.given import chosen, chosen_number, department_named
from cli.waits import find_wait
from models.organisation import Department
from models.task import JointTask
from models.trail import Deadline, Wait
from rules.ladder import Level
from rules.refusal import Refusal
from rules.stages import Stage, TaskStatus
from rules.waits import WaitKind

MOST_ROWS = 10_000
_OVERDUE = ("overdue", "逾期")
_TERMS = ("kind", "department", "plan", "task", "stage")


@dataclass(frozen=True)
class Found:
    """What a row is about, and the values given for it."""

    number: int
    key: str
    """The wait's id; for a release the partner's."""
    target: str
    about: str
    values: Values


def rows_of_file(session: Session, lever: BulkLever, file: Path, common: Values) -> list[BulkRow]:
    """The rows of a list; a value that a row leaves blank is the option's. A row with a fault says so."""
    form = FORMS[lever]
    seen: set[tuple[str, str]] = set()
    rows: list[BulkRow] = []
    for row in read_sheet(file, form.columns):
        given = {**common, **{name: text for name, text in row.cells.items() if text}}
        about = " ".join(row.cells.get(name, "") for name in form.keys)
        try:
            found = _named(session, lever, row.number, given)
            _once(found, seen)
            rows.append(_row(lever, found))
        except Refusal as refusal:
            rows.append(BulkRow(row.number, about, fault=f"未受理（{refusal.type}）：{refusal.words}"))
    return _checked(rows, file.name)


def rows_of_query(
    session: Session, lever: BulkLever, office: str, query: str, common: Values, now: datetime
) -> list[BulkRow]:
    """The rows that a query finds among what is open in an office."""
    terms = parse_query(query)
    found = (
        _tasks(session, office, terms) if lever is BulkLever.CANCEL else _waits(session, office, terms, now)
    )
    rows = []
    for number, (key, target, about) in enumerate(_of_lever(lever, found), start=1):
        one = Found(number, key, target, about, common)
        try:
            rows.append(_row(lever, one))
        except Refusal as refusal:
            rows.append(BulkRow(number, about, fault=f"未受理（{refusal.type}）：{refusal.words}"))
    return _checked(rows, query)


def parse_query(query: str) -> dict[str, str]:
    """The conditions of a query, all of which hold; refuses `QueryUnknown` and `QueryEmpty`."""
    terms: dict[str, str] = {}
    for word in query.split():
        name, is_set, value = word.partition("=")
        if word in _OVERDUE:
            terms["overdue"] = "yes"
        elif is_set and value and name in _TERMS:
            terms[name] = value
        else:
            known = "、".join(f"{one}=值" for one in _TERMS)
            raise Refusal("QueryUnknown", f"不认识的条件“{word}”，可用：overdue、{known}，以空格分开")
    if not terms:
        raise Refusal("QueryEmpty", "请至少写一个条件：不加条件会波及全部待办")
    return terms


Subject = tuple[Wait | None, JointTask | None, str]
"""A wait or a task that was found, and its words."""


def _waits(session: Session, office: str, terms: dict[str, str], now: datetime) -> Iterator[Subject]:
    statement = (
        select(Wait, Department.name)
        .join(Department, col(Department.id) == col(Wait.department))
        .join(Deadline, (col(Deadline.wait) == col(Wait.id)) & col(Deadline.current).is_(True))
        .where(col(Wait.office) == office, col(Wait.closed_at).is_(None))
        .order_by(col(Deadline.due), col(Wait.key))
    )
    if "overdue" in terms:
        late = col(Deadline.suspended).is_(False) & (col(Deadline.due) <= now)
        statement = statement.where(or_(late, col(Wait.level) >= Level.HEAD))
    if "kind" in terms:
        statement = statement.where(col(Wait.kind) == chosen(WaitKind, terms["kind"]).value)
    if "department" in terms:
        department = department_named(session, terms["department"]).id
        statement = statement.where(col(Wait.department) == department)
    if "stage" in terms:
        statement = statement.where(col(Wait.stage) == int(chosen_number(Stage, terms["stage"])))
    if "task" in terms:
        statement = statement.where(col(Wait.task) == task_id(terms["task"]))
    if "plan" in terms:
        of_plan = select(JointTask.id).where(col(JointTask.document) == terms["plan"])
        statement = statement.where(col(Wait.task).in_(of_plan))
    for wait, name in session.exec(statement.limit(MOST_ROWS + 1)):
        yield wait, None, f"{wait.task or wait.scope} {name} {WaitKind(wait.kind).label}"


def _tasks(session: Session, office: str, terms: dict[str, str]) -> Iterator[Subject]:
    if strange := sorted(terms.keys() & {"overdue", "kind"}):
        raise Refusal("QueryUnknown", f"撤销任务不能按“{'、'.join(strange)}”查询，可用 plan=、task=、stage=")
    statement = (
        select(JointTask)
        .where(col(JointTask.office) == office, col(JointTask.status) == TaskStatus.OPEN)
        .order_by(col(JointTask.id))
    )
    if "plan" in terms:
        statement = statement.where(col(JointTask.document) == terms["plan"])
    if "task" in terms:
        statement = statement.where(col(JointTask.id) == task_id(terms["task"]))
    if "stage" in terms:
        statement = statement.where(col(JointTask.stage) == chosen_number(Stage, terms["stage"]))
    if "department" in terms:
        initiator = department_named(session, terms["department"]).id
        statement = statement.where(col(JointTask.initiator) == initiator)
    for task in session.exec(statement.limit(MOST_ROWS + 1)):
        yield None, task, f"{task.id} {task.name}"


def _of_lever(lever: BulkLever, found: Iterable[Subject]) -> Iterator[tuple[str, str, str]]:
    """Key, target and words of each; of waits a release takes the open claims alone."""
    for wait, task, about in found:
        if task is not None:
            yield task.id, f"joint-task/{task.id}", about
        elif wait is not None and lever is not BulkLever.RELEASE:
            yield wait.id, ruled_by(wait), about
        elif wait is not None and wait.kind == WaitKind.CLAIM:
            yield wait.department, wait.scope, about


def _named(session: Session, lever: BulkLever, number: int, given: Values) -> Found:
    """What a row of a list names."""
    if "wait" in FORMS[lever].keys:
        wait = find_wait(session, given.get("wait", ""))
        about = f"{wait.task or wait.scope} {WaitKind(wait.kind).label}"
        return Found(number, wait.id, ruled_by(wait), about, given)
    task = session.get(JointTask, task_id(given.get("task", "")))
    if task is None:
        raise Refusal("TaskUnknown", f"没有任务 {given.get('task', '')}；可用 task list --all 查看任务编号")
    if lever is BulkLever.CANCEL:
        return Found(number, task.id, f"joint-task/{task.id}", f"{task.id} {task.name}", given)
    partner = department_named(session, given.get("department", ""))
    return Found(number, partner.id, f"joint-task/{task.id}", f"{task.id} {partner.name}", given)


def _once(found: Found, seen: set[tuple[str, str]]) -> None:
    if (found.target, found.key) in seen:
        raise Refusal("RowTwice", "与前面的行重复，请删去")
    seen.add((found.target, found.key))


def _row(lever: BulkLever, found: Found) -> BulkRow:
    try:
        paper = FORMS[lever].paper(found.key, found.values)
    except ValidationError as error:
        raise Refusal("PaperInvalid", invalid_words(error)) from None
    return BulkRow(found.number, found.about, found.target, paper.kind, paper.model_dump(mode="json"))


def _checked(rows: list[BulkRow], source: str) -> list[BulkRow]:
    if not rows:
        raise Refusal("NothingFound", f"“{source}”没有可办理的行；请核对条件或清单")
    if len(rows) > MOST_ROWS:
        raise Refusal("TooManyRows", f"一次最多办理{MOST_ROWS}行，请分开办理")
    return rows
