"""Policies (政策参数): each has a key, a default, and the clause it comes from; an office sets its own."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rules.deadline import Unit
from rules.ladder import DEFAULT_HOUR, DEFAULT_LADDER, SHORT_LADDER
from rules.ladder_data import dump_ladder
from rules.policy_checks import (
    hour,
    ladder,
    one_of,
    rising,
    some_of,
    trade_classes,
    whole,
    whole_or_none,
    yes_or_no,
)
from rules.policy_kinds import PENALTY_PROCEDURE, PROPOSED, PolicyRule, days, hours, wait_period
from rules.refusal import Refusal


class PolicyKey(StrEnum):
    """What an office, or a department where it says so, may set (政策参数)."""

    SETTLE_ROWS_DAYS = "settle_rows_days"
    PREPARE_DAYS = "prepare_days"
    CONFIRM_DAYS = "confirm_days"
    RISING_DAYS = "rising_days"
    CLOCK_APPROVER = "clock_approver"
    DECIDE_CLOCK_DAYS = "decide_clock_days"
    CLAIM_DAYS = "claim_days"
    SETTLE_CLAIM_DAYS = "settle_claim_days"
    LEND_DAYS = "lend_days"
    JOINT_VISIT_DAYS = "joint_visit_days"
    REQUEST_DRAW_DAYS = "request_draw_days"
    APPROVE_DRAW_DAYS = "approve_draw_days"
    COMMIT_HOURS = "commit_hours"
    REVEAL_HOURS = "reveal_hours"
    PUBLIC_VALUE_DAYS = "public_value_days"
    MATCH_DAYS = "match_days"
    ENTRY_DAYS = "entry_days"
    ENTRY_ANCHOR = "entry_anchor"
    ENTRY_STOPS_AT = "entry_stops_at"
    APPROVAL_DAYS = "approval_days"
    SIGN_DAYS = "sign_days"
    PUBLICATION_DAYS = "publication_days"
    PUBLICATION_PROOF_DAYS = "publication_proof_days"
    SUMMARY_DAYS = "summary_days"
    SUMMARY_RECEIPT_DAYS = "summary_receipt_days"
    RECTIFY_DAYS = "rectify_days"
    RECTIFY_RECHECK_DAYS = "rectify_recheck_days"
    RECHECK_FAILED_DAYS = "recheck_failed_days"
    CASE_FILING_DAYS = "case_filing_days"
    CASE_FILING_EXTENSION_DAYS = "case_filing_extension_days"
    CASE_DECISION_DAYS = "case_decision_days"
    CASE_PROLONGATION_DAYS = "case_prolongation_days"
    TRANSFER_DAYS = "transfer_days"
    TRANSFER_JUSTICE_DAYS = "transfer_justice_days"
    ACKNOWLEDGE_DAYS = "acknowledge_days"
    ABNORMAL_DAYS = "abnormal_days"
    SERIOUS_DAYS = "serious_days"
    SERIOUS_CONSENT_DAYS = "serious_consent_days"
    SERIOUS_LISTING_DAYS = "serious_listing_days"
    NO_DISPOSAL_DAYS = "no_disposal_days"
    PENALTY_PUBLICATION_DAYS = "penalty_publication_days"
    WITHDRAWAL_DAYS = "withdrawal_days"
    CLOSING_FACTS = "closing_facts"
    SUPPLEMENT_DAYS = "supplement_days"
    REFERRAL_REPLY_DAYS = "referral_reply_days"
    MIN_COUNT = "min_count"
    REGISTER_MAX_AGE_DAYS = "register_max_age_days"
    RISING_TABLE = "rising_table"
    MARKET_CLASSES = "market_classes"
    TRADE_CLASSES = "trade_classes"
    YEARLY_CEILING_LOW = "yearly_ceiling_low"
    YEARLY_CEILING_BODY = "yearly_ceiling_body"
    RECENT_VISIT_DAYS = "recent_visit_days"
    RESULT_VALID_DAYS = "result_valid_days"
    OFFICERS_PER_SUBJECT = "officers_per_subject"
    LADDER = "ladder"
    SHORT_LADDER = "short_ladder"
    DIGEST_HOUR = "digest_hour"

    @property
    def label(self) -> str:
        """The policy's Chinese name."""
        return _POLICIES[self].label

    @property
    def unit(self) -> Unit | None:
        """What the value is counted in, where it is a period; None elsewhere."""
        return _POLICIES[self].unit

    @property
    def default(self) -> Any:
        """The JSON value that holds until an office sets its own."""
        return _POLICIES[self].default

    @property
    def clause(self) -> str:
        """Where the default comes from: a document's clause, or `(policy)`."""
        return _POLICIES[self].clause


