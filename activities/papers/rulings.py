"""The registry of the rulings: who may file which kind of paper, to what, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from activities.papers.docket import Docket
from models.papers import Paper
from models.trail import Wait
from rules.roles import Role


class Target(StrEnum):
    """What a paper is addressed to; its value is the first part of the target's name."""

    OFFICE = "office"
    TASK = "joint-task"
    DISPOSAL = "disposal"
    CORRECTION = "correction"


def ruled_by(wait: Wait) -> str:
    """What a paper about a wait is addressed to: its case, or the office for what a desk or a row's watch holds."""
    own = wait.scope.partition("/")[0] in set(Target)
    return wait.scope if own else f"{Target.OFFICE}/{wait.office}"


P = TypeVar("P", bound=Paper)
Ruling = Callable[[Docket, Any], None]


@dataclass(frozen=True)
class Rule:
    """Who may file a kind of paper, and what it does.

    `together`: papers of this kind that wait together may be ruled on together, for none of them asks
    for a stage of the task that another of them could bring about.
    """

    targets: frozenset[Target]
    paper: type[Paper]
    roles: frozenset[Role]
    act: Ruling
    from_above: bool = False
    """Whether people of the parent office may file it too."""
    together: bool = False


RULINGS: dict[str, Rule] = {}


def ruling(
    target: Target | tuple[Target, ...],
    paper: type[P],
    *roles: Role,
    from_above: bool = False,
    together: bool = False,
) -> Callable[[Callable[[Docket, P], None]], Ruling]:
    """Register the function that rules on a kind of paper, filed by one of `roles`."""

    def register(function: Callable[[Docket, P], None]) -> Ruling:
        targets = frozenset(target if isinstance(target, tuple) else (target,))
        RULINGS[paper.kind] = Rule(
            targets, paper, frozenset(roles), cast("Ruling", function), from_above, together
        )
        return cast("Ruling", function)

    return register
