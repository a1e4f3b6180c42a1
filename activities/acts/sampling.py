"""What a draw would take: the directory of the confirmed scope and the sizes by class (抽取方案)."""

from dataclasses import dataclass

from activities.acts.preparation import confirmed, subjects_in_scope
from activities.clocks import Clocks
from models.plan import PlanRow
from models.registers import Subject
from models.task import Aspect, JointTask
from rules.channel import uses_credit_class
from rules.policy import PolicyKey
from rules.quota import UNCLASSIFIED, Quota, population
from rules.rising import raised
from rules.scope import ScopeFilter


@dataclass(frozen=True)
class Sample:
    """The frozen directory of a scope with the quota of its first draw."""

    subjects: list[Subject]
    entries: list[tuple[str, str]]
    quota: Quota


def sample(clocks: Clocks, task: JointTask) -> Sample:
    """Directory and quota of a task's first draw; its rising table was checked at the request."""
    subjects = scope_of(clocks, task)
    entries = [(subject.code, class_of(subject)) for subject in subjects]
    row = clocks.session.get_one(PlanRow, task.row)
    ratio = row.fields["ratio"]["value"]
    percent, tiers, minimum = ratio.get("percent"), ratio.get("tiers"), ratio.get("min_count") or 0
    floor = int(clocks.policies.value(PolicyKey.MIN_COUNT))
    counts = population(entries)
    if not tiers and _wants_classes(clocks, task, row):
        table = clocks.policies.value(PolicyKey.RISING_TABLE, task.initiator)
        tiers = raised(percent or "0", table) if table else None
    if tiers:
        return Sample(subjects, entries, Quota.tiered(counts, tiers, percent, minimum, floor))
    return Sample(subjects, entries, Quota.plain(counts, percent or "0", minimum, floor))


def needs_rising_table(clocks: Clocks, task: JointTask) -> bool:
    """Whether classes bear on the draw, no ratio per class is printed, and no table is confirmed."""
    row = clocks.session.get_one(PlanRow, task.row)
    if row.fields["ratio"]["value"].get("tiers") or not _wants_classes(clocks, task, row):
        return False
    if clocks.policies.value(PolicyKey.RISING_TABLE, task.initiator) is not None:
        return False
    return any(class_of(subject) != UNCLASSIFIED for subject in scope_of(clocks, task))


def scope_of(clocks: Clocks, task: JointTask) -> list[Subject]:
    """The subjects in force that the confirmed scope filter accepts, by code."""
    content = confirmed(clocks.session, task.id)[Aspect.SCOPE].content
    return subjects_in_scope(clocks.session, task.office, ScopeFilter.model_validate(content["filter"]))


def class_of(subject: Subject) -> str:
    """The class that a draw uses: of market entities only, all others are 不适用."""
    if subject.credit_class and uses_credit_class(subject.legal_form):
        return subject.credit_class
    return UNCLASSIFIED


def _wants_classes(clocks: Clocks, task: JointTask, row: PlanRow) -> bool:
    """The row says 递加, or its notice wants classes for every market entity (阳城 二)."""
    risk = row.fields["risk"]["value"] or {}
    rising = risk.get("kind") == "rising" and risk.get("ratio", True)
    return rising or bool(clocks.policies.value(PolicyKey.MARKET_CLASSES, task.initiator))
