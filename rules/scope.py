"""The scope of a draw (抽查对象范围): its filter, and the proposal that is read from a row's prose."""

from rules.scope_filter import ScopeFilter, SubjectFacts, accepts, describe, missing
from rules.scope_reading import Proposal, Vocabulary, propose

__all__ = [
    "Proposal",
    "ScopeFilter",
    "SubjectFacts",
    "Vocabulary",
    "accepts",
    "describe",
    "missing",
    "propose",
]
