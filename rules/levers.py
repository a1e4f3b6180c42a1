"""What may be done to a wait's clock by a reasoned, approved act, and by whom (中止、延期、改派、免办)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.refusal import Refusal
from rules.roles import Role
from rules.waits import WaitKind


class Lever(StrEnum):
    """An act on a wait (中止、延期、改派、免办)."""

    SUSPEND = "suspend"
    RESUME = "resume"
    EXTEND = "extend"
    REASSIGN = "reassign"
    SKIP = "skip"

    @property
    def label(self) -> str:
        """The act in the words of the trade."""
        return {
            "suspend": "中止期限",
            "resume": "恢复期限",
            "extend": "延长期限",
            "reassign": "改派",
            "skip": "免办",
        }[self.value]


@dataclass(frozen=True)
class LeverRule:
    """What a kind of wait admits.

    `own_extension` lets the department's head extend it, where the period is nobody's but the
    department's; all others are the coordinating office's to extend. `roles` are those that may
    lawfully do what is owed. `instead` names the remedy where a lever is missing.
    """

    roles: tuple[Role, ...]
    suspend: bool = True
    extend: bool = True
    own_extension: bool = False
    skip: bool = False
    instead: str = ""


_OWN_SITE = (Role.HANDLER,)
LEVERS: Mapping[WaitKind, LeverRule] = {
    WaitKind.PREPARE: LeverRule((Role.HANDLER,), own_extension=True),
    WaitKind.PREPARE_ITEMS: LeverRule((Role.HANDLER,), own_extension=True),
    WaitKind.PREPARE_PERIODS: LeverRule((Role.HANDLER,), own_extension=True),
    WaitKind.RISING: LeverRule((Role.HEAD,), own_extension=True),
    WaitKind.CONFIRM: LeverRule((Role.APPROVER, Role.HEAD, Role.HANDLER), own_extension=True),
    WaitKind.CONFIRM_ITEMS: LeverRule((Role.APPROVER, Role.HEAD, Role.HANDLER), own_extension=True),
    WaitKind.CONFIRM_PERIODS: LeverRule((Role.APPROVER, Role.HEAD, Role.HANDLER), own_extension=True),
    WaitKind.CLAIM: LeverRule(
        (Role.HANDLER, Role.HEAD), instead="不再由该部门配合的，请用 task release 免除；换部门的须调整计划"
    ),
    WaitKind.SETTLE_CLAIM: LeverRule((Role.OFFICE,), instead="请用 task reoffer、release 或 extend 处理"),
    WaitKind.REQUEST_DRAW: LeverRule((Role.HANDLER,), own_extension=True),
    WaitKind.APPROVE_DRAW: LeverRule((Role.APPROVER, Role.HEAD), own_extension=True),
    WaitKind.ALLOW_REDRAW: LeverRule((Role.OFFICE,)),
    WaitKind.COMMIT: LeverRule(
        (Role.HANDLER, Role.OFFICE), suspend=False, instead="请用 task extend-wait 延期"
    ),
    WaitKind.REVEAL: LeverRule(
        (Role.HANDLER, Role.OFFICE), suspend=False, instead="请用 task extend-wait 延期"
    ),
    WaitKind.PUBLIC_VALUE: LeverRule((Role.OFFICE,), suspend=False, instead="请用 task extend-wait 延期"),
    WaitKind.MATCH: LeverRule((Role.HANDLER,), own_extension=True),
    WaitKind.LEND: LeverRule((Role.APPROVER, Role.HEAD), instead="不借的请用 task lend --no 答复"),
    WaitKind.EXPERT: LeverRule((Role.HANDLER, Role.APPROVER), own_extension=True),
    WaitKind.JOINT_VISIT: LeverRule((Role.APPROVER, Role.HEAD), instead="不合并的请用 task join --no 答复"),
    WaitKind.VISIT: LeverRule(
        (Role.OFFICER, Role.HANDLER),
        suspend=False,
        extend=False,
        instead="检查时段的推迟和改期请用 task postpone，换人请用 task match",
    ),
    WaitKind.ENTRY: LeverRule((Role.OFFICER, Role.HANDLER)),
    WaitKind.APPROVAL: LeverRule((Role.APPROVER, Role.HEAD)),
    WaitKind.RECEIPT: LeverRule((Role.HANDLER,)),
    WaitKind.FORWARD: LeverRule((Role.HANDLER,)),
    WaitKind.PROOF: LeverRule(_OWN_SITE),
    WaitKind.DISPOSAL: LeverRule(
        (Role.HANDLER, Role.OFFICER),
        extend=False,
        instead="处置期限的延长按处置步骤办理（disposal step），换部门须移送并由对方接收",
    ),
    WaitKind.ACKNOWLEDGE: LeverRule(
        (Role.HANDLER, Role.OFFICER), instead="不接收的请用 disposal step 退回，由移送部门另行处置"
    ),
    WaitKind.SIGN: LeverRule((Role.HEAD,), own_extension=True),
    WaitKind.SUMMARY: LeverRule((Role.HANDLER,)),
    WaitKind.SUMMARY_RECEIPT: LeverRule((Role.OFFICE,)),
    WaitKind.YEARLY_REPORT: LeverRule((Role.HANDLER, Role.HEAD), skip=True),
    WaitKind.SETTLE_ROWS: LeverRule((Role.OFFICE,)),
    WaitKind.REGISTER_LOAD: LeverRule((Role.OFFICE,)),
    WaitKind.YEARLY_SUPPLEMENT: LeverRule((Role.HANDLER, Role.HEAD), skip=True),
    WaitKind.COMMISSION: LeverRule((Role.HANDLER,), own_extension=True),
    WaitKind.WITHDRAWAL: LeverRule((Role.HANDLER,), suspend=False, extend=False),
    WaitKind.CONSENT: LeverRule((Role.OFFICE,), suspend=False, extend=False),
    WaitKind.REFERRAL: LeverRule((Role.HANDLER, Role.HEAD), own_extension=True),
    WaitKind.DECIDE_CLOCK: LeverRule(
        (Role.HEAD, Role.APPROVER, Role.OFFICE),
        suspend=False,
        extend=False,
        instead="请先就申请本身作出决定（task decide-clock）",
    ),
    WaitKind.WINDOW: LeverRule(
        (Role.HANDLER,),
        suspend=False,
        extend=False,
        instead="起止时间由计划确定：窗口外发起请由领导小组办公室批准（task approve-launch），不再抽查的须调整计划（plan adjust）或登记未实施（plan omit）",
    ),
}
"""Skipping needs an end that is lawful without what is owed: a result, a signature, a publication has none."""


def decides(kind: WaitKind, lever: Lever, unit: Role) -> Role:
    """Who approves the act: the unit's own `unit` (policy), or the coordinating office."""
    beyond = lever is Lever.SKIP or (lever is Lever.EXTEND and not LEVERS[kind].own_extension)
    return Role.OFFICE if beyond else unit


