"""Acts of an office outside any task: policies, registers, persons, tokens."""

from datetime import datetime, time, timedelta

from sqlmodel import col, func, select

from activities.acts.plans import audit_plan
from activities.draw.rising_table import table_confirmed
from activities.papers.docket import Docket
from activities.papers.rulings import Target, ruling
from activities.plans.rows import document_of
from activities.registers.state import check_whole
from models.organisation import Department, DepartmentKind, Person, Posting, Token
from models.papers import ConfirmRegister, IssueToken, PostPerson, RevokeTokens, SetPolicy
from models.registers import Policy, RegisterConfirmation
from rules.calendar import TZ
from rules.policy import OF_A_PLAN, PolicyKey, check_value
from rules.refusal import Refusal
from rules.register_columns import Register
from rules.roles import Role

LONGEST = timedelta(days=3660)
"""How long a personal token may live (policy)."""
_REGISTERS = tuple(
    one.value for one in (Register.SUBJECTS, Register.OFFICERS, Register.ITEMS, Register.EXPERTS)
)
_OWN = frozenset({PolicyKey.RISING_TABLE})
"""Policies that a department sets for itself; all others are the coordinating office's."""


@ruling(Target.OFFICE, SetPolicy, Role.OFFICE, Role.HEAD)
def set_policy(docket: Docket, paper: SetPolicy) -> None:
    """A new version of a policy value with its clause; the former ones stay."""
    try:
        key = PolicyKey(paper.key)
    except ValueError:
        raise Refusal("PolicyUnknown", f"没有规则“{paper.key}”；可用 policy show 查看全部规则") from None
    if docket.submission.role is Role.HEAD and (key not in _OWN or paper.department != docket.department):
        raise Refusal("WrongRole", f"“{key.label}”由领导小组办公室设定；部门负责人只能确认本部门的递加比例表")
    body = docket.session.get(Department, paper.department) if paper.department else None
    if paper.department and (body is None or body.office != docket.office):
        raise Refusal("DepartmentUnknown", f"没有部门 {paper.department}；请核对部门编号")
    check_value(key, paper.value)
    if paper.plan:
        _check_plan(docket, paper, key)
    version = docket.session.exec(
        select(func.count()).where(
            col(Policy.office) == docket.office,
            col(Policy.department) == paper.department,
            col(Policy.key) == key.value,
        )
    ).one()
    docket.session.add(
        Policy(
            office=docket.office,
            department=paper.department,
            plan=paper.plan,
            key=key.value,
            version=version + 1,
            value=paper.value,
            clause=paper.clause,
            valid_from=paper.valid_from,
            set_by=docket.submission.actor,
            set_at=docket.now,
        )
    )
    if key is PolicyKey.RISING_TABLE:
        docket.session.flush()
        table_confirmed(docket.clocks, by=docket.by)


def _check_plan(docket: Docket, paper: SetPolicy, key: PolicyKey) -> None:
    plan = document_of(docket.session, docket.office, paper.plan)
    if key not in OF_A_PLAN or paper.department or docket.submission.role is Role.HEAD:
        known = "、".join(f"{one.value}（{one.label}）" for one in PolicyKey if one in OF_A_PLAN)
        raise Refusal("NotOfAPlan", f"一份计划只能由办公室统一设定：{known}；其他规则请不写计划")
    audit_plan(docket, plan.id, "plan.rule", key=key.value, value=paper.value, clause=paper.clause)


@ruling(Target.OFFICE, ConfirmRegister, Role.KEEPER)
def confirm_register(docket: Docket, paper: ConfirmRegister) -> None:
    """A keeper's word that a register is up to date today (动态管理)."""
    if paper.directory not in _REGISTERS:
        raise Refusal("RegisterUnknown", f"没有名录库“{paper.directory}”，可选：{'、'.join(_REGISTERS)}")
    check_whole(docket.session, docket.office, Register(paper.directory))
    docket.session.add(
        RegisterConfirmation(
            office=docket.office,
            directory=paper.directory,
            confirmed_on=docket.clocks.today,
            confirmed_by=docket.submission.actor,
        )
    )


