"""Which experts go along (指派专家): by lot among those who know the trade, respecting recusals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rules.digests import length_prefixed, raw, sha256_hex


@dataclass(frozen=True)
class Expert:
    """An expert of the register (专家库). `engaged_to` None means without end; `recusals` are subject codes."""

    code: str
    specialties: frozenset[str]
    engaged_to: date | None
    recusals: frozenset[str]


def fits(expert: Expert, specialty: str, last_day: date) -> bool:
    """Whether an expert knows the specialty and is engaged until the last day of the visits."""
    return specialty in expert.specialties and (expert.engaged_to is None or expert.engaged_to >= last_day)


def propose(
    seed_hex: str, item: str, subjects: Iterable[str], experts: Iterable[Expert]
) -> tuple[list[str], set[str]]:
    """The experts for an item, in the order of the lot, and the subjects for whom nobody is left.

    The lot is SHA-256 over the act's seed (32 raw bytes), item and expert (UTF-8), each length-prefixed.
    One expert goes to all subjects but those that they recuse themselves from: these get the next one.
    """
    head = [raw(seed_hex), item.encode()]
    lots = sorted(experts, key=lambda one: sha256_hex(length_prefixed([*head, one.code.encode()])))
    chosen, left = [], set(subjects)
    for expert in lots:
        if left - expert.recusals:
            chosen.append(expert.code)
            left &= expert.recusals
    return chosen, left
