"""The rule of every kind of wait (待办): who owes it, at which stage, by which clock, and what ends it."""

from dataclasses import dataclass

from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import Stage
from rules.waits import WaitKind


@dataclass(frozen=True)
class WaitRule:
    """The constants of a kind of wait.

    `period` is the policy that holds the amount (its unit stands with the policy); None where the
    due day comes from the fact itself (a visit period, a disposal's own period). `command` is what
    the owner types; `{target}` is filled with the task's, disposal's or department's id.
    """

    stage: Stage
    role: Role
    period: PolicyKey | None
    command: str
    otherwise: str = "逾期逐级催办：本人、负责人、领导小组办公室"
    clause: str = ""
    """Where the last day comes from, where no period of a policy sets it."""
    first: str = ""
    """The command that shows or writes out what the owner needs before that one, where there is such."""


def _task(verb: str) -> str:
    return f"starter.py task {verb} {{target}}"


def _confirm(aspect: str) -> WaitRule:
    """A second person's confirmation of one aspect: the three are owed, and told, apart."""
    return WaitRule(Stage.INITIATE, Role.APPROVER, PolicyKey.CONFIRM_DAYS, f"{_task('confirm')} {aspect}")


BY_ITSELF = "系统到期自动揭示代管的随机值，无须办理"
"""What a reveal is called where the service keeps the secret."""
_LEFT_OUT = "逾期按规则不计入定种，记入抽取记录；不足两家的由领导小组办公室见证"

