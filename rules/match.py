"""The match of officers (选派执法人员): exact, random by the seed, balanced by load.

One integer min-cost flow per department: the sum of squared loads above 28-bit hash costs. An optimum
that is not unique is sought again with the hash's next bits, so every exact solver returns the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rules.digests import length_prefixed, raw, sha256_hex
from rules.match_explain import Shortage, explain
from rules.match_filters import Filter, Need, Officer, eligible
from rules.match_flow import Flags, is_unique_optimum, solve
from rules.match_problem import LEVELS, Problem

__all__ = ["Filter", "Match", "Need", "Officer", "Shortage", "certify", "eligible", "match", "match_seed"]


@dataclass(frozen=True)
class Match:
    """The outcome for one department.

    `assignments` names each matched subject's officers, the leader (组长) first; `unmatched` says why
    the others have none; `load_after` is every officer's load with the new visits.
    """

    assignments: dict[str, tuple[str, ...]]
    unmatched: dict[str, Shortage]
    load_after: dict[str, int]


def match_seed(seed_hex: str, department: str, officers_file_hash: str) -> str:
    """The match's seed: SHA-256 of the act's seed, the department and the hash of its officers' file.

    Each field after its length as 8 bytes big endian; hashes are 32 raw bytes, the department UTF-8.
    """
    return sha256_hex(length_prefixed([raw(seed_hex), department.encode(), raw(officers_file_hash)]))


def _optimum(problem: Problem) -> tuple[Flags, Flags, dict[str, Shortage]]:
    """The served needs, the pairs used (of the graph of the served), and why the others are not served."""
    graph = problem.graph(0)
    served = np.ones(len(problem.needs), np.bool_)
    unmatched: dict[str, Shortage] = {}
    used = solve(graph)
    if used.sum() < graph.demand.sum():
        supply, blocked, lacking = problem.serve(graph, used)
        served[list(lacking)] = False
        unmatched = explain(problem.needs, problem.officers, supply, blocked, lacking)
        graph = graph.only(served)
        used = solve(graph)
    level = 0
    while not is_unique_optimum(graph, used):
        level += 1
        if level == LEVELS:
            raise ArithmeticError("two officers have the same hashes for the same subjects")
        graph = problem.graph(level).only(served)
        used = solve(graph)
    return served, used, unmatched


def match(
    seed_hex: str,
    department: str,
    officers_file_hash: str,
    needs: Iterable[Need],
    officers: Iterable[Officer],
) -> Match:
    """Match a department's officers to the subjects of one act; officers of others are not looked at.

    Every matched subject has all its officers, and as many subjects as can be are matched; who of them
    waits is decided by lot and explained.
    Raises Refusal DuplicateNeed or DuplicateOfficer.
    """
    seed = match_seed(seed_hex, department, officers_file_hash)
    problem = Problem(seed, department, needs, officers)
    served, used, unmatched = _optimum(problem)
    graph = problem.graph(0).only(served)
    chosen: dict[str, list[str]] = {problem.needs[place].subject: [] for place in np.flatnonzero(served)}
    for need, officer in zip(graph.need_of[used].tolist(), graph.officer_of[used].tolist(), strict=True):
        chosen[problem.needs[need].subject].append(problem.officers[officer].code)
    assignments = {subject: problem.led(subject, codes) for subject, codes in chosen.items()}
    visits = Counter(code for codes in assignments.values() for code in codes)
    load_after = {officer.code: officer.load + visits[officer.code] for officer in problem.officers}
    return Match(assignments, unmatched, load_after)


def _pairs_used(problem: Problem, served: Flags, assignments: Mapping[str, Sequence[str]]) -> Flags | None:
    """The pairs of the graph of the served that the assignments use; None if one is not eligible."""
    graph = problem.graph(0).only(served)
    wanted = {(subject, code) for subject, codes in assignments.items() for code in codes}
    subjects = [need.subject for need in problem.needs]
    codes = [officer.code for officer in problem.officers]
    pairs = zip(graph.need_of.tolist(), graph.officer_of.tolist(), strict=True)
    used = np.fromiter(
        ((subjects[need], codes[officer]) in wanted for need, officer in pairs), np.bool_, len(graph.need_of)
    )
    demanded = np.array_equal(np.bincount(graph.need_of[used], minlength=len(subjects)), graph.demand)
    visits = np.bincount(graph.officer_of[used], minlength=len(codes))
    lawful = used.sum() == len(wanted) and demanded and bool((visits <= graph.capacity).all())
    return used if lawful else None


def certify(
    seed_hex: str,
    department: str,
    officers_file_hash: str,
    needs: Iterable[Need],
    officers: Iterable[Officer],
    *,
    assignments: Mapping[str, Sequence[str]],
) -> bool:
    """Whether the assignments are lawful, optimal and the only optimum, and the leaders the lot's.

    No solver is asked where they serve every need: the residual graph has no cycle of negative or zero
    cost. Otherwise who had to wait, or which level of costs decides, is recomputed too.
    """
    seed = match_seed(seed_hex, department, officers_file_hash)
    problem = Problem(seed, department, needs, officers)
    served = np.array([need.subject in assignments for need in problem.needs], np.bool_)
    if any(
        not codes or problem.led(subject, codes) != tuple(codes) for subject, codes in assignments.items()
    ):
        return False
    used = _pairs_used(problem, served, assignments)
    if used is None:
        return False
    if served.all() and is_unique_optimum(problem.graph(0), used):
        return True
    lawfully_served, optimum, _ = _optimum(problem)
    return np.array_equal(served, lawfully_served) and np.array_equal(used, optimum)
