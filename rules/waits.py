"""Every kind of wait (待办): who owes it, at which stage, by which clock, and what ends it."""

from dataclasses import dataclass
from enum import StrEnum

from rules.policy import PolicyKey
from rules.roles import Role
from rules.stages import Stage


class WaitKind(StrEnum):
    """What is owed."""

    PREPARE = "prepare"
    PREPARE_ITEMS = "prepare_items"
    PREPARE_PERIODS = "prepare_periods"
    RISING = "rising"
    CONFIRM = "confirm"
    CONFIRM_ITEMS = "confirm_items"
    CONFIRM_PERIODS = "confirm_periods"
    CLAIM = "claim"
    SETTLE_CLAIM = "settle_claim"
    REQUEST_DRAW = "request_draw"
    APPROVE_DRAW = "approve_draw"
    ALLOW_REDRAW = "allow_redraw"
    COMMIT = "commit"
    REVEAL = "reveal"
    PUBLIC_VALUE = "public_value"
    MATCH = "match"
    LEND = "lend"
    EXPERT = "expert"
    JOINT_VISIT = "joint_visit"
    VISIT = "visit"
    ENTRY = "entry"
    APPROVAL = "approval"
    RECEIPT = "receipt"
    FORWARD = "forward"
    PROOF = "proof"
    DISPOSAL = "disposal"
    ACKNOWLEDGE = "acknowledge"
    SIGN = "sign"
    SUMMARY = "summary"
    SUMMARY_RECEIPT = "summary_receipt"
    YEARLY_REPORT = "yearly_report"
    WINDOW = "window"
    COMMISSION = "commission"
    WITHDRAWAL = "withdrawal"
    YEARLY_SUPPLEMENT = "yearly_supplement"
    SETTLE_ROWS = "settle_rows"
    DECIDE_CLOCK = "decide_clock"
    CONSENT = "consent"
    REGISTER_LOAD = "register_load"
    REFERRAL = "referral"

    @property
    def label(self) -> str:
        """What is owed, in the words of the trade."""
        return WAITS[self].label


@dataclass(frozen=True)
class WaitRule:
    """The constants of a kind of wait.

    `period` is the policy that holds the amount (its unit stands with the policy); None where the
    due day comes from the fact itself (a visit period, a disposal's own period). `command` is what
    the owner types; `{target}` is filled with the task's, disposal's or department's id.
    """

    label: str
    stage: Stage
    role: Role
    period: PolicyKey | None
    command: str
    otherwise: str = "逾期逐级催办：本人、负责人、领导小组办公室"
    clause: str = ""
    """Where the last day comes from, where no period of a policy sets it."""


_TASK = "starter.py task {verb} {{target}}"


def _task(verb: str) -> str:
    return _TASK.format(verb=verb)


def _confirm(what: str, aspect: str) -> WaitRule:
    """A second person's confirmation of one aspect: the three are owed, and told, apart."""
    return WaitRule(
        f"第二人（经办人、审批人或负责人）复核{what}",
        Stage.INITIATE,
        Role.APPROVER,
        PolicyKey.CONFIRM_DAYS,
        f"{_task('confirm')} {aspect}",
    )


BY_ITSELF = "系统到期自动揭示代管的随机值，无须办理"
"""What a reveal is called where the service keeps the secret."""
_LEFT_OUT = "逾期按规则不计入定种，记入抽取记录；不足两家的由领导小组办公室见证"

