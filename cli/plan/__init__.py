"""`plan`: the annual plan, read, settled, adopted and adjusted (抽查工作计划)."""