WAITS: dict[WaitKind, WaitRule] = {
    WaitKind.PREPARE: WaitRule(
        Stage.INITIATE,
        Role.HANDLER,
        PolicyKey.PREPARE_DAYS,
        _task("scope") + " --proposed",
        first=_task("scope"),
    ),
    WaitKind.PREPARE_ITEMS: WaitRule(
        Stage.INITIATE,
        Role.HANDLER,
        PolicyKey.PREPARE_DAYS,
        _task("items") + " --item 部门=编号,编号",
        first=_task("items"),
    ),
    WaitKind.PREPARE_PERIODS: WaitRule(
        Stage.INITIATE, Role.HANDLER, PolicyKey.PREPARE_DAYS, _task("periods") + " --period 起日~止日"
    ),
    WaitKind.RISING: WaitRule(
        Stage.INITIATE,
        Role.HEAD,
        PolicyKey.RISING_DAYS,
        """starter.py policy set rising_table '{{"A":"1","B":"2","C":"4","D":"4"}}' --clause 依据""",
        "未确认的不能申请抽取；逾期逐级催办：负责人、领导小组办公室",
    ),
    WaitKind.CONFIRM: _confirm("scope"),
    WaitKind.CONFIRM_ITEMS: _confirm("items"),
    WaitKind.CONFIRM_PERIODS: _confirm("periods"),
    WaitKind.CLAIM: WaitRule(Stage.NOTIFY, Role.HANDLER, PolicyKey.CLAIM_DAYS, _task("claim")),
    WaitKind.SETTLE_CLAIM: WaitRule(
        Stage.NOTIFY, Role.OFFICE, PolicyKey.SETTLE_CLAIM_DAYS, _task("reoffer") + " --reason 理由"
    ),
    WaitKind.REQUEST_DRAW: WaitRule(
        Stage.DRAW, Role.HANDLER, PolicyKey.REQUEST_DRAW_DAYS, _task("draw request")
    ),
    WaitKind.APPROVE_DRAW: WaitRule(
        Stage.DRAW, Role.APPROVER, PolicyKey.APPROVE_DRAW_DAYS, _task("draw approve")
    ),
    WaitKind.ALLOW_REDRAW: WaitRule(
        Stage.DRAW, Role.OFFICE, PolicyKey.APPROVE_DRAW_DAYS, _task("draw approve")
    ),
    WaitKind.COMMIT: WaitRule(
        Stage.DRAW,
        Role.HANDLER,
        PolicyKey.COMMIT_HOURS,
        _task("draw commit") + " --secret-file 文件",
        _LEFT_OUT,
    ),
    WaitKind.REVEAL: WaitRule(
        Stage.DRAW,
        Role.HANDLER,
        PolicyKey.REVEAL_HOURS,
        _task("draw reveal") + " --secret-file 文件",
        _LEFT_OUT,
    ),
    WaitKind.PUBLIC_VALUE: WaitRule(
        Stage.DRAW, Role.OFFICE, PolicyKey.PUBLIC_VALUE_DAYS, _task("draw public") + " 数值"
    ),
    WaitKind.MATCH: WaitRule(
        Stage.MATCH,
        Role.HANDLER,
        PolicyKey.MATCH_DAYS,
        _task("match") + " --reason 理由",
        first=_task("visits"),
    ),
    WaitKind.LEND: WaitRule(
        Stage.MATCH, Role.APPROVER, PolicyKey.LEND_DAYS, _task("lend") + " 证号 --reason 理由"
    ),
    WaitKind.EXPERT: WaitRule(
        Stage.MATCH, Role.HANDLER, PolicyKey.MATCH_DAYS, _task("assist") + " --proposed"
    ),
    WaitKind.JOINT_VISIT: WaitRule(
        Stage.INSPECT,
        Role.APPROVER,
        PolicyKey.JOINT_VISIT_DAYS,
        _task("join") + " 检查编号",
        first=_task("join"),
    ),
    WaitKind.VISIT: WaitRule(
        Stage.INSPECT,
        Role.OFFICER,
        None,
        _task("visit") + " --file 登记表.xlsx",
        clause="经第二人复核的检查时段",
        first=_task("visits") + " --sheet 登记表.xlsx",
    ),
    WaitKind.ENTRY: WaitRule(
        Stage.ENTER,
        Role.OFFICER,
        PolicyKey.ENTRY_DAYS,
        "starter.py result enter {target} 结果表.xlsx",
        first="starter.py result sheet {target} 结果表.xlsx",
    ),
    WaitKind.APPROVAL: WaitRule(
        Stage.ENTER,
        Role.APPROVER,
        PolicyKey.APPROVAL_DAYS,
        "starter.py result approve {target} --all",
        first="starter.py result approve {target}",
    ),
    WaitKind.RECEIPT: WaitRule(
        Stage.ENTER, Role.HANDLER, PolicyKey.ENTRY_DAYS, "starter.py publication list {target}"
    ),
    WaitKind.FORWARD: WaitRule(
        Stage.PUBLICIZE, Role.HANDLER, PolicyKey.PUBLICATION_DAYS, "starter.py publication list {target}"
    ),
    WaitKind.PROOF: WaitRule(
        Stage.PUBLICIZE,
        Role.HANDLER,
        PolicyKey.PUBLICATION_PROOF_DAYS,
        "starter.py publication prove {target} --all --address 网址 --on 日期 --file 证明",
        first="starter.py publication text {target} --open --output 公示.docx",
    ),
    WaitKind.DISPOSAL: WaitRule(Stage.FOLLOW_UP, Role.HANDLER, None, "starter.py disposal step {target}"),
    WaitKind.ACKNOWLEDGE: WaitRule(
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.ACKNOWLEDGE_DAYS,
        "starter.py disposal step {target} acknowledge",
    ),
    WaitKind.SIGN: WaitRule(
        Stage.FOLLOW_UP, Role.HEAD, PolicyKey.SIGN_DAYS, "starter.py result sign {target}"
    ),
    WaitKind.SUMMARY: WaitRule(
        Stage.FOLLOW_UP, Role.HANDLER, PolicyKey.SUMMARY_DAYS, "starter.py summary submit {target}"
    ),
    WaitKind.SUMMARY_RECEIPT: WaitRule(
        Stage.FOLLOW_UP, Role.OFFICE, PolicyKey.SUMMARY_RECEIPT_DAYS, "starter.py summary receipt {target}"
    ),
    WaitKind.YEARLY_REPORT: WaitRule(
        Stage.FOLLOW_UP,
        Role.HANDLER,
        None,
        "starter.py summary yearly 计划编号 报送文号",
        clause="计划通知所定的报送日期",
    ),
    WaitKind.WINDOW: WaitRule(
        Stage.INITIATE, Role.HANDLER, None, _task("start"), clause="计划所载抽查起止时间"
    ),
    WaitKind.REGISTER_LOAD: WaitRule(Stage.DRAW, Role.OFFICE, None, "starter.py register import 名录 文件"),
    WaitKind.SETTLE_ROWS: WaitRule(
        Stage.INITIATE, Role.OFFICE, PolicyKey.SETTLE_ROWS_DAYS, "starter.py plan review 计划编号"
    ),
    WaitKind.COMMISSION: WaitRule(
        Stage.ENTER,
        Role.HANDLER,
        None,
        "starter.py result commission report {target} 委托编号 --on 日期 --conclusion 结论",
        clause="委托时约定的报告日期",
    ),
    WaitKind.WITHDRAWAL: WaitRule(
        Stage.FOLLOW_UP, Role.HANDLER, PolicyKey.WITHDRAWAL_DAYS, "starter.py publication list {target}"
    ),
    WaitKind.YEARLY_SUPPLEMENT: WaitRule(
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.SUPPLEMENT_DAYS,
        "starter.py summary yearly 计划编号 报送文号",
    ),
    WaitKind.DECIDE_CLOCK: WaitRule(
        Stage.FOLLOW_UP,
        Role.HEAD,
        PolicyKey.DECIDE_CLOCK_DAYS,
        _task("decide-clock") + " --approve",
        "申请未获批准前期限照常计算；逾期逐级催办：负责人、领导小组办公室",
        first=_task("decide-clock"),
    ),
    WaitKind.CONSENT: WaitRule(
        Stage.FOLLOW_UP, Role.OFFICE, None, "starter.py disposal step {target} consent --note 文号"
    ),
    WaitKind.REFERRAL: WaitRule(
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.REFERRAL_REPLY_DAYS,
        "starter.py disposal referral-reply 任务编号 移交编号 --reply 答复 --on 日期 --document 文号",
    ),
}
