"""The match of officers, what helps where they are too few, and the papers of a check (匹配)."""
