"""The documents' tests use the small office of the command line's."""

from tests.cli.conftest import at, say

__all__ = ["at", "say"]
