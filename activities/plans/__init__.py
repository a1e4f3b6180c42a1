"""The plan: its rows and versions, its rounds, and what no row covers (计划)."""
