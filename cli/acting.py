"""The options of a command that acts (--as, --token, --department, --message-id), and what it sends."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from activities import audit
from activities.authority import postings_of
from activities.papers.submissions import office_of
from adapters.database import Database
from adapters.settings import Profile
from cli.context import As, Context, For, MessageId, TokenOption, choose_actor, choose_posting
from cli.given import department_named
from models.organisation import Posting
from models.papers import Paper
from models.trail import Answer
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role

if TYPE_CHECKING:
    from activities.papers.filing import Actor

TaskId = Annotated[str, typer.Argument(metavar="任务编号", help="形如 yc-2024/4/1，见 task list")]

_OPTIONS: dict[str, Any] = {"named": As, "token": TokenOption, "department": For, "message_id": MessageId}


@dataclass(frozen=True)
class Who:
    """Who a command acts as, by its options."""

    context: Context
    named: str | None = None
    token: str | None = None
    department: str | None = None
    message_id: str | None = None

    @cached_property
    def person(self) -> str:
        """The person's id."""
        return self.context.person(self.named, self.token)

    @property
    def database(self) -> Database:
        """The database."""
        return self.context.database

    @cached_property
    def department_id(self) -> str | None:
        """The department that was named, by id, name or alias."""
        if self.department is None:
            return None
        with self.database.read() as session:
            return department_named(session, self.department).id

    def posting(self, roles: frozenset[Role] = frozenset(Role)) -> Posting:
        """The posting in which the person acts without a paper, one of `roles` where they hold one."""
        with self.database.read() as session:
            return choose_posting(session, self.person, self.department_id, datetime.now(UTC), roles)

    @staticmethod
    def names(posting: Posting) -> audit.By:
        """The one who acts, as the audit trail names them."""
        by = audit.By(actor=posting.person, role=posting.role.value, department=posting.department)
        return audit.By(**by, acting_for=posting.acting_for) if posting.acting_for else by

    def own_department(self) -> str:
        """The department whose papers a person reads, whatever their role there."""
        return self.posting().department

    def office_of(self, department: str) -> str:
        """The office of a department."""
        with self.database.read() as session:
            return office_of(session, department)

    def actor(self, paper: type[Paper], first: Role | None = None) -> "Actor":
        """The posting in which the person files that kind of paper: in the role `first` where they hold it."""
        now = datetime.now(UTC)
        with self.database.read() as session:
            return choose_actor(session, self.person, paper.kind, self.department_id, now, first)

    def send(
        self, target: str, paper: Paper, *, message_id: str | None = None, first: Role | None = None
    ) -> Answer:
        """File a paper with its target; a refusal is raised."""
        actor = self.actor(type(paper), first)
        return self.context.deliver(target, paper, actor, message_id or self.message_id)

    def to_task(self, task: str, paper: Paper) -> Answer:
        """File a paper with a joint task."""
        return self.send(f"joint-task/{task_id(task)}", paper)

    def to_office(self, paper: Paper) -> Answer:
        """File a paper with the office of the acting department."""
        actor = self.actor(type(paper))
        return self.context.deliver(
            f"office/{self.office_of(actor.department)}", paper, actor, self.message_id
        )


def task_id(text: str) -> str:
    """A task's id; its workflow's id is taken as well, for that is what the Web UI shows."""
    return text.removeprefix("joint-task/")


def acts(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `who` the four options of acting."""
    return _with_options(command, tuple(_OPTIONS))


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `who` the options that say who asks; it sends no single message."""
    return _with_options(command, ("named", "token", "department"))


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that lists subjects' or persons' data the options that say who reads.

    In production a valid token of somebody who is posted today is needed; in demo and dev nobody is asked.
    """

    @wraps(command)
    def checked(who: Who, **values: Any) -> None:
        if who.context.settings.profile is Profile.PRODUCTION:
            with who.database.read() as session:
                if not postings_of(session, who.person, local_day(datetime.now(UTC))):
                    raise Refusal("NotPosted", f"{who.person} 今日没有任何有效职务；请先 person post 登记")
        command(**values)

    return _with_options(checked, ("named", "token"))


def _with_options(command: Callable[..., None], names: tuple[str, ...]) -> Callable[..., None]:
    signature = inspect.signature(command)
    kept = [one for one in signature.parameters.values() if one.name != "who"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_OPTIONS[name])
        for name in names
    ]

    @wraps(command)
    def wrapped(**values: Any) -> None:
        options = {name: values.pop(name) for name in names}
        command(who=Who(Context(), **options), **values)

    # Typer reads a command's options from its signature and annotations.
    wrapped.__signature__ = signature.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]  # a function's own attribute
    wrapped.__annotations__ = {one.name: one.annotation for one in [*kept, *added]}
    return wrapped
