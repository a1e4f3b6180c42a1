"""From a check to its result and what follows of it, with the figures over all of them (结果)."""
