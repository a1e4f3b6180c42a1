"""What a draw would take: the directory of the confirmed scope and the sizes by class (抽取方案)."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from activities.acts.preparation import confirmed
from activities.clocks.waits import Clocks
from activities.draw.ceilings import Ceilings, History, ceilings_of, history_of
from activities.draw.rising_table import classes_required, needs_table, wants_classes
from activities.draw.scope_rows import IN_FORCE, scope_rows
from activities.plans.rows import version_of
from models.task import Aspect, JointTask, TakingPart
from rules.channel import uses_credit_class
from rules.draw_class import draw_class
from rules.policy import PolicyKey
from rules.quota import ALL_CLASSES, UNCLASSIFIED, Quota
from rules.refusal import Refusal
from rules.rising import raised
from rules.scope import ScopeFilter
from rules.stages import Claim

NOT_IN_FORCE, CEILING, RECENT, APPROVAL = "not_in_force", "ceiling", "recent", "approval"
UNCLASSED, BEYOND_TABLE = "unclassified", "trade_class_unknown"
"""Why a subject of the scope is left out of the directory; the annex names the reason of each."""
_ANNEX = ("code", "status", "class", "class_date", "trade_date", "area", "tags", "left_out", "fact")


@dataclass
class Census:
    """A confirmed scope as it stands: whom a draw may take, and who is left out and why.

    `codes` are by class; `annex` holds a line of text per subject of the scope, for a million tuples would
    keep the garbage collector busy. `hits` counts who has reached a ceiling or was visited lately, left
    out or not, `strangers` the codes left out by approval that the scope does not hold,
    `beyond_table` those whose trade's class the policy table does not know.
    """

    codes: dict[str, list[str]] = field(default_factory=lambda: {class_: [] for class_ in ALL_CLASSES})
    annex: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    market: int = 0
    classified: int = 0
    beyond_table: int = 0

    @property
    def entries(self) -> Iterator[tuple[str, str]]:
        """(code, class) of whom a draw may take."""
        return ((code, class_) for class_, codes in self.codes.items() for code in codes)

    @property
    def population(self) -> dict[str, int]:
        """Whom a draw may take, by class."""
        return {class_: len(codes) for class_, codes in self.codes.items()}

    def annex_file(self) -> bytes:
        """The annex as CSV, a line per subject of the scope, bytewise by code."""
        head = ",".join(_ANNEX) + "\n"
        return "".join([head, *sorted(self.annex)]).encode()


class _Lines:
    """What a CSV writer writes to: a list of its lines."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


class Counting:
    """Counts the subjects of one task's scope, by the choices that its draw act was asked for with."""

    def __init__(self, clocks: Clocks, task: JointTask, choices: Mapping[str, Any]) -> None:
        self.tiers = clocks.policies.value(PolicyKey.TRADE_CLASSES, task.initiator)
        self.history: History = history_of(clocks, task)
        parts = clocks.session.exec(
            select(TakingPart.department).where(
                col(TakingPart.task) == task.id, col(TakingPart.claim) != Claim.RELEASED
            )
        ).all()
        self.ceilings: Ceilings = ceilings_of(clocks, list(parts))
        self.keep = {CEILING: choices.get("ceiling") == "keep", RECENT: choices.get("recent") == "keep"}
        self.approved: Mapping[str, str] = choices.get("leave_out") or {}
        scope = confirmed(clocks.session, task.id)[Aspect.SCOPE].content["filter"]
        self.rows = scope_rows(clocks.session, task.office, ScopeFilter.model_validate(scope), clocks.today)

    def run(self) -> Census:
        """Read every row once."""
        census = Census()
        add_line = csv.writer(_Lines(census.annex), lineterminator="\n").writerow
        # A million subjects have a handful of classes and days: each is worked out once.
        classes: dict[Any, str] = {}
        days: dict[Any, str] = {None: ""}
        kinds: Counter[Any] = Counter()
        strangers = set(self.approved)
        for row in self.rows:
            id_, code, status, form, credit, trade, day, trade_day, area, tags = row
            kind = form, credit, trade
            class_ = classes.get(kind)
            if class_ is None:
                class_ = classes[kind] = draw_class(form, credit, trade, self.tiers)
            strangers.discard(code)
            reason, fact = self._reason(id_, code, status, class_, census)
            if reason:
                census.left_out[reason] += 1
            else:
                census.codes[class_].append(code)
                kinds[kind] += 1
            for one in (day, trade_day):
                if one not in days:
                    days[one] = str(one)
            written = days[day], days[trade_day]
            add_line((code, status, class_, *written, area, ";".join(sorted(tags)), reason, fact))
        census.strangers = strangers
        if self.tiers:
            unknown = {kind for kind in kinds if kind[2] and kind[2] not in self.tiers}
            census.beyond_table = sum(kinds[kind] for kind in unknown)
        market = {kind: count for kind, count in kinds.items() if uses_credit_class(kind[0])}
        census.market = sum(market.values())
        census.classified = sum(count for kind, count in market.items() if kind[1] is not None)
        return census

    def hits(self, subject: str, class_: str) -> list[str]:
        """Which of ceiling and recent visit bear on a subject in force, by its id."""
        found = [CEILING] if self.ceilings.reached(subject, class_, self.history) else []
        return [*found, RECENT] if subject in self.history.recent else found

    def _reason(self, subject: str, code: str, status: str, class_: str, census: Census) -> tuple[str, str]:
        if status != IN_FORCE:
            return NOT_IN_FORCE, status
        if code in self.approved:
            return APPROVAL, self.approved[code]
        # Who has no visit on record, nearly everybody, is below any ceiling.
        if subject in self.history.year:
            for hit in self.hits(subject, class_):
                census.hits[hit] += 1
                if not self.keep[hit]:
                    return hit, self._fact(subject, hit)
        return "", ""

    def _fact(self, subject: str, hit: str) -> str:
        if hit == CEILING:
            return f"本年度已列入{self.history.tasks.get(subject, 0)}项任务"
        return f"{self.history.recent[subject]}已由其他任务检查"


