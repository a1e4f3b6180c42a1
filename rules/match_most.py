"""As many subjects as can be served where officers are too few, for one or two officers each.

Who asks for two officers is two nodes that are also joined to each other: a maximum matching of that graph
covers both outside only where both officers come. Three and more officers make the question NP-hard.
"""

from collections.abc import Mapping, Sequence

from rules.match_supply import Blocked, Supply, members

EXPOSED = -1
_EVEN, _ODD = 1, 2


class Matching:
    """A matching of a general graph, grown by Edmonds' blossoms; `mate` is EXPOSED where a node is free."""

    def __init__(self, beside: list[list[int]]) -> None:
        self._beside = beside
        self.mate = [EXPOSED] * len(beside)

    def pair(self, one: int, other: int) -> None:
        """Match two nodes."""
        self.mate[one], self.mate[other] = other, one

    def part(self, one: int, other: int) -> None:
        """Take the edge between two nodes out of the graph, and out of the matching."""
        self._beside[one].remove(other)
        self._beside[other].remove(one)
        if self.mate[one] == other:
            self.mate[one] = self.mate[other] = EXPOSED

    def join(self, one: int, other: int) -> None:
        """Put the edge between two nodes back."""
        self._beside[one].append(other)
        self._beside[other].append(one)

    def grow(self) -> None:
        """To a maximum. The tree of a search in vain is never of use again until then."""
        spent = [False] * len(self.mate)
        for root in range(len(self.mate)):
            if self.mate[root] == EXPOSED and not spent[root]:
                self.search(root, spent=spent)

    def search(self, root: int, kept: Sequence[bool] | None = None, spent: list[bool] | None = None) -> bool:
        """Cover an exposed node: by one more edge, or with `kept` by exposing a node that is not kept."""
        tree = _Tree(self.mate, root)
        for node in tree.queue:
            if kept is not None and node != root and not kept[node]:
                rest = self.mate[node]
                self.mate[node] = EXPOSED
                tree.turn(rest)
                return True
            for other in self._beside[node]:
                if spent is not None and spent[other]:
                    continue
                if tree.reach(node, other) and self.mate[other] == EXPOSED and kept is None:
                    tree.turn(other)
                    return True
        if spent is not None:
            for node in tree.label:
                spent[node] = True
        return False


class _Tree:
    """The alternating tree of one search; a blossom's nodes share a base."""

    def __init__(self, mate: list[int], root: int) -> None:
        self._mate = mate
        self.queue = [root]
        self.label = {root: _EVEN}
        self._before: dict[int, int] = {}
        self._base: dict[int, int] = {}

    def reach(self, node: int, other: int) -> bool:
        """Look along an edge from an even node; whether the other end is new to the tree."""
        label = self.label.get(other)
        if label is None:
            self.label[other] = _ODD
            self._before[other] = node
            mate = self._mate[other]
            if mate != EXPOSED:
                self.label[mate] = _EVEN
                self.queue.append(mate)
            return True
        if label == _EVEN and self._find(node) != self._find(other):
            base = self._meet(node, other)
            self._shrink(node, other, base)
            self._shrink(other, node, base)
        return False

    def turn(self, node: int) -> None:
        """Exchange matched and unmatched edges from here back to the root."""
        while node != EXPOSED:
            before = self._before[node]
            following = self._mate[before]
            self._mate[node], self._mate[before] = before, node
            node = following

    def _find(self, node: int) -> int:
        base = self._base
        end = node
        while (above := base.get(end, end)) != end:
            end = above
        while node != end:
            base[node], node = end, base.get(node, node)
        return end

    def _meet(self, one: int, other: int) -> int:
        """The base of the blossom that an edge between two even nodes closes."""
        seen: set[int] = set()
        while True:
            if one != EXPOSED:
                one = self._find(one)
                if one in seen:
                    return one
                seen.add(one)
                odd = self._mate[one]
                one = self._before.get(odd, EXPOSED)
            one, other = other, one

    def _shrink(self, node: int, other: int, base: int) -> None:
        while self._find(node) != base:
            self._before[node] = other
            other = self._mate[node]
            if self.label[other] == _ODD:
                self.label[other] = _EVEN
                self.queue.append(other)
            for one in (node, other):
                if self._find(one) == one:
                    self._base[one] = base
            node = self._before[other]


