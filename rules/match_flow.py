"""The match as integer min-cost flow, and a proof of "optimal and unique" that needs no solver."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

COST_BITS = 28
_NO_EDGE = np.int64(1) << 61


@dataclass(frozen=True)
class Graph:
    """Needs × officers of one department.

    `demand` (officers per need), `capacity` and `load` (subjects per officer), and one entry per
    eligible pair, sorted by need: its need, its officer and its cost of COST_BITS bits.
    """

    demand: Ints
    capacity: Ints
    load: Ints
    need_of: Ints
    officer_of: Ints
    cost: Ints

    @property
    def unit(self) -> int:
        """The weight of one step of load.

        A simple cycle of the residual graph passes each need and each officer at most once, so its
        costs change by less than this and load always decides first.
        """
        return (min(len(self.demand), len(self.capacity)) + 1) << COST_BITS

    def only(self, served: Flags) -> "Graph":
        """The same graph with the needs that are not served asking for nobody."""
        kept = served[self.need_of]
        return Graph(
            np.where(served, self.demand, 0),
            self.capacity,
            self.load,
            self.need_of[kept],
            self.officer_of[kept],
            self.cost[kept],
        )


def solve(graph: Graph) -> Flags:
    """The pairs used by a maximum flow of least cost: balanced load first, then the pairs' costs.

    The k-th further subject of an officer costs load + k units, which for a given number of visits
    orders assignments as the sum of squared loads does. Raises ArithmeticError if not proven optimal.
    """
    officers = len(graph.capacity)
    if not len(graph.need_of):
        return np.zeros(0, np.bool_)
    room = np.minimum(graph.capacity, np.bincount(graph.officer_of, minlength=officers))
    # Nobody takes all that they might: steps up to there would leave the range of the solver's costs.
    limit = 2 * int(graph.demand.sum() // officers + np.ptp(graph.load) + 1)
    while True:
        steps = np.minimum(room, limit)
        used = _flow(graph, steps)
        # An optimum that leaves everybody a step is one of the whole graph: costs rise from step to step.
        taken = np.bincount(graph.officer_of[used], minlength=officers)
        if not np.any((taken == steps) & (steps < room)):
            return used
        limit *= 2


def _flow(graph: Graph, room: Ints) -> Flags:
    """The same where each officer takes so many at the most."""
    needs, officers = len(graph.demand), len(graph.capacity)
    sink = needs + officers
    step_of = np.repeat(np.arange(officers), room)
    step = np.arange(len(step_of)) - np.repeat(np.cumsum(room) - room, room) + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        graph.need_of, needs + graph.officer_of, np.ones(len(graph.need_of), np.int64), graph.cost
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        needs + step_of,
        np.full(len(step_of), sink),
        np.ones(len(step_of), np.int64),
        (graph.load[step_of] - graph.load.min() + step) * graph.unit,
    )
    supply = np.concatenate([graph.demand, np.zeros(officers, np.int64), [-graph.demand.sum()]])
    flow.set_nodes_supplies(np.arange(sink + 1), supply)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise ArithmeticError(f"min-cost flow of {needs} needs and {officers} officers ended with {status}")
    used: Flags = flow.flows(pairs) > 0
    return used


def _exchanges(graph: Graph, used: Flags) -> Ints:
    """The residual graph with its needs condensed away: officers, and the sink as the last node.

    Entry [i, j] is the least cost of moving a subject from officer i to officer j; to the sink an
    officer takes one more subject, from the sink it gives one up.
    """
    officers = len(graph.capacity)
    edges = np.full((officers + 1, officers + 1), _NO_EDGE)
    starts = np.searchsorted(graph.need_of[used], np.arange(len(graph.demand)))
    of_need, spare = np.flatnonzero(used), np.flatnonzero(~used)
    for place in range(int(graph.demand.max(initial=0))):
        taken = spare[graph.demand[graph.need_of[spare]] > place]
        given = of_need[starts[graph.need_of[taken]] + place]
        np.minimum.at(
            edges,
            (graph.officer_of[given], graph.officer_of[taken]),
            graph.cost[taken] - graph.cost[given],
        )
    visits = np.bincount(graph.officer_of[used], minlength=officers)
    base = graph.load - graph.load.min(initial=0) + visits
    edges[:-1, -1] = np.where(visits < graph.capacity, (base + 1) * graph.unit, _NO_EDGE)
    edges[-1, :-1] = np.where(visits > 0, -base * graph.unit, _NO_EDGE)
    return edges


def is_unique_optimum(graph: Graph, used: Flags) -> bool:
    """Whether a flow that meets every demand is the only one of least cost.

    It is if and only if its residual graph has no cycle of negative or zero cost. Shortest distances
    exist without a negative cycle; then a zero cycle runs along tight edges alone.
    """
    edges = _exchanges(graph, used)
    distance = np.zeros(len(edges), np.int64)
    for _ in range(len(edges) + 1):
        nearer = np.minimum(distance, (distance[:, None] + edges).min(axis=0))
        if np.array_equal(nearer, distance):
            break
        distance = nearer
    else:
        return False
    sorter: TopologicalSorter[int] = TopologicalSorter()
    tight = (edges < _NO_EDGE) & (distance[:, None] + edges == distance)
    for start, end in np.argwhere(tight).tolist():
        sorter.add(end, start)
    try:
        sorter.prepare()
    except CycleError:
        return False
    return True
