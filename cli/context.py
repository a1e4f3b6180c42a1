"""What every command needs: settings, database, engine, who acts, and how refusals are shown."""

import asyncio
import hashlib
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from sqlmodel import Session, col, select
from temporalio.client import Client

from activities.authority import postings_of
from activities.docket import RULINGS
from activities.filing import Actor, Filing
from adapters.database import Database
from adapters.engine import connect
from adapters.migrate import migrate
from adapters.settings import Profile, Settings
from models.organisation import Department, Posting, Token
from models.papers import Paper
from models.trail import Answer, Outcome
from rules.calendar import local_day
from rules.refusal import Refusal

As = Annotated[str | None, typer.Option("--as", help="以谁的身份办理（人员编号）；仅限演示和开发环境")]
TokenOption = Annotated[str | None, typer.Option("--token", envvar="JOINT_TOKEN", help="个人令牌")]
For = Annotated[str | None, typer.Option("--department", help="代表哪个部门（任职多个部门时须写明）")]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]
MessageId = Annotated[str | None, typer.Option("--message-id", help="消息编号；重复提交同一编号只办一次")]

REFUSED = 3
"""Exit code of a business refusal; 1 is a bug, 2 a wrong command line."""

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
T = TypeVar("T")


class Context:
    """The surroundings of one command."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.load()

    @cached_property
    def database(self) -> Database:
        """The database, migrated where the profile is not production (there the owner's role migrates)."""
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
            "请用 --token 或 JOINT_TOKEN 提供个人令牌"
            if self.settings.profile is Profile.PRODUCTION
            else "请用 --as 人员编号 写明办理人"
        )
        raise Refusal("WhoActs", remedy)

    def send(
        self,
        target: str,
        paper: Paper,
        *,
        named: str | None,
        token: str | None,
        department: str | None = None,
        message_id: str | None = None,
    ) -> Answer:
        """File a paper as the person that the options name, and return its answer; a refusal is raised."""
        person = self.person(named, token)
        with self.database.read() as session:
            actor = choose_actor(session, person, paper.kind, department, datetime.now(UTC))

        async def deliver() -> Answer:
            client = await self.client() if not target.startswith("office/") else await self.client_or_none()
            return await Filing(self.database, client).send(target, paper, actor, message_id=message_id)

        answer = asyncio.run(deliver())
        if answer.outcome is Outcome.REFUSED:
            raise Refusal(answer.type, answer.words)
        return answer

    async def client(self) -> Client:
        """The engine; refused with a remedy where it is away."""
        try:
            return await connect()
        except RuntimeError:
            raise Refusal(
                "EngineAway", "连接不上 Temporal 服务；请先启动（make dev），或设置 TEMPORAL_ADDRESS"
            ) from None

    async def client_or_none(self) -> Client | None:
        """The engine where it is there: an act of the office does not need it."""
        try:
            return await connect()
        except RuntimeError:
            return None

    def _by_token(self, token: str) -> str:
        digest = hashlib.sha256(token.encode()).hexdigest()
        now = datetime.now(UTC)
        with self.database.read() as session:
            row = session.get(Token, digest)
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            raise Refusal("TokenInvalid", "令牌无效、已吊销或已过期；请向领导小组办公室申领（person token）")
        return row.person


def choose_actor(session: Session, person: str, kind: str, department: str | None, now: datetime) -> Actor:
    """The posting in which a person files a kind of paper; the ruling checks it again in its transaction."""
    roles = RULINGS[kind].roles
    held = postings_of(session, person, local_day(now))
    fit = [one for one in held if one.role in roles and department in (None, one.department)]
    if not fit:
        # Filed all the same under what they hold: a refusal must leave its trace.
        fit = [one for one in held if department in (None, one.department)] or held
    if not fit:
        raise Refusal("NotPosted", f"{person} 今日没有任何有效职务；请先 person post 登记")
    if department is None and len({one.department for one in fit}) > 1:
        names = "、".join(sorted({one.department for one in fit}))
        raise Refusal("DepartmentNeeded", f"{person} 在多个部门任职，请用 --department 写明：{names}")
    return _actor(fit[0])


def _actor(posting: Posting) -> Actor:
    return Actor(posting.person, posting.role, posting.department, posting.acting_for)


def show(data: Any, *, as_json: bool, text: Callable[[], None]) -> None:
    """Print data as JSON for programs, or as `text` prints it for people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n")
    else:
        text()


def fail(refusal: Refusal) -> NoReturn:
    """Show a refusal with its type and words, and end with its exit code."""
    err.print(f"[red]不予受理[/red]（{refusal.type}）：{refusal.words}", markup=True)
    raise typer.Exit(REFUSED)


def run(work: Awaitable[T]) -> T:
    """Run a coroutine to its end."""

    async def whole() -> T:
        return await work

    return asyncio.run(whole())


def department_names(session: Session, ids: list[str]) -> dict[str, str]:
    """Names of departments, for people to read."""
    rows = session.exec(select(Department).where(col(Department.id).in_(ids)))
    return {row.id: row.name for row in rows}
