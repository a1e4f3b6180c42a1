"""Match of officers against two exact solvers and a greedy: time as a ratio, and balance beside it."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from benchmarks import best_cpu, best_seconds, peak_mib, verdict
from rules.digests import sha256_hex
from rules.match import Need, Officer, match, match_seed
from rules.match_flow import Graph, solve
from rules.match_problem import Problem

SEED, FILE_HASH, DEPARTMENT = sha256_hex(b"act"), sha256_hex(b"file"), "D"
DAYS = date(2026, 3, 2), date(2026, 3, 20)
GOAL = 2.5
PEER_FACTOR = 10  # a peer is stopped at this many times our time

Case = tuple[list[Need], list[Officer]]
Peer = Callable[[Graph, float], list[int] | None]


def case(subjects: int, officers: int, number: int) -> Case:
    """One department: each officer covers two areas, so that a subject has some 20 eligible ones."""
    rng = random.Random(number)
    areas = [f"{i:03d}" for i in range(max(2, officers // 10))]
    ring = [frozenset(pair) for pair in pairwise([*areas, areas[0]])]
    none: frozenset[str] = frozenset()
    needs = [Need(f"S{i:06d}", rng.choice(areas), none, *DAYS) for i in range(subjects)]
    staff = [
        Officer(f"O{j:05d}", DEPARTMENT, date(2027, 1, 1), none, ring[j % len(ring)], (), none, subjects, 0)
        for j in range(officers)
    ]
    return needs, staff


def _steps(graph: Graph) -> Iterator[tuple[int, int]]:
    """(officer, step) for each further subject up to three times the mean load, to spare the peers more."""
    most = 3 * -(-int(graph.demand.sum()) // len(graph.capacity))
    return ((officer, step) for officer in range(len(graph.capacity)) for step in range(1, most + 1))


def highs(graph: Graph, seconds: float) -> list[int] | None:
    """Loads by HiGHS as a mixed-integer program; hash costs as fractions below one step of load."""
    solver = pywraplp.Solver.CreateSolver("HIGHS")
    solver.SuppressOutput()
    solver.SetTimeLimit(int(seconds * 1000) + 1)
    objective = solver.Objective()
    rows = [solver.Constraint(int(demand), int(demand)) for demand in graph.demand]
    balance = [solver.Constraint(0, 0) for _ in graph.capacity]
    pairs = zip(graph.need_of.tolist(), graph.officer_of.tolist(), graph.cost.tolist(), strict=True)
    for need, officer, cost in pairs:
        used = solver.BoolVar("")
        rows[need].SetCoefficient(used, 1)
        balance[officer].SetCoefficient(used, 1)
        objective.SetCoefficient(used, cost / 2**28)
    steps = [(officer, step, solver.BoolVar("")) for officer, step in _steps(graph)]
    for officer, step, taken in steps:
        balance[officer].SetCoefficient(taken, -1)
        objective.SetCoefficient(taken, 1000 * step)
    objective.SetMinimization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    loads = [0] * len(graph.capacity)
    for officer, _, taken in steps:
        loads[officer] += round(taken.solution_value())
    return loads


def cp_sat(graph: Graph, seconds: float) -> list[int] | None:
    """Loads by CP-SAT, which may stop with a balance that is not proven optimal."""
    model = cp_model.CpModel()
    used = [model.new_bool_var("") for _ in graph.cost]
    by_need: list[list[cp_model.IntVar]] = [[] for _ in graph.demand]
    by_officer: list[list[cp_model.IntVar]] = [[] for _ in graph.capacity]
    for need, officer, variable in zip(graph.need_of.tolist(), graph.officer_of.tolist(), used, strict=True):
        by_need[need].append(variable)
        by_officer[officer].append(variable)
    for variables, demand in zip(by_need, graph.demand.tolist(), strict=True):
        model.add(sum(variables) == demand)
    steps = [(officer, step, model.new_bool_var("")) for officer, step in _steps(graph)]
    taken: list[list[cp_model.IntVar]] = [[] for _ in graph.capacity]
    for officer, _, variable in steps:
        taken[officer].append(variable)
    for assigned, counted in zip(by_officer, taken, strict=True):
        model.add(sum(assigned) == sum(counted))
    weighted = [graph.unit * step * variable for _, step, variable in steps]
    model.minimize(sum(weighted) + sum(c * v for c, v in zip(graph.cost.tolist(), used, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    return [sum(solver.value(variable) for variable in variables) for variables in taken]


def greedy(graph: Graph, _: float) -> list[int] | None:
    """Loads when each subject in turn takes the least loaded of its officers."""
    loads = [0] * len(graph.capacity)
    ends = np.cumsum(np.bincount(graph.need_of, minlength=len(graph.demand))).tolist()
    officers = graph.officer_of.tolist()
    for demand, (start, end) in zip(graph.demand.tolist(), pairwise([0, *ends]), strict=True):
        for officer in sorted(officers[start:end], key=loads.__getitem__)[:demand]:
            loads[officer] += 1
    return loads


def _spread(loads: Sequence[int]) -> int:
    return max(loads) - min(loads)


def compare(name: str, cases: Sequence[Case]) -> None:
    """Print our time over solving alone, and every peer over ours."""

    def ours() -> list[int]:
        found = [match(SEED, DEPARTMENT, FILE_HASH, *each) for each in cases]
        return [_spread(list(result.load_after.values())) for result in found]

    seed = match_seed(SEED, DEPARTMENT, FILE_HASH)
    graphs = [Problem(seed, DEPARTMENT, *each).graph(0) for each in cases]
    solving: Callable[[], object] = lambda: [solve(graph) for graph in graphs]  # noqa: E731 - measured twice
    seconds, alone = best_seconds(ours), best_seconds(solving)
    ratio = best_cpu(ours) / best_cpu(solving)
    eligible = sum(len(graph.cost) for graph in graphs) / sum(len(graph.demand) for graph in graphs)
    spread = max(ours())
    print(f"{name}, {eligible:.0f} eligible: {seconds:.3f} s = 1, {peak_mib(ours):.0f} MiB")
    print(f"  goal: loads within 1; {spread}: {verdict(spread <= 1)}")
    print(
        f"  goal: build + solve + certify at most 2.5 × solving alone; {seconds / alone:.2f}, "
        f"in CPU time {ratio:.2f}: {verdict(ratio <= GOAL)}"
    )
    peers: dict[str, Peer] = {"HiGHS MILP": highs, "CP-SAT": cp_sat, "greedy": greedy}
    for peer_name, peer in peers.items():
        spreads: list[int | None] = []

        def work(peer: Peer = peer, spreads: list[int | None] = spreads) -> None:
            limit = PEER_FACTOR * seconds / len(graphs)
            loads = [peer(graph, limit) for graph in graphs]
            spreads[:] = [None if each is None else _spread(each) for each in loads]

        ratio = best_seconds(work, repeats=1) / seconds
        solved = [spread for spread in spreads if spread is not None]
        outcome = f"balance {max(solved)}" if len(solved) == len(spreads) else "stopped without an optimum"
        goal = "" if peer is greedy else f" (goal: slower than ours: {verdict(ratio > 1)})"
        print(f"  {peer_name}: {ratio:.1f} × our time, {outcome}{goal}")


def run(full: bool) -> None:
    """Small sizes, or those of the goals; 30,000×2,000 are ten departments in turn."""
    sizes = [(1_000, 200, 1), (10_000, 500, 1), (3_000, 200, 10)] if full else [(300, 60, 1), (1_000, 200, 1)]
    for subjects, officers, departments in sizes:
        cases = [case(subjects, officers, number) for number in range(departments)]
        compare(
            f"{subjects * departments:,} × {officers * departments:,}, {departments} department(s)", cases
        )
