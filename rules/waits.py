"""The kinds of waits (待办): what a department, an office or the platform may owe."""

from enum import StrEnum


class WaitKind(StrEnum):
    """What is owed; `rules/wait_rules.py` has who owes it, by which clock, and what ends it."""

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
        return _LABELS[self]


_LABELS = {
    WaitKind.PREPARE: "提出抽查对象范围",
    WaitKind.PREPARE_ITEMS: "提出各部门抽查事项",
    WaitKind.PREPARE_PERIODS: "提出检查时段",
    WaitKind.RISING: "确认本部门的信用风险分类递加比例表",
    WaitKind.CONFIRM: "第二人（经办人、审批人或负责人）复核抽查对象范围",
    WaitKind.CONFIRM_ITEMS: "第二人（经办人、审批人或负责人）复核各部门抽查事项",
    WaitKind.CONFIRM_PERIODS: "第二人（经办人、审批人或负责人）复核检查时段",
    WaitKind.CLAIM: "领取任务",
    WaitKind.SETTLE_CLAIM: "处理拒领（再次交办、免除或延期）",
    WaitKind.REQUEST_DRAW: "申请抽取检查对象",
    WaitKind.APPROVE_DRAW: "批准抽取",
    WaitKind.ALLOW_REDRAW: "批准重新抽取",
    WaitKind.COMMIT: "提交随机承诺值",
    WaitKind.REVEAL: "揭示本次抽取的随机值",
    WaitKind.PUBLIC_VALUE: "公布公共随机值",
    WaitKind.MATCH: "解决无法匹配执法人员的对象",
    WaitKind.LEND: "答复借调本单位执法人员的请求",
    WaitKind.EXPERT: "为需要专家协助的事项指派专家",
    WaitKind.JOINT_VISIT: "答复合并上门的提议",
    WaitKind.VISIT: "实施检查并登记完成",
    WaitKind.ENTRY: "录入检查结果",
    WaitKind.APPROVAL: "审批检查结果",
    WaitKind.RECEIPT: "省平台录入回执",
    WaitKind.FORWARD: "国家公示系统公示",
    WaitKind.PROOF: "在本部门网站或媒体公示并提交证明",
    WaitKind.DISPOSAL: "后续处置",
    WaitKind.ACKNOWLEDGE: "接收移送",
    WaitKind.SIGN: "主要负责人签字更正、撤回",
    WaitKind.SUMMARY: "报送抽查结果汇总表",
    WaitKind.SUMMARY_RECEIPT: "签收抽查结果汇总表",
    WaitKind.YEARLY_REPORT: "报送全年监管工作情况和抽查数据",
    WaitKind.WINDOW: "在抽查起止时间内发起任务",
    WaitKind.COMMISSION: "等委托专业机构的报告",
    WaitKind.WITHDRAWAL: "撤回已公示的决定",
    WaitKind.YEARLY_SUPPLEMENT: "补充报送年度报告",
    WaitKind.SETTLE_ROWS: "核定计划中尚不能发起的行",
    WaitKind.DECIDE_CLOCK: "决定期限的中止、恢复或延长申请",
    WaitKind.CONSENT: "上级同意列入严重违法失信名单",
    WaitKind.REGISTER_LOAD: "等名录导入完成后锁定抽取名录（中断的须重新导入）",
    WaitKind.REFERRAL: "取得并登记联合惩戒移交的答复",
}


def case_of(scope: str) -> str:
    """What a command calls the case of a workflow's id: a task's or a disposal's number, a plan and its row."""
    kind, _, case = scope.partition("/")
    if kind == "department":
        return ""
    return case.replace("/", " ", 1) if kind == "plan-row" else case
