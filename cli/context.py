"""What every command needs: settings, database, engine, who acts, and how refusals are shown."""

import asyncio
import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlmodel import Session
from temporalio.client import Client
from temporalio.service import RPCError
from typer.core import TyperGroup

import activities.acts  # noqa: F401 - registers the rulings, which say what role files a paper
from activities.authority import postings_of
from activities.docket import RULINGS
from activities.filing import Actor, Filing
from adapters import tracing
from adapters.database import Database
from adapters.engine import connect
from adapters.migrate import migrate
from adapters.settings import Profile, Settings
from models.organisation import Posting, Token
from models.papers import Paper
from models.trail import Answer, Outcome
from rules.calendar import local_day
from rules.refusal import Refusal
from rules.roles import Role

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
Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出")]

REFUSED = 3
"""Exit code of a business refusal; 1 is a bug, 2 a wrong command line."""
WRONG = 2
"""Exit code of a wrong command line or setting."""
_PIPED_WIDTH = 160

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _PIPED_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)
T = TypeVar("T")


class Context:
    """The surroundings of one command."""

    def __init__(self, settings: Settings | None = None, *, create: bool = False) -> None:
        self.settings = settings or Settings.load()
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

    def deliver(self, target: str, paper: Paper, actor: Actor, message_id: str | None = None) -> Answer:
        """File a paper and return its answer; a refusal is raised."""

        async def deliver() -> Answer:
            client = await self.client() if not target.startswith("office/") else await self.client_or_none()
            with tracing.span(f"file {paper.kind}"):
                return await Filing(self.database, client).send(target, paper, actor, message_id=message_id)

        answer = run(deliver())
        if answer.outcome is Outcome.REFUSED:
            raise Refusal(answer.type, answer.words)
        return answer

    async def client(self) -> Client:
        """The engine; refused with a remedy where it is away."""
        try:
            return await connect()
        except RuntimeError:
            raise Refusal("EngineAway", _ENGINE_AWAY) from None

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


def check_settings() -> Settings:
    """The settings; ends with the exit code of a wrong command line where they cannot be used."""
    profile, data, url = (os.environ.get(name) for name in ("JOINT_PROFILE", "JOINT_DATA", "DATABASE_URL"))
    if profile is not None and profile not in set(Profile):
        known = "、".join(f"{one.value}（{one.label}）" for one in Profile)
        wrong = f"JOINT_PROFILE=“{profile}”不可用，可选：{known}"
    elif data is not None and not data.strip():
        wrong = "JOINT_DATA 为空；请写明数据目录，或取消该变量（unset JOINT_DATA）"
    elif url is not None and not _usable(url):
        wrong = "DATABASE_URL 为空或无法识别；请写成 sqlite:///路径 或 postgresql://…，或取消该变量"
    else:
        try:
            return Settings.load()
        except ValueError as problem:
            wrong = str(problem)
    err.print("设置有误", style="red", end="")
    err.print(f"：{wrong}", markup=False)
    raise typer.Exit(WRONG)


def _usable(url: str) -> bool:
    try:
        return make_url(url).get_backend_name() in ("sqlite", "postgresql")
    except ArgumentError:
        return False


def database_file(settings: Settings) -> Path | None:
    """The file of a database that is one."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


_ENGINE_AWAY = "连接不上 Temporal 服务；请先启动（make dev），或设置 TEMPORAL_ADDRESS"


def choose_posting(
    session: Session,
    person: str,
    department: str | None,
    now: datetime,
    roles: frozenset[Role] = frozenset(Role),
) -> Posting:
    """The posting in which a person acts: one with a fitting role where they hold one.

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
    return fit[0]


def choose_actor(session: Session, person: str, kind: str, department: str | None, now: datetime) -> Actor:
    """The posting in which a person files a kind of paper; the ruling checks it again in its transaction."""
    roles = RULINGS[kind].roles
    if department is not None and not _posted(session, person, department, now):
        # Filed as what it claims to be, so that its refusal is audited there.
        return Actor(person, min(roles), department)
    posting = choose_posting(session, person, department, now, roles)
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


def fail(refusal: Refusal) -> NoReturn:
    """Show a refusal with its type and words, and end with its exit code."""
    err.print("不予受理", style="red", end="")
    err.print(f"（{refusal.type}）：{refusal.words}", markup=False)
    raise typer.Exit(REFUSED)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    # The SDK drops the future of a message that starts its workflow; its failure is told in words here.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    return asyncio.run(work)


_DATABASE_AWAY = Refusal(
    "DatabaseAway", "数据库连接不上或尚未建表；请检查 DATABASE_URL，并由数据库管理员执行 starter.py migrate"
)


class Guarded(TyperGroup):
    """The outermost group: whatever is expected to go wrong ends in words and an exit code, not a trace."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            fail(refusal)
        except ValidationError as error:
            fail(Refusal("PaperInvalid", invalid_words(error)))
        except OperationalError:
            fail(
                Refusal("DatabaseAway", "数据库连接不上或尚未建表；请检查 DATABASE_URL，并由管理员升级数据库")
            )
        except RPCError:
            fail(Refusal("EngineAway", _ENGINE_AWAY))
        except BrokenPipeError:
            raise typer.Exit(0) from None
        except OSError as problem:
            if problem.filename is None:
                raise
            fail(Refusal("FileUnreadable", file_words(problem)))


def file_words(problem: OSError) -> str:
    """What is wrong with a file, with its path."""
    why = {FileNotFoundError: "文件或目录不存在", PermissionError: "没有权限", IsADirectoryError: "是目录"}
    return f"{problem.filename}：{why.get(type(problem), '无法读写')}，请检查路径"


def invalid_words(error: ValidationError) -> str:
    """Each cause once, with the rows that it was found in."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in error.errors():
        own = _CAUSES.get(one["type"], "不合要求")
        if one["type"] == "value_error":
            own = one["msg"].removeprefix("Value error, ")
        field = ".".join(_FIELDS.get(str(part), str(part)) for part in one["loc"] if isinstance(part, str))
        places = found.setdefault((field, own), [])
        places += [part + 1 for part in one["loc"] if isinstance(part, int)][:1]
    return f"填写有误，请更正：{'；'.join(_cause_words(*key, places) for key, places in found.items())}"


def _cause_words(field: str, cause: str, places: list[int]) -> str:
    rows = f"（第{'、'.join(str(one) for one in dict.fromkeys(places))}项）" if places else ""
    if cause == _CAUSES["string_too_short"]:
        return f"{field}{cause}{rows}"
    return f"{field}{rows}：{cause}" if field else cause


_CAUSES = {"string_too_short": "不能为空", "string_too_long": "过长", "too_short": "至少写一项"}
_FIELDS = {"reason": "理由", "number": "文号", "approval_number": "文号", "note": "说明", "name": "名称"}
