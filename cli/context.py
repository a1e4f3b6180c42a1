"""What a command on the database needs: settings, database, engine, who acts.

The rulings and the engine's library take longer to load than a list to print: they are loaded by who files a paper.
"""

import asyncio
import hashlib
import json
import logging
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from sqlalchemy.engine import make_url
from sqlmodel import Session

from activities.authority import postings_of
from adapters import tracing
from adapters.database import Database
from adapters.logging import configure
from adapters.migrate import migrate
from adapters.settings import Profile, Settings
from cli.console import Json, err, out
from cli.faults import ENGINE_AWAY
from models.organisation import Posting, Token
from models.papers import Paper
from models.trail import Answer, Outcome
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role

if TYPE_CHECKING:
    from temporalio.client import Client

    from activities.papers.filing import Actor

__all__ = [
    "As", "Context", "For", "Json", "MessageId", "TokenOption", "choose_actor", "choose_posting",
    "database_file", "err", "out", "run", "show",
]  # fmt: skip

As = Annotated[
    str | None, typer.Option("--as", metavar="人员编号", help="以谁的身份办理；仅限演示和开发环境")
]
TokenOption = Annotated[
    str | None, typer.Option("--token", envvar="JOINT_TOKEN", show_envvar=False, help="个人令牌")
]
For = Annotated[
    str | None,
    typer.Option("--department", metavar="部门", help="代表哪个部门（任职多个部门时须写明）"),
]
MessageId = Annotated[
    str | None, typer.Option("--message-id", metavar="编号", help="消息编号；同一编号重复提交只办一次")
]

T = TypeVar("T")


class Context:
    """The surroundings of one command."""

    def __init__(self, settings: Settings | None = None, *, create: bool = False) -> None:
        self.settings = settings or Settings.load()
        configure(json=self.settings.profile is Profile.PRODUCTION, level=logging.WARNING)
        self.create = create
        """Whether the command may begin a new database."""

    @cached_property
    def database(self) -> Database:
        """The database, migrated where the profile is not production (there the owner's role migrates).

        Refuses `DatabaseMissing` where there is none: a mistyped folder must not look like an empty office.
        """
        production = self.settings.profile is Profile.PRODUCTION
        file = database_file(self.settings)
        if file is not None and not file.exists() and (production or not self.create):
            raise Refusal(
                "DatabaseMissing",
                f"没有数据库 {file}；请核对 JOINT_DATA 和 DATABASE_URL，"
                "新装请先执行 starter.py migrate（试用可 make demo 或 make dev）",
            )
        if self.settings.profile is not Profile.PRODUCTION:
            migrate(self.settings.database_url)
        return Database(self.settings.database_url)

    def person(self, named: str | None, token: str | None) -> str:
        """Who acts: named outright in demo and dev, proved by a token elsewhere."""
        if token:
            return self._by_token(token)
        if named and self.settings.profile is not Profile.PRODUCTION:
            return named
        remedy = (
            "请用 --token 或环境变量 JOINT_TOKEN 提供个人令牌"
            if self.settings.profile is Profile.PRODUCTION
            else "请用 --as 人员编号 写明办理人"
        )
        raise Refusal("WhoActs", remedy)

    def deliver(self, target: str, paper: Paper, actor: "Actor", message_id: str | None = None) -> Answer:
        """File a paper and return its answer; a refusal is raised.

        Refuses `NotDelivered` where engine or worker are away: the paper lies filed, and a worker's sweep delivers it.
        """
        from activities.papers.filing import Filing  # noqa: PLC0415 - see the module

        async def deliver() -> Answer:
            client = await self.client_or_none()
            with tracing.span(f"file {paper.kind}"):
                return await Filing(self.database, client).send(target, paper, actor, message_id=message_id)

        answer = run(deliver())
        if answer.outcome is Outcome.REFUSED:
            raise Refusal(answer.type, answer.words)
        return answer

    async def client(self) -> "Client":
        """The engine; refused with a remedy where it is away."""
        from adapters.engine import connect  # noqa: PLC0415 - see the module

        try:
            return await connect()
        except RuntimeError:
            raise Refusal("EngineAway", ENGINE_AWAY) from None

    async def client_or_none(self) -> "Client | None":
        """The engine where it is there: an act of the office does not need it, and no paper is lost without it."""
        try:
            return await self.client()
        except Refusal:
            return None

    def _by_token(self, token: str) -> str:
        digest = hashlib.sha256(token.encode()).hexdigest()
        now = datetime.now(UTC)
        with self.database.read() as session:
            row = session.get(Token, digest)
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            raise Refusal("TokenInvalid", "令牌无效、已吊销或已过期；请向领导小组办公室申领（person token）")
        return row.person


def database_file(settings: Settings) -> Path | None:
    """The file of a database that is one."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def choose_posting(
    session: Session,
    person: str,
    department: str | None,
    now: datetime,
    roles: frozenset[Role] = frozenset(Role),
    first: Role | None = None,
) -> Posting:
    """The posting in which a person acts: one with a fitting role where they hold one, `first` before others.

    Refuses `NotPosted` and, where several departments fit, `DepartmentNeeded`.
    """
    held = postings_of(session, person, local_day(now))
    here = [one for one in held if department in (None, one.department)]
    # Without a fitting role they act in one that does not fit: the refusal must leave its trace.
    fit = [one for one in here if one.role in roles] or here
    if not fit:
        where = f"在 {department} " if department else ""
        raise Refusal("NotPosted", f"{person} {where}今日没有任何有效职务；请先 person post 登记")
    if department is None and len({one.department for one in fit}) > 1:
        names = "、".join(sorted({one.department for one in fit}))
        raise Refusal("DepartmentNeeded", f"{person} 在多个部门任职，请用 --department 写明：{names}")
    return next((one for one in fit if one.role is first), fit[0])


def choose_actor(
    session: Session, person: str, kind: str, department: str | None, now: datetime, first: Role | None = None
) -> "Actor":
    """The posting in which a person files a kind of paper; the ruling checks it again in its transaction."""
    # The first registers the rulings, which say what role files a paper.
    import activities.acts  # noqa: F401, PLC0415 - see the module
    from activities.papers.filing import Actor  # noqa: PLC0415 - see the module
    from activities.papers.rulings import RULINGS  # noqa: PLC0415 - see the module

    roles = RULINGS[kind].roles
    if department is not None and not _posted(session, person, department, now):
        # Filed as what it claims to be, so that its refusal is audited there.
        return Actor(person, min(roles), department)
    posting = choose_posting(session, person, department, now, roles, first)
    return Actor(posting.person, posting.role, posting.department, posting.acting_for)


def _posted(session: Session, person: str, department: str, now: datetime) -> bool:
    return any(one.department == department for one in postings_of(session, person, local_day(now)))


def show(data: Any, *, as_json: bool, text: Callable[[], None]) -> None:
    """Print data as JSON for programs, or as `text` prints it for people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1, default=_plain) + "\n")
    else:
        text()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    # The SDK drops the future of a message that starts its workflow; its failure is told in words here.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    return asyncio.run(work)
