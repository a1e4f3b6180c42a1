"""The little of PromQL that the alert rules use, over two scrapes of a page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import promql_parser as ql
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
NAME = "__name__"
_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {"max": max, "min": min, "sum": sum}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda one, other: one > other,
    "==": lambda one, other: one == other,
}


def samples(page: str, **target: str) -> Vector:
    """The samples of a page with the labels of its target, and `up`; '' is a target that does not answer."""
    found: Vector = {_labels({NAME: "up", **target}): 1.0 if page else 0.0}
    for family in text_string_to_metric_families(page):
        for one in family.samples:
            found[_labels({**one.labels, **target, NAME: one.name})] = one.value
    return found


@dataclass(frozen=True)
class Scrapes:
    """What Prometheus knows: the last scrape and the one before."""

    before: Vector
    now: Vector

    def value(self, expression: str) -> Vector:
        """The expression's vector; an alert fires for every element."""
        found = self._vector(ql.parse(expression))
        assert isinstance(found, dict)
        return found

    def _vector(self, node: object) -> Vector | float:
        match node:
            case ql.NumberLiteral():
                return float(node.val)
            case ql.ParenExpr():
                return self._vector(node.expr)
            case ql.VectorSelector():
                return _select(self.now, node)
            case ql.Call():
                return self._call(node)
            case ql.AggregateExpr():
                return self._aggregate(node)
            case ql.BinaryExpr():
                return self._compare(node)
        raise NotImplementedError(type(node).__name__)

    def _call(self, node: ql.Call) -> Vector:
        (argument,) = node.args
        if node.func.name == "absent":
            return {} if self._vector(argument) else {frozenset(): 1.0}
        if node.func.name == "increase" and isinstance(argument, ql.MatrixSelector):
            now, before = (_select(one, argument.vector_selector) for one in (self.now, self.before))
            # As in earnest: a series that was not there before has not grown yet.
            return {_bare(labels): now[labels] - before[labels] for labels in now.keys() & before.keys()}
        raise NotImplementedError(node.func.name)

    def _aggregate(self, node: ql.AggregateExpr) -> Vector:
        inner = self._vector(node.expr)
        assert isinstance(inner, dict)
        kept = set(node.modifier.labels) if node.modifier else set()
        groups: dict[Labels, list[float]] = {}
        for labels, value in inner.items():
            groups.setdefault(frozenset(one for one in labels if one[0] in kept), []).append(value)
        return {labels: float(_AGGREGATES[str(node.op)](values)) for labels, values in groups.items()}

    def _compare(self, node: ql.BinaryExpr) -> Vector:
        left, right = self._vector(node.lhs), self._vector(node.rhs)
        assert isinstance(left, dict)
        assert isinstance(right, float)
        holds = _COMPARISONS[str(node.op)]
        return {labels: value for labels, value in left.items() if holds(value, right)}


def names_in(expression: str) -> set[str]:
    """The metrics that an expression asks for."""
    return {str(name) for name in re.findall(r"\b((?:joint|temporal)_\w+|up)\b", expression)}


def _select(vector: Vector, node: ql.VectorSelector) -> Vector:
    wanted = {one.name: one.value for one in node.matchers.matchers}
    assert {"MatchOp.Equal"} >= {str(one.op) for one in node.matchers.matchers}
    wanted[NAME] = str(node.name)
    return {
        labels: value
        for labels, value in vector.items()
        if all(dict(labels).get(name) == text for name, text in wanted.items())
    }


def _bare(labels: Labels) -> Labels:
    return frozenset(one for one in labels if one[0] != NAME)


def _labels(pairs: Mapping[str, str]) -> Labels:
    return frozenset(pairs.items())
