"""Commands are said as in the tests of the command line."""

from tests.cli.conftest import say

__all__ = ["say"]
