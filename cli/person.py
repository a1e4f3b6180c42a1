"""`person`: postings, substitutes and personal tokens (人员、任职、代理、令牌)."""

import hashlib
import re
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_urlsafe
from typing import Annotated

import typer
from sqlmodel import Session, col, func, or_, select

from activities import audit
from activities.authority import postings_of
from cli import parent_office
from cli.acting import Who, acts, reads
from cli.context import Context, Json, out, show
from cli.given import chosen, day_of, department_named, department_names
from cli.parent_office import check_parent
from cli.tables import done, hint, mask, print_table
from models.organisation import Department, DepartmentKind, Office, Person, Posting, Token
from models.papers import IssueToken, PostPerson, RevokeTokens
from rules.calendar import TZ, local_day
from rules.plan.values import OfficeLevel
from rules.refusal import Refusal
from rules.roles import Role

app = typer.Typer(help="人员：任职、代理、个人令牌", no_args_is_help=True)
app.add_typer(parent_office.app)

PersonId = Annotated[str, typer.Argument(metavar="人员编号")]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="有效天数")]
_FIRST_DAYS = 7
_CODE = re.compile(r"[a-z0-9]+")


@app.command("list")
@reads
def list_(
    department: Annotated[str | None, typer.Option("--department", metavar="部门", help="只列该部门")] = None,
    as_json: Json = False,
) -> None:
    """列出今日有效的任职；姓名隐去中间的字。"""
    today = local_day(datetime.now(UTC))
    with Context().database.read() as session:
        statement = (
            select(Posting, Person)
            .join(Person, col(Person.id) == col(Posting.person))
            .where(
                col(Posting.from_day) <= today,
                or_(col(Posting.to_day).is_(None), col(Posting.to_day) >= today),
            )
            .order_by(col(Posting.department), col(Posting.role), col(Posting.person))
        )
        if department is not None:
            statement = statement.where(col(Posting.department) == department_named(session, department).id)
        held = session.exec(statement).all()
        names = department_names(session, [posting.department for posting, _ in held])
    data = [
        {
            "person": posting.person,
            "name": mask(person.name),
            "department": posting.department,
            "department_name": names[posting.department],
            "role": posting.role.value,
            "role_name": posting.role.label,
            "from_day": posting.from_day,
            "to_day": posting.to_day,
            "acting_for": posting.acting_for,
        }
        for posting, person in held
    ]
    columns = {
        "person": "人员编号",
        "name": "姓名",
        "department": "部门编号",
        "department_name": "部门",
        "role_name": "职务",
        "from_day": "自",
        "to_day": "至",
        "acting_for": "代理",
    }
    show(data, as_json=as_json, text=lambda: print_table(columns, data))


@app.command("post")
@acts
def post(
    person: PersonId,
    name: Annotated[str, typer.Argument(metavar="姓名")],
    body: Annotated[str, typer.Argument(metavar="部门", help="部门编号、名称或别名")],
    role: Annotated[
        str,
        typer.Argument(
            metavar="职务",
            help="、".join(f"{one.value}（{one.label}）" for one in Role if one is not Role.MACHINE),
        ),
    ],
    who: Who,
    from_day: Annotated[str | None, typer.Option("--from", metavar="日期", help="自何日（默认今日）")] = None,
    to_day: Annotated[
        str | None, typer.Option("--to", metavar="日期", help="至何日（含）；代理须写明")
    ] = None,
    acting_for: Annotated[
        str | None, typer.Option("--acting-for", metavar="人员编号", help="代理谁：两人都留名")
    ] = None,
) -> None:
    """登记任职，或一段时间的代理。"""
    if acting_for is not None and to_day is None:
        raise Refusal("PeriodNeeded", "代理须有起止期限：请用 --to 日期 写明代理至何日（含）")
    with who.database.read() as session:
        found = department_named(session, body)
        department, department_name = found.id, found.name
    paper = PostPerson(
        person=person,
        name=name,
        department=department,
        role=chosen(Role, role).value,
        from_day=day_of(from_day) if from_day else local_day(datetime.now(UTC)),
        to_day=day_of(to_day) if to_day else None,
        acting_for=acting_for,
    )
    who.to_office(paper)
    done(f"已登记 {person} 在{department_name}任{Role(paper.role).label}")


@app.command("token")
@acts
def token(person: PersonId, who: Who, days: Days = 90) -> None:
    """发放个人令牌：只显示这一次，库中只存其摘要。"""
    secret = token_urlsafe(32)
    expires = local_day(datetime.now(UTC)) + timedelta(days=days)
    who.to_office(
        IssueToken(person=person, sha256=hashlib.sha256(secret.encode()).hexdigest(), expires_on=expires)
    )
    _print_token(person, secret, expires)


