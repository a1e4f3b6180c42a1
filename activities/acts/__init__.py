"""The rulings, a module a stage; importing the package registers them all."""

from activities.acts import (
    calendar,
    claims,
    corrections,
    disposals,
    draws,
    launch,
    levers,
    match_aids,
    office,
    plans,
    preparation,
    publications,
    results,
    summaries,
    visits,
)

__all__ = [
    "calendar",
    "claims",
    "corrections",
    "disposals",
    "draws",
    "launch",
    "levers",
    "match_aids",
    "office",
    "plans",
    "preparation",
    "publications",
    "results",
    "summaries",
    "visits",
]