@dataclass(frozen=True)
class Sample:
    """The directory of a scope with the quota of its draw."""

    census: Census
    quota: Quota
    class_use: dict[str, object]


def sample(clocks: Clocks, task: JointTask, choices: Mapping[str, Any]) -> Sample:
    """Directory and quota of a draw that freezes anew; its rising table was checked at the request."""
    census = Counting(clocks, task, choices).run()
    row = version_of(clocks.session, task.document, task.seq, task.row_version)
    ratio = row.fields["ratio"]["value"]
    percent, tiers, minimum = ratio.get("percent"), ratio.get("tiers"), ratio.get("min_count") or 0
    floor = int(clocks.policies.value(PolicyKey.MIN_COUNT, plan=task.document))
    counts = census.population
    if not tiers and wants_classes(clocks, task, row):
        table = clocks.policies.value(PolicyKey.RISING_TABLE, task.initiator)
        tiers = raised(percent or "0", table) if table else None
    use: dict[str, object] = {
        "required": classes_required(clocks, task),
        "used": bool(tiers),
        "market_entities": census.market,
        "classified": census.classified,
    }
    if tiers:
        return Sample(census, Quota.tiered(counts, tiers, percent, minimum, floor), use)
    return Sample(census, Quota.plain(counts, percent or "0", minimum, floor), use)


def check_sample(clocks: Clocks, task: JointTask, choices: Mapping[str, Any]) -> dict[str, int]:
    """What the requester must know before a directory is frozen: who is hit, by what.

    Refuses `RisingTableUnconfirmed` where classes bear on the draw and no table is confirmed,
    `CeilingReached` or `RecentlyVisited` until the request says whether to exclude or to keep, and `ClassMissing`
    where the notice wants classes for every market entity and one has none, until that is approved.
    """
    census = Counting(clocks, task, choices).run()
    if unknown := sorted(census.strangers):
        raise Refusal("NotInScope", f"下列对象不在抽查范围内，请删去：{'、'.join(unknown[:5])}")
    if any(codes for class_, codes in census.codes.items() if class_ != UNCLASSIFIED) and needs_table(
        clocks, task
    ):
        raise Refusal(
            "RisingTableUnconfirmed",
            "范围内有信用风险分类的市场主体，而本部门尚未确认递加比例表；请发起部门主要负责人先办理，如："
            """policy set rising_table '{"A":"1","B":"2","C":"4","D":"4"}' --clause 依据（倍数由本部门确定）""",
        )
    listing = f"名单见 draw ceilings {task.id}"
    if census.hits[CEILING] and choices.get("ceiling") is None:
        words = (
            f"范围内{census.hits[CEILING]}户已达年度抽查上限，{listing}；请用 --over-ceiling 选定排除或保留"
        )
        raise Refusal("CeilingReached", words)
    if census.hits[RECENT] and choices.get("recent") is None:
        words = f"范围内{census.hits[RECENT]}户近期已由其他任务检查，{listing}；请用 --recent 选定排除或保留"
        raise Refusal("RecentlyVisited", words)
    found = dict(census.left_out | census.hits)
    if census.beyond_table:
        found[BEYOND_TABLE] = census.beyond_table
    if classes_required(clocks, task) and (lacking := census.market - census.classified):
        if choices.get(UNCLASSED) is None:
            words = (
                f"通知要求市场主体的抽查一律采用信用风险分类，而范围内{lacking}户市场主体尚无分类，{listing}；"
                "请先在对象名录库补录，或用 --leave-out 代码=批件 不列入名录，或用 --unclassified 批件 经批准按总体比例抽取"
            )
            raise Refusal("ClassMissing", words)
        found[UNCLASSED] = lacking
    return found
