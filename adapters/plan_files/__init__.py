"""Files of plan notices: from bytes to a reading."""

from adapters.plan_files.reading import read_plan

__all__ = ["read_plan"]