def check_value(key: PolicyKey, value: Any) -> None:
    """Refuses `PolicyValue`, with what the value should be, for one that the policy can't take."""
    wanted = _POLICIES[key].check(value)
    if wanted is not None:
        raise Refusal("PolicyValue", f"“{key.label}”（{key.value}）不能设为 {value!r}：{wanted}")


_POLICIES: Mapping[PolicyKey, PolicyRule] = {
    PolicyKey.SETTLE_ROWS_DAYS: wait_period("核定计划待定行期限", 10),
    PolicyKey.PREPARE_DAYS: wait_period("提出抽查范围、事项、检查时段期限", 5),
    PolicyKey.CONFIRM_DAYS: wait_period("复核抽查范围、事项、检查时段期限", 2),
    PolicyKey.RISING_DAYS: wait_period("确认递加比例表期限", 3),
    PolicyKey.CLOCK_APPROVER: PolicyRule(
        "批准部门内期限中止、恢复、延长的人（head 主要负责人，approver 审批人，office 领导小组办公室）",
        "head",
        PROPOSED,
        one_of("head", "approver", "office"),
    ),
    PolicyKey.DECIDE_CLOCK_DAYS: wait_period("决定期限变动申请期限", 2),
    PolicyKey.CLAIM_DAYS: wait_period("领取任务期限", 2),
    PolicyKey.SETTLE_CLAIM_DAYS: wait_period("处理拒领期限", 2),
    PolicyKey.LEND_DAYS: wait_period("答复借调请求期限", 2),
    PolicyKey.JOINT_VISIT_DAYS: wait_period("答复合并上门提议期限", 2),
    PolicyKey.REQUEST_DRAW_DAYS: wait_period("申请抽取期限", 3),
    PolicyKey.APPROVE_DRAW_DAYS: wait_period("批准抽取期限", 2),
    PolicyKey.COMMIT_HOURS: hours("提交抽取随机承诺值期限", 8),
    PolicyKey.REVEAL_HOURS: hours("揭示抽取随机值期限", 4),
    PolicyKey.PUBLIC_VALUE_DAYS: wait_period("公布公共随机值期限", 5),
    PolicyKey.MATCH_DAYS: wait_period("匹配执法人员期限", 3),
    PolicyKey.ENTRY_DAYS: days("录入检查结果期限", 20, "阳城 五·一；高平 三"),
    PolicyKey.ENTRY_ANCHOR: PolicyRule(
        "录入期限的起算事实（completion 逐户检查完成，task_completion 全部检查完成）",
        "completion",
        "阳城 五·一",
        one_of("completion", "task_completion"),
    ),
    PolicyKey.ENTRY_STOPS_AT: PolicyRule(
        "录入期限的终止事实（receipt 平台回执，publication 公示）",
        "receipt",
        "阳城 五·一（receipt）；高平 三（publication）",
        one_of("receipt", "publication"),
    ),
    PolicyKey.APPROVAL_DAYS: wait_period("审批检查结果期限", 3),
    PolicyKey.SIGN_DAYS: wait_period("主要负责人签字更正期限", 3),
    PolicyKey.PUBLICATION_DAYS: wait_period("录入后公示期限", 5),
    PolicyKey.PUBLICATION_PROOF_DAYS: wait_period("在本部门网站或媒体公示并提交证明期限", 5),
    PolicyKey.SUMMARY_DAYS: wait_period("报送抽查结果汇总表期限", 10),
    PolicyKey.SUMMARY_RECEIPT_DAYS: wait_period("签收抽查结果汇总表期限", 5),
    PolicyKey.RECTIFY_DAYS: wait_period("责令改正期限", 10, unit=Unit.NATURAL_DAY),
    PolicyKey.RECTIFY_RECHECK_DAYS: wait_period("改正期满后复查期限", 5),
    PolicyKey.RECHECK_FAILED_DAYS: wait_period("复查不合格后决定延期或转立案期限", 3),
    PolicyKey.CASE_FILING_DAYS: wait_period("核查并决定是否立案期限", 15, f"{PENALTY_PROCEDURE} 第十八条"),
    PolicyKey.CASE_FILING_EXTENSION_DAYS: wait_period(
        "决定是否立案的延长期限（一次）", 15, f"{PENALTY_PROCEDURE} 第十八条"
    ),
    PolicyKey.CASE_DECISION_DAYS: wait_period(
        "立案后作出处理决定期限",
        90,
        f"行政处罚法 第六十条；{PENALTY_PROCEDURE} 第六十四条",
        Unit.NATURAL_DAY,
    ),
    PolicyKey.CASE_PROLONGATION_DAYS: wait_period(
        "负责人批准的办案延长期限（再延由集体讨论定期限）",
        30,
        f"{PENALTY_PROCEDURE} 第六十四条",
        Unit.NATURAL_DAY,
    ),
    PolicyKey.TRANSFER_DAYS: wait_period("移送其他机关（被退回后另行处置）期限", 5),
    PolicyKey.TRANSFER_JUSTICE_DAYS: wait_period(
        "移送司法机关期限", 3, "(policy) 参照行政执法机关移送涉嫌犯罪案件的规定"
    ),
    PolicyKey.ACKNOWLEDGE_DAYS: wait_period("接收移送期限", 5),
    PolicyKey.ABNORMAL_DAYS: wait_period(
        "列入经营异常名录期限", 10, "企业经营异常名录管理暂行办法 第七条至第九条"
    ),
    PolicyKey.SERIOUS_DAYS: wait_period("列入严重违法失信名单报上级同意期限", 20),
    PolicyKey.SERIOUS_CONSENT_DAYS: wait_period("上级答复是否同意列入严重违法失信名单期限", 10),
    PolicyKey.SERIOUS_LISTING_DAYS: wait_period("上级同意后列入严重违法失信名单期限", 10),
    PolicyKey.NO_DISPOSAL_DAYS: wait_period("不予处置写明理由后办结期限", 5),
    PolicyKey.PENALTY_PUBLICATION_DAYS: wait_period(
        "行政处罚决定公示期限", 20, "市场监督管理行政处罚信息公示规定 第九条"
    ),
    PolicyKey.WITHDRAWAL_DAYS: wait_period(
        "决定被撤销、变更后撤回公示期限", 3, "市场监督管理行政处罚信息公示规定 第十一条"
    ),
    PolicyKey.CLOSING_FACTS: PolicyRule(
        "可以终止检查的对象情况",
        ["deregistered", "revoked", "moved_away"],
        PROPOSED,
        some_of("deregistered", "revoked", "moved_away", "suspended", "unreachable"),
    ),
    PolicyKey.SUPPLEMENT_DAYS: wait_period("年度报告补充报送期限", 20),
    PolicyKey.REFERRAL_REPLY_DAYS: wait_period("移交联合惩戒后取得答复期限", 20),
    PolicyKey.MIN_COUNT: PolicyRule("最少抽取户数（不足则全部抽取）", 3, "阳城 三·二", whole(1, 1000)),
    PolicyKey.REGISTER_MAX_AGE_DAYS: days("名录库确认有效期", 30, unit=Unit.NATURAL_DAY),
    PolicyKey.RISING_TABLE: PolicyRule("信用风险分类递加倍数（未确认为空）", None, "阳城 二", rising),
    PolicyKey.MARKET_CLASSES: PolicyRule(
        "抽查市场主体一律采用企业信用风险分类（行内未载明时）", False, PROPOSED, yes_or_no
    ),
    PolicyKey.TRADE_CLASSES: PolicyRule(
        "行业监管风险分类折算的抽取类别（未设为空，不参与抽取）", None, PROPOSED, trade_classes
    ),
    PolicyKey.YEARLY_CEILING_LOW: PolicyRule("低风险对象年度抽查上限（次）", 1, PROPOSED, whole(1, 366)),
    PolicyKey.YEARLY_CEILING_BODY: PolicyRule(
        "同一部门对同一对象年度抽查上限（次，空为不限）", None, PROPOSED, whole_or_none(1, 366)
    ),
    PolicyKey.RECENT_VISIT_DAYS: days("其他任务近期检查过的回看期", 30, unit=Unit.NATURAL_DAY),
    PolicyKey.RESULT_VALID_DAYS: days("检查结果互认有效期", 180, unit=Unit.NATURAL_DAY),
    PolicyKey.OFFICERS_PER_SUBJECT: PolicyRule(
        "每部门每户执法人员数（不少于两人）", 2, "行政处罚法 第四十二条", whole(2, 10)
    ),
    PolicyKey.LADDER: PolicyRule(
        "催办升级阶梯（按日计的期限）", dump_ladder(DEFAULT_LADDER), PROPOSED, ladder
    ),
    PolicyKey.SHORT_LADDER: PolicyRule(
        "催办升级阶梯（按小时计的期限）", dump_ladder(SHORT_LADDER), PROPOSED, ladder
    ),
    PolicyKey.DIGEST_HOUR: PolicyRule("每日提醒时刻（北京时间）", DEFAULT_HOUR, PROPOSED, hour),
}

OF_A_PLAN = frozenset(
    {
        PolicyKey.ENTRY_DAYS,
        PolicyKey.ENTRY_STOPS_AT,
        PolicyKey.ENTRY_ANCHOR,
        PolicyKey.MIN_COUNT,
        PolicyKey.MARKET_CLASSES,
    }
)
"""What a plan's notice may rule for its own tasks."""

DEFAULTS: Mapping[PolicyKey, Any] = {key: policy.default for key, policy in _POLICIES.items()}
"""Each policy's value until an office sets its own; JSON values."""
