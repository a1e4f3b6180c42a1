"""One department's match as numbers: canonical order, eligible pairs, their hashes, and the lot."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import chain

import numpy as np

from rules.digests import length_prefixed, raw
from rules.match_filters import Need, Officer, eligible
from rules.match_flow import COST_BITS, Flags, Graph
from rules.match_most import serve_block
from rules.match_supply import Blocked, Supply
from rules.refusal import Refusal

LEVELS = 256 // 32  # each level of costs reads the next four bytes of a pair's hash


class Problem:
    """Needs and officers of one department in the order of their codes, and the pairs that may meet.

    A pair's hash is SHA-256 of the match's seed (32 raw bytes), department, subject and officer (UTF-8),
    each length-prefixed; the first four bytes, less their lowest bits, are its cost of 28 bits.
    """

    def __init__(
        self, seed_hex: str, department: str, needs: Iterable[Need], officers: Iterable[Officer]
    ) -> None:
        self._prefix = length_prefixed([raw(seed_hex), department.encode()])
        self.needs = sorted(needs, key=lambda need: need.subject)
        own = (officer for officer in officers if officer.department == department)
        self.officers = sorted(own, key=lambda officer: officer.code)
        if len({need.subject for need in self.needs}) < len(self.needs):
            raise Refusal("DuplicateNeed", "同一检查对象在选派清单中重复出现，请合并后再选派执法人员。")
        if len({officer.code for officer in self.officers}) < len(self.officers):
            raise Refusal("DuplicateOfficer", "同一执法人员在执法人员库中重复出现，请合并后再选派。")
        self._officer_fields = [length_prefixed([officer.code.encode()]) for officer in self.officers]
        self.pools = self._pools()
        self._hashes = np.frombuffer(self._pair_hashes(), ">u4").reshape(-1, LEVELS)
        sizes = [len(pool) for pool in self.pools]
        self._pairs = Graph(
            demand=np.array([need.officers for need in self.needs], np.int64),
            capacity=np.array([max(0, officer.capacity) for officer in self.officers], np.int64),
            load=np.array([officer.load for officer in self.officers], np.int64),
            need_of=np.repeat(np.arange(len(sizes)), sizes),
            officer_of=np.fromiter(chain.from_iterable(self.pools), np.int64, sum(sizes)),
            cost=np.zeros(sum(sizes), np.int64),
        )

    def _pools(self) -> list[list[int]]:
        """Places of the eligible officers per need; needs that differ only in subject share the search."""
        recused: dict[str, set[int]] = {}
        for place, officer in enumerate(self.officers):
            for subject in officer.recusals:
                recused.setdefault(subject, set()).add(place)
        anyone = [replace(officer, recusals=frozenset()) for officer in self.officers]
        shared: dict[tuple[str, frozenset[str], date, date], list[int]] = {}
        pools = []
        for need in self.needs:
            kind = need.area, need.specialties, need.first_day, need.last_day
            if kind not in shared:
                shared[kind] = [
                    place for place, officer in enumerate(anyone) if eligible(officer, need) is None
                ]
            barred = recused.get(need.subject)
            pools.append([p for p in shared[kind] if p not in barred] if barred else shared[kind])
        return pools

    def _pair_hashes(self) -> bytes:
        fields, digests = self._officer_fields, []
        prefix = hashlib.sha256(self._prefix)
        for need, pool in zip(self.needs, self.pools, strict=True):
            of_subject = prefix.copy()
            of_subject.update(length_prefixed([need.subject.encode()]))
            for place in pool:
                of_pair = of_subject.copy()
                of_pair.update(fields[place])
                digests.append(of_pair.digest())
        return b"".join(digests)

    def graph(self, level: int) -> Graph:
        """The flow network with the costs that the hashes hold at this level (0 first)."""
        return replace(self._pairs, cost=self._hashes[:, level].astype(np.int64) >> (32 - COST_BITS))

    def _lot(self, *fields: str) -> bytes:
        return hashlib.sha256(self._prefix + length_prefixed(field.encode() for field in fields)).digest()

    def led(self, subject: str, officers: Iterable[str]) -> tuple[str, ...]:
        """The officers, the leader first: the least hash of pair and the word "leader"."""
        by_code = sorted(officers)
        leader = min(by_code, key=lambda code: self._lot(subject, code, "leader"))
        return (leader, *(code for code in by_code if code != leader))

    def turn(self, subject: str) -> bytes:
        """A subject's lot where officers are too few: the least comes first."""
        return self._lot(subject, "turn")

    def serve(self, graph: Graph, used: Flags) -> tuple[Supply, list[Blocked], dict[int, int]]:
        """Decide by lot who is served: of a blocked part as many needs as can be, see `serve_block`.

        Needs that no cut blocks are all served, whatever the others get. The answer's last part holds
        the places of the unserved and how many officers they lack beside all who are served.
        """
        held = [0] * len(self.needs)
        for need, officer in zip(graph.need_of[used].tolist(), graph.officer_of[used].tolist(), strict=True):
            held[need] |= 1 << officer
        pools = (sum(1 << place for place in pool) for pool in self.pools)
        supply = Supply(pools, graph.capacity.tolist(), held)
        demand = graph.demand.tolist()
        blocked = supply.blocked(demand)
        for need in (need for block in blocked for need in block.needs):
            supply.release(need)
        for block in blocked:
            turns = sorted(block.needs, key=lambda place: self.turn(self.needs[place].subject))
            serve_block(supply, block, turns, demand)
        unserved = sorted(need for block in blocked for need in block.needs if not supply.held[need])
        return supply, blocked, {need: supply.take(need, demand[need]) for need in unserved}
