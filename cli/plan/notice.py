"""What a notice says of itself and rules for its tasks, as questions that a person settles (通知本身的核定)."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from activities.plans.rows import NOTICE
from activities.standing import Policies
from cli.acting import Who
from models.papers import SetPlanField, SetPolicy
from models.plan import PlanDocument
from rules.calendar import local_day
from rules.launchable import WAITING
from rules.plan.notice_rules import NoticeRule, notice_rules
from rules.plan.published import NOTICE_LABELS
from rules.plan.reading import Status
from rules.plan_questions import Question
from rules.policy import OF_A_PLAN, PolicyKey
from rules.refusal import Refusal

_NEEDED = ("number", "office", "year", "date")
_TO_CONFIRM = ("report_by", "report_to")
"""Asked for even where they are plainly read: the departments' desks are reminded of them."""
FIELDS = (*_NEEDED, *_TO_CONFIRM, *sorted(key.value for key in OF_A_PLAN))


def notice_questions(session: Session, plan: PlanDocument) -> list[Question]:
    """The notice's own open fields before its adoption, and each rule that differs from what is in force."""
    title = plan.title or "通知"
    policies = Policies(session, plan.office, local_day(datetime.now(UTC)))
    fields = [] if plan.version else [*_NEEDED, *_TO_CONFIRM]
    found = [question for name in fields if (question := _field(plan, name, title)) is not None]
    for rule in notice_rules(plan.reading):
        now = policies.value(rule.key, plan=plan.id)
        if now != rule.value:
            found.append(
                _rule(rule, title, f"通知另有规定，现行为“{_words(rule, now)}”，核定后用于本计划的任务")
            )
    return found


def settle_notice(who: Who, plan: PlanDocument, question: Question, said: str = "", reason: str = "") -> None:
    """File what a person decided: the proposal, or their own words; refuses `NoProposal`."""
    if not said and question.value is None:
        raise Refusal(
            "NoProposal",
            f"通知的{question.label}没有建议；请用 plan set {plan.id} {NOTICE} {question.field} 值",
        )
    if question.field not in OF_A_PLAN:
        value = said or question.value
        paper = SetPlanField(
            document=plan.id,
            seq=NOTICE,
            field=question.field,
            value=value,
            reason=reason or f"核对通知原文：{question.raw}"[:500],
        )
        who.to_office(paper)
        return
    who.to_office(
        SetPolicy(
            key=question.field,
            value=_own_value(said) if said else question.value,
            clause=f"{plan.number or plan.title or plan.id}：{reason or question.raw}"[:500],
            valid_from=local_day(datetime.now(UTC)),
            plan=plan.id,
        )
    )


def _own_value(said: str) -> Any:
    """A person's words for a rule: a number, yes or no, or the policy's own word."""
    yes_or_no = {"是": True, "否": False, "录入": "receipt", "公示": "publication"}
    return int(said) if said.isdigit() else yes_or_no.get(said, said)


def _field(plan: PlanDocument, name: str, title: str) -> Question | None:
    found = plan.reading.get(name) or {}
    value, status = found.get("value"), found.get("status")
    raw, why, label = found.get("raw", ""), found.get("why", ""), NOTICE_LABELS[name]
    if name in _TO_CONFIRM:
        if status == Status.READ:
            why = "通知载明，按此提醒各部门报送年度报告；请核对，有误的请更正"
        elif status not in WAITING or not raw:
            return None
    elif status not in WAITING or (name == "number" and plan.no_number):
        return None
    return Question(NOTICE, title, name, raw, value, why, label, str(value) if value is not None else "")


def _rule(rule: NoticeRule, title: str, why: str) -> Question:
    return Question(NOTICE, title, rule.key.value, rule.raw, rule.value, why, rule.key.label, rule.words)


def _words(rule: NoticeRule, value: Any) -> str:
    if rule.key is PolicyKey.MARKET_CLASSES:
        return "未要求一律采用"
    return NoticeRule(rule.field, rule.key, value, "").words
