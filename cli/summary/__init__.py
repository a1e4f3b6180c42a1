"""`summary`: tables of a task and reports of a year (汇总)."""