WAITS: dict[WaitKind, WaitRule] = {
    WaitKind.PREPARE: WaitRule(
        "提出抽查对象范围", Stage.INITIATE, Role.HANDLER, PolicyKey.PREPARE_DAYS, _task("scope")
    ),
    WaitKind.PREPARE_ITEMS: WaitRule(
        "提出各部门抽查事项", Stage.INITIATE, Role.HANDLER, PolicyKey.PREPARE_DAYS, _task("items")
    ),
    WaitKind.PREPARE_PERIODS: WaitRule(
        "提出检查时段",
        Stage.INITIATE,
        Role.HANDLER,
        PolicyKey.PREPARE_DAYS,
        _task("periods") + " --period 起日~止日",
    ),
    WaitKind.RISING: WaitRule(
        "确认本部门的信用风险分类递加比例表",
        Stage.INITIATE,
        Role.HEAD,
        PolicyKey.RISING_DAYS,
        """starter.py policy set rising_table '{{"A":"1","B":"2","C":"4","D":"4"}}' --clause 依据""",
        "未确认的不能申请抽取；逾期逐级催办：负责人、领导小组办公室",
    ),
    WaitKind.CONFIRM: _confirm("抽查对象范围", "scope"),
    WaitKind.CONFIRM_ITEMS: _confirm("各部门抽查事项", "items"),
    WaitKind.CONFIRM_PERIODS: _confirm("检查时段", "periods"),
    WaitKind.CLAIM: WaitRule("领取任务", Stage.NOTIFY, Role.HANDLER, PolicyKey.CLAIM_DAYS, _task("claim")),
    WaitKind.SETTLE_CLAIM: WaitRule(
        "处理拒领（再次交办、免除或延期）",
        Stage.NOTIFY,
        Role.OFFICE,
        PolicyKey.SETTLE_CLAIM_DAYS,
        _task("reoffer") + " 部门 --reason 理由",
    ),
    WaitKind.REQUEST_DRAW: WaitRule(
        "申请抽取检查对象", Stage.DRAW, Role.HANDLER, PolicyKey.REQUEST_DRAW_DAYS, _task("draw request")
    ),
    WaitKind.APPROVE_DRAW: WaitRule(
        "批准抽取", Stage.DRAW, Role.APPROVER, PolicyKey.APPROVE_DRAW_DAYS, _task("draw approve")
    ),
    WaitKind.ALLOW_REDRAW: WaitRule(
        "批准重新抽取", Stage.DRAW, Role.OFFICE, PolicyKey.APPROVE_DRAW_DAYS, _task("draw approve")
    ),
    WaitKind.COMMIT: WaitRule(
        "提交随机承诺值",
        Stage.DRAW,
        Role.HANDLER,
        PolicyKey.COMMIT_HOURS,
        _task("draw commit") + " --secret-file 文件",
        _LEFT_OUT,
    ),
    WaitKind.REVEAL: WaitRule(
        "揭示本次抽取的随机值",
        Stage.DRAW,
        Role.HANDLER,
        PolicyKey.REVEAL_HOURS,
        _task("draw reveal") + " --secret-file 文件",
        _LEFT_OUT,
    ),
    WaitKind.PUBLIC_VALUE: WaitRule(
        "公布公共随机值", Stage.DRAW, Role.OFFICE, PolicyKey.PUBLIC_VALUE_DAYS, _task("draw public") + " 数值"
    ),
    WaitKind.MATCH: WaitRule(
        "解决无法匹配执法人员的对象",
        Stage.MATCH,
        Role.HANDLER,
        PolicyKey.MATCH_DAYS,
        _task("match") + " --reason 理由",
        "每户的原因和办法见 task visits；逾期逐级催办：本人、负责人、领导小组办公室",
    ),
    WaitKind.LEND: WaitRule(
        "答复借调本单位执法人员的请求",
        Stage.MATCH,
        Role.APPROVER,
        PolicyKey.LEND_DAYS,
        "starter.py task lend {target} 证号 --reason 理由",
    ),
    WaitKind.EXPERT: WaitRule(
        "为需要专家协助的事项指派专家",
        Stage.MATCH,
        Role.HANDLER,
        PolicyKey.MATCH_DAYS,
        "starter.py task assist {target} --proposed",
    ),
    WaitKind.JOINT_VISIT: WaitRule(
        "答复合并上门的提议",
        Stage.INSPECT,
        Role.APPROVER,
        PolicyKey.JOINT_VISIT_DAYS,
        "starter.py task join {target}",
    ),
    WaitKind.VISIT: WaitRule(
        "实施检查并登记完成",
        Stage.INSPECT,
        Role.OFFICER,
        None,
        _task("visit") + " --file 登记表.xlsx",
        clause="经第二人复核的检查时段",
    ),
    WaitKind.ENTRY: WaitRule(
        "录入检查结果",
        Stage.ENTER,
        Role.OFFICER,
        PolicyKey.ENTRY_DAYS,
        "starter.py result enter {target} 结果表.xlsx",
    ),
    WaitKind.APPROVAL: WaitRule(
        "审批检查结果",
        Stage.ENTER,
        Role.APPROVER,
        PolicyKey.APPROVAL_DAYS,
        "starter.py result approve {target}",
    ),
    WaitKind.RECEIPT: WaitRule(
        "省平台录入回执",
        Stage.ENTER,
        Role.HANDLER,
        PolicyKey.ENTRY_DAYS,
        "starter.py publication list {target}",
    ),
    WaitKind.FORWARD: WaitRule(
        "国家公示系统公示",
        Stage.PUBLICIZE,
        Role.HANDLER,
        PolicyKey.PUBLICATION_DAYS,
        "starter.py publication list {target}",
    ),
    WaitKind.PROOF: WaitRule(
        "在本部门网站或媒体公示并提交证明",
        Stage.PUBLICIZE,
        Role.HANDLER,
        PolicyKey.PUBLICATION_PROOF_DAYS,
        "starter.py publication prove {target} --address 网址 --on 日期 --file 证明",
    ),
    WaitKind.DISPOSAL: WaitRule(
        "后续处置", Stage.FOLLOW_UP, Role.HANDLER, None, "starter.py disposal step {target}"
    ),
    WaitKind.ACKNOWLEDGE: WaitRule(
        "接收移送",
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.ACKNOWLEDGE_DAYS,
        "starter.py disposal step {target} acknowledge",
    ),
    WaitKind.SIGN: WaitRule(
        "主要负责人签字更正",
        Stage.FOLLOW_UP,
        Role.HEAD,
        PolicyKey.SIGN_DAYS,
        "starter.py result sign {target}",
    ),
    WaitKind.SUMMARY: WaitRule(
        "报送抽查结果汇总表",
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.SUMMARY_DAYS,
        "starter.py summary submit {target}",
    ),
    WaitKind.SUMMARY_RECEIPT: WaitRule(
        "签收抽查结果汇总表",
        Stage.FOLLOW_UP,
        Role.OFFICE,
        PolicyKey.SUMMARY_RECEIPT_DAYS,
        "starter.py summary receipt {target}",
    ),
    WaitKind.YEARLY_REPORT: WaitRule(
        "报送全年监管工作情况和抽查数据",
        Stage.FOLLOW_UP,
        Role.HANDLER,
        None,
        "starter.py summary yearly 计划编号 报送文号",
        clause="计划通知所定的报送日期",
    ),
    WaitKind.WINDOW: WaitRule(
        "在抽查起止时间内发起任务",
        Stage.INITIATE,
        Role.HANDLER,
        None,
        "starter.py task start {target}",
        clause="计划所载抽查起止时间",
    ),
    WaitKind.REGISTER_LOAD: WaitRule(
        "等名录导入完成后锁定抽取名录（中断的须重新导入）",
        Stage.DRAW,
        Role.OFFICE,
        None,
        "starter.py register import 名录 文件",
    ),
    WaitKind.SETTLE_ROWS: WaitRule(
        "核定计划中尚不能发起的行",
        Stage.INITIATE,
        Role.OFFICE,
        PolicyKey.SETTLE_ROWS_DAYS,
        "starter.py plan review 计划编号",
    ),
    WaitKind.COMMISSION: WaitRule(
        "等委托专业机构的报告",
        Stage.ENTER,
        Role.HANDLER,
        None,
        "starter.py result commission report {target} 委托编号 --on 日期 --conclusion 结论",
        clause="委托时约定的报告日期",
    ),
    WaitKind.WITHDRAWAL: WaitRule(
        "撤回已公示的决定",
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.WITHDRAWAL_DAYS,
        "starter.py publication list {target}",
    ),
    WaitKind.YEARLY_SUPPLEMENT: WaitRule(
        "补充报送年度报告",
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.SUPPLEMENT_DAYS,
        "starter.py summary yearly 计划编号 报送文号",
    ),
    WaitKind.DECIDE_CLOCK: WaitRule(
        "决定期限的中止、恢复或延长申请",
        Stage.FOLLOW_UP,
        Role.HEAD,
        PolicyKey.DECIDE_CLOCK_DAYS,
        _task("decide-clock"),
        "申请未获批准前期限照常计算；逾期逐级催办：负责人、领导小组办公室",
    ),
    WaitKind.CONSENT: WaitRule(
        "上级同意列入严重违法失信名单",
        Stage.FOLLOW_UP,
        Role.OFFICE,
        None,
        "starter.py disposal step {target} consent --note 文号",
    ),
    WaitKind.REFERRAL: WaitRule(
        "取得并登记联合惩戒移交的答复",
        Stage.FOLLOW_UP,
        Role.HANDLER,
        PolicyKey.REFERRAL_REPLY_DAYS,
        "starter.py disposal referral-reply 任务编号 移交编号 --reply 答复 --on 日期 --document 文号",
    ),
}


def case_of(scope: str) -> str:
    """What a command calls the case of a workflow's id: a task's or a disposal's number, a plan and its row."""
    kind, _, case = scope.partition("/")
    if kind == "department":
        return ""
    return case.replace("/", " ", 1) if kind == "plan-row" else case
