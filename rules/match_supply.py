"""Which subjects are served when officers are too few: exchanges, and the minimum cut that blocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Blocked:
    """A connected part of the minimum cut: needs whose `demand` exceeds their whole `supply` (visits).

    `officers` is the mask of those who are scarce: the needs of this part share them with no other, and
    have every other officer whom they may have.
    """

    needs: frozenset[int]
    demand: int
    supply: int
    officers: int


def members(mask: int) -> list[int]:
    """The bits of a mask, ascending."""
    members = []
    while mask:
        low = mask & -mask
        members.append(low.bit_length() - 1)
        mask ^= low
    return members


class Supply:
    """Who holds which need; officers are bits of a mask, so that a search looks at whole sets.

    `pools` and `held` are the masks of eligible and of assigned officers per need.
    """

    def __init__(self, pools: Iterable[int], capacity: Sequence[int], held: Sequence[int]) -> None:
        self.pools = list(pools)
        self.held = [0] * len(self.pools)
        self.capacity = capacity
        self._room = list(capacity)
        self._needs: list[set[int]] = [set() for _ in capacity]
        for need, mask in enumerate(held):
            for officer in members(mask):
                self._give(need, officer)

    def _give(self, need: int, officer: int) -> None:
        self.held[need] |= 1 << officer
        self._needs[officer].add(need)
        self._room[officer] -= 1

    def _take_back(self, need: int, officer: int) -> None:
        self.held[need] &= ~(1 << officer)
        self._needs[officer].discard(need)
        self._room[officer] += 1

    def release(self, need: int) -> None:
        """Take all officers from a need; every other need keeps as many as it has."""
        for officer in members(self.held[need]):
            self._take_back(need, officer)

    def _take_one(self, need: int) -> bool:
        """One officer more for the need, found by breadth-first search over exchanges."""
        came: dict[int, tuple[int, int]] = {}
        queue = [(need, -1)]
        seen = 0
        for asking, giving_up in queue:
            fresh = self.pools[asking] & ~self.held[asking] & ~seen
            seen |= fresh
            for officer in members(fresh):
                came[officer] = asking, giving_up
                if self._room[officer] > 0:
                    self._exchange(officer, came)
                    return True
                queue.extend((other, officer) for other in sorted(self._needs[officer]))
        return False

    def _exchange(self, officer: int, came: dict[int, tuple[int, int]]) -> None:
        while officer >= 0:
            asking, giving_up = came[officer]
            self._give(asking, officer)
            if giving_up >= 0:
                self._take_back(asking, giving_up)
            officer = giving_up

    def take(self, need: int, officers: int) -> int:
        """Give an unserved need all its officers, or none; the answer is how many were missing."""
        for taken in range(officers):
            if not self._take_one(need):
                self.release(need)
                return officers - taken
        return 0

    def could_take(self, need: int, officers: int, more: int) -> bool:
        """Whether the need could be served if the officers in the mask `more` were eligible too."""
        pool = self.pools[need]
        self.pools[need] |= more
        missing = self.take(need, officers)
        self.release(need)
        self.pools[need] = pool
        return not missing

    def blocked(self, demand: Sequence[int]) -> list[Blocked]:
        """The parts of the minimum cut, read off a maximum flow.

        They are what the short needs reach by exchanges: every officer reached is full, and every pair
        that leaves the reached part is used. So demand − supply, over all parts, is the exact deficit.
        """
        queue = [need for need, mask in enumerate(self.held) if mask.bit_count() < demand[need]]
        reached, full = set(queue), 0
        for need in queue:
            fresh = self.pools[need] & ~self.held[need] & ~full
            full |= fresh
            for officer in members(fresh):
                queue.extend(sorted(self._needs[officer] - reached))
                reached |= self._needs[officer]
        parts = []
        while reached:
            part, officers = self._part(min(reached), reached, full)
            reached -= part
            outside = sum((self.pools[need] & ~full).bit_count() for need in part)
            inside = sum(self.capacity[officer] for officer in members(officers))
            parts.append(
                Blocked(frozenset(part), sum(demand[need] for need in part), inside + outside, officers)
            )
        return parts

    def _part(self, start: int, reached: set[int], full: int) -> tuple[set[int], int]:
        """The reached needs connected with `start` through full officers, and those officers."""
        part, officers, queue = {start}, 0, [start]
        for need in queue:
            fresh = self.pools[need] & full & ~officers
            officers |= fresh
            if fresh:
                joining = sorted(other for other in reached - part if self.pools[other] & fresh)
                part.update(joining)
                queue.extend(joining)
        return part, officers
