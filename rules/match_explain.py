"""Who waits when officers are too few, and why (选派不足说明): never a bare "infeasible"."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rules.match_filters import Filter, Need, Officer, eligible, failing
from rules.match_supply import Blocked, Supply

# A recusal is never lifted to make a match possible (回避), the others have lawful ways on.
_RELAXABLE = (Filter.CERTIFICATE, Filter.SPECIALTY, Filter.AREA, Filter.LEAVE, Filter.CAPACITY)
_WAYS = {
    Filter.CERTIFICATE: "在检查前办理证件续期",
    Filter.SPECIALTY: "向上级部门借调具备专业的人员",
    Filter.AREA: "扩大执法人员的负责区域",
    Filter.LEAVE: "调整检查日期以避开休假",
    Filter.CAPACITY: "经批准增加执法人员的检查余量",
}


@dataclass(frozen=True)
class Shortage:
    """Why a subject has no officers.

    `lacking` officers are missing beside all who are served; `waterfall` counts those left after each filter;
    each of `relaxations` alone would be enough, all of `together` only at once. `blocked` is the side of the
    minimum cut it is on: these subjects ask for `demand` officer visits and the whole supply for them is `supply`.
    """

    subject: str
    lacking: int
    waterfall: tuple[tuple[Filter, int], ...]
    relaxations: tuple[Filter, ...]
    together: tuple[Filter, ...]
    blocked: frozenset[str]
    demand: int
    supply: int

    @property
    def words(self) -> str:
        """The explanation for the department, in Chinese."""
        left = "，".join(f"{name.label} {count} 人" for name, count in self.waterfall)
        ways = "；".join(_WAYS[name] for name in self.relaxations) or self._together
        return (
            f"{self.subject} 还缺 {self.lacking} 名执法人员：{left}。"
            f"同受影响的 {len(self.blocked)} 户共需 {self.demand} 人次，最多可派 {self.supply} 人次。"
            f"可以{ways}。"
        )

    @property
    def _together(self) -> str:
        """Where no single way is enough: those that are enough together, if any, and the last ones."""
        more = "借调其他单位或上级部门的人员，或经批准补抽其他对象"
        if not self.together:
            return more
        ways = "；".join(_WAYS[name] for name in self.together)
        return f"同时采取以下办法（单独一项不够）：{ways}；也可以{more}"


def waterfall(need: Need, officers: Sequence[Officer]) -> tuple[tuple[Filter, int], ...]:
    """How many of the department's officers are left after each filter."""
    lost = Counter(eligible(officer, need) for officer in officers)
    left, steps = len(officers), []
    for name in Filter:
        left -= lost[name]
        steps.append((name, left))
    return tuple(steps)


def _relaxations(place: int, need: Need, officers: Sequence[Officer], supply: Supply) -> list[Filter]:
    """The filters whose lifting, alone and for this subject alone, would give it all its officers."""
    only_failing: Counter[Filter] = Counter()
    masks = dict.fromkeys(Filter, 0)
    for bit, officer in enumerate(officers):
        failed = tuple(failing(officer, need))
        if len(failed) == 1:
            masks[failed[0]] |= 1 << bit
            only_failing[failed[0]] += 1
    enough = []
    for name in _RELAXABLE:
        if name is Filter.CAPACITY:
            # Room for one subject more suffices where the officers are there at all.
            helps = supply.pools[place].bit_count() + only_failing[name] >= need.officers
        else:
            helps = only_failing[name] > 0 and supply.could_take(place, need.officers, masks[name])
        if helps:
            enough.append(name)
    return enough


def _together(need: Need, officers: Sequence[Officer]) -> tuple[Filter, ...]:
    """The filters whose lifting at once wins officers enough; none where too many would still be recused."""
    failed = [frozenset(failing(officer, need)) for officer in officers]
    reached = [one for one in failed if one <= set(_RELAXABLE)]
    lifted = frozenset[Filter]().union(*reached)
    ways = tuple(name for name in _RELAXABLE if name in lifted)
    return ways if len(reached) >= need.officers and len(ways) > 1 else ()


def explain(
    needs: Sequence[Need],
    officers: Sequence[Officer],
    supply: Supply,
    blocked: Sequence[Blocked],
    lacking: dict[int, int],
) -> dict[str, Shortage]:
    """A shortage for each unserved need; `lacking` holds its place and how many officers it missed."""
    side = {place: block for block in blocked for place in block.needs}
    names = {block: frozenset(needs[place].subject for place in block.needs) for block in blocked}
    return {
        needs[place].subject: Shortage(
            needs[place].subject,
            missing,
            waterfall(needs[place], officers),
            tuple(_relaxations(place, needs[place], officers, supply)),
            _together(needs[place], officers),
            names[side[place]],
            side[place].demand,
            side[place].supply,
        )
        for place, missing in sorted(lacking.items())
    }
