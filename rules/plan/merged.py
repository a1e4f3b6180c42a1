"""Blank cells of merged blocks: which printed text above or below they belong to, and how surely.

Between two printed texts there is one border. Each place for it is weighed by what speaks for the
upper and for the lower text in every row between; a cell takes a text where the weight of the places
that give it this text (or an equal one) is large enough, else it stays unknown.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from rules.plan.columns import Column
from rules.plan.competence import Competences
from rules.plan.departments import split
from rules.plan.raw import RawRow
from rules.plan.words import compact, is_blank

ENOUGH = 0.85
# Natural logarithms of odds; docs/plan-reading.md explains each.
_TRADE = (0.0, 0.6, 2.0, 2.6, 3.0)
_OTHER_TRADE = -2.0
_SAME_INITIATOR = 2.5
_PARTNER = -4.0
_REGION = -4.0
_PAGE_BORDER = 0.8
_TOP_STYLE = 0.7
_LOST = 0.35
_LOST_BETWEEN_EQUALS = 0.07
_KEPT = 0.95
# Columns whose text is a row's own: only equal neighbours on both sides say anything.
_OWN = (Column.RATIO, Column.FREQUENCY, Column.PARTNERS)

Same = Callable[[int, int], bool]


@dataclass(frozen=True)
class Proposal:
    """The row whose text a blank cell belongs to, and the confidence (share of 1)."""

    source: int
    confidence: float
    why: str


@dataclass(frozen=True)
class Run:
    """Blank rows `start` to `stop` (excluded) under a column, and the printed rows around them."""

    column: Column
    start: int
    stop: int
    above: int | None
    below: int | None


class Blocks:
    """The merged blocks of one document's rows."""

    def __init__(self, rows: Sequence[RawRow]) -> None:
        self._rows = rows
        self._initiators = [split(row.cell(Column.INITIATOR)).names for row in rows]
        self._partners = [set(split(row.cell(Column.PARTNERS)).names) for row in rows]
        self._competences = Competences(
            [(row.cell(Column.NAME), row.cell(Column.SCOPE), row.cell(Column.ITEMS)) for row in rows]
        )

    def repeats(self, column: Column) -> bool:
        """Whether a page prints a text again and again in neighbouring rows, so does not merge them."""
        pairs = [
            (compact(a.cell(column)), compact(b.cell(column)))
            for a, b in pairwise(self._rows)
            if a.page == b.page and a.cell(column) and b.cell(column)
        ]
        same = sum(a == b for a, b in pairs)
        return same >= 2 and same * 4 >= len(pairs)

    def covers(self, run: Run) -> bool:
        """Whether initiator and window, where the table has them, are blank in exactly the same rows."""
        others = [c for c in (Column.INITIATOR, Column.WINDOW) if self._rows[run.start].index(c) is not None]
        return bool(others) and all((run.start, run.stop) in self._extents(column) for column in others)

    def _extents(self, column: Column) -> set[tuple[int, int]]:
        return {(run.start, run.stop) for run in self.runs(column)}

    def prints_once(self, column: Column) -> bool:
        """Whether the column looks merged: many blanks, and hardly a text beside its like."""
        texts = [row.cell(column) for row in self._rows if row.index(column) is not None]
        blanks = sum(is_blank(text) for text in texts)
        return len(texts) >= 6 and len(texts) <= 4 * blanks < 4 * len(texts) and not self.repeats(column)

    def misplaced_partners(self) -> frozenset[int]:
        """Rows whose only partner is the trade's own department while the initiator's cell is blank."""
        return frozenset(
            i
            for i, names in enumerate(self._partners)
            if not self._initiators[i] and len(names) == 1 and self._competences.fits(i, min(names))
        )

    def empty_share(self, column: Column, besides: int = 0) -> float:
        """The share of blank cells under a column, but for a run of `besides` rows."""
        blanks = sum(is_blank(row.cell(column)) for row in self._rows)
        return (blanks - besides + 0.5) / (len(self._rows) - besides + 1)

    def runs(self, column: Column) -> list[Run]:
        """Runs of blank cells under a column that the table has."""
        out: list[Run] = []
        start: int | None = None
        for i in range(len(self._rows) + 1):
            blank = i < len(self._rows) and self._is_gap(i, column)
            if blank and start is None:
                start = i
            elif not blank and start is not None:
                above = start - 1 if start else None
                below = i if i < len(self._rows) else None
                out.append(Run(column, start, i, above, below))
                start = None
        return out

    def _is_gap(self, i: int, column: Column) -> bool:
        return self._rows[i].index(column) is not None and is_blank(self._rows[i].cell(column))

    def propose(self, column: Column, same: Same) -> dict[int, Proposal]:
        """For each blank cell of a column the text it belongs to, where that can be told.

        `same(i, j)` says whether rows i and j print the same value.
        """
        out: dict[int, Proposal] = {}
        with_initiator = self._extents(Column.INITIATOR)
        likeness, between = self._likeness(column, same), self._between(column, same)
        for run in self.runs(column):
            equal = run.above is not None and run.below is not None and same(run.above, run.below)
            if run.above is None and run.below is None:
                continue
            if column in _OWN and not (equal and self.repeats(column)):
                continue
            together = (run.start, run.stop) in with_initiator
            for i, (up, down) in enumerate(self._shares(run, equal), start=run.start):
                lost = self._rows[i].index(column) in self._rows[i].lost
                if equal and column is not Column.INITIATOR:
                    # Three blanks on end between equal texts are a merged block, whatever single rows do.
                    factor = 1.0 if run.stop - run.start >= 3 else between
                else:
                    factor = 1.0 if column is Column.INITIATOR or (together and not lost) else likeness
                proposal = self._choose(i, run, (up * factor, down * factor), equal)
                if proposal:
                    out[i] = proposal
        return out

    def _likeness(self, column: Column, same: Same) -> float:
        """How often neighbouring rows of one initiator print the same under a column."""
        pairs = [
            same(i, j)
            for i, j in pairwise(range(len(self._rows)))
            if self._initiators[i]
            and self._initiators[i] == self._initiators[j]
            and not self._is_gap(i, column)
            and not self._is_gap(j, column)
        ]
        return (sum(pairs) + 1) / (len(pairs) + 1.2)

    def _between(self, column: Column, same: Same) -> float:
        """How often a row between two equal texts prints the same text too."""
        triples = [
            same(i, i + 1)
            for i in range(len(self._rows) - 2)
            if not any(self._is_gap(k, column) for k in (i, i + 1, i + 2)) and same(i, i + 2)
        ]
        return (sum(triples) + 2) / (len(triples) + 2.2)

    def _shares(self, run: Run, equal: bool) -> list[tuple[float, float]]:
        """For each blank row the weights of the upper and of the lower text."""
        span = range(run.start, run.stop)
        ups = [self._support(i, run.above) for i in span]
        downs = [self._support(i, run.below) for i in span]
        # Border k gives the first k rows to the upper text and the others to the lower one.
        up_to = [0.0, *accumulate(ups)]
        down_from = [0.0, *accumulate(reversed(downs))][::-1]
        scores = [up_to[k] + down_from[k] + self._border(run, run.start + k) for k in range(len(span) + 1)]
        if run.above is None:
            scores = [scores[0]] + [-math.inf] * len(span)
        if run.below is None:
            scores = [-math.inf] * len(span) + [scores[-1]]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        total = sum(weights)
        given_up = list(accumulate(weights))
        if equal and run.column is not Column.INITIATOR:
            return [((1 - part / total) * _KEPT, part / total * _KEPT) for part in given_up[:-1]]
        lost = _LOST_BETWEEN_EQUALS if equal else _LOST
        out: list[tuple[float, float]] = []
        for k in range(len(span)):
            up = 1 - given_up[k] / total
            out.append((up / (1 + lost * _odds(ups[k])), (1 - up) / (1 + lost * _odds(downs[k]))))
        return out

    def _support(self, i: int, anchor: int | None) -> float:
        """What speaks for row i's belonging to the anchor's block."""
        if anchor is None or not self._initiators[anchor]:
            return 0.0
        lead = self._initiators[anchor][0]
        if self._initiators[i]:
            score = _SAME_INITIATOR if self._initiators[i][0] == lead else -_SAME_INITIATOR
        else:
            margin = self._competences.margin(i, lead)
            score = _TRADE[min(margin, 4)] if margin >= 0 else _OTHER_TRADE
        if lead in self._partners[i]:
            score += _PARTNER
        if self._rows[i].region != self._rows[anchor].region:
            score += _REGION
        return score

    def _border(self, run: Run, border: int) -> float:
        """What speaks for a block's ending before row `border`."""
        score = 0.0
        if 0 < border < len(self._rows) and self._rows[border].page != self._rows[border - 1].page:
            score += _PAGE_BORDER
        # Where the first row of the table is blank, texts don't stand at the top of their blocks.
        if run.above is not None and border == run.stop and not is_blank(self._rows[0].cell(run.column)):
            score += _TOP_STYLE
        return score

    def _choose(self, i: int, run: Run, shares: tuple[float, float], equal: bool) -> Proposal | None:
        up, down = shares
        source, share = (run.above, up) if up >= down else (run.below, down)
        if equal:
            share = up + down
        if source is None or share < ENOUGH:
            return None
        where = "上" if source == run.above else "下"
        reason = "上下相邻行文字相同" if equal else self._reason(i, source)
        seq = self._rows[source].seq
        return Proposal(source, share, f"合并单元格：取{where}方序号{seq}的文字（{reason}，把握{share:.2f}）")

    def _reason(self, i: int, source: int) -> str:
        lead = self._initiators[source][:1]
        if self._initiators[i]:
            return "发起部门相同" if self._initiators[i][:1] == lead else "按分页和相邻行"
        if lead and self._competences.margin(i, lead[0]) > 0:
            return f"任务属{lead[0]}的行业"
        return "按分页和相邻行"


def _odds(support: float) -> float:
    """How much likelier than usual it is that the cell's own text was lost."""
    return math.exp(-max(-3.0, min(3.0, support)))