class Most:
    """Whether a set of needs can be part of the largest number served; needs by place, officers by place.

    Each pair of a need and a scarce officer is two nodes, for the officer comes once at most; a scarce
    officer is as many nodes as they have capacity. `held` is who is served already, and by whom.
    """

    def __init__(
        self,
        demand: Mapping[int, int],
        scarce: Mapping[int, Sequence[int]],
        free: Mapping[int, int],
        capacity: Mapping[int, int],
        held: Mapping[int, Sequence[int]],
    ) -> None:
        beside: list[list[int]] = []

        def node() -> int:
            beside.append([])
            return len(beside) - 1

        self._seats = {need: [node() for _ in range(count)] for need, count in demand.items()}
        slots = {officer: [node() for _ in range(count)] for officer, count in capacity.items()}
        self._needed: set[int] = set()
        pairs: dict[tuple[int, int], tuple[int, int]] = {}
        spare: dict[int, list[int]] = {need: [node() for _ in range(count)] for need, count in free.items()}
        for need, officers in scarce.items():
            for officer in officers:
                near, far = pairs[need, officer] = node(), node()
                beside[near] = [*self._seats[need], far]
                beside[far] = [near, *slots[officer]]
                self._needed |= {near, far}
                for slot in slots[officer]:
                    beside[slot].append(far)
        for need, seats in self._seats.items():
            outside = [*(pairs[need, officer][0] for officer in scarce[need]), *spare[need]]
            for seat in seats:
                beside[seat] = [*(one for one in seats if one != seat), *outside]
            for one in spare[need]:
                beside[one] = list(seats)
        self._matching = Matching(beside)
        self._begin(pairs, slots, spare, held)
        self._matching.grow()
        self._kept = [False] * len(beside)
        for one in self._needed:
            self._kept[one] = True

    def _begin(
        self,
        pairs: Mapping[tuple[int, int], tuple[int, int]],
        slots: Mapping[int, list[int]],
        spare: Mapping[int, list[int]],
        held: Mapping[int, Sequence[int]],
    ) -> None:
        """Match as `held` says: all seats of a served need, the two of another with each other."""
        left = {officer: list(nodes) for officer, nodes in slots.items()}
        unused = {need: list(nodes) for need, nodes in spare.items()}
        for near, far in pairs.values():
            self._matching.pair(near, far)
        for need, seats in self._seats.items():
            for seat, officer in zip(seats, held.get(need, ()), strict=False):
                if (need, officer) in pairs:
                    near, far = pairs[need, officer]
                    self._matching.pair(far, left[officer].pop())
                    self._matching.pair(near, seat)
                else:
                    self._matching.pair(unused[need].pop(), seat)
            if need not in held and len(seats) > 1:
                self._matching.pair(*seats)

    def keep(self, need: int) -> bool:
        """Serve this need for good, if the largest number can be served with it and all kept before."""
        seats, matching = self._seats[need], self._matching
        if len(seats) > 1:
            joined = matching.mate[seats[0]] == seats[1]
            matching.part(*seats)
            if joined and not any(matching.search(seat) for seat in seats):
                matching.join(*seats)
                matching.pair(*seats)
                return False
        for seat in seats:
            if matching.mate[seat] == EXPOSED and not matching.search(seat, self._kept):
                if len(seats) > 1:
                    matching.join(*seats)
                self._release(seats)
                return False
            self._kept[seat] = True
        return True

    def _release(self, seats: Sequence[int]) -> None:
        for seat in seats:
            self._kept[seat] = False


def serve_block(supply: Supply, block: Blocked, turns: Sequence[int], demand: Sequence[int]) -> None:
    """Serve as many needs of a block as can be, none of which is served yet, by their turns.

    Each need in turn is served if all before it keep their officers; where that would serve fewer than
    can be served, only if the largest number is still reached with it. Of all largest choices it is the
    first by the turns, so it does not depend on how it is found. Beyond two officers a need: only the former.
    """
    for need in turns:
        supply.take(need, demand[need])
    served = [need for need in turns if supply.held[need]]
    demands = [demand[need] for need in turns]
    if len(turns) - len(served) == _fewest_unserved(demands, block.demand - block.supply) or max(demands) > 2:
        return
    most = Most(
        {need: demand[need] for need in turns},
        {need: members(supply.pools[need] & block.officers) for need in turns},
        {need: min(demand[need], (supply.pools[need] & ~block.officers).bit_count()) for need in turns},
        {officer: supply.capacity[officer] for officer in members(block.officers)},
        {need: members(supply.held[need]) for need in served},
    )
    for need in turns:
        supply.release(need)
    for need in turns:
        if not supply.take(need, demand[need]) and not most.keep(need):
            supply.release(need)


def _fewest_unserved(demands: Sequence[int], deficit: int) -> int:
    """How many needs at least go unserved where so many officer visits are lacking."""
    count = 0
    for demand in sorted(demands, reverse=True):
        if deficit <= 0:
            break
        deficit -= demand
        count += 1
    return count