def check_lever(kind: WaitKind, lever: Lever, role: Role, unit: Role = Role.HEAD) -> None:
    """Refuse a lever that the kind does not admit, or that the role may not pull on it.

    `unit` approves what is the department's own (policy); the head stands above the approver.
    """
    check_admitted(kind, lever)
    if role is Role.OFFICE or lever is Lever.REASSIGN:
        return
    needed = decides(kind, lever, unit)
    if needed is Role.OFFICE:
        what = f"“{kind.label}”的{lever.label}"
        raise Refusal("OfficeOnly", f"{what}须由领导小组办公室批准；本部门不写 --approval 即为提出申请")
    if needed is Role.HEAD and role is not Role.HEAD:
        raise Refusal("HeadNeeded", f"“{kind.label}”的{lever.label}须由单位主要负责人或领导小组办公室批准")


def check_admitted(kind: WaitKind, lever: Lever) -> None:
    """Refuse a lever that the kind does not admit, whoever pulls it."""
    rule = LEVERS.get(kind, LeverRule(()))
    admitted = {
        Lever.SUSPEND: rule.suspend,
        Lever.RESUME: rule.suspend,
        Lever.EXTEND: rule.extend,
        Lever.REASSIGN: len(rule.roles) > 0,
        Lever.SKIP: rule.skip,
    }[lever]
    if not admitted:
        instead = rule.instead or "请督促办理，或由领导小组办公室延期（task extend-wait）"
        raise Refusal("LeverNotLawful", f"“{kind.label}”不能{lever.label}；{instead}")


def check_role_for(kind: WaitKind, role: Role) -> None:
    """Refuse a role that may not do what is owed: a reminder to it could not be answered."""
    roles = LEVERS[kind].roles
    if role not in roles:
        words = "、".join(one.label for one in roles)
        raise Refusal("WrongRole", f"“{kind.label}”只能由{words}办理，请改派给其中之一")