@app.command("revoke")
@acts
def revoke(
    person: PersonId, reason: Annotated[str, typer.Option("--reason", help="吊销理由")], who: Who
) -> None:
    """吊销一人的全部令牌。"""
    who.to_office(RevokeTokens(person=person, reason=reason))
    done(f"已吊销 {person} 的全部令牌")


@app.command("bootstrap-office")
def bootstrap_office(
    code: Annotated[str, typer.Argument(metavar="办公室代号", help="小写字母和数字，如 yc")],
    name: Annotated[str, typer.Argument(metavar="办公室名称")],
    territory: Annotated[str, typer.Argument(metavar="辖区")],
    person: Annotated[str, typer.Argument(metavar="首名工作人员编号")],
    person_name: Annotated[str, typer.Argument(metavar="首名工作人员姓名")],
    parent: Annotated[str | None, typer.Option("--parent", metavar="代号", help="上级办公室")] = None,
    level: Annotated[
        OfficeLevel, typer.Option("--level", help="本办公室的层级：县（区）county、市 city、省 province")
    ] = OfficeLevel.COUNTY,
) -> None:
    """新装时由数据库管理员登记领导小组办公室及其首名工作人员；其余人员、部门由其登记。"""
    if not _CODE.fullmatch(code):
        raise Refusal("CodeInvalid", f"“{code}”不能作办公室代号：只用小写字母和数字，它是计划编号的开头")
    now = datetime.now(UTC)
    with Context(create=True).database.write() as session:
        if session.get(Office, code) is not None:
            raise Refusal("OfficeExists", f"领导小组办公室 {code} 已登记；人员请用 person post 登记")
        if session.get(Person, person) is not None:
            raise Refusal("PersonExists", f"人员编号 {person} 已被使用，请另编")
        check_parent(session, code, parent)
        session.add(Office(code=code, name=name, territory=territory, parent=parent, level=level.value))
        session.flush()
        today = local_day(now)
        body = Department(
            id=f"{code}/office", office=code, name=name, kind=DepartmentKind.OFFICE, since=today
        )
        session.add_all([body, Person(id=person, office=code, name=person_name)])
        session.flush()
        session.add(Posting(person=person, department=body.id, role=Role.OFFICE, from_day=today, since=today))
        audit.record(
            session,
            audit.office_chain(code),
            "office.registered",
            at=now,
            actor="owner",
            detail={"person": person},
        )
    done(f"已登记 {name}（{code}）和工作人员 {person}")
    hint(f"发放首枚令牌：starter.py person bootstrap-token {person}")


@app.command("bootstrap-token")
def bootstrap_token(person: PersonId, days: Days = _FIRST_DAYS) -> None:
    """新装时由数据库管理员给办公室首名工作人员发令牌；办公室已有人持有效令牌时不受理。"""
    secret = token_urlsafe(32)
    now = datetime.now(UTC)
    expires = local_day(now) + timedelta(days=days)
    with Context().database.write() as session:
        row = session.get(Person, person)
        if row is None or not _of_office(session, person, local_day(now)):
            raise Refusal("NotOfficeStaff", f"{person} 不是领导小组办公室工作人员；首枚令牌只发给办公室人员")
        if _living_tokens(session, row.office, now):
            raise Refusal("TokenExists", "办公室已有人持有效令牌，请由其办理：person token")
        session.add(
            Token(
                sha256=hashlib.sha256(secret.encode()).hexdigest(),
                person=person,
                issued_at=now,
                expires_at=datetime.combine(expires + timedelta(days=1), time(), TZ),
            )
        )
        audit.record(
            session,
            audit.office_chain(row.office),
            "person.bootstrap-token",
            at=now,
            actor="owner",
            detail={"person": person, "expires_on": expires},
        )
    _print_token(person, secret, expires)


def _of_office(session: Session, person: str, today: date) -> bool:
    return any(posting.role is Role.OFFICE for posting in postings_of(session, person, today))


def _living_tokens(session: Session, office: str, now: datetime) -> int:
    """How many living tokens the office's staff hold."""
    staff = select(Posting.person).where(col(Posting.role) == Role.OFFICE)
    return session.exec(
        select(func.count())
        .select_from(Token)
        .join(Person, col(Person.id) == col(Token.person))
        .where(
            col(Person.office) == office,
            col(Token.person).in_(staff),
            col(Token.revoked_at).is_(None),
            col(Token.expires_at) > now,
        )
    ).one()


def _print_token(person: str, secret: str, expires: date) -> None:
    done(f"{person} 的令牌，有效至 {expires}（只显示这一次）：")
    out.print(secret, markup=False)
    hint("用法：--token 令牌，或 export JOINT_TOKEN=令牌")
