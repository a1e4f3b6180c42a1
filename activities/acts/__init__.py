"""The rulings, a module a stage; importing the package registers them all."""

from activities.acts import (
    claims,
    corrections,
    disposals,
    draws,
    launch,
    office,
    plans,
    preparation,
    publications,
    results,
    summaries,
    visits,
)

__all__ = [
    "claims",
    "corrections",
    "disposals",
    "draws",
    "launch",
    "office",
    "plans",
    "preparation",
    "publications",
    "results",
    "summaries",
    "visits",
]