@ruling(Target.OFFICE, PostPerson, Role.OFFICE, Role.HEAD)
def post_person(docket: Docket, paper: PostPerson) -> None:
    """Give a person a role; a head only within their own department."""
    session = docket.session
    body = session.get(Department, paper.department)
    if body is None or body.office != docket.office:
        raise Refusal("DepartmentUnknown", f"没有部门 {paper.department}；请先登记部门（register import）")
    if docket.submission.role is Role.HEAD and paper.department != docket.department:
        raise Refusal("WrongDepartment", "单位负责人只能登记本单位人员的职务，请由其单位登记")
    try:
        role = Role(paper.role)
    except ValueError:
        raise Refusal("RoleUnknown", f"没有职务“{paper.role}”，可选：{'、'.join(Role)}") from None
    if role is Role.OFFICE and body.kind is not DepartmentKind.OFFICE:
        raise Refusal("NotTheOffice", f"“{role.label}”只能登记在领导小组办公室名下，请更正部门")
    key = (col(Posting.person) == paper.person, col(Posting.department) == paper.department)
    same = (col(Posting.role) == role, col(Posting.from_day) == paper.from_day)
    if session.exec(select(Posting).where(*key, *same)).first() is not None:
        raise Refusal("AlreadyPosted", f"{paper.person} 自{paper.from_day}起的这一职务已登记，无须重复登记")
    if session.get(Person, paper.person) is None:
        session.add(Person(id=paper.person, office=docket.office, name=paper.name))
        session.flush()
    if paper.acting_for is not None and session.get(Person, paper.acting_for) is None:
        raise Refusal("PersonUnknown", f"没有被代理人 {paper.acting_for}；请先 person post")
    if paper.acting_for is not None and paper.to_day is None:
        raise Refusal("SubstituteNeedsEnd", "代理必须有期限，请写明代理的截止日（person post … --to 日期）")
    session.add(
        Posting(
            person=paper.person,
            department=paper.department,
            role=role,
            from_day=paper.from_day,
            to_day=paper.to_day,
            acting_for=paper.acting_for,
            since=docket.clocks.today,
        )
    )


@ruling(Target.OFFICE, IssueToken, Role.OFFICE)
def issue_token(docket: Docket, paper: IssueToken) -> None:
    """A personal token: only its hash is kept; it ends with its expiry day."""
    _own_person(docket, paper.person)
    if paper.expires_on > docket.clocks.today + LONGEST:
        raise Refusal("ExpiryTooFar", f"令牌有效期不得超过{LONGEST.days}天，请缩短")
    if docket.session.get(Token, paper.sha256) is not None:
        raise Refusal("AlreadyIssued", "该令牌已发放，请重新生成令牌")
    docket.session.add(
        Token(
            sha256=paper.sha256,
            person=paper.person,
            issued_at=docket.now,
            expires_at=datetime.combine(paper.expires_on + timedelta(days=1), time(), TZ),
        )
    )


@ruling(Target.OFFICE, RevokeTokens, Role.OFFICE)
def revoke_tokens(docket: Docket, paper: RevokeTokens) -> None:
    """Revoke every living token of a person."""
    _own_person(docket, paper.person)
    for token in docket.session.exec(
        select(Token).where(col(Token.person) == paper.person, col(Token.revoked_at).is_(None))
    ):
        token.revoked_at = docket.now


def _own_person(docket: Docket, person: str) -> None:
    """Tokens are given and taken by the person's own office: another one's would let it act for them."""
    row = docket.session.get(Person, person)
    if row is None or row.office != docket.office:
        raise Refusal("PersonUnknown", f"本领导小组办公室没有人员 {person}；请先 person post")
